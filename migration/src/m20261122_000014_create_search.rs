//! What the search looks through: the text of each message, folded, and an index of its trigrams.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = TABLE.replace("{key}", dialect::integer_key(manager));
        dialect::run(
            manager,
            &[
                &table,
                "CREATE INDEX search_entry_by_conversation \
                 ON search_entry (conversation_id, message_id)",
                "CREATE INDEX search_entry_by_sender ON search_entry (sender_id, message_id)",
            ],
        )
        .await?;
        if dialect::is_sqlite(manager) {
            dialect::run(manager, SQLITE).await
        } else {
            let connection = manager.get_connection();
            connection.execute_unprepared(POSTGRES).await.map(drop)
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if dialect::is_sqlite(manager) {
            dialect::run(manager, &["DROP TABLE search_index"]).await?;
        }
        dialect::run(manager, &["DROP TABLE search_entry"]).await
    }
}

/// Rows come a little after their messages: an indexer writes them, and not the statement that
/// stores messages.
const TABLE: &str = "CREATE TABLE search_entry (
    message_id {key} NOT NULL PRIMARY KEY REFERENCES message (id),
    conversation_id BIGINT NOT NULL,
    sender_id BIGINT,
    has BIGINT NOT NULL,
    folded TEXT NOT NULL
)";

/// An index beside the table, which the triggers keep in step with it. Without positions it is a
/// third of the size: that a row has the trigrams of a word says it may have the word, and the row
/// itself is looked at then.
const SQLITE: &[&str] = &[
    "CREATE VIRTUAL TABLE search_index USING fts5 (folded, content='search_entry', \
     content_rowid='message_id', tokenize='trigram case_sensitive 1', detail=none, columnsize=0)",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
        INSERT INTO search_index (rowid, folded) VALUES (NEW.message_id, NEW.folded);
    END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN
        INSERT INTO search_index (search_index, rowid, folded)
            VALUES ('delete', OLD.message_id, OLD.folded);
    END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE OF folded ON search_entry BEGIN
        INSERT INTO search_index (search_index, rowid, folded)
            VALUES ('delete', OLD.message_id, OLD.folded);
        INSERT INTO search_index (rowid, folded) VALUES (NEW.message_id, NEW.folded);
    END",
];

/// The extension is part of PostgreSQL's contrib modules. Where it is missing, or not for this role
/// to create, the search goes without an index, and the server says at its start what to do.
const POSTGRES: &str = "DO $$ BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
        RAISE WARNING 'the extension pg_trgm cannot be created: %', SQLERRM;
    END;
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX search_entry_trigrams ON search_entry USING gin (folded gin_trgm_ops);
    END IF;
END $$";
