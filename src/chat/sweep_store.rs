//! The queries of deleting and clearing much at once.

use entity::{ConversationId, MessageId, UserId, conversation, message};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};

use crate::kernel::Result;

/// The public chat and the groups in which `user` has said something that is still there.
pub(super) async fn with_messages_of(
    db: &DatabaseConnection,
    user: UserId,
) -> Result<Vec<conversation::Model>> {
    let sql = "SELECT * FROM conversation WHERE kind IN ('public', 'gdm') AND id IN \
               (SELECT conversation_id FROM message WHERE sender_id = $1 AND deleted_at IS NULL)";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [user.into()]);
    Ok(conversation::Model::find_by_statement(statement)
        .all(db)
        .await?)
}

/// What `user` has said in a conversation, by `seq`.
pub(super) async fn of_sender(
    db: &DatabaseConnection,
    conversation: ConversationId,
    user: UserId,
) -> Result<Vec<(i64, MessageId)>> {
    Ok(message::Entity::find()
        .select_only()
        .column(message::Column::Seq)
        .column(message::Column::Id)
        .filter(message::Column::ConversationId.eq(conversation))
        .filter(message::Column::SenderId.eq(user))
        .filter(message::Column::DeletedAt.is_null())
        .order_by_asc(message::Column::Seq)
        .into_tuple()
        .all(db)
        .await?)
}

/// The newest messages of a conversation, or all of them, by `seq`.
pub(super) async fn newest(
    db: &DatabaseConnection,
    conversation: ConversationId,
    count: Option<u64>,
) -> Result<Vec<(i64, MessageId)>> {
    let mut newest: Vec<(i64, MessageId)> = message::Entity::find()
        .select_only()
        .column(message::Column::Seq)
        .column(message::Column::Id)
        .filter(message::Column::ConversationId.eq(conversation))
        .filter(message::Column::DeletedAt.is_null())
        .order_by_desc(message::Column::Seq)
        .limit(count)
        .into_tuple()
        .all(db)
        .await?;
    newest.reverse();
    Ok(newest)
}

/// Clears `user`'s side of their DMs. Answers how many messages they do not see any more.
pub(super) async fn clear_dms(db: &DatabaseConnection, user: UserId) -> Result<u64> {
    let backend = db.get_database_backend();
    let hidden = "SELECT count(*) AS hidden FROM conversation_member mine \
        JOIN conversation c ON c.id = mine.conversation_id AND c.kind = 'dm' \
        JOIN message m ON m.conversation_id = c.id AND m.seq > mine.cleared_seq \
            AND m.deleted_at IS NULL \
        WHERE mine.user_id = $1";
    let row = db
        .query_one_raw(Statement::from_sql_and_values(
            backend,
            hidden,
            [user.into()],
        ))
        .await?;
    let hidden: i64 = row.map_or(Ok(0), |row| row.try_get("", "hidden"))?;
    let clear = "UPDATE conversation_member SET \
            cleared_seq = (SELECT last_seq FROM conversation c WHERE c.id = conversation_id), \
            read_seq = (SELECT last_seq FROM conversation c WHERE c.id = conversation_id) \
        WHERE user_id = $1 \
            AND conversation_id IN (SELECT id FROM conversation WHERE kind = 'dm')";
    db.execute_raw(Statement::from_sql_and_values(
        backend,
        clear,
        [user.into()],
    ))
    .await?;
    Ok(hidden.unsigned_abs())
}

/// The `seq` up to which `user` has cleared a conversation for themselves.
pub(super) async fn cleared(
    db: &DatabaseConnection,
    conversation: ConversationId,
    user: UserId,
) -> Result<i64> {
    let member = entity::conversation_member::Entity::find_by_id((conversation, user))
        .one(db)
        .await?;
    Ok(member.map_or(0, |member| member.cleared_seq))
}
