//! Messages and groups, as they are for admins: whoever is in them, and whatever is hidden.

use entity::{ConversationId, MessageId, Timestamp, UserId, gdm, message};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};

use crate::kernel::Result;

/// Up to `limit` messages of a conversation that are not deleted, the newest first, of those older
/// than `before`.
pub(super) async fn newest_messages(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    before: Option<MessageId>,
    limit: u64,
) -> Result<Vec<message::Model>> {
    let older = before.map(|id| message::Column::Id.lt(id));
    Ok(message::Entity::find()
        .filter(message::Column::ConversationId.eq(conversation))
        .filter(message::Column::DeletedAt.is_null())
        .filter(Condition::all().add_option(older))
        .order_by_desc(message::Column::Seq)
        .limit(limit)
        .all(db)
        .await?)
}

/// A group, deleted or not.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Group {
    pub(super) id: ConversationId,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
    pub(super) deleted_at: Option<Timestamp>,
    pub(super) owner_id: UserId,
    /// Without the deleted ones.
    pub(super) messages: i64,
}

/// All groups, the newest first.
pub(super) async fn list_groups(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Group>> {
    let sql = "SELECT c.id, g.name, c.created_at, g.deleted_at, g.owner_id, \
            c.last_seq - (SELECT count(*) FROM message t WHERE t.conversation_id = c.id \
                AND t.deleted_at IS NOT NULL) AS messages \
        FROM gdm g JOIN conversation c ON c.id = g.conversation_id \
        ORDER BY c.id DESC LIMIT $1";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [limit.into()]);
    Ok(Group::find_by_statement(statement).all(db).await?)
}

/// Whether there is, or was, such a group.
pub(super) async fn find_group(
    db: &impl ConnectionTrait,
    id: ConversationId,
) -> Result<Option<gdm::Model>> {
    Ok(gdm::Entity::find_by_id(id).one(db).await?)
}
