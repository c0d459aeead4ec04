//! Accounts and their sessions.

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
                r#"CREATE TABLE "user" (
                    id {id},
                    username TEXT NOT NULL,
                    username_folded TEXT NOT NULL UNIQUE,
                    password_hash TEXT NOT NULL,
                    role TEXT NOT NULL CHECK (role IN ('user', 'admin', 'superadmin')),
                    email TEXT,
                    avatar TEXT,
                    bio TEXT NOT NULL DEFAULT '',
                    custom_status TEXT NOT NULL DEFAULT '',
                    presence TEXT NOT NULL DEFAULT '',
                    theme TEXT NOT NULL DEFAULT 'light',
                    language TEXT NOT NULL DEFAULT 'en',
                    created_at BIGINT NOT NULL,
                    last_seen_at BIGINT,
                    banned_at BIGINT
                )"#,
                r#"CREATE TABLE session (
                    id_hash TEXT NOT NULL PRIMARY KEY,
                    user_id BIGINT REFERENCES "user" (id) ON DELETE CASCADE,
                    data TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    last_used_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    address TEXT NOT NULL,
                    user_agent TEXT NOT NULL
                ) {without_rowid}"#,
                "CREATE INDEX session_by_user ON session (user_id)",
                "CREATE INDEX session_by_expiry ON session (expires_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &["DROP TABLE session", r#"DROP TABLE "user""#]).await
    }
}
