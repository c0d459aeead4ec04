//! Turns at servers: what must not happen at once, happens one after the other.

use std::sync::Arc;

use entity::ServerId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How many turns can be taken at once, at most one at each server.
const TURNS: usize = 64;

/// One's turn at a server, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _held: OwnedMutexGuard<()>,
}

/// Lets one change to a server happen at a time, its live effects included: otherwise somebody who
/// was let in and put out in quick succession could be put into the rooms last. Who has waited
/// longest is next.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<[Arc<Mutex<()>>; TURNS]>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Arc::default())))
    }
}

impl Turns {
    /// Waits until it is one's turn.
    pub(super) async fn take(&self, id: ServerId) -> Turn {
        let turns = i64::try_from(TURNS).unwrap_or(i64::MAX);
        let index = usize::try_from(id.0.rem_euclid(turns)).unwrap_or_default();
        Turn {
            _held: self.0[index].clone().lock_owned().await,
        }
    }
}
