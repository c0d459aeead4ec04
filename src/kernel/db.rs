//! The database: one writer and a pool of readers on SQLite, one pool on PostgreSQL.
//!
//! Owns connections, pragmas, migrations and [`Tx`]. Invariant: on SQLite every write goes through
//! the one writing connection, so there is never a lock to wait for longer than a batch takes, and
//! a transaction takes the write lock when it begins rather than failing half-way.

use std::{path::Path, time::Duration};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};

use super::error::Result;

/// Readers on SQLite. More than the cores of a small machine only add contention.
const SQLITE_READERS: u32 = 4;
/// Connections on PostgreSQL, shared by readers and transactions.
const POSTGRES_CONNECTIONS: u32 = 16;
/// Prepared statements kept per connection.
const STATEMENT_CACHE: usize = 256;

/// A transaction; dropping it without [`commit`](DatabaseTransaction::commit) undoes it.
pub type Tx = DatabaseTransaction;

/// Handles to the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Db {
    /// Opens the database at `url`, creating a SQLite file where there is none, and brings its
    /// schema up to date.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let db = if url.starts_with("sqlite:") {
            create_parent_folder(url)?;
            let writer = Database::connect(sqlite_options(url, 1, false)).await?;
            Migrator::up(&writer, None).await?;
            let reader = Database::connect(sqlite_options(url, SQLITE_READERS, true)).await?;
            Self { writer, reader }
        } else {
            let pool = Database::connect(postgres_options(url)).await?;
            Migrator::up(&pool, None).await?;
            Self {
                writer: pool.clone(),
                reader: pool,
            }
        };
        Ok(db)
    }

    /// For queries that change nothing.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For single statements that change something; several belong into [`Db::begin`].
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        let options = match self.writer.get_database_backend() {
            DatabaseBackend::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions::default(),
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        // On SQLite the driver's own ping touches no file.
        let read = "SELECT 1 FROM conversation LIMIT 1";
        self.reader.execute_unprepared(read).await?;
        self.writer.ping().await
    }

    /// Closes the connections, letting SQLite fold its write-ahead log into the file.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }
}

fn sqlite_options(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        // The connections are to a local file: they do not go stale, and asking costs a round trip.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: an acknowledged message survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .statement_cache_capacity(STATEMENT_CACHE)
                .pragma("cache_size", "-65536")
                .pragma("mmap_size", "268435456")
                .read_only(read_only)
        });
    options
}

fn postgres_options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(POSTGRES_CONNECTIONS)
        .min_connections(2)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(STATEMENT_CACHE));
    options
}

fn create_parent_folder(url: &str) -> std::io::Result<()> {
    let path = url
        .trim_start_matches("sqlite:")
        .trim_start_matches("//")
        .split('?')
        .next()
        .unwrap_or_default();
    match Path::new(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
        _ => Ok(()),
    }
}
