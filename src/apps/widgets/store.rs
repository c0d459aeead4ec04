//! Queries on widgets.

use entity::{AppId, ServerId, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use serde_json::value::RawValue;

use super::model::{PostedRows, Widget};
use crate::kernel::{Result, Tx, token::TokenHash};

/// A widget with its app, one whose server is there.
const WIDGETS: &str = "\
SELECT w.app_id, w.server_id, a.name, a.description, a.suspended_at, w.visible, w.pinned, \
w.version, w.rows, w.ttl_seconds, w.updated_at \
FROM widget w JOIN app a ON a.id = w.app_id JOIN server s ON s.id = w.server_id \
WHERE a.deleted_at IS NULL AND s.deleted_at IS NULL";

#[derive(FromQueryResult)]
struct Found {
    app_id: AppId,
    server_id: ServerId,
    name: String,
    description: String,
    suspended_at: Option<Timestamp>,
    visible: bool,
    pinned: bool,
    version: i64,
    rows: Option<String>,
    ttl_seconds: Option<i64>,
    updated_at: Option<Timestamp>,
}

impl TryFrom<Found> for Widget {
    type Error = crate::kernel::Error;

    fn try_from(found: Found) -> Result<Self> {
        let posted = match (found.rows, found.updated_at) {
            (Some(rows), Some(updated_at)) => Some(PostedRows {
                rows: RawValue::from_string(rows)?,
                ttl_seconds: found.ttl_seconds,
                updated_at,
            }),
            _ => None,
        };
        Ok(Self {
            id: found.app_id,
            server: found.server_id,
            name: found.name,
            description: found.description,
            is_suspended: found.suspended_at.is_some(),
            is_visible: found.visible,
            is_pinned: found.pinned,
            version: found.version,
            posted,
        })
    }
}

async fn read<const N: usize>(
    db: &impl ConnectionTrait,
    which: &str,
    values: [Value; N],
) -> Result<Vec<Widget>> {
    let sql = format!("{WIDGETS} AND {which} ORDER BY w.app_id");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let found = Found::find_by_statement(statement).all(db).await?;
    found.into_iter().map(TryInto::try_into).collect()
}

/// The widget with this id.
pub(super) async fn find(db: &impl ConnectionTrait, id: AppId) -> Result<Option<Widget>> {
    let found = read(db, "w.app_id = $1", [id.into()]).await?;
    Ok(found.into_iter().next())
}

/// The widget with this id that is posted to with this token.
pub(super) async fn find_by_token(
    db: &impl ConnectionTrait,
    id: AppId,
    token: &TokenHash,
) -> Result<Option<Widget>> {
    let which = "w.token_hash = $1 AND w.app_id = $2";
    let found = read(db, which, [token.as_str().into(), id.into()]).await?;
    Ok(found.into_iter().next())
}

/// The widget with this id whose badge is read with this token.
pub(super) async fn find_by_badge(
    db: &impl ConnectionTrait,
    id: AppId,
    token: &TokenHash,
) -> Result<Option<Widget>> {
    let which = "w.badge_hash = $1 AND w.app_id = $2";
    let found = read(db, which, [token.as_str().into(), id.into()]).await?;
    Ok(found.into_iter().next())
}

/// The widgets of a server, the oldest first.
pub(super) async fn list(db: &impl ConnectionTrait, server: ServerId) -> Result<Vec<Widget>> {
    read(db, "w.server_id = $1", [server.into()]).await
}

/// A post that is about to be stored.
pub(super) struct NewPost {
    pub(super) app: AppId,
    /// The token that it came with.
    pub(super) token: TokenHash,
    /// The rows, as JSON.
    pub(super) rows: String,
    pub(super) ttl_seconds: Option<u32>,
    /// Its place among the posts of its sender, if it said so.
    pub(super) sequence: Option<i64>,
    pub(super) now: Timestamp,
}

/// What the database made of a post.
#[derive(FromQueryResult)]
pub(super) struct Stamp {
    pub(super) version: i64,
    pub(super) updated_at: Timestamp,
}

/// Everything that a post needs, decided once more by the statement that stores it.
const POST: &str = "\
UPDATE widget SET rows = $1, ttl_seconds = $2, version = version + 1, \
updated_at = CASE WHEN updated_at > $3 THEN updated_at ELSE $3 END, \
sequence = COALESCE($4, sequence) \
WHERE app_id = $5 AND token_hash = $6 AND visible \
AND ($4 IS NULL OR sequence IS NULL OR sequence < $4) \
AND EXISTS (SELECT 1 FROM app a JOIN server s ON s.id = a.server_id WHERE a.id = widget.app_id \
AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND s.deleted_at IS NULL{lock}) \
RETURNING version, updated_at";

/// The post's statement. Whoever suspends the app meanwhile waits until it is stored, or is waited
/// for; on SQLite a transaction is alone.
fn post_statement(backend: DbBackend) -> String {
    let lock = match backend {
        DbBackend::Postgres => " FOR SHARE OF a",
        _ => "",
    };
    POST.replace("{lock}", lock)
}

/// Replaces the rows of a widget; none when it takes no such post, or has had a later one.
pub(super) async fn store_post(tx: &Tx, post: NewPost) -> Result<Option<Stamp>> {
    let values: [Value; 6] = [
        post.rows.into(),
        post.ttl_seconds.map(i64::from).into(),
        post.now.into(),
        post.sequence.into(),
        post.app.into(),
        post.token.as_str().into(),
    ];
    let backend = tx.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, post_statement(backend), values);
    Ok(Stamp::find_by_statement(statement).one(tx).await?)
}

async fn run<const N: usize>(tx: &Tx, sql: &str, values: [Value; N]) -> Result<bool> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected() > 0)
}

/// Makes a widget the pinned one of its server; whoever calls has locked the server.
pub(super) async fn pin(tx: &Tx, server: ServerId, id: AppId) -> Result<()> {
    let unpin = "UPDATE widget SET pinned = FALSE WHERE server_id = $1 AND pinned";
    run(tx, unpin, [server.into()]).await?;
    let pin = "UPDATE widget SET pinned = TRUE WHERE app_id = $1";
    run(tx, pin, [id.into()]).await?;
    Ok(())
}

/// Takes a widget from under the header of its server.
pub(super) async fn unpin(tx: &Tx, id: AppId) -> Result<()> {
    let unpin = "UPDATE widget SET pinned = FALSE WHERE app_id = $1";
    run(tx, unpin, [id.into()]).await?;
    Ok(())
}

/// Gives the badge of a widget another token, or none; whether that is another than before.
pub(super) async fn set_badge(tx: &Tx, id: AppId, token: Option<TokenHash>) -> Result<bool> {
    let token: Option<String> = token.map(Into::into);
    let set = "UPDATE widget SET badge_hash = $1 \
               WHERE app_id = $2 AND (badge_hash IS NOT NULL OR $1 IS NOT NULL)";
    run(tx, set, [token.into(), id.into()]).await
}
