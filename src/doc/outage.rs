//! What becomes of an open document when the database does not take its edits.
//!
//! The text in memory is then ahead of what is stored, so it is read again. Pages with whole texts
//! are given what was read. Yjs clients are asked what they have beyond it; they answer at once,
//! and if that cannot be stored either they would be asked again as fast as the database fails, so
//! that is done with growing pauses. When the document cannot even be read it stays with those who
//! have it open, and says `unavailable` until it can be.

use std::time::{Duration, Instant};

use super::{
    command::unavailable,
    log::Stored,
    task::{Members, Task, Text},
};
use crate::kernel::Result;

/// The pauses between two questions.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Edits of a document could not be stored, and none has been since.
#[derive(Debug)]
pub(super) struct Outage {
    /// The text in memory is not what is stored, and could not be read again.
    is_unread: bool,
    /// Editors have not been asked since something was not stored.
    is_unasked: bool,
    /// When it is tried to read the text, or editors are asked.
    next: Instant,
    pause: Duration,
    failed: Instant,
}

impl Outage {
    fn new(now: Instant) -> Self {
        Self {
            is_unread: true,
            is_unasked: true,
            next: now,
            pause: FIRST_PAUSE,
            failed: now,
        }
    }

    /// Whether it is so long ago that the next failure is another one.
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.failed) > 2 * LONGEST_PAUSE
    }

    fn is_waiting(&self) -> bool {
        self.is_unread || self.is_unasked
    }

    fn note_tried(&mut self, now: Instant) {
        self.next = now + self.pause;
        self.pause = (2 * self.pause).min(LONGEST_PAUSE);
    }
}

impl Task {
    /// Whether the text in memory is not to be used.
    pub(super) fn is_unread(&self) -> bool {
        self.outage.as_ref().is_some_and(|outage| outage.is_unread)
    }

    /// When [`Task::recover`] has something to do.
    pub(super) fn recovery_due(&self) -> Option<Instant> {
        let waiting = self.outage.as_ref().filter(|outage| outage.is_waiting());
        waiting.map(|outage| outage.next)
    }

    /// Gives the text up, and with it what was not stored, and reads it again.
    pub(super) async fn reload(&mut self) {
        for pending in std::mem::take(&mut self.batch) {
            pending.answer.fail(unavailable());
        }
        let now = Instant::now();
        self.outage.take_if(|outage| outage.is_over(now));
        let outage = self.outage.get_or_insert_with(|| Outage::new(now));
        outage.is_unread = true;
        outage.is_unasked = true;
        outage.failed = now;
        if outage.next > now {
            // The pause is for those who would be asked; what is in memory is of no use.
            self.read_again().await;
        }
        self.recover().await;
    }

    /// Tries again what has not succeeded, if it is time.
    pub(super) async fn recover(&mut self) {
        let now = Instant::now();
        if self.recovery_due().is_none_or(|due| due > now) {
            return;
        }
        if self.is_unread() {
            self.read_again().await;
        }
        let is_read = !self.is_unread();
        if let Some(outage) = &mut self.outage {
            outage.note_tried(now);
            outage.is_unasked &= !is_read;
        }
        if is_read {
            self.ask_editors();
        }
    }

    /// Edits are stored again: editors who have not been asked since theirs were not are asked now.
    pub(super) fn recovered(&mut self) {
        if self.outage.take().is_some_and(|outage| outage.is_unasked) {
            self.ask_editors();
        }
    }

    async fn read_again(&mut self) {
        self.wait_for_snapshot().await;
        match self.read().await {
            Ok(Some((stored, members))) => {
                self.stored = stored.version;
                match &mut self.text {
                    Some(text) => text.reload(stored.text, stored.version, Instant::now()),
                    None => self.text = Some(Text::opened(stored, true)),
                }
                self.name = members.name;
                self.roles = members.roles;
                self.admit_again();
                self.show_stored();
                if let Some(outage) = &mut self.outage {
                    outage.is_unread = false;
                }
            }
            Ok(None) => self.tell_deleted(),
            Err(error) => error.log("reading a document again"),
        }
    }

    async fn read(&self) -> Result<Option<(Stored, Members)>> {
        let Some(stored) = self.shared.load(self.id).await? else {
            return Ok(None);
        };
        let members = Members::read(&self.shared.db, self.id).await?;
        Ok(members.map(|members| (stored, members)))
    }

    /// Has everybody in with the role that they have by now, which this may not have heard of.
    fn admit_again(&mut self) {
        for sid in self.audience.all() {
            let listener = self.audience.get(sid);
            let role = listener.and_then(|listener| self.roles.get(&listener.user));
            match role {
                Some(role) => self.shared.note_role(sid, self.id, *role),
                None => self.leave(sid),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{FIRST_PAUSE, LONGEST_PAUSE, Outage};

    #[test]
    fn the_pauses_grow_but_not_without_end() {
        let mut now = Instant::now();
        let mut outage = Outage::new(now);
        assert_eq!(outage.next, now, "at first it is tried at once");
        let mut pauses = Vec::new();
        for _ in 0..10 {
            outage.note_tried(now);
            pauses.push(outage.next - now);
            now = outage.next;
        }
        assert_eq!(pauses[0], FIRST_PAUSE);
        assert!(pauses.is_sorted());
        assert_eq!(pauses[9], LONGEST_PAUSE);
    }

    #[test]
    fn what_failed_long_ago_is_over() {
        let now = Instant::now();
        let outage = Outage::new(now);
        assert!(!outage.is_over(now + LONGEST_PAUSE));
        assert!(outage.is_over(now + Duration::from_mins(5)));
    }
}
