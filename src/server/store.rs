//! Queries on servers and their channels. Those on roles and people are in `store_*`.

use entity::{
    ConversationId, ServerId, Timestamp, UserId, channel_overwrite,
    channel_overwrite::OverwriteKind, conversation, server, server_audit, server_channel,
    server_role,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect, Set, Statement,
    sea_query::{Expr, LockType, OnConflict},
};

use super::{
    audit::{Entry, Recorded},
    names::{Name, Topic},
};
use crate::{
    kernel::{Result, Tx},
    permission::{Overwrite, Permissions, Target},
};

/// Makes a server with its default role, and nobody in it.
pub(super) async fn insert_server(
    tx: &Tx,
    name: &Name,
    owner: UserId,
    now: Timestamp,
) -> Result<ServerId> {
    let server = server::ActiveModel {
        name: Set(name.as_str().to_owned()),
        icon: Set(None),
        owner_id: Set(owner),
        version: Set(1),
        created_at: Set(now),
        deleted_at: Set(None),
        ..Default::default()
    };
    let id = server.insert(tx).await?.id;
    let everyone = server_role::ActiveModel {
        server_id: Set(id),
        name: Set("everyone".to_owned()),
        color: Set(None),
        permissions: Set(Permissions::OF_NEW_SERVER.bits()),
        position: Set(0),
        is_default: Set(true),
        managed_by: Set(None),
        ..Default::default()
    };
    everyone.insert(tx).await?;
    Ok(id)
}

/// Keeps every other change to the server, and messages in its channels, waiting until the
/// transaction ends; whether there is such a server. SQLite needs no lock: its transaction is alone
/// from its beginning.
pub(super) async fn lock_server(tx: &Tx, id: ServerId) -> Result<bool> {
    let row = server::Entity::find_by_id(id)
        .filter(server::Column::DeletedAt.is_null())
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(row.is_some())
}

/// Keeps a person's number of servers as it is until the transaction ends. To be taken last.
pub(super) async fn lock_person(tx: &Tx, user: UserId) -> Result<()> {
    entity::user::Entity::find_by_id(user)
        .select_only()
        .column(entity::user::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<UserId>()
        .one(tx)
        .await?;
    Ok(())
}

/// Moves the version of the server, so that what was decided before is not done any more.
pub(super) async fn bump_version(tx: &Tx, id: ServerId) -> Result<()> {
    let next = Expr::col(server::Column::Version).add(1);
    server::Entity::update_many()
        .col_expr(server::Column::Version, next)
        .filter(server::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn update_server(
    tx: &Tx,
    id: ServerId,
    name: Option<&Name>,
    owner: Option<UserId>,
) -> Result<()> {
    let mut change = server::ActiveModel {
        id: Set(id),
        ..Default::default()
    };
    if let Some(name) = name {
        change.name = Set(name.as_str().to_owned());
    }
    if let Some(owner) = owner {
        change.owner_id = Set(owner);
    }
    change.update(tx).await?;
    Ok(())
}

/// Marks a server and its channels as deleted.
pub(super) async fn delete_server(tx: &Tx, id: ServerId, now: Timestamp) -> Result<()> {
    server_channel::Entity::update_many()
        .col_expr(server_channel::Column::DeletedAt, Some(now).into())
        .filter(server_channel::Column::ServerId.eq(id))
        .filter(server_channel::Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    let change = server::ActiveModel {
        id: Set(id),
        deleted_at: Set(Some(now)),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// How many servers `user` owns.
pub(super) async fn count_owned(db: &impl ConnectionTrait, user: UserId) -> Result<i64> {
    let sql = "SELECT count(*) FROM server WHERE owner_id = $1 AND deleted_at IS NULL";
    number(db, sql, [user.into()]).await
}

/// Makes a channel behind all others, with everybody in it.
pub(super) async fn insert_channel(
    tx: &Tx,
    server: ServerId,
    name: &Name,
    topic: &Topic,
    position: i64,
    now: Timestamp,
) -> Result<ConversationId> {
    let conversation = conversation::ActiveModel {
        kind: Set(conversation::Kind::Channel),
        dm_low: Set(None),
        dm_high: Set(None),
        last_seq: Set(0),
        last_rev: Set(0),
        created_at: Set(now),
        ..Default::default()
    };
    let id = conversation.insert(tx).await?.id;
    let channel = server_channel::ActiveModel {
        conversation_id: Set(id),
        server_id: Set(server),
        name: Set(name.as_str().to_owned()),
        topic: Set(topic.as_str().to_owned()),
        position: Set(position),
        locked: Set(false),
        deleted_at: Set(None),
    };
    server_channel::Entity::insert(channel)
        .exec_without_returning(tx)
        .await?;
    let sql = "INSERT INTO conversation_member (conversation_id, user_id, read_seq, joined_at) \
               SELECT $1, user_id, 0, $2 FROM server_member WHERE server_id = $3";
    run(tx, sql, [id.into(), now.into(), server.into()]).await?;
    Ok(id)
}

/// What changes about a channel, its place aside; what is none stays.
#[derive(Debug, Default)]
pub(super) struct ChannelColumns {
    pub(super) name: Option<Name>,
    pub(super) topic: Option<Topic>,
    pub(super) locked: Option<bool>,
}

pub(super) async fn update_channel(
    tx: &Tx,
    id: ConversationId,
    columns: ChannelColumns,
) -> Result<()> {
    let ChannelColumns {
        name,
        topic,
        locked,
    } = columns;
    if name.is_none() && topic.is_none() && locked.is_none() {
        return Ok(());
    }
    let mut change = server_channel::ActiveModel {
        conversation_id: Set(id),
        ..Default::default()
    };
    if let Some(name) = name {
        change.name = Set(name.as_str().to_owned());
    }
    if let Some(topic) = topic {
        change.topic = Set(topic.as_str().to_owned());
    }
    if let Some(locked) = locked {
        change.locked = Set(locked);
    }
    change.update(tx).await?;
    Ok(())
}

/// Moves a channel from one place in the list to another; those in between make room.
pub(super) async fn move_channel(
    tx: &Tx,
    server: ServerId,
    id: ConversationId,
    from: i64,
    to: i64,
) -> Result<()> {
    let (step, low, high) = room_for(from, to);
    server_channel::Entity::update_many()
        .col_expr(
            server_channel::Column::Position,
            Expr::col(server_channel::Column::Position).add(step),
        )
        .filter(server_channel::Column::ServerId.eq(server))
        .filter(server_channel::Column::DeletedAt.is_null())
        .filter(server_channel::Column::Position.between(low, high))
        .exec(tx)
        .await?;
    let change = server_channel::ActiveModel {
        conversation_id: Set(id),
        position: Set(to),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Which places move, and by how much, when something goes from one place to another.
pub(super) const fn room_for(from: i64, to: i64) -> (i64, i64, i64) {
    if from < to {
        (-1, from + 1, to)
    } else {
        (1, to, from - 1)
    }
}

/// Takes everybody out of a channel and marks it as deleted; those behind it move up.
pub(super) async fn delete_channel(
    tx: &Tx,
    server: ServerId,
    id: ConversationId,
    position: i64,
    now: Timestamp,
) -> Result<()> {
    let of_channel = "DELETE FROM conversation_member WHERE conversation_id = $1";
    run(tx, of_channel, [id.into()]).await?;
    channel_overwrite::Entity::delete_many()
        .filter(channel_overwrite::Column::ConversationId.eq(id))
        .exec(tx)
        .await?;
    let change = server_channel::ActiveModel {
        conversation_id: Set(id),
        deleted_at: Set(Some(now)),
        ..Default::default()
    };
    change.update(tx).await?;
    server_channel::Entity::update_many()
        .col_expr(
            server_channel::Column::Position,
            Expr::col(server_channel::Column::Position).sub(1),
        )
        .filter(server_channel::Column::ServerId.eq(server))
        .filter(server_channel::Column::DeletedAt.is_null())
        .filter(server_channel::Column::Position.gt(position))
        .exec(tx)
        .await?;
    Ok(())
}

const fn key(target: Target) -> (OverwriteKind, i64) {
    match target {
        Target::Role(role) => (OverwriteKind::Role, role.0),
        Target::Member(user) => (OverwriteKind::Member, user.0),
    }
}

/// Makes a channel's overwrite for `target` this one.
pub(super) async fn save_overwrite(
    tx: &Tx,
    channel: ConversationId,
    target: Target,
    overwrite: Overwrite,
) -> Result<()> {
    use channel_overwrite::Column;
    let (kind, target_id) = key(target);
    let row = channel_overwrite::ActiveModel {
        conversation_id: Set(channel),
        kind: Set(kind),
        target_id: Set(target_id),
        allow: Set(overwrite.allow.bits()),
        deny: Set(overwrite.deny.bits()),
    };
    let again = OnConflict::columns([Column::ConversationId, Column::Kind, Column::TargetId])
        .update_columns([Column::Allow, Column::Deny])
        .to_owned();
    channel_overwrite::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

pub(super) async fn delete_overwrite(
    tx: &Tx,
    channel: ConversationId,
    target: Target,
) -> Result<()> {
    let (kind, target_id) = key(target);
    channel_overwrite::Entity::delete_by_id((channel, kind, target_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Appends to the audit log.
pub(super) async fn insert_audit(tx: &Tx, server: ServerId, recorded: Recorded) -> Result<()> {
    let Recorded {
        at,
        actor,
        entry,
        reason,
    } = recorded;
    let text = |value: Option<serde_json::Value>| Set(value.map(|value| value.to_string()));
    let Entry {
        action,
        target,
        before,
        after,
    } = entry;
    let row = server_audit::ActiveModel {
        server_id: Set(server),
        at: Set(at),
        actor: Set(actor.to_string()),
        action: Set(action.to_owned()),
        target: Set(target),
        before: text(before),
        after: text(after),
        reason: Set(reason.map(|reason| reason.as_str().to_owned())),
        ..Default::default()
    };
    server_audit::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Does what one statement says.
pub(super) async fn run(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<()> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    tx.execute_raw(statement).await?;
    Ok(())
}

/// The one number that a query answers.
pub(super) async fn number(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<i64> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db.query_one_raw(statement).await?;
    Ok(row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default())
}
