//! Queries on webhooks.

use entity::{AppId, ConversationId, ServerId, Timestamp, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::model::{Caller, Webhook};
use crate::kernel::Result;

#[derive(FromQueryResult)]
struct Row {
    app_id: AppId,
    name: String,
    owner_id: UserId,
    server_id: ServerId,
    channel_id: ConversationId,
    mention_everyone: bool,
    suspended_at: Option<Timestamp>,
    signing_secrets: Option<String>,
    allowed_networks: Option<String>,
}

/// The webhook that a caller has the token of, the current one or one before a planned rotation.
/// One query, whatever is wrong with a caller: nothing tells them apart.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    now: Timestamp,
) -> Result<Option<Webhook>> {
    let sql = "SELECT w.app_id, a.name, a.owner_id, a.server_id, w.channel_id, w.mention_everyone, \
            a.suspended_at, w.signing_secrets, w.allowed_networks \
        FROM webhook w JOIN app a ON a.id = w.app_id JOIN server s ON s.id = a.server_id \
        WHERE w.app_id = $1 AND a.deleted_at IS NULL AND s.deleted_at IS NULL \
            AND (w.token_hash = $2 OR (w.previous_hash = $2 AND w.previous_until > $3))";
    let values = [caller.app.into(), caller.token.as_str().into(), now.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = Row::find_by_statement(statement).one(db).await?;
    row.map(webhook).transpose()
}

fn webhook(row: Row) -> Result<Webhook> {
    let secrets = row.signing_secrets.as_deref();
    let networks = row.allowed_networks.as_deref();
    Ok(Webhook {
        app: row.app_id,
        name: row.name,
        owner: row.owner_id,
        server: row.server_id,
        channel: row.channel_id,
        may_mention_everyone: row.mention_everyone,
        is_suspended: row.suspended_at.is_some(),
        secrets: secrets.map(serde_json::from_str).transpose()?,
        networks: networks.map(serde_json::from_str).transpose()?,
    })
}

#[derive(FromQueryResult)]
struct NameRow {
    username: String,
    nickname: Option<String>,
}

/// What the members of a server are called, there and everywhere.
pub(super) async fn names_in(db: &impl ConnectionTrait, server: ServerId) -> Result<Vec<String>> {
    let sql = "SELECT u.username, m.nickname FROM server_member m \
        JOIN \"user\" u ON u.id = m.user_id WHERE m.server_id = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [server.into()]);
    let rows = NameRow::find_by_statement(statement).all(db).await?;
    let names = rows.into_iter();
    Ok(names
        .flat_map(|row| [Some(row.username), row.nickname])
        .flatten()
        .collect())
}
