//! Messages that mention roles of a server, and channels that are locked.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await?;
        if dialect::is_sqlite(manager) {
            dialect::run(manager, &[SQLITE_TRIGGER]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if dialect::is_sqlite(manager) {
            dialect::run(manager, &["DROP TRIGGER message_mentions_roles"]).await?;
        }
        dialect::run(
            manager,
            &[
                "DROP TABLE role_mention",
                "ALTER TABLE message DROP COLUMN role_mentions",
                "ALTER TABLE server_channel DROP COLUMN locked",
            ],
        )
        .await
    }
}

const UP: &[&str] = &[
    "ALTER TABLE server_channel ADD COLUMN locked BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE message ADD COLUMN role_mentions TEXT",
    "CREATE TABLE role_mention (
        message_id BIGINT NOT NULL REFERENCES message (id),
        role_id BIGINT NOT NULL REFERENCES server_role (id) ON DELETE CASCADE,
        conversation_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        PRIMARY KEY (message_id, role_id)
    ) {without_rowid}",
    "CREATE INDEX role_mention_by_place ON role_mention (conversation_id, seq)",
    "CREATE INDEX role_mention_by_role ON role_mention (role_id)",
];

/// A trigger of its own: a message that mentions no role, as nearly all do, pays for one comparison.
const SQLITE_TRIGGER: &str = r"CREATE TRIGGER message_mentions_roles AFTER INSERT ON message
WHEN NEW.role_mentions IS NOT NULL BEGIN
    INSERT INTO role_mention (message_id, role_id, conversation_id, seq)
        SELECT NEW.id, value, NEW.conversation_id, NEW.seq FROM json_each(NEW.role_mentions);
END";
