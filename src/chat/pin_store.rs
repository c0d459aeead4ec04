//! The queries of pins.

use entity::{ConversationId, MessageId, Timestamp, UserId, pin};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::kernel::{Result, Tx};

/// The pins of a conversation, the newest first.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    limit: u64,
) -> Result<Vec<pin::Model>> {
    Ok(pin::Entity::find()
        .filter(pin::Column::ConversationId.eq(conversation))
        .order_by_desc(pin::Column::PinnedAt)
        .order_by_desc(pin::Column::MessageId)
        .limit(limit)
        .all(db)
        .await?)
}

pub(super) async fn is_pinned(tx: &Tx, message: MessageId) -> Result<bool> {
    Ok(pin::Entity::find_by_id(message).one(tx).await?.is_some())
}

pub(super) async fn count(tx: &Tx, conversation: ConversationId) -> Result<u64> {
    Ok(pin::Entity::find()
        .filter(pin::Column::ConversationId.eq(conversation))
        .count(tx)
        .await?)
}

pub(super) async fn insert(
    tx: &Tx,
    (message, conversation): (MessageId, ConversationId),
    by: UserId,
    now: Timestamp,
) -> Result<()> {
    let row = pin::ActiveModel {
        message_id: Set(message),
        conversation_id: Set(conversation),
        pinned_by: Set(by),
        pinned_at: Set(now),
    };
    pin::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Unpins messages. Answers whether one of them was pinned.
pub(super) async fn forget(tx: &Tx, messages: &[MessageId]) -> Result<bool> {
    let removed = pin::Entity::delete_many()
        .filter(pin::Column::MessageId.is_in(messages.iter().copied()))
        .exec(tx)
        .await?;
    Ok(removed.rows_affected > 0)
}
