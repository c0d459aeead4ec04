//! Queries for those who look at servers.

use entity::{
    ConversationId, ServerId, Timestamp, UserId, app, server_audit, server_ban, server_invite,
    widget,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement, sea_query::Expr,
};

use crate::kernel::Result;

/// The entries of the audit log before one of them, the newest first.
pub(super) async fn list_audit(
    db: &impl ConnectionTrait,
    server: ServerId,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<server_audit::Model>> {
    let mut rows = server_audit::Entity::find()
        .filter(server_audit::Column::ServerId.eq(server))
        .order_by_desc(server_audit::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        rows = rows.filter(server_audit::Column::Id.lt(before));
    }
    Ok(rows.all(db).await?)
}

/// The widget that is shown under a server's header, with the name and description of its app.
pub(super) async fn find_pinned_widget(
    db: &impl ConnectionTrait,
    server: ServerId,
) -> Result<Option<(widget::Model, app::Model)>> {
    let widget = widget::Entity::find()
        .filter(widget::Column::ServerId.eq(server))
        .filter(widget::Column::Pinned.eq(true))
        .filter(widget::Column::Visible.eq(true))
        .one(db)
        .await?;
    let Some(widget) = widget else {
        return Ok(None);
    };
    let app = app::Entity::find_by_id(widget.app_id)
        .filter(app::Column::DeletedAt.is_null())
        .one(db)
        .await?;
    Ok(app.map(|app| (widget, app)))
}

/// How much of a channel somebody has not read.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Unread {
    pub(super) server_id: ServerId,
    pub(super) conversation_id: ConversationId,
    pub(super) messages: i64,
}

/// What `user` has not read, in the channels of one server or of all.
pub(super) async fn unread(
    db: &impl ConnectionTrait,
    user: UserId,
    server: Option<ServerId>,
) -> Result<Vec<Unread>> {
    let sql = "SELECT s.server_id, s.conversation_id, c.last_seq - m.read_seq - \
                   (SELECT count(*) FROM message t WHERE t.conversation_id = c.id \
                       AND t.deleted_at IS NOT NULL AND t.seq > m.read_seq) - \
                   (SELECT count(*) FROM message h WHERE h.conversation_id = c.id \
                       AND h.shadow <> 0 AND h.sender_id <> m.user_id \
                       AND h.deleted_at IS NULL AND h.seq > m.read_seq) AS messages \
               FROM conversation_member m \
               JOIN server_channel s ON s.conversation_id = m.conversation_id \
               JOIN conversation c ON c.id = m.conversation_id \
               WHERE m.user_id = $1 AND s.deleted_at IS NULL AND c.last_seq > m.read_seq \
                   AND ($2 = 0 OR s.server_id = $2)";
    let server = server.map_or(0, |server| server.0);
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [user.into(), server.into()],
    );
    Ok(Unread::find_by_statement(statement).all(db).await?)
}

/// The invites of a server that can be used, the newest first.
pub(super) async fn list_invites(
    db: &impl ConnectionTrait,
    server: ServerId,
    now: Timestamp,
) -> Result<Vec<server_invite::Model>> {
    use server_invite::Column;
    Ok(server_invite::Entity::find()
        .filter(Column::ServerId.eq(server))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Expr::col(Column::Uses).lt(Expr::col(Column::MaxUses)))
        .order_by_desc(Column::Id)
        .all(db)
        .await?)
}

/// Up to `limit` of those who are banned, behind `after`, by id.
pub(super) async fn list_bans(
    db: &impl ConnectionTrait,
    server: ServerId,
    after: UserId,
    limit: u64,
) -> Result<Vec<server_ban::Model>> {
    use server_ban::Column;
    Ok(server_ban::Entity::find()
        .filter(Column::ServerId.eq(server))
        .filter(Column::UserId.gt(after))
        .order_by_asc(Column::UserId)
        .limit(limit)
        .all(db)
        .await?)
}
