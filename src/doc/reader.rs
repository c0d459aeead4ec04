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
//! the oldest of equal ones, as far as people are that quick (`Reader::guess`). The guess is only
//! wrong when an edit equals or undoes a part of what its author has not seen, so that is kept
//! small: one text at a time is under way to the client ([`IN_FLIGHT`]), and none is sent while it
//! types ([`SILENCE`], at most [`PATIENCE`]).

use std::{
    borrow::Cow,
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    diff::{self, Hunk},
    past::{DOUBT, PLACE},
    runs::Runs,
    splice::Splice,
    view::View,
};

/// How long a text usually takes to a client and an edit back from it: the next text waits so long,
/// and an edit that is exactly an older text is then no repetition of it any more but takes back
/// what came since.
const IN_FLIGHT: Duration = Duration::from_millis(700);
/// How long that may take at worst. After it nobody changes the text that was before.
const ARRIVAL: Duration = Duration::from_secs(3);
/// For how long a client must not have edited before its text is replaced.
const SILENCE: Duration = Duration::from_millis(300);
/// How long a client that edits on and on is not told what others do.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a client that names versions is sent a text.
const COALESCE: Duration = Duration::from_millis(100);
/// After what time a client that could not take a text is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// Texts that are kept of one client. More than an edit can start from: where the connection is
/// dead and nobody has noticed, they are what its author may come back with.
const MAX_VIEWS: usize = 64;
/// Bytes of them, unless it is its own and the last two that it was sent.
const MAX_VIEW_BYTES: usize = 8_000_000;

/// Bytes beside the common beginning and end that an edit is compared with; then the nearest so far
/// is taken.
const MAX_COMPARED: usize = 5_000_000;

/// What an edit started from, and the difference to it.
pub(super) struct Base<'a> {
    /// Its place among the views.
    pub(super) index: usize,
    /// Where its characters are in the current text.
    pub(super) runs: Cow<'a, Runs>,
    /// The same of what the author has sent last and may not be looking at any more.
    pub(super) own: Option<&'a Runs>,
    /// What was changed.
    hunks: Vec<Hunk>,
    /// The same in characters.
    exact: Vec<Hunk>,
}

impl<'a> Base<'a> {
    /// What is to be done to `old`, which is aligned so with the current text, to come to `new`.
    pub(super) fn new(old: &str, new: &str, runs: Cow<'a, Runs>) -> Self {
        let hunks = diff::diff(old, new);
        let exact = hunks.iter().map(|hunk| hunk.exact(old, new)).collect();
        Self {
            index: 0,
            runs,
            own: None,
            hunks,
            exact,
        }
    }

    /// Whether it is what one input can do at most: something comes in at one place, or goes.
    fn is_simple(&self) -> bool {
        match &*self.exact {
            [] => true,
            [hunk] => hunk.old.is_empty() || hunk.new.is_empty(),
            _ => false,
        }
    }

    /// Whether it takes nothing out and puts something in at one place.
    pub(super) fn is_insertion(&self) -> bool {
        self.is_simple() && self.deleted() == 0
    }

    /// How unlikely it is, as an [`Explanation`](super::past::Explanation) has it: bytes that it
    /// changes are counted more often where it may only look as if it took out what others have just
    /// written.
    pub(super) fn doubtful_cost(&self) -> usize {
        let doubt = if self.is_simple() { 0 } else { DOUBT };
        self.cost() + PLACE * self.exact.len() + doubt * self.deleted()
    }

    /// How many bytes it changes.
    fn cost(&self) -> usize {
        self.exact.iter().map(Hunk::cost).sum()
    }

    /// How many bytes it deletes.
    fn deleted(&self) -> usize {
        self.exact.iter().map(|hunk| hunk.old.len()).sum()
    }

    /// Carries the edit over to the `current` text: its changes, and where the characters of `new`
    /// are in it afterwards.
    pub(super) fn rebase(&self, new: &str, current: &str) -> (Vec<Splice>, Runs) {
        let Self {
            runs, own, hunks, ..
        } = self;
        runs.rebase(hunks, new, current, *own)
    }
}

/// What the server knows of a client with whole texts.
pub(super) struct Reader<P> {
    /// Who reads: what is left when the connection is cut.
    pub(super) keeper: P,
    /// Texts that may be on its screen, the oldest first.
    views: VecDeque<View>,
    /// When it was certain for the last time that any of them may be.
    joined: Instant,
    /// When it has edited last.
    edited: Option<Instant>,
    /// Whether it says what its edits start from.
    is_exact: bool,
    /// The version whose text it will have when nothing more is sent; none when that is no version.
    shown: Option<i64>,
    sent: Option<Instant>,
    /// Since when its text is not the current one.
    behind: Option<Instant>,
    /// When it may be tried again after it could not take a text.
    retry: Option<Instant>,
}

impl<P> Reader<P> {
    /// A reader that may be looking at any of `views`.
    pub(super) fn new(keeper: P, views: impl IntoIterator<Item = View>, now: Instant) -> Self {
        Self {
            keeper,
            views: views.into_iter().collect(),
            joined: now,
            edited: None,
            is_exact: false,
            shown: None,
            sent: None,
            behind: None,
            retry: None,
        }
    }

    /// Whether it may still send what it wrote before it came, of which nothing is known.
    pub(super) fn is_unknown(&self, now: Instant) -> bool {
        self.edited.is_none() && self.views.len() == 1 && now <= self.joined + ARRIVAL
    }

    /// The texts that may be on its screen, the oldest first.
    pub(super) fn views(&self) -> impl Iterator<Item = &View> {
        self.views.iter()
    }

    /// The same, given away.
    pub(super) fn into_views(self) -> impl Iterator<Item = View> {
        self.views.into_iter()
    }

    /// What its edit `new` started from: what it says, or else the nearest; none if there is
    /// nothing.
    pub(super) fn base(&self, new: &str, version: Option<i64>, now: Instant) -> Option<Base<'_>> {
        let named = version.and_then(|version| {
            let bases = self.compare(new, &self.meant_by(version));
            bases.into_iter().next()
        });
        named.or_else(|| self.guess(new, now))
    }

    /// The views that can be meant by `version`.
    fn meant_by(&self, version: i64) -> Vec<usize> {
        let version = Some(version);
        // Edits build on one another until another version is named. Of those of another connection
        // it is not known whether they came before.
        if self.own().is_some_and(|own| own.named == version) {
            return vec![0];
        }
        let is_meant = |view: &View| view.version == version || view.named == version;
        let views = self.views.iter().enumerate();
        let meant = views.filter(|(_, view)| is_meant(view));
        meant.map(|(index, _)| index).collect()
    }

    /// The text that it has sent last.
    fn own(&self) -> Option<&View> {
        self.views.front().filter(|_| self.edited.is_some())
    }

    /// The view that `new` differs from the least, of those that its author may be looking at. But
    /// what was only just sent has hardly been read: an edit that takes something of it out, or does
    /// more to it than one input, is rather one input to an earlier text, if it can be that.
    fn guess(&self, new: &str, now: Instant) -> Option<Base<'_>> {
        let all = 0..self.views.len();
        let likely = all.filter(|index| !self.is_past(*index, ARRIVAL, now));
        let mut bases = self.compare(new, &likely.collect::<Vec<_>>());
        bases.retain(|base| !base.hunks.is_empty() || !self.is_past(base.index, IN_FLIGHT, now));
        let mut bases = bases.into_iter();
        let nearest = bases.next()?;
        if self.is_young(nearest.index, now) && (!nearest.is_simple() || self.takes_news(&nearest))
        {
            let earlier = bases.find(|base| base.index < nearest.index && base.is_simple());
            return Some(earlier.unwrap_or(nearest));
        }
        Some(nearest)
    }

    /// What `new` changes of each of the views at `indices`, the least change first.
    fn compare(&self, new: &str, indices: &[usize]) -> Vec<Base<'_>> {
        let views = indices.iter().filter_map(|index| {
            let view = self.views.get(*index)?;
            Some((view.text.len().abs_diff(new.len()), *index, view))
        });
        let mut views: Vec<_> = views.collect();
        // Those first that are about as long, in case there is no time for all of them.
        views.sort_by_key(|(difference, index, _)| (*difference, *index));
        let mut compared = 0;
        let mut bases = Vec::with_capacity(views.len());
        for (_, index, view) in views {
            if compared > MAX_COMPARED {
                break;
            }
            compared += diff::span(&view.text, new);
            let mut base = Base::new(&view.text, new, Cow::Borrowed(&view.runs));
            base.index = index;
            base.own = self.own().filter(|_| index > 0).map(|own| &own.runs);
            bases.push(((base.cost(), base.deleted(), index), base));
        }
        bases.sort_by_key(|(rank, _)| *rank);
        bases.into_iter().map(|(_, base)| base).collect()
    }

    /// Whether the view at `index` was only just sent, on this connection, or may only just have
    /// arrived.
    fn is_young(&self, index: usize, now: Instant) -> bool {
        let sent = self.views.get(index).map(|view| view.since);
        let sent = sent.filter(|sent| index > 0 && self.sent.is_some() && *sent >= self.joined);
        sent.is_some_and(|sent| {
            now <= self.edited.map_or(sent, |edited| edited.max(sent)) + IN_FLIGHT
        })
    }

    /// Whether an edit takes out something that none of the texts before its base had.
    fn takes_news(&self, base: &Base) -> bool {
        let Some(view) = self.views.get(base.index) else {
            return false;
        };
        let taken = base
            .exact
            .iter()
            .flat_map(|hunk| view.runs.places(&hunk.old));
        let mut taken: Vec<_> = taken.collect();
        for earlier in self.views.range(..base.index) {
            taken = earlier.runs.without_places(taken);
        }
        !taken.is_empty()
    }

    /// Whether it is longer ago than `time` that the view at `index` may have been replaced.
    fn is_past(&self, index: usize, time: Duration, now: Instant) -> bool {
        self.outdated(index)
            .is_some_and(|outdated| now > outdated + time)
    }

    /// Since when the view at `index` may have been replaced by the next one; none if it is the
    /// last. As long as edits come that started from before that, it was later.
    fn outdated(&self, index: usize) -> Option<Instant> {
        let next = self.views.get(index + 1)?;
        let edited = self.edited.unwrap_or(self.joined);
        Some(next.since.max(edited).max(self.joined))
    }

    /// The client has sent `own`, starting from the view at `base` or from something older.
    pub(super) fn note_edit(&mut self, base: Option<usize>, own: View) {
        let known = base.map_or(0, |base| 1 + self.last_like(base, own.since));
        self.views.drain(..self.views.len().min(known));
        // A text that is still under way will replace what it has now.
        self.shown = own.version.filter(|_| self.views.is_empty());
        self.edited = Some(own.since);
        self.is_exact = own.named.is_some();
        self.views.push_front(own);
    }

    /// The last view with the same text as the one at `index` that must have arrived by now: it will
    /// replace nothing any more.
    fn last_like(&self, index: usize, now: Instant) -> usize {
        let Some(text) = self.views.get(index).map(|view| &view.text) else {
            return index;
        };
        let is_like = |view: &View| view.text == *text && now > view.since + ARRIVAL;
        let last = self.views.iter().rposition(is_like);
        last.map_or(index, |last| last.max(index))
    }

    /// The client is being sent the current text. Of what it may be looking at no more than `most`
    /// bytes are kept, unless it is the last.
    pub(super) fn note_sent(&mut self, view: View, most: usize) {
        self.shown = view.version;
        self.sent = Some(view.since);
        self.behind = None;
        self.retry = None;
        self.views.push_back(view);
        let most = most.min(MAX_VIEW_BYTES);
        let own = usize::from(self.own().is_some());
        let mut bytes: usize = self.views.iter().map(|view| view.text.len()).sum();
        while self.views.len() > MAX_VIEWS || (self.views.len() > own + 2 && bytes > most) {
            // Its own is what it has if none of the others arrives.
            let oldest = self.views.remove(own);
            bytes -= oldest.map_or(bytes, |view| view.text.len());
        }
    }

    /// The client does not take what is sent.
    pub(super) fn note_stalled(&mut self, now: Instant) {
        self.retry = Some(now + RETRY);
    }

    /// The current text has changed.
    pub(super) fn shift(&mut self, splices: &[Splice]) {
        for view in &mut self.views {
            view.runs.shift(splices);
        }
    }

    /// The versions after `last`, which `splices` take back, have not come about.
    pub(super) fn forget_since(&mut self, last: i64, splices: &[Splice]) {
        self.views
            .iter_mut()
            .for_each(|view| view.forget_since(last, splices));
        self.shown = self.shown.filter(|shown| *shown <= last);
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
        let due = if self.is_exact {
            self.sent.map_or(behind, |sent| sent + COALESCE)
        } else {
            let quiet = self.edited.map_or(behind, |edited| edited + SILENCE);
            let arrived = self.sent.map_or(behind, |sent| sent + IN_FLIGHT);
            quiet.min(behind + PATIENCE).max(arrived)
        };
        Some(self.retry.map_or(due, |retry| due.max(retry)))
    }
}
