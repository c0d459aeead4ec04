//! Servers, their channels, roles and members, and channels as a kind of conversation.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        allow_kinds(manager, "'public', 'dm', 'gdm', 'channel'").await?;
        dialect::run(manager, UP).await
    }

    /// Channels go with what they hold: nothing of the schema before knows them.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DELETE FROM mention WHERE conversation_id IN \
                 (SELECT conversation_id FROM server_channel)",
                "DELETE FROM message WHERE conversation_id IN \
                 (SELECT conversation_id FROM server_channel)",
                "DELETE FROM conversation_member WHERE conversation_id IN \
                 (SELECT conversation_id FROM server_channel)",
                "DROP TABLE server_audit",
                "DROP TABLE server_invite",
                "DROP TABLE server_departure",
                "DROP TABLE server_ban",
                "DROP TABLE channel_overwrite",
                "DROP TABLE server_channel",
                "DROP TABLE server_member_role",
                "DROP TABLE server_role",
                "DROP TABLE server_member",
                "DROP TABLE server",
                "DELETE FROM conversation WHERE kind = 'channel'",
            ],
        )
        .await?;
        allow_kinds(manager, "'public', 'dm', 'gdm'").await
    }
}

const UP: &[&str] = &[
    r#"CREATE TABLE server (
        id {id},
        name TEXT NOT NULL,
        icon TEXT,
        owner_id BIGINT NOT NULL REFERENCES "user" (id),
        version BIGINT NOT NULL DEFAULT 1,
        created_at BIGINT NOT NULL,
        deleted_at BIGINT
    )"#,
    r#"CREATE TABLE server_member (
        server_id BIGINT NOT NULL REFERENCES server (id),
        user_id BIGINT NOT NULL REFERENCES "user" (id),
        nickname TEXT,
        timed_out_until BIGINT,
        joined_at BIGINT NOT NULL,
        PRIMARY KEY (server_id, user_id)
    ) {without_rowid}"#,
    "CREATE INDEX server_member_by_user ON server_member (user_id)",
    "CREATE TABLE server_role (
        id {id},
        server_id BIGINT NOT NULL REFERENCES server (id),
        name TEXT NOT NULL,
        color TEXT,
        permissions BIGINT NOT NULL,
        position BIGINT NOT NULL,
        is_default BOOLEAN NOT NULL DEFAULT FALSE,
        managed_by BIGINT,
        CHECK (is_default = (position = 0))
    )",
    "CREATE INDEX server_role_by_server ON server_role (server_id)",
    "CREATE UNIQUE INDEX server_role_default ON server_role (server_id) \
     WHERE is_default",
    "CREATE TABLE server_member_role (
        server_id BIGINT NOT NULL,
        user_id BIGINT NOT NULL,
        role_id BIGINT NOT NULL REFERENCES server_role (id) ON DELETE CASCADE,
        PRIMARY KEY (server_id, user_id, role_id),
        FOREIGN KEY (server_id, user_id)
            REFERENCES server_member (server_id, user_id) ON DELETE CASCADE
    ) {without_rowid}",
    "CREATE INDEX server_member_role_by_role ON server_member_role (role_id)",
    "CREATE TABLE server_channel (
        conversation_id BIGINT NOT NULL PRIMARY KEY REFERENCES conversation (id),
        server_id BIGINT NOT NULL REFERENCES server (id),
        name TEXT NOT NULL,
        topic TEXT NOT NULL DEFAULT '',
        position BIGINT NOT NULL,
        deleted_at BIGINT
    )",
    "CREATE INDEX server_channel_by_server ON server_channel (server_id)",
    "CREATE TABLE channel_overwrite (
        conversation_id BIGINT NOT NULL REFERENCES server_channel (conversation_id),
        kind TEXT NOT NULL CHECK (kind IN ('role', 'member')),
        target_id BIGINT NOT NULL,
        allow BIGINT NOT NULL,
        deny BIGINT NOT NULL,
        PRIMARY KEY (conversation_id, kind, target_id)
    ) {without_rowid}",
    r#"CREATE TABLE server_ban (
        server_id BIGINT NOT NULL REFERENCES server (id),
        user_id BIGINT NOT NULL REFERENCES "user" (id),
        reason TEXT,
        banned_by BIGINT NOT NULL REFERENCES "user" (id),
        banned_at BIGINT NOT NULL,
        PRIMARY KEY (server_id, user_id)
    ) {without_rowid}"#,
    r#"CREATE TABLE server_departure (
        server_id BIGINT NOT NULL REFERENCES server (id),
        user_id BIGINT NOT NULL REFERENCES "user" (id),
        timed_out_until BIGINT NOT NULL,
        PRIMARY KEY (server_id, user_id)
    ) {without_rowid}"#,
    r#"CREATE TABLE server_invite (
        id {id},
        server_id BIGINT NOT NULL REFERENCES server (id),
        code_hash TEXT NOT NULL UNIQUE,
        created_by BIGINT NOT NULL REFERENCES "user" (id),
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        max_uses INTEGER NOT NULL,
        uses INTEGER NOT NULL DEFAULT 0,
        CHECK (uses <= max_uses)
    )"#,
    "CREATE INDEX server_invite_by_server ON server_invite (server_id)",
    "CREATE TABLE server_audit (
        id {id},
        server_id BIGINT NOT NULL REFERENCES server (id),
        at BIGINT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        before TEXT,
        after TEXT,
        reason TEXT
    )",
    "CREATE INDEX server_audit_by_server ON server_audit (server_id, id)",
];

/// Lets `conversation.kind` be one of `kinds`. SQLite cannot change a constraint, so there the table
/// is made anew, by the steps that its documentation gives for that.
async fn allow_kinds(manager: &SchemaManager<'_>, kinds: &str) -> Result<(), DbErr> {
    if dialect::is_sqlite(manager) {
        let table = CONVERSATION.replace("{kinds}", kinds);
        dialect::run(
            manager,
            &[
                // Outside of a transaction: within one it does nothing.
                "PRAGMA foreign_keys = OFF",
                // Triggers speak of the table while there is none of its name.
                "PRAGMA legacy_alter_table = ON",
                "BEGIN IMMEDIATE",
                &table,
                "INSERT INTO conversation_new SELECT id, kind, dm_low, dm_high, last_seq, last_rev, \
                 created_at FROM conversation",
                "DROP TABLE conversation",
                "ALTER TABLE conversation_new RENAME TO conversation",
                "CREATE UNIQUE INDEX conversation_dm ON conversation (dm_low, dm_high) \
                 WHERE kind = 'dm'",
                "CREATE INDEX conversation_dm_high ON conversation (dm_high) WHERE kind = 'dm'",
                "CREATE UNIQUE INDEX conversation_public ON conversation (kind) \
                 WHERE kind = 'public'",
                "COMMIT",
                "PRAGMA legacy_alter_table = OFF",
                "PRAGMA foreign_keys = ON",
            ],
        )
        .await
    } else {
        let check = format!(
            "ALTER TABLE conversation ADD CONSTRAINT conversation_kind_check \
             CHECK (kind IN ({kinds}))"
        );
        dialect::run(
            manager,
            &[
                "ALTER TABLE conversation DROP CONSTRAINT conversation_kind_check",
                &check,
            ],
        )
        .await
    }
}

const CONVERSATION: &str = r#"CREATE TABLE conversation_new (
    id {id},
    kind TEXT NOT NULL CHECK (kind IN ({kinds})),
    dm_low BIGINT REFERENCES "user" (id),
    dm_high BIGINT REFERENCES "user" (id),
    last_seq BIGINT NOT NULL DEFAULT 0,
    last_rev BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    CHECK ((kind = 'dm') = (dm_low IS NOT NULL)),
    CHECK ((dm_low IS NULL) = (dm_high IS NULL)),
    CHECK (dm_low <= dm_high)
)"#;
