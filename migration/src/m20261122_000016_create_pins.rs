//! Pinned messages, and how far people have cleared a conversation for themselves.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                r#"CREATE TABLE pin (
                    message_id {key} NOT NULL PRIMARY KEY REFERENCES message (id),
                    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
                    pinned_by BIGINT NOT NULL REFERENCES "user" (id),
                    pinned_at BIGINT NOT NULL
                )"#
                .replace("{key}", dialect::integer_key(manager))
                .as_str(),
                "CREATE INDEX pin_by_conversation ON pin (conversation_id, pinned_at)",
                "ALTER TABLE conversation_member ADD COLUMN cleared_seq BIGINT NOT NULL DEFAULT 0",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "ALTER TABLE conversation_member DROP COLUMN cleared_seq",
                "DROP TABLE pin",
            ],
        )
        .await
    }
}
