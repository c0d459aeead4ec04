//! The schema: it goes up, down and up again, and is the same on both databases.

use std::collections::{BTreeMap, BTreeSet};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, EntityTrait, Iterable, Statement,
};

use crate::support::{TestApp, TestDatabase};

type Schema = BTreeMap<String, BTreeSet<String>>;

const SQLITE_COLUMNS: &str = "SELECT m.name AS t, p.name AS c FROM sqlite_master m \
    JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text AS t, column_name::text AS c \
    FROM information_schema.columns WHERE table_schema = 'public'";
const SQLITE_INDEXES: &str = "SELECT name FROM sqlite_master \
    WHERE type = 'index' AND name NOT LIKE 'sqlite_%' ORDER BY name";
const POSTGRES_INDEXES: &str = "SELECT i.relname::text AS name FROM pg_index x \
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace \
    LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid \
    WHERE n.nspname = 'public' AND k.oid IS NULL ORDER BY i.relname";

/// Tables and their columns, the migrations' own left out.
async fn schema(db: &DatabaseConnection) -> Schema {
    let sql = match db.get_database_backend() {
        DatabaseBackend::Sqlite => SQLITE_COLUMNS,
        _ => POSTGRES_COLUMNS,
    };
    let mut schema = Schema::new();
    for row in rows(db, sql).await {
        let table: String = row.try_get("", "t").expect("a table");
        let column = row.try_get("", "c").expect("a column");
        if table != "seaql_migrations" {
            schema.entry(table).or_default().insert(column);
        }
    }
    schema
}

/// The tables that are the same on both databases: SQLite keeps its index of trigrams in tables too.
async fn tables(db: &DatabaseConnection) -> Schema {
    let mut tables = schema(db).await;
    tables.retain(|table, _| !table.starts_with("search_index"));
    tables
}

/// The names of the indexes that have one.
async fn indexes(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DatabaseBackend::Sqlite => SQLITE_INDEXES,
        _ => POSTGRES_INDEXES,
    };
    let rows = rows(db, sql).await;
    let names = rows.iter().map(|row| row.try_get("", "name"));
    names.collect::<Result<_, _>>().expect("names")
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.expect("rows")
}

/// The table and the columns that an entity speaks of.
fn entity<E: EntityTrait>(entity: E) -> (String, BTreeSet<String>) {
    use sea_orm::Iden;
    let columns = E::Column::iter().map(|column| column.to_string());
    (entity.table_name().to_owned(), columns.collect())
}

#[tokio::test]
async fn every_migration_goes_up_down_and_up_again() {
    let database = TestDatabase::create().await;
    let db = database.connect().await;
    let count = Migrator::migrations().len();
    assert!(count >= 4);

    let mut steps = vec![schema(&db).await];
    for n in 1..=count {
        Migrator::up(&db, Some(1)).await.expect("up");
        let above = schema(&db).await;
        Migrator::down(&db, Some(1)).await.expect("down");
        assert_eq!(schema(&db).await, steps[n - 1], "down from {n}");
        Migrator::up(&db, Some(1)).await.expect("up again");
        assert_eq!(schema(&db).await, above, "up again to {n}");
        steps.push(above);
    }
    let whole = (schema(&db).await, indexes(&db).await);
    Migrator::down(&db, None).await.expect("all the way down");
    assert_eq!(schema(&db).await, Schema::new());
    Migrator::up(&db, None).await.expect("all the way up");

    assert_eq!((schema(&db).await, indexes(&db).await), whole);
    assert!(!whole.1.is_empty());
}

#[tokio::test]
async fn the_tables_have_exactly_the_columns_that_the_entities_name() {
    let app = TestApp::spawn().await;

    let tables = tables(app.db().await).await;

    let entities = Schema::from([
        entity(entity::app::Entity),
        entity(entity::app_delivery::Entity),
        entity(entity::app_idempotency::Entity),
        entity(entity::app_setting::Entity),
        entity(entity::audit_entry::Entity),
        entity(entity::channel_overwrite::Entity),
        entity(entity::conversation::Entity),
        entity(entity::conversation_member::Entity),
        entity(entity::custom_channel::Entity),
        entity(entity::custom_channel_script::Entity),
        entity(entity::device::Entity),
        entity(entity::device_ban::Entity),
        entity(entity::dm_log::Entity),
        entity(entity::doc::Entity),
        entity(entity::doc_member::Entity),
        entity(entity::doc_revision::Entity),
        entity(entity::doc_revision_author::Entity),
        entity(entity::doc_snapshot::Entity),
        entity(entity::doc_update::Entity),
        entity(entity::file::Entity),
        entity(entity::gdm::Entity),
        entity(entity::gdm_invite::Entity),
        entity(entity::gdm_kick::Entity),
        entity(entity::imported::Entity),
        entity(entity::installation_key::Entity),
        entity(entity::integration::Entity),
        entity(entity::integration_token::Entity),
        entity(entity::ip_ban::Entity),
        entity(entity::mention::Entity),
        entity(entity::message::Entity),
        entity(entity::oauth_client::Entity),
        entity(entity::oauth_code::Entity),
        entity(entity::oauth_grant::Entity),
        entity(entity::oauth_secret::Entity),
        entity(entity::oauth_token::Entity),
        entity(entity::password_reset::Entity),
        entity(entity::pin::Entity),
        entity(entity::reaction::Entity),
        entity(entity::report::Entity),
        entity(entity::role_mention::Entity),
        entity(entity::search_entry::Entity),
        entity(entity::server::Entity),
        entity(entity::server_audit::Entity),
        entity(entity::server_ban::Entity),
        entity(entity::server_channel::Entity),
        entity(entity::server_departure::Entity),
        entity(entity::server_invite::Entity),
        entity(entity::server_member::Entity),
        entity(entity::server_member_role::Entity),
        entity(entity::server_role::Entity),
        entity(entity::session::Entity),
        entity(entity::user::Entity),
        entity(entity::webhook::Entity),
        entity(entity::widget::Entity),
    ]);
    assert_eq!(tables, entities);
}

#[tokio::test]
async fn a_fresh_database_of_either_kind_has_the_same_tables_columns_and_indexes() {
    let here = TestDatabase::create().await.connect_migrated().await;
    let file = TestDatabase::create_file().connect_migrated().await;

    assert_eq!(tables(&here.db).await, tables(&file.db).await);
    let shared = |mut indexes: Vec<String>| {
        // PostgreSQL's index of trigrams; SQLite's is made of tables.
        indexes.retain(|index| index != "search_entry_trigrams");
        indexes
    };
    assert_eq!(
        shared(indexes(&here.db).await),
        shared(indexes(&file.db).await)
    );
}

/// A database with the whole schema.
struct Migrated {
    db: DatabaseConnection,
    _database: TestDatabase,
}

impl TestDatabase {
    async fn connect_migrated(self) -> Migrated {
        let db = self.connect().await;
        Migrator::up(&db, None).await.expect("up");
        Migrated {
            db,
            _database: self,
        }
    }
}

#[tokio::test]
async fn a_second_start_changes_nothing() {
    let mut app = TestApp::spawn().await;
    let before = (schema(app.db().await).await, indexes(app.db().await).await);
    let applied = "SELECT count(*) FROM seaql_migrations";
    let migrations = app.number(applied, []).await;

    app.restart().await;

    let after = (schema(app.db().await).await, indexes(app.db().await).await);
    assert_eq!(after, before);
    assert_eq!(app.number(applied, []).await, migrations);
    let public = "SELECT count(*) FROM conversation WHERE kind = 'public'";
    assert_eq!(app.number(public, []).await, 1);
}

#[tokio::test]
async fn conversations_and_what_refers_to_them_survive_a_new_kind() {
    let database = TestDatabase::create().await;
    let db = database.connect().await;
    let before_servers = 5;
    Migrator::up(&db, Some(before_servers)).await.expect("up");
    for sql in [
        r#"INSERT INTO "user" (username, username_folded, password_hash, role, created_at)
           VALUES ('Ann', 'ann', 'x', 'user', 1)"#,
        "INSERT INTO conversation (kind, dm_low, dm_high, last_seq, last_rev, created_at)
           SELECT 'dm', id, id, 7, 9, 5 FROM \"user\"",
        "INSERT INTO conversation_member (conversation_id, user_id, read_seq, joined_at)
           SELECT c.id, u.id, 3, 5 FROM conversation c, \"user\" u WHERE c.kind = 'dm'",
        "INSERT INTO message (conversation_id, seq, rev, sender_id, source, text, created_at)
           SELECT c.id, 7, 9, u.id, 's', 't', 6 FROM conversation c, \"user\" u
           WHERE c.kind = 'dm'",
    ] {
        db.execute_unprepared(sql).await.expect("a row");
    }

    Migrator::up(&db, None).await.expect("the rest");

    let joined = "SELECT c.last_rev * 1000 + m.read_seq * 100 + t.seq AS n FROM conversation c
        JOIN conversation_member m ON m.conversation_id = c.id
        JOIN message t ON t.conversation_id = c.id";
    let row = rows(&db, joined)
        .await
        .pop()
        .expect("they still belong together");
    let n: i64 = row.try_get("", "n").expect("a number");
    assert!([9307, 9707].contains(&n), "{n}"); // The message's trigger moves `read_seq` on SQLite.
    db.execute_unprepared("INSERT INTO conversation (kind, created_at) VALUES ('channel', 1)")
        .await
        .expect("the new kind");
    let orphan = "INSERT INTO conversation_member (conversation_id, user_id, joined_at)
        SELECT 999, id, 1 FROM \"user\"";
    db.execute_unprepared(orphan)
        .await
        .expect_err("foreign keys hold");
    let twin = "INSERT INTO conversation (kind, created_at) VALUES ('public', 1)";
    db.execute_unprepared(twin)
        .await
        .expect_err("unique indexes hold");
}
