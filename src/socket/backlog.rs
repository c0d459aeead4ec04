//! How much waits for one client that does not fetch it.
//!
//! The transport bounds the packets that wait, not their bytes; a thousand texts of a megabyte are
//! a gigabyte. What is written to the connection also has headers that are not counted here, so
//! this may find a little less than there is, and never for longer than there is any.

/// Bytes that may wait for one client: a long text or two, while a slow connection is busy with a
/// document's whole history.
const MAX_WAITING: usize = 8 * 1024 * 1024;

/// With more than this waiting a client is not given anything large that it asks for.
const MUCH: usize = 1024 * 1024;

/// The bytes that wait for one client.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: usize,
    /// What the connection had written when that was last looked at.
    written: u64,
}

impl Backlog {
    /// The backlog of a connection that has `written` so much already.
    pub(super) fn new(written: u64) -> Self {
        Self {
            waiting: 0,
            written,
        }
    }

    /// The connection has `written` so much by now.
    pub(super) fn note_written(&mut self, written: u64) {
        let since = written.saturating_sub(self.written);
        self.note_fetched(usize::try_from(since).unwrap_or(usize::MAX));
        self.written = written;
    }

    /// The client has fetched so many `bytes`, or all that waited if that was less.
    pub(super) fn note_fetched(&mut self, bytes: usize) {
        self.waiting = self.waiting.saturating_sub(bytes);
    }

    /// Whether a good part of what was sent still waits.
    pub(super) fn is_long(&self) -> bool {
        self.waiting > MUCH
    }

    /// So many `bytes` more wait; whether they may. However long it is, one packet may always.
    pub(super) fn add(&mut self, bytes: usize) -> bool {
        let is_first = self.waiting == 0;
        self.waiting = self.waiting.saturating_add(bytes);
        is_first || self.waiting <= MAX_WAITING
    }
}

#[cfg(test)]
mod tests {
    use super::{Backlog, MAX_WAITING, MUCH};

    #[test]
    fn what_waits_has_a_bound() {
        let mut backlog = Backlog::new(100);
        assert!(backlog.add(MAX_WAITING - 1));
        assert!(backlog.add(1));
        assert!(!backlog.add(1));
    }

    #[test]
    fn what_was_written_does_not_wait_any_more() {
        let mut backlog = Backlog::new(100);
        assert!(backlog.add(MAX_WAITING));
        backlog.note_written(100 + 50);
        assert!(backlog.add(50));
        assert!(!backlog.add(1));
    }

    #[test]
    fn one_packet_may_be_as_long_as_it_is() {
        let mut backlog = Backlog::default();
        assert!(backlog.add(2 * MAX_WAITING));
        assert!(!backlog.add(1));
        backlog.note_fetched(usize::MAX);
        assert!(backlog.add(2 * MAX_WAITING));
    }

    #[test]
    fn what_waits_is_long_until_most_of_it_was_fetched() {
        let mut backlog = Backlog::default();
        backlog.add(MUCH + 10);
        assert!(backlog.is_long());
        backlog.note_fetched(10);
        assert!(!backlog.is_long());
    }

    #[test]
    fn headers_that_were_written_make_no_room_for_later() {
        let mut backlog = Backlog::default();
        assert!(backlog.add(10));
        backlog.note_written(1_000_000);
        assert!(backlog.add(MAX_WAITING));
        assert!(!backlog.add(1));
    }
}
