//! Counts of messages, for people's profiles.

use entity::{UserId, conversation, message};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::Query,
};

use crate::kernel::Result;

/// How many messages of the public chat are `sender`'s, deleted ones left out, and what others are
/// not shown.
pub(super) async fn count_public_messages(
    db: &impl ConnectionTrait,
    sender: UserId,
) -> Result<u64> {
    let public = Query::select()
        .column(conversation::Column::Id)
        .from(conversation::Entity)
        .and_where(conversation::Column::Kind.eq(conversation::Kind::Public))
        .to_owned();
    Ok(message::Entity::find()
        .filter(message::Column::ConversationId.in_subquery(public))
        .filter(message::Column::SenderId.eq(sender))
        .filter(message::Column::DeletedAt.is_null())
        .filter(message::Column::Shadow.eq(0))
        .count(db)
        .await?)
}

/// How many messages of the DM of two people `one` is shown.
///
/// Sequences have no gaps, so the newest place is the number of all messages.
pub(super) async fn count_dms(
    db: &impl ConnectionTrait,
    one: UserId,
    other: UserId,
) -> Result<u64> {
    let dm = conversation::Entity::find()
        .filter(conversation::Column::Kind.eq(conversation::Kind::Dm))
        .filter(conversation::Column::DmLow.eq(one.min(other)))
        .filter(conversation::Column::DmHigh.eq(one.max(other)))
        .one(db)
        .await?;
    let Some(dm) = dm else {
        return Ok(0);
    };
    let hidden = Condition::all()
        .add(message::Column::Shadow.ne(0))
        .add(message::Column::SenderId.ne(one));
    let deleted = message::Column::DeletedAt.is_not_null();
    let not_shown = message::Entity::find()
        .filter(message::Column::ConversationId.eq(dm.id))
        .filter(Condition::any().add(deleted).add(hidden))
        .count(db)
        .await?;
    let all = u64::try_from(dm.last_seq).unwrap_or_default();
    Ok(all.saturating_sub(not_shown))
}
