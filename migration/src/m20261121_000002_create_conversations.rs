//! Conversations, their members and their messages, and the triggers of the write path.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Messages are never removed, only emptied, so a plain rowid is never reused and the
        // bookkeeping of AUTOINCREMENT is spared on the hot path.
        let message_id = if dialect::is_sqlite(manager) {
            "INTEGER PRIMARY KEY"
        } else {
            "{id}"
        };
        let message = MESSAGE.replace("{message_id}", message_id);
        let dm_log = DM_LOG.replace(
            "{message_key}",
            if dialect::is_sqlite(manager) {
                "INTEGER"
            } else {
                "BIGINT"
            },
        );
        dialect::run(
            manager,
            &[
                r#"CREATE TABLE conversation (
                    id {id},
                    kind TEXT NOT NULL CHECK (kind IN ('public', 'dm', 'gdm')),
                    dm_low BIGINT REFERENCES "user" (id),
                    dm_high BIGINT REFERENCES "user" (id),
                    last_seq BIGINT NOT NULL DEFAULT 0,
                    last_rev BIGINT NOT NULL DEFAULT 0,
                    created_at BIGINT NOT NULL,
                    CHECK ((kind = 'dm') = (dm_low IS NOT NULL)),
                    CHECK ((dm_low IS NULL) = (dm_high IS NULL)),
                    CHECK (dm_low <= dm_high)
                )"#,
                "CREATE UNIQUE INDEX conversation_dm ON conversation (dm_low, dm_high) \
                 WHERE kind = 'dm'",
                "CREATE INDEX conversation_dm_high ON conversation (dm_high) WHERE kind = 'dm'",
                "CREATE UNIQUE INDEX conversation_public ON conversation (kind) \
                 WHERE kind = 'public'",
                r#"CREATE TABLE conversation_member (
                    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
                    user_id BIGINT NOT NULL REFERENCES "user" (id),
                    read_seq BIGINT NOT NULL DEFAULT 0,
                    joined_at BIGINT NOT NULL,
                    PRIMARY KEY (conversation_id, user_id)
                ) {without_rowid}"#,
                "CREATE INDEX conversation_member_by_user ON conversation_member (user_id)",
                &message,
                "CREATE UNIQUE INDEX message_seq ON message (conversation_id, seq)",
                "CREATE INDEX message_rev ON message (conversation_id, rev)",
                // The nonce first: clients that make time-ordered ones then append at one edge of
                // the index, whoever they are, which halves the cost of storing a message.
                "CREATE UNIQUE INDEX message_nonce ON message (nonce, sender_id) \
                 WHERE nonce IS NOT NULL",
                "CREATE INDEX message_tombstone ON message (conversation_id, seq) \
                 WHERE deleted_at IS NOT NULL",
                r#"CREATE TABLE mention (
                    message_id BIGINT NOT NULL REFERENCES message (id),
                    user_id BIGINT NOT NULL REFERENCES "user" (id),
                    conversation_id BIGINT NOT NULL,
                    seq BIGINT NOT NULL,
                    PRIMARY KEY (message_id, user_id)
                ) {without_rowid}"#,
                "CREATE INDEX mention_by_user ON mention (user_id, conversation_id, seq)",
                &dm_log,
                "CREATE INDEX dm_log_by_conversation ON dm_log (conversation_id)",
                "INSERT INTO conversation (kind, created_at) VALUES ('public', 0)",
            ],
        )
        .await?;
        if dialect::is_sqlite(manager) {
            dialect::run(manager, &[SQLITE_MESSAGE_TRIGGER]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP TABLE dm_log",
                "DROP TABLE mention",
                "DROP TABLE message",
                "DROP TABLE conversation_member",
                "DROP TABLE conversation",
            ],
        )
        .await
    }
}

const MESSAGE: &str = r#"CREATE TABLE message (
    id {message_id},
    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
    seq BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    sender_id BIGINT REFERENCES "user" (id),
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    attachment TEXT,
    reply_to BIGINT,
    reply_user_id BIGINT,
    reply_snippet TEXT,
    mentions TEXT,
    nonce TEXT,
    logged BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    edited_by BIGINT,
    deleted_at BIGINT
)"#;

/// A log without foreign keys: it must outlast what it speaks of, and every DM writes to it.
const DM_LOG: &str = "CREATE TABLE dm_log (
    message_id {message_key} NOT NULL PRIMARY KEY,
    conversation_id BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
)";

/// What belongs to a new message besides its row: its conversation's counters, its author's place,
/// its mentions and its line in the DM log. In a trigger, so that one statement, committed by
/// itself, stores a whole batch; PostgreSQL does the same in one statement with CTEs.
const SQLITE_MESSAGE_TRIGGER: &str = r"CREATE TRIGGER message_sent AFTER INSERT ON message BEGIN
    UPDATE conversation SET last_seq = NEW.seq, last_rev = NEW.rev
        WHERE id = NEW.conversation_id;
    UPDATE conversation_member SET read_seq = NEW.seq
        WHERE conversation_id = NEW.conversation_id AND user_id = NEW.sender_id;
    INSERT INTO mention (message_id, user_id, conversation_id, seq)
        SELECT NEW.id, value, NEW.conversation_id, NEW.seq FROM json_each(NEW.mentions);
    INSERT INTO dm_log (message_id, conversation_id, sender_id, text, created_at)
        SELECT NEW.id, NEW.conversation_id, NEW.sender_id, NEW.text, NEW.created_at
        WHERE NEW.logged;
END";
