//! Timeouts, shadow bans, bans of addresses and devices, and reports.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await
    }
}

const UP: &[&str] = &[
    r#"ALTER TABLE "user" ADD COLUMN timed_out_at BIGINT"#,
    r#"ALTER TABLE "user" ADD COLUMN timed_out_until BIGINT"#,
    r#"ALTER TABLE "user" ADD COLUMN shadow_banned_at BIGINT"#,
    r#"ALTER TABLE "user" ADD COLUMN immune BOOLEAN NOT NULL DEFAULT FALSE"#,
    r#"ALTER TABLE "user" ADD COLUMN deleted_at BIGINT"#,
    "ALTER TABLE message ADD COLUMN shadow SMALLINT NOT NULL DEFAULT 0",
    // What is not unread to others although it is there. Nearly always empty.
    "CREATE INDEX message_shadow ON message (conversation_id, seq) WHERE shadow <> 0",
    r#"CREATE TABLE ip_ban (
        address TEXT NOT NULL PRIMARY KEY,
        user_id BIGINT REFERENCES "user" (id),
        automatic BOOLEAN NOT NULL,
        banned_at BIGINT NOT NULL
    ) {without_rowid}"#,
    "CREATE INDEX ip_ban_by_user ON ip_ban (user_id)",
    r#"CREATE TABLE device_ban (
        client_id TEXT NOT NULL PRIMARY KEY,
        user_id BIGINT REFERENCES "user" (id),
        automatic BOOLEAN NOT NULL,
        banned_at BIGINT NOT NULL
    ) {without_rowid}"#,
    "CREATE INDEX device_ban_by_user ON device_ban (user_id)",
    r#"CREATE TABLE device (
        user_id BIGINT NOT NULL REFERENCES "user" (id),
        client_id TEXT NOT NULL,
        address TEXT NOT NULL,
        private_address TEXT NOT NULL DEFAULT '',
        seen_at BIGINT NOT NULL,
        PRIMARY KEY (user_id, client_id)
    ) {without_rowid}"#,
    "CREATE INDEX device_by_client ON device (client_id)",
    r#"CREATE TABLE report (
        id {id},
        kind TEXT NOT NULL CHECK (kind IN ('message', 'user')),
        message_id BIGINT REFERENCES message (id),
        excerpt TEXT,
        target_id BIGINT NOT NULL REFERENCES "user" (id),
        reporter_id BIGINT NOT NULL REFERENCES "user" (id),
        reason TEXT NOT NULL,
        details TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        status TEXT NOT NULL
            CHECK (status IN ('pending', 'reviewed', 'resolved', 'dismissed')),
        admin_notes TEXT NOT NULL DEFAULT '',
        resolved_at BIGINT,
        resolved_by BIGINT REFERENCES "user" (id),
        CHECK ((kind = 'message') = (message_id IS NOT NULL))
    )"#,
    "CREATE INDEX report_by_status ON report (status, id)",
    "CREATE INDEX report_by_reporter ON report (reporter_id, target_id)",
];

/// What was hidden from others must not come to light: of it stay tombstones.
const DOWN: &[&str] = &[
    "DROP TABLE report",
    "DROP TABLE device",
    "DROP TABLE device_ban",
    "DROP TABLE ip_ban",
    "UPDATE message SET source = '', text = '', attachment = NULL, deleted_at = created_at \
     WHERE shadow <> 0 AND deleted_at IS NULL",
    "DROP INDEX message_shadow",
    "ALTER TABLE message DROP COLUMN shadow",
    r#"ALTER TABLE "user" DROP COLUMN deleted_at"#,
    r#"ALTER TABLE "user" DROP COLUMN immune"#,
    r#"ALTER TABLE "user" DROP COLUMN shadow_banned_at"#,
    r#"ALTER TABLE "user" DROP COLUMN timed_out_until"#,
    r#"ALTER TABLE "user" DROP COLUMN timed_out_at"#,
];
