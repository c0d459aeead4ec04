//! The old server's database: opened for reading alone, its schema found out, its rows in pages.
//!
//! Everything is read within one transaction, so that a server that still runs on it cannot change
//! what is read half-way. SQLite keeps values of any type in any column: each is taken as text, and
//! what it means is found out by whoever reads it.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    path::Path,
};

use anyhow::{Context, bail, ensure};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, QueryResult, Statement, TransactionTrait, Value,
};

use super::{
    spec::{self, TABLES, Table},
    values,
};

/// How many rows are in memory at a time.
const PAGE: u32 = 500;
/// How many of those with whole documents in them.
const FEW: u32 = 8;
/// How an SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// A table that databases of this server have.
const OURS: &str = "seaql_migrations";

/// The old database.
pub(super) struct Source {
    snapshot: DatabaseTransaction,
    tables: HashMap<&'static str, Found>,
    /// Tables that are not read, with how many rows they have.
    pub(super) unknown_tables: Vec<(String, i64)>,
    /// Columns that are not read, of tables that are.
    pub(super) unknown_columns: Vec<String>,
}

/// A table that is there.
#[derive(Debug)]
struct Found {
    name: String,
    /// What its columns are called here, and there.
    columns: Vec<(&'static str, String)>,
    has_rowid: bool,
}

/// One row, its values as text.
#[derive(Debug)]
pub(super) struct Row {
    /// Where it is in its table.
    position: i64,
    values: HashMap<&'static str, String>,
}

/// Where the next page of a table begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor(i64);

impl Source {
    /// Opens `file`.
    ///
    /// # Errors
    /// Says why when it is not the database of an old server.
    pub(super) async fn open(file: &Path) -> anyhow::Result<Self> {
        require_sqlite(file)?;
        let db = connect(file)
            .await
            .with_context(|| format!("{} cannot be read", file.display()))?;
        let snapshot = db.begin().await?;
        let encoding: String = one(&snapshot, "PRAGMA encoding").await?;
        ensure!(
            encoding == "UTF-8",
            "{} has texts in {encoding}; only UTF-8 is read",
            file.display()
        );
        let mut source = Self {
            snapshot,
            tables: HashMap::new(),
            unknown_tables: Vec::new(),
            unknown_columns: Vec::new(),
        };
        source.read_schema(file).await?;
        Ok(source)
    }

    async fn read_schema(&mut self, file: &Path) -> anyhow::Result<()> {
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' \
                   AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
        let mut there = BTreeMap::new();
        for row in self.rows(sql, []).await? {
            let name: String = row.try_get_by_index(0)?;
            there.insert(name.to_lowercase(), name);
        }
        if there.contains_key(OURS) {
            bail!(
                "{} is a database of this server, not of the old one",
                file.display()
            );
        }
        for table in TABLES {
            let name = table.names.iter().find_map(|name| there.remove(*name));
            if let Some(name) = name {
                let found = self.find_columns(table, name).await?;
                self.tables.insert(table.name, found);
            }
        }
        for name in there.into_values() {
            let sql = format!("SELECT count(*) FROM {}", quoted(&name));
            // A virtual table whose module is not here cannot even be counted.
            let count = one(&self.snapshot, &sql).await.unwrap_or(-1);
            self.unknown_tables.push((name, count));
        }
        ensure!(
            self.has(&spec::USERS, "username"),
            "{} is no database of the old server: it has no table \"users\" with a column \
             \"username\"",
            file.display()
        );
        Ok(())
    }

    async fn find_columns(&mut self, table: &Table, name: String) -> anyhow::Result<Found> {
        let sql = format!("SELECT name FROM pragma_table_info({})", literal(&name));
        let mut there = BTreeMap::new();
        for row in self.rows(&sql, []).await? {
            let column: String = row.try_get_by_index(0)?;
            there.insert(column.to_lowercase(), column);
        }
        let mut columns = Vec::new();
        for names in table.columns {
            let column = names.iter().find_map(|name| there.remove(*name));
            columns.extend(names.first().copied().zip(column));
        }
        for column in there.into_values() {
            self.unknown_columns.push(format!("{name}.{column}"));
        }
        let probe = format!("SELECT rowid FROM {} LIMIT 0", quoted(&name));
        let has_rowid = self.rows(&probe, []).await.is_ok();
        Ok(Found {
            name,
            columns,
            has_rowid,
        })
    }

    /// Whether a table has a column.
    pub(super) fn has(&self, table: &Table, column: &str) -> bool {
        let found = self.tables.get(table.name);
        found.is_some_and(|found| found.columns.iter().any(|(name, _)| *name == column))
    }

    /// Whether a table is there.
    pub(super) fn has_table(&self, table: &Table) -> bool {
        self.tables.contains_key(table.name)
    }

    /// Whether a column of a table has anything in it.
    pub(super) async fn has_any(&self, table: &Table, column: &str) -> anyhow::Result<bool> {
        let Some(found) = self.tables.get(table.name) else {
            return Ok(false);
        };
        let Some((_, column)) = found.columns.iter().find(|(name, _)| *name == column) else {
            return Ok(false);
        };
        let (column, name) = (quoted(column), quoted(&found.name));
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {name} WHERE {column} <> '')");
        let found: i64 = one(&self.snapshot, &sql).await?;
        Ok(found > 0)
    }

    /// The next page of a table, in the order in which its rows were made; an empty one at its end.
    pub(super) async fn page(
        &self,
        table: &Table,
        cursor: &mut Cursor,
    ) -> anyhow::Result<Vec<Row>> {
        let Some(found) = self.tables.get(table.name) else {
            return Ok(Vec::new());
        };
        let limit = if table.name == spec::DOCS.name {
            FEW
        } else {
            PAGE
        };
        let page = self.rows(&found.select(limit), [cursor.0.into()]).await;
        let page = page.with_context(|| format!("table {}", found.name))?;
        let mut rows = Vec::with_capacity(page.len());
        for row in page {
            rows.push(found.row(&row, cursor)?);
        }
        Ok(rows)
    }

    /// The largest value of an integer column that is below `limit`; 0 without any.
    pub(super) async fn largest(
        &self,
        table: &Table,
        column: &str,
        limit: i64,
    ) -> anyhow::Result<i64> {
        let Some(found) = self.tables.get(table.name) else {
            return Ok(0);
        };
        let Some((_, column)) = found.columns.iter().find(|(name, _)| *name == column) else {
            return Ok(0);
        };
        let (column, name) = (quoted(column), quoted(&found.name));
        let sql = format!(
            "SELECT coalesce(max(CAST({column} AS INTEGER)), 0) FROM {name} \
             WHERE CAST({column} AS INTEGER) BETWEEN 1 AND {limit}"
        );
        one(&self.snapshot, &sql).await
    }

    /// How many rows of a table have a text, and how many of these begin with `beginning`.
    pub(super) async fn texts_beginning_with(
        &self,
        table: &Table,
        beginning: &str,
    ) -> anyhow::Result<(i64, i64)> {
        let Some(found) = self.tables.get(table.name) else {
            return Ok((0, 0));
        };
        let Some((_, column)) = found.columns.iter().find(|(name, _)| *name == "text") else {
            return Ok((0, 0));
        };
        let (column, name) = (quoted(column), quoted(&found.name));
        let all = format!("SELECT count(*) FROM {name} WHERE {column} <> ''");
        let some = format!(
            "{all} AND {column} LIKE {}",
            literal(&format!("{beginning}%"))
        );
        Ok((
            one(&self.snapshot, &all).await?,
            one(&self.snapshot, &some).await?,
        ))
    }

    async fn rows(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> anyhow::Result<Vec<QueryResult>> {
        let statement = Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, values);
        Ok(self.snapshot.query_all_raw(statement).await?)
    }
}

impl Found {
    fn select(&self, limit: u32) -> String {
        let mut columns = String::new();
        for (_, column) in &self.columns {
            // As bytes: texts may be no UTF-8, and numbers become what they look like.
            let _ = write!(columns, ", CAST({} AS BLOB)", quoted(column));
        }
        let name = quoted(&self.name);
        if self.has_rowid {
            format!(
                "SELECT rowid{columns} FROM {name} WHERE rowid > ?1 ORDER BY rowid LIMIT {limit}"
            )
        } else {
            format!("SELECT 0{columns} FROM {name} LIMIT {limit} OFFSET ?1")
        }
    }

    fn row(&self, row: &QueryResult, cursor: &mut Cursor) -> anyhow::Result<Row> {
        cursor.0 = if self.has_rowid {
            row.try_get_by_index(0)?
        } else {
            cursor.0 + 1
        };
        let mut values = HashMap::with_capacity(self.columns.len());
        for (index, (name, _)) in self.columns.iter().enumerate() {
            let bytes: Option<Vec<u8>> = row.try_get_by_index(index + 1)?;
            if let Some(bytes) = bytes {
                let mut text = String::from_utf8_lossy(&bytes).into_owned();
                // PostgreSQL takes no text with a NUL in it.
                text.retain(|c| c != '\0');
                values.insert(*name, text);
            }
        }
        Ok(Row {
            position: cursor.0,
            values,
        })
    }
}

impl Row {
    /// Its key in the old database.
    pub(super) fn key(&self) -> String {
        let id = self.text("id").map(str::to_owned);
        id.unwrap_or_else(|| self.position.to_string())
    }

    /// Its key as a number that ids here can be.
    pub(super) fn id(&self) -> Option<i64> {
        let id = if self.values.contains_key("id") {
            self.integer("id")
        } else {
            Some(self.position)
        };
        id.filter(|id| (1..=values::LARGEST_ID).contains(id))
    }

    /// When it was made, as it is written: with the key it says which row it is.
    pub(super) fn mark(&self) -> String {
        self.text("created_at").unwrap_or_default().to_owned()
    }

    /// A value, unless it is empty.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        let value = self.values.get(column).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// A whole number.
    pub(super) fn integer(&self, column: &str) -> Option<i64> {
        values::integer(self.text(column)?)
    }

    /// Whether a value says yes: a number other than 0, a word for it, or any time.
    pub(super) fn is(&self, column: &str) -> bool {
        self.text(column).is_some_and(values::is_true)
    }

    /// A time, if it is one.
    pub(super) fn time(&self, column: &str) -> Option<entity::Timestamp> {
        values::time(self.text(column)?)
    }
}

fn require_sqlite(file: &Path) -> anyhow::Result<()> {
    use std::io::Read;
    let name = file.display();
    let opened = std::fs::File::open(file).with_context(|| format!("{name} cannot be opened"))?;
    let mut head = Vec::new();
    opened
        .take(MAGIC.len() as u64)
        .read_to_end(&mut head)
        .with_context(|| format!("{name} cannot be read"))?;
    ensure!(head == MAGIC, "{name} is no SQLite database");
    Ok(())
}

async fn connect(file: &Path) -> anyhow::Result<DatabaseConnection> {
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite://old?mode=ro");
    options
        .max_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| sqlite.filename(&file).read_only(true));
    Ok(Database::connect(options).await?)
}

async fn one<T: sea_orm::TryGetable>(db: &DatabaseTransaction, sql: &str) -> anyhow::Result<T> {
    let statement = Statement::from_string(DatabaseBackend::Sqlite, sql);
    let row = db.query_one_raw(statement).await?;
    let row = row.with_context(|| format!("no answer to: {sql}"))?;
    Ok(row.try_get_by_index(0)?)
}

/// A name within a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text within a statement.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
