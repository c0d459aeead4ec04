//! How much memory the open documents occupy, all in all.
//!
//! Each says what it has become with every turn, which costs an addition. When it gets tight all of
//! them are woken, so that those with nobody in them can go.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::{Notify, futures::OwnedNotified};

/// What the open documents may occupy, in bytes: a hundred of the longest.
const MAX_BYTES: usize = 512 * 1024 * 1024;
/// From here on those that nobody is in are closed.
const CROWDED: usize = MAX_BYTES / 2;

/// What the open documents occupy. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<State>);

#[derive(Debug, Default)]
struct State {
    bytes: AtomicUsize,
    crowded: Arc<Notify>,
}

impl Memory {
    /// The share of another document.
    pub(super) fn share(&self) -> Share {
        Share {
            memory: self.clone(),
            bytes: 0,
        }
    }

    /// Whether no other document can be opened.
    pub(super) fn is_full(&self) -> bool {
        self.bytes() >= MAX_BYTES
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

#[cfg(test)]
mod tests {
    use super::{CROWDED, MAX_BYTES, Memory};

    #[test]
    fn what_is_closed_makes_room() {
        let memory = Memory::default();
        let mut one = memory.share();
        let mut other = memory.share();
        one.set(CROWDED - 1);
        assert!(!memory.is_crowded());
        other.set(MAX_BYTES - CROWDED + 1);
        assert!(memory.is_crowded() && memory.is_full());
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
        memory.share().set(CROWDED);
        one.await;
        other.await;
    }
}
