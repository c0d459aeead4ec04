//! Changes to a group, written down. Whoever calls has decided that they may be made.

use entity::{ConversationId, Timestamp, UserId};

use super::{
    live::Outcome,
    model::{Change, Removal, STANDING_CODE_CHARS, Standing},
    store,
};
use crate::kernel::{Result, Tx, token};

/// Writes `change`; none when it changes nothing.
pub(super) async fn apply(
    tx: &Tx,
    standing: &Standing,
    actor: UserId,
    change: Change,
    now: Timestamp,
) -> Result<Option<Outcome>> {
    let id = standing.group.conversation_id;
    match change {
        Change::Describe { name, description } => {
            store::update_description(tx, id, name, description).await?;
            Ok(Some(unmoved(standing)))
        }
        Change::SetLocked(locked) if locked == standing.group.locked => Ok(None),
        Change::SetLocked(locked) => {
            store::update_locked(tx, id, locked).await?;
            Ok(Some(unmoved(standing)))
        }
        Change::Add(users) => add(tx, standing, users, now).await,
        Change::Transfer(owner) if owner == standing.group.owner_id => Ok(None),
        Change::Transfer(owner) => {
            let added = add(tx, standing, vec![owner], now).await?;
            hand_over(tx, id, owner, now).await?;
            Ok(added.or_else(|| Some(unmoved(standing))))
        }
        Change::Remove(user, how) => {
            if how == Removal::Kick {
                store::save_kick(tx, id, user, now).await?;
            }
            store::delete_member(tx, id, user).await?;
            Ok(Some(without(standing, user)))
        }
        Change::Leave => leave(tx, standing, actor, now).await.map(Some),
        Change::Delete => delete(tx, standing, now).await.map(Some),
    }
}

/// Puts those of `users` into the group who are not in it; none when all of them are.
pub(super) async fn add(
    tx: &Tx,
    standing: &Standing,
    mut users: Vec<UserId>,
    now: Timestamp,
) -> Result<Option<Outcome>> {
    users.retain(|user| !standing.has(*user));
    if users.is_empty() {
        return Ok(None);
    }
    let id = standing.group.conversation_id;
    store::insert_members(tx, id, &users, standing.last_seq, now).await?;
    Ok(Some(Outcome {
        members: [standing.members.as_slice(), &users].concat(),
        joined: users,
        ..Outcome::default()
    }))
}

async fn hand_over(tx: &Tx, id: ConversationId, owner: UserId, now: Timestamp) -> Result<()> {
    store::update_owner(tx, id, owner, token::code(STANDING_CODE_CHARS), now).await
}

/// An owner who leaves hands the group over; with the last one it ends.
async fn leave(tx: &Tx, standing: &Standing, user: UserId, now: Timestamp) -> Result<Outcome> {
    let id = standing.group.conversation_id;
    if user == standing.group.owner_id {
        match standing.heir() {
            Some(heir) => hand_over(tx, id, heir, now).await?,
            None => return delete(tx, standing, now).await,
        }
    }
    store::delete_member(tx, id, user).await?;
    Ok(without(standing, user))
}

async fn delete(tx: &Tx, standing: &Standing, now: Timestamp) -> Result<Outcome> {
    store::delete_group(tx, standing.group.conversation_id, now).await?;
    Ok(Outcome {
        left: standing.members.clone(),
        is_deleted: true,
        ..Outcome::default()
    })
}

/// A change that moved nobody.
fn unmoved(standing: &Standing) -> Outcome {
    Outcome {
        members: standing.members.clone(),
        ..Outcome::default()
    }
}

/// A change after which `user` is not in the group any more.
fn without(standing: &Standing, user: UserId) -> Outcome {
    let others = standing.members.iter().copied();
    Outcome {
        members: others.filter(|id| *id != user).collect(),
        left: vec![user],
        ..Outcome::default()
    }
}
