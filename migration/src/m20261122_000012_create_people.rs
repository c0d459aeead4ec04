//! Password resets, and accounts that their people have given up.

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
                r#"CREATE TABLE password_reset (
                    user_id BIGINT NOT NULL PRIMARY KEY REFERENCES "user" (id),
                    token_hash TEXT NOT NULL,
                    expires_at BIGINT NOT NULL
                )"#,
                r#"ALTER TABLE "user" ADD COLUMN deleted_at BIGINT"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                r#"ALTER TABLE "user" DROP COLUMN deleted_at"#,
                "DROP TABLE password_reset",
            ],
        )
        .await
    }
}
