//! A client that reads and writes whole texts.
//!
//! Owns: which texts may be on its screen, which of them an edit started from, and when it is sent
//! the next one. Does not own: the text itself, nor carrying an edit over to it (`runs`).
//! Invariant: a view stays as long as an edit may still come that started from it.
//!
//! An edit says what the whole text shall be, not what was changed. Its change is the difference to
//! the text that its author was looking at, which is one of a few: the one the client sent last, or
//! one of those that it has been sent since and that may not have arrived yet. A client that names
//! the version it started from is believed; otherwise it is the text with the smallest difference,
//! the oldest of equal ones. That guess is only wrong when an edit equals or undoes a part of what
//! its author has not seen, so that is kept small: one text at a time is under way to the client
//! ([`IN_FLIGHT`]), and none is sent while it types ([`SILENCE`], at most [`PATIENCE`]).

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    diff::{self, Hunk},
    runs::Runs,
    text::Splice,
};

/// How long a text may take to a client and an edit back from it.
const IN_FLIGHT: Duration = Duration::from_millis(700);
/// For how long a client must not have edited before its text is replaced.
const SILENCE: Duration = Duration::from_millis(300);
/// How long a client that edits on and on is not told what others do.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a client that names versions is sent a text.
const COALESCE: Duration = Duration::from_millis(100);

/// Texts that are kept of one client.
const MAX_VIEWS: usize = 8;
/// Bytes of them, unless it is the last two.
const MAX_VIEW_BYTES: usize = 4_000_000;

/// A text that may be on somebody's screen.
#[derive(Clone)]
pub(super) struct View {
    /// The text.
    pub(super) text: Arc<str>,
    /// The version whose text it is; none for an edit that was merged with others.
    pub(super) version: Option<i64>,
    /// Where its characters are in the current text.
    pub(super) runs: Runs,
}

impl View {
    /// The current text.
    pub(super) fn current(text: Arc<str>, version: i64) -> Self {
        Self {
            runs: Runs::whole(text.len()),
            version: Some(version),
            text,
        }
    }
}

/// What an edit started from, and the difference to it.
pub(super) struct Base<'a> {
    /// Its place among the views.
    pub(super) index: usize,
    /// Where its characters are in the current text.
    pub(super) runs: Cow<'a, Runs>,
    /// What was changed.
    pub(super) hunks: Vec<Hunk>,
}

impl<'a> Base<'a> {
    /// An edit of the current text.
    pub(super) fn new(current: &str, new: &str) -> Self {
        Self {
            index: 0,
            runs: Cow::Owned(Runs::whole(current.len())),
            hunks: diff::diff(current, new, diff::BUDGET),
        }
    }

    /// The view that a new text differs from the least; none if there is no view.
    fn nearest(views: impl Iterator<Item = &'a View>, new: &str) -> Option<Self> {
        let deadline = Instant::now() + diff::BUDGET;
        let mut best: Option<((usize, usize), Self)> = None;
        for (index, view) in views.enumerate() {
            let least = view.text.len().abs_diff(new.len());
            if best.as_ref().is_some_and(|((cost, _), _)| least > *cost) {
                continue;
            }
            let budget = deadline.saturating_duration_since(Instant::now());
            let hunks = diff::diff(&view.text, new, budget);
            let cost = hunks.iter().map(Hunk::cost).sum();
            let deleted = hunks.iter().map(|hunk| hunk.old.len()).sum();
            if best
                .as_ref()
                .is_none_or(|(best, _)| (cost, deleted) < *best)
            {
                let runs = Cow::Borrowed(&view.runs);
                best = Some(((cost, deleted), Self { index, runs, hunks }));
            }
            if cost == 0 {
                break;
            }
        }
        best.map(|(_, base)| base)
    }
}

/// What the server knows of a client with whole texts.
pub(super) struct Reader<P> {
    /// Who reads: what is left when the connection is cut.
    pub(super) keeper: P,
    /// Texts that may be on its screen, the oldest first.
    views: VecDeque<View>,
    /// The version that its last edit named, as long as that edit is the first of the views.
    named: Option<i64>,
    /// Whether it says what its edits start from.
    is_exact: bool,
    /// The version whose text it will have when nothing more is sent; none when that is no version.
    shown: Option<i64>,
    sent: Option<Instant>,
    edited: Option<Instant>,
    /// Since when its text is not the current one.
    behind: Option<Instant>,
}

impl<P> Reader<P> {
    /// A reader that may be looking at any of `views`.
    pub(super) fn new(keeper: P, views: impl IntoIterator<Item = View>) -> Self {
        Self {
            keeper,
            views: views.into_iter().collect(),
            named: None,
            is_exact: false,
            shown: None,
            sent: None,
            edited: None,
            behind: None,
        }
    }

    /// The texts that may be on its screen, the oldest first.
    pub(super) fn into_views(self) -> impl Iterator<Item = View> {
        self.views.into_iter()
    }

    /// What its edit `new` started from: what it says, or else the nearest.
    pub(super) fn base(&self, new: &str, version: Option<i64>) -> Option<Base<'_>> {
        let named = version.and_then(|version| {
            // Edits that follow each other build on one another until another text is named.
            let again = (self.named == Some(version)).then_some(0);
            let is_named = |view: &View| view.version == Some(version);
            again.or_else(|| self.views.iter().rposition(is_named))
        });
        let Some((index, view)) = named.and_then(|at| Some((at, self.views.get(at)?))) else {
            return Base::nearest(self.views.iter(), new);
        };
        Some(Base {
            index,
            runs: Cow::Borrowed(&view.runs),
            hunks: diff::diff(&view.text, new, diff::BUDGET),
        })
    }

    /// The client has sent `own`, starting from the view at `base`.
    pub(super) fn note_edit(&mut self, base: usize, own: View, named: Option<i64>, now: Instant) {
        self.views.drain(..self.views.len().min(base + 1));
        // A text that is still under way will replace what it has now.
        self.shown = own.version.filter(|_| self.views.is_empty());
        self.views.push_front(own);
        self.named = named;
        self.is_exact = named.is_some();
        self.edited = Some(now);
    }

    /// The client is being sent the current text.
    pub(super) fn note_sent(&mut self, view: View, now: Instant) {
        self.shown = view.version;
        self.sent = Some(now);
        self.behind = None;
        if self
            .views
            .back()
            .is_none_or(|last| last.version != view.version)
        {
            self.views.push_back(view);
        }
        let bytes =
            |views: &VecDeque<View>| -> usize { views.iter().map(|view| view.text.len()).sum() };
        while self.views.len() > MAX_VIEWS
            || (self.views.len() > 2 && bytes(&self.views) > MAX_VIEW_BYTES)
        {
            self.views.pop_front();
            self.named = None;
        }
    }

    /// The current text has changed.
    pub(super) fn shift(&mut self, splices: &[Splice]) {
        for view in &mut self.views {
            view.runs.shift(splices);
        }
    }

    /// The current text is that of the versions since `changed`.
    pub(super) fn note_current(&mut self, changed: i64, now: Instant) {
        if self.shown.is_some_and(|shown| shown >= changed) {
            self.behind = None;
        } else {
            self.behind.get_or_insert(now);
        }
    }

    /// When it should be sent the current text; none when it has it.
    pub(super) fn due(&self) -> Option<Instant> {
        let behind = self.behind?;
        if self.is_exact {
            return Some(self.sent.map_or(behind, |sent| sent + COALESCE));
        }
        let quiet = self.edited.map_or(behind, |edited| edited + SILENCE);
        let arrived = self.sent.map_or(behind, |sent| sent + IN_FLIGHT);
        Some(quiet.min(behind + PATIENCE).max(arrived))
    }
}
