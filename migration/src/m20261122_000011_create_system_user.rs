//! The account that stands for the author "System", so that people can have a DM with it.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No password has an empty hash, and nobody else can have the name: it is reserved.
        let system = r#"INSERT INTO "user" (id, username, username_folded, password_hash, role,
                avatar, bio, custom_status, presence, theme, language, created_at)
            VALUES (0, 'System', 'system', '', 'user', NULL, '', '', '', 'light', 'en', 0)"#;
        dialect::run(manager, &[system]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &[r#"DELETE FROM "user" WHERE id = 0"#]).await
    }
}
