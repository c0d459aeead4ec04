//! The queries behind the facts about servers.

use entity::{
    ConversationId, RoleId, ServerId, Timestamp, UserId, channel_overwrite,
    channel_overwrite::OverwriteKind, server, server_channel, server_member, server_role,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement, sea_query::Query,
};

use super::servers::{Channel, Member, Role, Server};
use crate::{
    kernel::{Error, Result},
    permission::{Overwrite, Permissions, Target},
};

/// How often a server that changes while it is read is read again.
const ATTEMPTS: usize = 10;

/// A server as it was at one moment.
pub(super) async fn read_server(db: &impl ConnectionTrait, id: ServerId) -> Result<Option<Server>> {
    for _ in 0..ATTEMPTS {
        let Some(row) = find_server(db, id).await? else {
            return Ok(None);
        };
        let (roles, channels) = (roles(db, id).await?, channels(db, id).await?);
        // Several queries, and a change may fall between them: then it is read again.
        if find_server(db, id).await?.map(|row| row.version) == Some(row.version) {
            return Ok(Some(Server {
                id,
                name: row.name,
                icon: row.icon,
                owner: row.owner_id,
                version: row.version,
                created_at: row.created_at,
                roles,
                channels,
            }));
        }
    }
    Err(Error::busy())
}

async fn find_server(db: &impl ConnectionTrait, id: ServerId) -> Result<Option<server::Model>> {
    Ok(server::Entity::find_by_id(id)
        .filter(server::Column::DeletedAt.is_null())
        .one(db)
        .await?)
}

async fn roles(db: &impl ConnectionTrait, id: ServerId) -> Result<Vec<Role>> {
    let rows = server_role::Entity::find()
        .filter(server_role::Column::ServerId.eq(id))
        .order_by_asc(server_role::Column::Position)
        .order_by_asc(server_role::Column::Id)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Role {
            id: row.id,
            name: row.name,
            color: row.color,
            permissions: Permissions::from_bits(row.permissions),
            position: row.position,
            is_default: row.is_default,
            managed_by: row.managed_by,
        })
        .collect())
}

async fn channels(db: &impl ConnectionTrait, id: ServerId) -> Result<Vec<Channel>> {
    let rows = server_channel::Entity::find()
        .filter(server_channel::Column::ServerId.eq(id))
        .filter(server_channel::Column::DeletedAt.is_null())
        .order_by_asc(server_channel::Column::Position)
        .order_by_asc(server_channel::Column::ConversationId)
        .all(db)
        .await?;
    let mut channels: Vec<Channel> = rows
        .into_iter()
        .map(|row| Channel {
            id: row.conversation_id,
            name: row.name,
            topic: row.topic,
            position: row.position,
            locked: row.locked,
            overwrites: Vec::new(),
        })
        .collect();
    let of_server = Query::select()
        .column(server_channel::Column::ConversationId)
        .from(server_channel::Entity)
        .and_where(server_channel::Column::ServerId.eq(id))
        .to_owned();
    let overwrites = channel_overwrite::Entity::find()
        .filter(channel_overwrite::Column::ConversationId.in_subquery(of_server))
        .all(db)
        .await?;
    for row in overwrites {
        let target = match row.kind {
            OverwriteKind::Role => Target::Role(RoleId(row.target_id)),
            OverwriteKind::Member => Target::Member(UserId(row.target_id)),
        };
        let channel = channels
            .iter_mut()
            .find(|channel| channel.id == row.conversation_id);
        if let Some(channel) = channel {
            let overwrite = Overwrite::from_bits(row.allow, row.deny);
            channel.overwrites.push((target, overwrite));
        }
    }
    Ok(channels)
}

#[derive(FromQueryResult)]
struct MemberRow {
    nickname: Option<String>,
    timed_out_until: Option<Timestamp>,
    joined_at: Timestamp,
    version: i64,
    role_id: Option<RoleId>,
}

/// One statement, so that it is of one moment: a row for each role, at least one.
const MEMBER: &str = "\
SELECT m.nickname, m.timed_out_until, m.joined_at, s.version, r.role_id \
FROM server_member m JOIN server s ON s.id = m.server_id \
LEFT JOIN server_member_role r ON r.server_id = m.server_id AND r.user_id = m.user_id \
WHERE m.server_id = $1 AND m.user_id = $2 AND s.deleted_at IS NULL ORDER BY r.role_id";

/// One member, as of one version of the server.
pub(super) async fn read_member(
    db: &impl ConnectionTrait,
    id: ServerId,
    user: UserId,
) -> Result<Option<Member>> {
    let values = [id.into(), user.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), MEMBER, values);
    let rows = MemberRow::find_by_statement(statement).all(db).await?;
    let roles = rows.iter().filter_map(|row| row.role_id).collect();
    Ok(rows.into_iter().next().map(|row| Member {
        user,
        nickname: row.nickname,
        roles,
        timed_out_until: row.timed_out_until,
        joined_at: row.joined_at,
        version: row.version,
    }))
}

/// The server that a channel belongs to; none for deleted ones.
pub(super) async fn server_of(
    db: &impl ConnectionTrait,
    channel: ConversationId,
) -> Result<Option<ServerId>> {
    Ok(server_channel::Entity::find_by_id(channel)
        .filter(server_channel::Column::DeletedAt.is_null())
        .select_only()
        .column(server_channel::Column::ServerId)
        .into_tuple()
        .one(db)
        .await?)
}

/// The servers that `user` is in, oldest first.
pub(super) async fn servers_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<ServerId>> {
    let live = Query::select()
        .column(server::Column::Id)
        .from(server::Entity)
        .and_where(server::Column::DeletedAt.is_null())
        .to_owned();
    Ok(server_member::Entity::find()
        .select_only()
        .column(server_member::Column::ServerId)
        .filter(server_member::Column::UserId.eq(user))
        .filter(server_member::Column::ServerId.in_subquery(live))
        .order_by_asc(server_member::Column::ServerId)
        .into_tuple()
        .all(db)
        .await?)
}
