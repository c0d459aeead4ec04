//! What was brought over from the old server, so that bringing it over again adds nothing twice.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No references: what is deleted here stays brought over.
        let imported = "CREATE TABLE imported (
                kind TEXT NOT NULL,
                old_key TEXT NOT NULL,
                mark TEXT NOT NULL,
                new_id BIGINT NOT NULL,
                PRIMARY KEY (kind, old_key, mark)
            ) {without_rowid}";
        dialect::run(manager, &[imported]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE imported"]).await
    }
}
