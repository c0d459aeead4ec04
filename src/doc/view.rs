//! A text on somebody's screen, followed through the changes of the document.

use std::{sync::Arc, time::Instant};

use super::{runs::Runs, splice::Splice};

/// A text that may be on somebody's screen.
#[derive(Clone)]
pub(super) struct View {
    /// The text.
    pub(super) text: Arc<str>,
    /// The version whose text it is; none for an edit that was merged with others.
    pub(super) version: Option<i64>,
    /// For an edit: the version that it named as its start.
    pub(super) named: Option<i64>,
    /// Where its characters are in the current text.
    pub(super) runs: Runs,
    /// When it was sent or came.
    pub(super) since: Instant,
}

impl View {
    /// The current text.
    pub(super) fn current(text: Arc<str>, version: i64, now: Instant) -> Self {
        Self {
            runs: Runs::whole(text.len()),
            version: Some(version),
            named: None,
            text,
            since: now,
        }
    }

    /// The versions after `last`, which `splices` take back, have not come about. What they brought
    /// is to be sent again, and so is not in this text either.
    pub(super) fn forget_since(&mut self, last: i64, splices: &[Splice]) {
        self.version = self.version.filter(|version| *version <= last);
        self.named = self.named.filter(|named| *named <= last);
        let gaps = |splice: &Splice| self.runs.sources(splice.old.clone());
        let gaps: Vec<_> = splices.iter().flat_map(gaps).collect();
        if gaps.is_empty() {
            return;
        }
        self.runs = self.runs.without(&gaps);
        let mut text = String::with_capacity(self.text.len());
        let mut start = 0;
        for gap in gaps {
            text.push_str(&self.text[start..gap.start]);
            start = gap.end;
        }
        text.push_str(&self.text[start..]);
        self.text = text.into();
    }
}
