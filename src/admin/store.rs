//! Queries on `audit_entry` and `dm_log`.

use std::collections::HashMap;

use entity::{AuditEntryId, ConversationId, Timestamp, UserId, audit_entry, conversation, dm_log};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Set, sea_query::Query,
};

use super::{
    audit::Entry,
    model::{LogPage, Parties},
};
use crate::kernel::Result;

/// Appends to the audit record.
pub(super) async fn insert_entry(
    db: &impl ConnectionTrait,
    entry: Entry,
    now: Timestamp,
) -> Result<()> {
    let row = audit_entry::ActiveModel {
        at: Set(now),
        actor_id: Set(entry.actor),
        action: Set(entry.action.to_owned()),
        target: Set(entry.target),
        detail: Set(entry.detail.to_string()),
        ..Default::default()
    };
    audit_entry::Entity::insert(row)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Entries of the audit record, the newest first.
pub(super) async fn list_entries(
    db: &impl ConnectionTrait,
    before: Option<AuditEntryId>,
    limit: u64,
) -> Result<Vec<audit_entry::Model>> {
    let older = before.map(|id| audit_entry::Column::Id.lt(id));
    Ok(audit_entry::Entity::find()
        .filter(Condition::all().add_option(older))
        .order_by_desc(audit_entry::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// The newest logged DMs that `peer` wrote or got, the newest first.
pub(super) async fn list_logged_dms(
    db: &impl ConnectionTrait,
    peer: UserId,
    page: LogPage,
) -> Result<Vec<dm_log::Model>> {
    let theirs = Query::select()
        .column(conversation::Column::Id)
        .from(conversation::Entity)
        .and_where(conversation::Column::Kind.eq(conversation::Kind::Dm))
        .cond_where(
            Condition::any()
                .add(conversation::Column::DmLow.eq(peer))
                .add(conversation::Column::DmHigh.eq(peer)),
        )
        .to_owned();
    let older = page.before.map(|id| dm_log::Column::MessageId.lt(id));
    Ok(dm_log::Entity::find()
        .filter(dm_log::Column::ConversationId.in_subquery(theirs))
        .filter(Condition::all().add_option(older))
        .order_by_desc(dm_log::Column::MessageId)
        .limit(page.limit)
        .all(db)
        .await?)
}

/// From whom to whom each of `rows` went.
pub(super) async fn find_parties(
    db: &impl ConnectionTrait,
    rows: &[dm_log::Model],
) -> Result<Vec<Parties>> {
    let mut ids: Vec<ConversationId> = rows.iter().map(|row| row.conversation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let dms: HashMap<ConversationId, conversation::Model> = conversation::Entity::find()
        .filter(conversation::Column::Id.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|dm| (dm.id, dm))
        .collect();
    let parties = rows.iter().map(|row| {
        let both = dms.get(&row.conversation_id);
        let both = both.and_then(|dm| dm.dm_low.zip(dm.dm_high));
        // Somebody who writes to themselves is both.
        let (low, high) = both.unwrap_or((row.sender_id, row.sender_id));
        Parties {
            from: row.sender_id,
            to: if row.sender_id == low { high } else { low },
        }
    });
    Ok(parties.collect())
}
