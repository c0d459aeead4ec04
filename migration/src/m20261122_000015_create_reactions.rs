//! Reactions to messages.

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
                r#"CREATE TABLE reaction (
                    message_id BIGINT NOT NULL REFERENCES message (id),
                    emoji TEXT NOT NULL,
                    user_id BIGINT NOT NULL REFERENCES "user" (id),
                    reacted_at BIGINT NOT NULL,
                    PRIMARY KEY (message_id, emoji, user_id)
                ) {without_rowid}"#,
                "CREATE INDEX reaction_by_user ON reaction (user_id)",
                // How many rows there are: a page of messages without any asks for none.
                "ALTER TABLE message ADD COLUMN reactions BIGINT NOT NULL DEFAULT 0",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "ALTER TABLE message DROP COLUMN reactions",
                "DROP TABLE reaction",
            ],
        )
        .await
    }
}
