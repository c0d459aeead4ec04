//! A database for one test: a file, or a database on the `PostgreSQL` server that tests are given.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, Value};
use tempfile::TempDir;

/// Where the `PostgreSQL` server for tests is.
const POSTGRES: &str = "CHATTER_TEST_POSTGRES_URL";

/// An empty database that is gone with this value.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    url: String,
    folder: TempDir,
    /// The server's own database and the name of ours.
    on_server: Option<(String, String)>,
}

impl TestDatabase {
    /// A fresh database of the kind that is being tested.
    pub(crate) async fn create() -> Self {
        match std::env::var(POSTGRES) {
            Ok(server) => Self::create_on(server).await,
            Err(_) => Self::create_file(),
        }
    }

    /// A fresh `SQLite` file.
    pub(crate) fn create_file() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("chatter.db");
        Self {
            url: format!("sqlite://{}?mode=rwc", file.display()),
            folder,
            on_server: None,
        }
    }

    async fn create_on(server: String) -> Self {
        let name = format!("chatter_{}", uuid::Uuid::now_v7().simple());
        let connection = Database::connect(&server).await.expect("the server");
        let sql = format!("CREATE DATABASE {name}");
        let created = connection.execute_unprepared(&sql).await;
        created.expect("a database");
        connection.close().await.expect("closed");
        let (before, _) = server.rsplit_once('/').expect("a URL with a database");
        Self {
            url: format!("{before}/{name}"),
            folder: tempfile::tempdir().expect("a folder"),
            on_server: Some((server, name)),
        }
    }

    /// The URL for the configuration.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A folder beside the database.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A connection for looking and arranging, past the app.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.expect("the database")
    }

    /// Takes the database away, whoever is connected.
    pub(crate) async fn remove(&self) {
        if let Some((server, name)) = &self.on_server {
            let connection = Database::connect(server).await.expect("the server");
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            connection.execute_unprepared(&sql).await.expect("dropped");
            connection.close().await.expect("closed");
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        std::thread::scope(|scope| {
            let removed = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                runtime.block_on(self.remove());
            });
            removed.join().expect("the database is removed");
        });
    }
}

/// The one number that `sql` answers.
pub(crate) async fn number(
    db: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> i64 {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db.query_one_raw(statement).await.expect(sql).expect(sql);
    row.try_get_by_index(0).expect(sql)
}

/// Does what `sql` says.
pub(crate) async fn run(
    db: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> u64 {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await.expect(sql).rows_affected()
}
