//! What becomes of a message that is edited or deleted, and of all that hangs on it: mentions,
//! reactions, pins, and what the search knows of it.

use entity::{MessageId, Timestamp, UserId, message};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    change_store,
    model::{Amendment, Change, Reach},
    pin_store, reaction_store, search, store,
};
use crate::kernel::{Error, Result, Tx};

/// Makes `change` within `tx`, which has locked its conversation for it.
///
/// # Errors
/// `not_found` when there is no such message any more.
pub(super) async fn apply(tx: &Tx, change: &Change, rev: i64, at: Timestamp) -> Result<()> {
    let body = match &change.what {
        Amendment::Edit(body, _) => Some(body),
        Amendment::Delete(_) => None,
    };
    let key = (change.message, change.place.id, change.seq);
    let mut update = amend(change, rev, at)?.col_expr(
        message::Column::Mentions,
        change_store::replace_people(tx, key, body).await?.into(),
    );
    if let Some(channel) = change.place.audience.channel() {
        let roles = change_store::replace_roles(tx, key, body).await?;
        update = update.col_expr(message::Column::RoleMentions, roles.into());
        if let Some(moderator) = change.moderator() {
            change_store::record_removal(tx, channel, change, (moderator, at)).await?;
        }
    }
    let updated = update
        .filter(message::Column::Id.eq(change.message))
        .filter(message::Column::ConversationId.eq(change.place.id))
        .filter(message::Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    if updated.rows_affected == 0 {
        return Err(Error::not_found());
    }
    match &change.what {
        Amendment::Edit(..) => search::renew(tx, change.message).await?,
        Amendment::Delete(_) => {
            let gone = [change.message];
            reaction_store::forget(tx, &gone).await?;
            pin_store::forget(tx, &gone).await?;
            search::forget(tx, &gone).await?;
        }
    }
    Ok(())
}

fn amend(change: &Change, rev: i64, at: Timestamp) -> Result<sea_orm::UpdateMany<message::Entity>> {
    let mut update = message::Entity::update_many().col_expr(message::Column::Rev, rev.into());
    if let Reach::Withdrawn(_) = change.reach {
        update = update.col_expr(message::Column::Shadow, store::WITHDRAWN.into());
    }
    Ok(match &change.what {
        Amendment::Edit(body, card) => {
            let update = update
                .col_expr(message::Column::Source, body.source.clone().into())
                .col_expr(message::Column::Text, body.text.clone().into())
                .col_expr(message::Column::EditedAt, at.into())
                .col_expr(message::Column::EditedBy, change.by.user_id().into());
            match card {
                Some(card) => update.col_expr(
                    message::Column::Card,
                    serde_json::to_string(card.as_ref())?.into(),
                ),
                None => update,
            }
        }
        Amendment::Delete(remnant) => update
            .col_expr(message::Column::Source, "".into())
            .col_expr(message::Column::Text, "".into())
            .col_expr(message::Column::Attachment, Option::<String>::None.into())
            .col_expr(message::Column::Card, remnant.clone().into())
            .col_expr(message::Column::ReplyTo, Option::<MessageId>::None.into())
            .col_expr(message::Column::ReplyUserId, Option::<UserId>::None.into())
            .col_expr(message::Column::ReplySnippet, Option::<String>::None.into())
            .col_expr(message::Column::Reactions, 0.into())
            .col_expr(message::Column::DeletedAt, at.into()),
    })
}
