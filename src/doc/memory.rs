//! How much memory the open documents occupy, all in all.
//!
//! Each says what it has become with every turn, which costs a look at the texts that may be on
//! screens. When it gets tight all of them are woken, so that those with nobody in them can go. What
//! has people in it stays; so that nobody alone takes all there is, one person holds a part of it at
//! most, and short documents find room when long ones do not.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use dashmap::DashMap;
use entity::UserId;
use tokio::sync::{Notify, futures::OwnedNotified};

/// What the open documents may occupy, in bytes: a hundred of the longest.
const MAX_BYTES: usize = 512 * 1024 * 1024;
/// From here on those that nobody is in are closed.
const CROWDED: usize = MAX_BYTES / 2;
/// What one person may hold of it, unless it is one document.
const MAX_OF_PERSON: usize = MAX_BYTES / 8;
/// When it is full, documents of up to so many bytes are still opened, up to so many in all.
const SHORT: (usize, usize) = (1024 * 1024, MAX_BYTES + MAX_BYTES / 4);

/// What the open documents occupy. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<State>);

#[derive(Debug, Default)]
struct State {
    bytes: AtomicUsize,
    held: DashMap<UserId, usize>,
    crowded: Arc<Notify>,
}

impl Memory {
    /// The share of another document of so many bytes; none when there is no room for it.
    pub(super) fn share(&self, bytes: usize) -> Option<Share> {
        let (short, most) = SHORT;
        let limit = if bytes <= short { most } else { MAX_BYTES };
        if self.bytes() >= limit {
            return None;
        }
        let mut share = Share {
            memory: self.clone(),
            bytes: 0,
        };
        share.set(bytes);
        Some(share)
    }

    /// Whether not even a short document can be opened.
    pub(super) fn is_full(&self) -> bool {
        self.bytes() >= SHORT.1
    }

    /// Whether it gets tight.
    pub(super) fn is_crowded(&self) -> bool {
        self.bytes() >= CROWDED
    }

    /// Resolves when it gets tight, counted from when this was called.
    pub(super) fn crowded(&self) -> OwnedNotified {
        self.0.crowded.clone().notified_owned()
    }

    /// Has every document look whether anybody needs it.
    pub(super) fn wake_all(&self) {
        self.0.crowded.notify_waiters();
    }

    /// Counts so many `bytes` as held by `user`, who has them opened; none if that is too much.
    pub(super) fn hold(&self, user: UserId, bytes: usize) -> Option<Hold> {
        let mut held = self.0.held.entry(user).or_default();
        if *held > 0 && *held + bytes > MAX_OF_PERSON {
            return None;
        }
        *held += bytes;
        drop(held);
        let memory = self.clone();
        Some(Hold {
            memory,
            user,
            bytes,
        })
    }

    fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed)
    }
}

/// What one document occupies; nothing any more when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    memory: Memory,
    bytes: usize,
}

impl Share {
    /// How many bytes it is.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// It is so many `bytes` now.
    pub(super) fn set(&mut self, bytes: usize) {
        let total = &self.memory.0.bytes;
        let added = bytes.saturating_sub(self.bytes);
        let before = total.fetch_add(added, Ordering::Relaxed);
        total.fetch_sub(self.bytes.saturating_sub(bytes), Ordering::Relaxed);
        self.bytes = bytes;
        if before < CROWDED && before + added >= CROWDED {
            self.memory.wake_all();
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// A document that a person has open, until it is dropped.
#[derive(Debug)]
pub(super) struct Hold {
    memory: Memory,
    user: UserId,
    bytes: usize,
}

impl Hold {
    /// The document is so many `bytes` now; whether its person may hold that.
    pub(super) fn set(&mut self, bytes: usize) -> bool {
        let mut held = self.memory.0.held.entry(self.user).or_default();
        *held = *held - self.bytes + bytes;
        self.bytes = bytes;
        *held == bytes || *held <= MAX_OF_PERSON
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let held = &self.memory.0.held;
        if let Some(mut held) = held.get_mut(&self.user) {
            *held -= self.bytes;
        }
        held.remove_if(&self.user, |_, held| *held == 0);
    }
}

#[cfg(test)]
mod tests {
    use entity::UserId;

    use super::{CROWDED, MAX_BYTES, MAX_OF_PERSON, Memory, SHORT};

    #[test]
    fn what_is_closed_makes_room() {
        let memory = Memory::default();
        let mut one = memory.share(0).expect("there is room");
        let mut other = memory.share(0).expect("there is room");
        one.set(CROWDED - 1);
        assert!(!memory.is_crowded());
        other.set(MAX_BYTES - CROWDED + 1);
        assert!(memory.is_crowded());
        assert!(memory.share(SHORT.0 + 1).is_none());
        assert!(memory.share(SHORT.0).is_some() && !memory.is_full());
        other.set(SHORT.1 - CROWDED + 1);
        assert!(memory.share(1).is_none() && memory.is_full());
        other.set(1);
        assert!(memory.is_crowded() && !memory.is_full());
        drop(one);
        assert!(!memory.is_crowded());
        assert_eq!(memory.bytes(), 1);
    }

    #[tokio::test]
    async fn all_are_woken_when_it_gets_tight() {
        let memory = Memory::default();
        let (one, other) = (memory.crowded(), memory.crowded());
        memory.share(0).expect("there is room").set(CROWDED);
        one.await;
        other.await;
    }

    #[test]
    fn one_person_holds_a_part_of_it_at_most_or_one_document() {
        let memory = Memory::default();
        let large = memory.hold(UserId(1), MAX_OF_PERSON + 1);
        assert!(large.is_some() && memory.hold(UserId(1), 1).is_none());
        assert!(memory.hold(UserId(2), 1).is_some());
        drop(large);
        let mut small = memory.hold(UserId(1), 1).expect("there is room");
        let other = memory.hold(UserId(1), 1).expect("there is room");
        assert!(small.set(MAX_OF_PERSON - 1) && !small.set(MAX_OF_PERSON));
        drop(other);
        assert!(small.set(MAX_OF_PERSON + 1), "it is the only one");
        assert!(small.set(1) && memory.hold(UserId(1), MAX_OF_PERSON).is_none());
        assert!(memory.hold(UserId(1), MAX_OF_PERSON - 1).is_some());
        drop(small);
        assert!(memory.0.held.is_empty());
    }
}
