//! Queries on the people of servers: members, bans, invites.

use std::collections::HashMap;

use entity::{
    RoleId, ServerId, ServerInviteId, Timestamp, UserId, server_ban, server_departure,
    server_invite, server_member, server_member_role,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, Set, Statement,
    sea_query::{Expr, OnConflict},
};

use super::{
    names::Reason,
    store::{number, run},
};
use crate::{
    chat::servers::Member,
    kernel::{Result, Tx, token},
};

/// Puts somebody into a server and all its channels. What was said before is not unread to them,
/// and a timeout with which they left goes on.
pub(super) async fn insert_member(
    tx: &Tx,
    server: ServerId,
    user: UserId,
    now: Timestamp,
) -> Result<()> {
    let timed_out_until = take_departure(tx, server, user).await?;
    let row = server_member::ActiveModel {
        server_id: Set(server),
        user_id: Set(user),
        nickname: Set(None),
        timed_out_until: Set(timed_out_until.filter(|until| *until > now)),
        joined_at: Set(now),
    };
    server_member::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    let sql = "INSERT INTO conversation_member (conversation_id, user_id, read_seq, joined_at) \
               SELECT c.id, $1, c.last_seq, $2 FROM conversation c \
               JOIN server_channel s ON s.conversation_id = c.id \
               WHERE s.server_id = $3 AND s.deleted_at IS NULL";
    run(tx, sql, [user.into(), now.into(), server.into()]).await
}

/// The timeout with which somebody left, to go on with now that they are back.
async fn take_departure(tx: &Tx, server: ServerId, user: UserId) -> Result<Option<Timestamp>> {
    let row = server_departure::Entity::find_by_id((server, user))
        .one(tx)
        .await?;
    if row.is_some() {
        server_departure::Entity::delete_by_id((server, user))
            .exec(tx)
            .await?;
    }
    Ok(row.map(|row| row.timed_out_until))
}

/// Notes that somebody leaves while they are timed out.
pub(super) async fn save_departure(
    tx: &Tx,
    server: ServerId,
    user: UserId,
    timed_out_until: Timestamp,
) -> Result<()> {
    let row = server_departure::ActiveModel {
        server_id: Set(server),
        user_id: Set(user),
        timed_out_until: Set(timed_out_until),
    };
    server_departure::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Takes somebody out of a server and all its channels.
pub(super) async fn delete_member(tx: &Tx, server: ServerId, user: UserId) -> Result<()> {
    let sql = "DELETE FROM conversation_member WHERE user_id = $1 AND conversation_id IN \
               (SELECT conversation_id FROM server_channel WHERE server_id = $2)";
    run(tx, sql, [user.into(), server.into()]).await?;
    // Their roles go with the row.
    server_member::Entity::delete_by_id((server, user))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes everybody out of a server and all its channels.
pub(super) async fn delete_members(tx: &Tx, server: ServerId) -> Result<()> {
    let sql = "DELETE FROM conversation_member WHERE conversation_id IN \
               (SELECT conversation_id FROM server_channel WHERE server_id = $1)";
    run(tx, sql, [server.into()]).await?;
    server_member::Entity::delete_many()
        .filter(server_member::Column::ServerId.eq(server))
        .exec(tx)
        .await?;
    Ok(())
}

/// Writes a member's nickname and timeout.
pub(super) async fn update_member(tx: &Tx, server: ServerId, member: &Member) -> Result<()> {
    let change = server_member::ActiveModel {
        server_id: Set(server),
        user_id: Set(member.user),
        nickname: Set(member.nickname.clone()),
        timed_out_until: Set(member.timed_out_until),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Gives a member roles and takes others away.
pub(super) async fn update_roles_of(
    tx: &Tx,
    server: ServerId,
    user: UserId,
    add: &[RoleId],
    remove: &[RoleId],
) -> Result<()> {
    if !remove.is_empty() {
        server_member_role::Entity::delete_many()
            .filter(server_member_role::Column::ServerId.eq(server))
            .filter(server_member_role::Column::UserId.eq(user))
            .filter(server_member_role::Column::RoleId.is_in(remove.iter().copied()))
            .exec(tx)
            .await?;
    }
    if !add.is_empty() {
        let rows = add.iter().map(|role| server_member_role::ActiveModel {
            server_id: Set(server),
            user_id: Set(user),
            role_id: Set(*role),
        });
        server_member_role::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// How many members besides `one` and the owner have one of `roles`.
pub(super) async fn count_others_with(
    tx: &Tx,
    server: ServerId,
    roles: &[RoleId],
    one: UserId,
    owner: UserId,
) -> Result<usize> {
    let people: Vec<UserId> = server_member_role::Entity::find()
        .select_only()
        .column(server_member_role::Column::UserId)
        .distinct()
        .filter(server_member_role::Column::ServerId.eq(server))
        .filter(server_member_role::Column::RoleId.is_in(roles.iter().copied()))
        .filter(server_member_role::Column::UserId.is_not_in([one, owner]))
        .limit(1)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(people.len())
}

/// How many servers `user` is in.
pub(super) async fn count_joined(db: &impl ConnectionTrait, user: UserId) -> Result<i64> {
    let sql = "SELECT count(*) FROM server_member WHERE user_id = $1";
    number(db, sql, [user.into()]).await
}

#[derive(FromQueryResult)]
struct Size {
    server_id: ServerId,
    size: i64,
}

/// How many members the servers have that `user` is in.
pub(super) async fn sizes(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<HashMap<ServerId, i64>> {
    let sql = "SELECT server_id, count(*) AS size FROM server_member WHERE server_id IN \
               (SELECT server_id FROM server_member WHERE user_id = $1) GROUP BY server_id";
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [user.into()]);
    let sizes = Size::find_by_statement(statement).all(db).await?;
    Ok(sizes
        .into_iter()
        .map(|row| (row.server_id, row.size))
        .collect())
}

/// How many members a server has.
pub(super) async fn size(db: &impl ConnectionTrait, server: ServerId) -> Result<i64> {
    let sql = "SELECT count(*) FROM server_member WHERE server_id = $1";
    number(db, sql, [server.into()]).await
}

/// The members of a server by id: `only` these, or up to `limit` of those behind `after`.
pub(super) async fn list_members(
    db: &impl ConnectionTrait,
    server: ServerId,
    which: Which<'_>,
) -> Result<Vec<Member>> {
    let mut rows = server_member::Entity::find()
        .filter(server_member::Column::ServerId.eq(server))
        .order_by_asc(server_member::Column::UserId);
    let mut roles =
        server_member_role::Entity::find().filter(server_member_role::Column::ServerId.eq(server));
    match which {
        Which::All => {}
        Which::Only(people) => {
            rows = rows.filter(server_member::Column::UserId.is_in(people.iter().copied()));
            roles = roles.filter(server_member_role::Column::UserId.is_in(people.iter().copied()));
        }
        Which::Page { after, limit } => {
            rows = rows
                .filter(server_member::Column::UserId.gt(after))
                .limit(limit);
        }
    }
    let rows = rows.all(db).await?;
    if let (Which::Page { .. }, Some(first), Some(last)) = (which, rows.first(), rows.last()) {
        let range = server_member_role::Column::UserId.between(first.user_id, last.user_id);
        roles = roles.filter(range);
    }
    let mut of_people: HashMap<UserId, Vec<RoleId>> = HashMap::new();
    for row in roles.all(db).await? {
        of_people.entry(row.user_id).or_default().push(row.role_id);
    }
    let members = rows.into_iter().map(|row| Member {
        user: row.user_id,
        nickname: row.nickname,
        roles: of_people.remove(&row.user_id).unwrap_or_default(),
        timed_out_until: row.timed_out_until,
        joined_at: row.joined_at,
        version: 0,
    });
    Ok(members.collect())
}

/// Which members are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which<'a> {
    All,
    Only(&'a [UserId]),
    Page { after: UserId, limit: u64 },
}

/// The ban on somebody, if there is one.
pub(super) async fn find_ban(
    db: &impl ConnectionTrait,
    server: ServerId,
    user: UserId,
) -> Result<Option<server_ban::Model>> {
    Ok(server_ban::Entity::find_by_id((server, user))
        .one(db)
        .await?)
}

/// Bans somebody, or gives another reason for it.
pub(super) async fn save_ban(
    tx: &Tx,
    server: ServerId,
    user: UserId,
    reason: Option<&Reason>,
    by: UserId,
    now: Timestamp,
) -> Result<()> {
    use server_ban::Column;
    let row = server_ban::ActiveModel {
        server_id: Set(server),
        user_id: Set(user),
        reason: Set(reason.map(|reason| reason.as_str().to_owned())),
        banned_by: Set(by),
        banned_at: Set(now),
    };
    let again = OnConflict::columns([Column::ServerId, Column::UserId])
        .update_column(Column::Reason)
        .to_owned();
    server_ban::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Ends a ban; whether there was one.
pub(super) async fn delete_ban(tx: &Tx, server: ServerId, user: UserId) -> Result<bool> {
    let deleted = server_ban::Entity::delete_by_id((server, user))
        .exec(tx)
        .await?;
    Ok(deleted.rows_affected > 0)
}

/// Stores an invite, its code as a hash.
pub(super) async fn insert_invite(
    tx: &Tx,
    server: ServerId,
    code: &str,
    by: UserId,
    now: Timestamp,
    expires_at: Timestamp,
    max_uses: i32,
) -> Result<ServerInviteId> {
    let row = server_invite::ActiveModel {
        server_id: Set(server),
        code_hash: Set(token::hash(code)),
        created_by: Set(by),
        created_at: Set(now),
        expires_at: Set(expires_at),
        max_uses: Set(max_uses),
        uses: Set(0),
        ..Default::default()
    };
    Ok(row.insert(tx).await?.id)
}

/// The invite with this code.
pub(super) async fn find_invite(
    db: &impl ConnectionTrait,
    code: &str,
) -> Result<Option<server_invite::Model>> {
    Ok(server_invite::Entity::find()
        .filter(server_invite::Column::CodeHash.eq(token::hash(code)))
        .one(db)
        .await?)
}

/// How many invites of a server can still be used.
pub(super) async fn count_invites(
    db: &impl ConnectionTrait,
    server: ServerId,
    now: Timestamp,
) -> Result<i64> {
    let sql = "SELECT count(*) FROM server_invite WHERE server_id = $1 AND expires_at > $2 \
               AND uses < max_uses";
    number(db, sql, [server.into(), now.into()]).await
}

/// Spends one use of an invite, in a statement that no more can win than there are uses; whether
/// it did.
pub(super) async fn redeem(tx: &Tx, id: ServerInviteId, now: Timestamp) -> Result<bool> {
    use server_invite::Column;
    let spent = server_invite::Entity::update_many()
        .col_expr(Column::Uses, Expr::col(Column::Uses).add(1))
        .filter(Column::Id.eq(id))
        .filter(Expr::col(Column::Uses).lt(Expr::col(Column::MaxUses)))
        .filter(Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    Ok(spent.rows_affected == 1)
}

/// The invite of a server with this id.
pub(super) async fn find_invite_of(
    tx: &Tx,
    server: ServerId,
    id: ServerInviteId,
) -> Result<Option<server_invite::Model>> {
    Ok(server_invite::Entity::find_by_id(id)
        .filter(server_invite::Column::ServerId.eq(server))
        .one(tx)
        .await?)
}

/// Ends an invite.
pub(super) async fn delete_invite(tx: &Tx, id: ServerInviteId) -> Result<()> {
    server_invite::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Ends the invites that somebody made.
pub(super) async fn delete_invites_by(tx: &Tx, server: ServerId, user: UserId) -> Result<()> {
    server_invite::Entity::delete_many()
        .filter(server_invite::Column::ServerId.eq(server))
        .filter(server_invite::Column::CreatedBy.eq(user))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends the invites of a server that nobody can use any more.
pub(super) async fn delete_spent_invites(tx: &Tx, server: ServerId, now: Timestamp) -> Result<()> {
    let sql = "DELETE FROM server_invite WHERE server_id = $1 AND expires_at < $2";
    // A day longer than they live: until then whoever comes late is told why.
    run(tx, sql, [server.into(), now.plus_seconds(-86_400).into()]).await
}
