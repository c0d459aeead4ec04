//! Custom channels, and their scripts as they were read.

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
    r#"CREATE TABLE custom_channel (
        id {id},
        url TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        enabled BOOLEAN NOT NULL,
        created_by BIGINT NOT NULL REFERENCES "user" (id),
        created_at BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        size BIGINT NOT NULL,
        pinned_at BIGINT NOT NULL,
        checked_at BIGINT NOT NULL,
        found_sha256 TEXT,
        found_at BIGINT,
        trusted_sha256 TEXT,
        trusted_by BIGINT REFERENCES "user" (id),
        trusted_at BIGINT,
        CHECK ((found_sha256 IS NULL) = (found_at IS NULL)),
        CHECK ((trusted_sha256 IS NULL) = (trusted_by IS NULL)),
        CHECK ((trusted_sha256 IS NULL) = (trusted_at IS NULL))
    )"#,
    "CREATE INDEX custom_channel_by_check ON custom_channel (checked_at)",
    // At most two of each channel: the one that runs, and the one found at its source since.
    "CREATE TABLE custom_channel_script (
        channel_id BIGINT NOT NULL REFERENCES custom_channel (id),
        sha256 TEXT NOT NULL,
        script TEXT NOT NULL,
        PRIMARY KEY (channel_id, sha256)
    )",
];

const DOWN: &[&str] = &[
    "DROP TABLE custom_channel_script",
    "DROP TABLE custom_channel",
];
