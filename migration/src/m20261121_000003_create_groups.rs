//! Groups, their invites and who was kicked from them.

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
                r#"CREATE TABLE gdm (
                    conversation_id BIGINT NOT NULL PRIMARY KEY REFERENCES conversation (id),
                    name TEXT NOT NULL,
                    description TEXT NOT NULL DEFAULT '',
                    owner_id BIGINT NOT NULL REFERENCES "user" (id),
                    locked BOOLEAN NOT NULL DEFAULT FALSE,
                    invite_code TEXT NOT NULL UNIQUE,
                    invite_code_at BIGINT NOT NULL,
                    deleted_at BIGINT
                )"#,
                r#"CREATE TABLE gdm_invite (
                    id {id},
                    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
                    code_hash TEXT NOT NULL UNIQUE,
                    created_by BIGINT NOT NULL REFERENCES "user" (id),
                    created_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    used_at BIGINT,
                    used_by BIGINT REFERENCES "user" (id)
                )"#,
                "CREATE INDEX gdm_invite_by_group ON gdm_invite (conversation_id)",
                r#"CREATE TABLE gdm_kick (
                    conversation_id BIGINT NOT NULL REFERENCES conversation (id),
                    user_id BIGINT NOT NULL REFERENCES "user" (id),
                    kicked_at BIGINT NOT NULL,
                    PRIMARY KEY (conversation_id, user_id)
                ) {without_rowid}"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP TABLE gdm_kick",
                "DROP TABLE gdm_invite",
                "DROP TABLE gdm",
            ],
        )
        .await
    }
}
