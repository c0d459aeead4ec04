//! Changes to who may do what with a document, written down.

use entity::{DocId, Timestamp, UserId, doc_member::Role};

use super::{
    model::{MemberChange, MemberKind, MemberOutcome},
    rights::{not_a_member, require_right, require_space},
    store,
};
use crate::kernel::{Result, Tx};

/// Makes `change`, if `actor` may at this moment; none when it changes nothing.
pub(super) async fn apply(
    tx: &Tx,
    id: DocId,
    actor: UserId,
    change: MemberChange,
    now: Timestamp,
) -> Result<Option<MemberOutcome>> {
    let role = store::lock_as(tx, id, actor).await?;
    require_right(change, actor, role)?;
    let user = change.user();
    let present = store::role(tx, id, user).await?;
    let kind = match (change, present) {
        (MemberChange::Add(..), Some(_)) => None,
        (MemberChange::Add(_, role), None) => Some(add(tx, id, user, role, now).await?),
        (MemberChange::SetRole(..) | MemberChange::Remove(_), None) => return Err(not_a_member()),
        (MemberChange::SetRole(_, role), Some(present)) if role == present => None,
        (MemberChange::SetRole(_, role), Some(_)) => {
            store::update_role(tx, id, user, role).await?;
            Some(MemberKind::RoleChanged(role))
        }
        (MemberChange::Remove(_), Some(_)) => {
            store::delete_member(tx, id, user).await?;
            Some(MemberKind::Removed)
        }
    };
    Ok(kind.map(|kind| MemberOutcome { user, kind }))
}

async fn add(tx: &Tx, id: DocId, user: UserId, role: Role, now: Timestamp) -> Result<MemberKind> {
    require_space(store::count_members(tx, id).await? + 1)?;
    store::insert_members(tx, id, &[(user, role)], now).await?;
    Ok(MemberKind::Added(role))
}
