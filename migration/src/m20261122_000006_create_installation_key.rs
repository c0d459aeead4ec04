//! The installation's key, and which tokens' ends were told of.

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
    "CREATE TABLE installation_key (
        id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
        secret TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )",
    // How many days before its end its creator was told of it last.
    "ALTER TABLE integration_token ADD COLUMN warned_days BIGINT",
    "CREATE INDEX integration_token_by_end ON integration_token (expires_at) \
     WHERE expires_at IS NOT NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX integration_token_by_end",
    "ALTER TABLE integration_token DROP COLUMN warned_days",
    "DROP TABLE installation_key",
];
