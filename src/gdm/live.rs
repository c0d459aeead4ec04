//! What a change to a group does to the people who are connected.

use std::sync::Arc;

use entity::{ConversationId, UserId};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    chat::Groups,
    kernel::{Result, Tx},
    socket::{Delivery, Room},
};

/// How many changes can be made at once, at most one to each group.
const TURNS: usize = 64;

/// Lets one change to a group happen at a time, its live effects included: otherwise somebody who
/// was added and removed in quick succession could be put into the room last.
#[derive(Clone)]
pub(super) struct Turns(Arc<[Mutex<()>; TURNS]>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Mutex::new(()))))
    }
}

impl Turns {
    /// Waits until it is one's turn; it ends when the guard is dropped.
    pub(super) async fn take(&self, id: ConversationId) -> MutexGuard<'_, ()> {
        let turns = i64::try_from(TURNS).unwrap_or(i64::MAX);
        let index = usize::try_from(id.0.rem_euclid(turns)).unwrap_or_default();
        self.0[index].lock().await
    }
}

/// What a change did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Who is in the group now.
    pub(super) members: Vec<UserId>,
    /// Who of them was not before.
    pub(super) joined: Vec<UserId>,
    /// Who is not in it any more.
    pub(super) left: Vec<UserId>,
    /// Whether the group is gone.
    pub(super) is_deleted: bool,
}

/// Makes changes real: commits them and lets connected people know.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) groups: Groups,
    pub(super) delivery: Delivery,
}

impl Live {
    /// Commits `tx`, which did `outcome` to the group `id`, with its effects on live sockets.
    ///
    /// Who lost access leaves the room before the commit: a message that is stored after it can be
    /// broadcast at once. They leave a second time after it, for sockets that were just connecting
    /// and had read the members of a moment before.
    pub(super) async fn commit(&self, tx: Tx, id: ConversationId, outcome: &Outcome) -> Result<()> {
        self.leave(id, &outcome.left);
        let committed = tx.commit().await;
        self.groups.changed(id);
        if let Err(error) = committed {
            self.join(id, &outcome.left);
            return Err(error.into());
        }
        self.leave(id, &outcome.left);
        self.join(id, &outcome.joined);
        self.announce(id, outcome);
        Ok(())
    }

    fn join(&self, id: ConversationId, users: &[UserId]) {
        for user in users {
            self.delivery
                .join(Room::User(*user), Room::Conversation(id));
        }
    }

    fn leave(&self, id: ConversationId, users: &[UserId]) {
        for user in users {
            self.delivery
                .leave(Room::User(*user), Room::Conversation(id));
        }
    }

    fn announce(&self, id: ConversationId, outcome: &Outcome) {
        let rooms = |users: &[UserId]| users.iter().copied().map(Room::User).collect::<Vec<_>>();
        let left = rooms(&outcome.left);
        let everyone = [rooms(&outcome.members), left.clone()].concat();
        let refresh = if outcome.is_deleted {
            json!({"deleted": id})
        } else {
            json!({"tid": id})
        };
        self.delivery
            .emit(&everyone, "gdm_threads_refresh", &refresh);
        if !left.is_empty() {
            let removed = json!({"conversation": format!("gdm:{id}")});
            self.delivery.emit(&left, "conversation_removed", &removed);
        }
    }
}
