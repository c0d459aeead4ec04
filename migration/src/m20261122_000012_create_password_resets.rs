//! Tokens with which people who forgot their password set another one.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let reset = r#"CREATE TABLE password_reset (
                user_id BIGINT NOT NULL PRIMARY KEY REFERENCES "user" (id),
                token_hash TEXT NOT NULL,
                expires_at BIGINT NOT NULL
            )"#;
        dialect::run(manager, &[reset]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE password_reset"]).await
    }
}
