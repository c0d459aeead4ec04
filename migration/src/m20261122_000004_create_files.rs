//! Files that people upload.

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
    r#"CREATE TABLE file (
        id {id},
        public_id TEXT NOT NULL UNIQUE,
        stored_name TEXT NOT NULL UNIQUE,
        blob_name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('attachment', 'shared', 'avatar')),
        owner_id BIGINT NOT NULL REFERENCES "user" (id),
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size BIGINT NOT NULL,
        thumbnail_type TEXT,
        thumbnail_size BIGINT,
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        attached_at BIGINT,
        CHECK ((kind = 'shared') = (expires_at IS NOT NULL)),
        CHECK ((thumbnail_type IS NULL) = (thumbnail_size IS NULL))
    )"#,
    "CREATE INDEX file_by_owner ON file (owner_id)",
    "CREATE INDEX file_shared ON file (id) WHERE kind = 'shared'",
    "CREATE INDEX file_by_expiry ON file (expires_at) WHERE expires_at IS NOT NULL",
    // Uploads that no message has named yet.
    "CREATE INDEX file_unsent ON file (created_at) \
     WHERE kind = 'attachment' AND attached_at IS NULL",
    // Whether another message has the file of one that is deleted.
    "CREATE INDEX message_by_attachment ON message (attachment) WHERE attachment IS NOT NULL",
];

const DOWN: &[&str] = &["DROP INDEX message_by_attachment", "DROP TABLE file"];
