//! What a change to a message writes beside the message itself: whom it mentions now, and in a
//! server's record that somebody deleted what another one had said.

use entity::{
    ConversationId, MessageId, RoleId, Timestamp, UserId, mention, role_mention, server_audit,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, QueryFilter, Set, Statement,
};
use serde::Serialize;
use serde_json::json;

use super::{
    ChannelPlace,
    model::{Body, Change},
    writer::outdated,
};
use crate::kernel::{Error, Result, Tx};

/// A message, where it is, and its place in there.
pub(super) type Placed = (MessageId, ConversationId, i64);

/// Ids as the columns `message.mentions` and `message.role_mentions` hold them.
pub(super) fn ids_json<Id: Serialize>(ids: &[Id]) -> Option<String> {
    // Integers cannot fail to encode; an impossible failure would only lose the mentions.
    (!ids.is_empty()).then(|| serde_json::to_string(ids).unwrap_or_default())
}

/// Locks a conversation, which puts the changes to it into one order, and counts `changes` of them.
/// Answers the `rev` of the last one.
pub(super) async fn next_rev(tx: &Tx, conversation: ConversationId, changes: i64) -> Result<i64> {
    let sql = "UPDATE conversation SET last_rev = last_rev + $2 WHERE id = $1 RETURNING last_rev";
    let values = [conversation.into(), changes.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let row = tx.query_one_raw(statement).await?;
    let row = row.ok_or_else(Error::not_found)?;
    Ok(row.try_get("", "last_rev")?)
}

/// Refuses to go on when the channel's server is not as it was when this was authorised. Its row
/// stays locked: nothing about it changes until the transaction ends.
pub(super) async fn require_version(tx: &Tx, channel: &ChannelPlace) -> Result<()> {
    let backend = tx.get_database_backend();
    let sql = match backend {
        DatabaseBackend::Sqlite => "SELECT version FROM server WHERE id = $1",
        _ => "SELECT version FROM server WHERE id = $1 FOR SHARE",
    };
    let values = [channel.server.id.into()];
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    let version: Option<i64> = row.map(|row| row.try_get("", "version")).transpose()?;
    if version == Some(channel.server.version) {
        Ok(())
    } else {
        Err(outdated())
    }
}

/// Replaces the people whom a message mentions by those of `body`, if there is one; they as the
/// message's column has them.
pub(super) async fn replace_people(
    tx: &Tx,
    (id, conversation, seq): Placed,
    body: Option<&Body>,
) -> Result<Option<String>, DbErr> {
    mention::Entity::delete_many()
        .filter(mention::Column::MessageId.eq(id))
        .exec(tx)
        .await?;
    let people: Vec<UserId> = body.map_or_else(Vec::new, Body::people);
    if !people.is_empty() {
        let rows = people.iter().map(|user| mention::ActiveModel {
            message_id: Set(id),
            user_id: Set(*user),
            conversation_id: Set(conversation),
            seq: Set(seq),
        });
        mention::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(ids_json(&people))
}

/// The same for the roles that a message of a channel mentions.
pub(super) async fn replace_roles(
    tx: &Tx,
    (id, conversation, seq): Placed,
    body: Option<&Body>,
) -> Result<Option<String>, DbErr> {
    role_mention::Entity::delete_many()
        .filter(role_mention::Column::MessageId.eq(id))
        .exec(tx)
        .await?;
    let roles: &[RoleId] = body.map_or(&[], |body| &body.roles);
    if !roles.is_empty() {
        let rows = roles.iter().map(|role| role_mention::ActiveModel {
            message_id: Set(id),
            role_id: Set(*role),
            conversation_id: Set(conversation),
            seq: Set(seq),
        });
        role_mention::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(ids_json(roles))
}

/// Writes into the record of a channel's server that what somebody else had said was deleted: whose
/// it was and where, not what it said.
pub(super) async fn record_removal(
    tx: &Tx,
    channel: &ChannelPlace,
    change: &Change,
    (by, at): (UserId, Timestamp),
) -> Result<()> {
    let (user, app) = change.written_by;
    let before = json!({"channelId": channel.id, "userId": user, "appId": app});
    let entry = server_audit::ActiveModel {
        server_id: Set(channel.server.id),
        at: Set(at),
        actor: Set(json!({"kind": "user", "id": by}).to_string()),
        action: Set("message.delete".to_owned()),
        target: Set(format!("message:{}", change.message)),
        before: Set(Some(before.to_string())),
        after: Set(None),
        reason: Set(None),
        ..Default::default()
    };
    server_audit::Entity::insert(entry)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
