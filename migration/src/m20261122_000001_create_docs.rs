//! Documents: who may do what with them, their updates, and the states that were kept.

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
                r#"CREATE TABLE doc (
                    id {id},
                    name TEXT NOT NULL,
                    created_by BIGINT NOT NULL REFERENCES "user" (id),
                    created_at BIGINT NOT NULL,
                    version BIGINT NOT NULL DEFAULT 0,
                    last_edited_by BIGINT REFERENCES "user" (id),
                    last_edited_at BIGINT,
                    CHECK ((last_edited_by IS NULL) = (last_edited_at IS NULL))
                )"#,
                r#"CREATE TABLE doc_member (
                    doc_id BIGINT NOT NULL REFERENCES doc (id) ON DELETE CASCADE,
                    user_id BIGINT NOT NULL REFERENCES "user" (id),
                    role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'creator')),
                    added_at BIGINT NOT NULL,
                    PRIMARY KEY (doc_id, user_id)
                ) {without_rowid}"#,
                "CREATE INDEX doc_member_by_user ON doc_member (user_id)",
                r#"CREATE TABLE doc_update (
                    doc_id BIGINT NOT NULL REFERENCES doc (id) ON DELETE CASCADE,
                    version BIGINT NOT NULL,
                    user_id BIGINT NOT NULL REFERENCES "user" (id),
                    data {bytes} NOT NULL,
                    created_at BIGINT NOT NULL,
                    PRIMARY KEY (doc_id, version)
                )"#,
                "CREATE TABLE doc_snapshot (
                    doc_id BIGINT NOT NULL PRIMARY KEY REFERENCES doc (id) ON DELETE CASCADE,
                    version BIGINT NOT NULL,
                    data {bytes} NOT NULL,
                    created_at BIGINT NOT NULL
                )",
                "CREATE TABLE doc_revision (
                    id {id},
                    doc_id BIGINT NOT NULL REFERENCES doc (id) ON DELETE CASCADE,
                    version BIGINT NOT NULL,
                    name TEXT,
                    sealed BOOLEAN NOT NULL DEFAULT FALSE,
                    started_at BIGINT NOT NULL,
                    created_at BIGINT NOT NULL,
                    bytes BIGINT NOT NULL,
                    content {bytes} NOT NULL
                )",
                "CREATE INDEX doc_revision_by_doc ON doc_revision (doc_id, id)",
                r#"CREATE TABLE doc_revision_author (
                    revision_id BIGINT NOT NULL REFERENCES doc_revision (id) ON DELETE CASCADE,
                    user_id BIGINT NOT NULL REFERENCES "user" (id),
                    PRIMARY KEY (revision_id, user_id)
                ) {without_rowid}"#,
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(
            manager,
            &[
                "DROP TABLE doc_revision_author",
                "DROP TABLE doc_revision",
                "DROP TABLE doc_snapshot",
                "DROP TABLE doc_update",
                "DROP TABLE doc_member",
                "DROP TABLE doc",
            ],
        )
        .await
    }
}
