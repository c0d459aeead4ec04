//! An open document: its text, its version, and the clients that follow it with whole texts.
//!
//! Owns: how edits of all kinds become changes of the one text, and who has to be sent it when.
//! Does not own: storing updates, sending, rights; time is told to it. Invariants: an edit from a
//! text that is out of date changes what its author changed and nothing else; and what is refused
//! has changed nothing.
//!
//! `K` names a reader (its socket), `P` who is behind it across connections (person and session).
//!
//! One keystroke in a text of 200 KB, sent as a whole text, costs some 0.1 ms: a comparison with
//! each text that its author may have been looking at, the walk along the blocks of the text (which
//! grows with its history, to 1 ms after 10,000 scattered edits), and a copy of the text for the
//! view that it leaves. A text of 1 MB that is rewritten as a whole costs some 100 ms.

use std::{borrow::Cow, collections::HashMap, hash::Hash, sync::Arc, time::Instant};

use super::{
    absent::{Absent, Keeper},
    diff,
    past::Past,
    reader::{Base, Reader},
    runs::Runs,
    splice::{Splice, is_sweeping},
    text::{self, MAX_BYTES, Text, lf},
    view::View,
};
use crate::kernel::{Error, Result};

/// An edit that was carried out.
#[derive(Debug)]
pub(super) struct Edited {
    /// What has to be stored and told to others (version 1); none when nothing was new.
    pub(super) update: Option<Vec<u8>>,
    /// The version of the document after it.
    pub(super) version: i64,
    /// Whether the document is different now from what its editor has sent, so that they need it
    /// as well.
    pub(super) is_merged: bool,
    /// Whether it took most of the text away.
    pub(super) is_sweeping: bool,
}

/// Bytes of the texts that are kept of all readers together, beside the last ones of each.
const MAX_VIEWED: usize = 64_000_000;
/// An open document.
pub(super) struct Document<K, P: Keeper> {
    text: Text,
    version: i64,
    /// The version that changed the text last; others only brought what was deleted before.
    changed: i64,
    content: Option<Arc<str>>,
    readers: HashMap<K, Reader<P>>,
    absent: Absent<P>,
}

impl<K: Copy + Eq + Hash, P: Keeper> Document<K, P> {
    /// A document that is at `version`.
    pub(super) fn new(text: Text, version: i64) -> Self {
        Self {
            text,
            version,
            changed: version,
            content: None,
            readers: HashMap::new(),
            absent: Absent::new(),
        }
    }

    /// The same, with what it was before it was opened: clients may come that were shown that.
    pub(super) fn with_past(mut self, past: Past<P::Author>, now: Instant) -> Self {
        let view = self.current(now);
        self.absent.opened(view, past);
        self
    }

    /// The text.
    pub(super) fn text(&self) -> &Text {
        &self.text
    }

    /// The text to be shared; copied once for all who ask for the same one.
    pub(super) fn content(&mut self) -> Arc<str> {
        let content = || Arc::from(self.text.as_str());
        self.content.get_or_insert_with(content).clone()
    }

    /// How many updates the document has had.
    pub(super) fn version(&self) -> i64 {
        self.version
    }

    /// Folds the log into a snapshot (version 2). See [`Text::compact`].
    ///
    /// # Errors
    ///
    /// An internal one, and nothing is changed, when it cannot be read.
    pub(super) fn compact(&mut self) -> Result<Vec<u8>> {
        self.text.compact()
    }

    /// About how many bytes of memory it takes, with the texts that may be on somebody's screen.
    pub(super) fn memory(&self) -> usize {
        let readers = self.readers.values().flat_map(Reader::views);
        let views = readers.chain(self.absent.seen());
        // Many share one text.
        let texts: HashMap<_, _> = views
            .map(|view| (Arc::as_ptr(&view.text), view.text.len()))
            .collect();
        self.text.memory() + texts.into_values().sum::<usize>()
    }

    /// Whether somebody went and may come back with edits of a text that is not current any more.
    pub(super) fn expects_somebody(&self) -> bool {
        self.absent.expects_somebody()
    }

    /// A reader follows the text from now on, and is sent what is returned: the text and its
    /// version. It may still send what it wrote before an earlier connection was cut.
    pub(super) fn attach(&mut self, key: K, keeper: P, now: Instant) -> (Arc<str>, i64) {
        let left = self.left_by(&keeper, now);
        let reader = self.readers.entry(key);
        reader.or_insert_with(|| Reader::new(keeper, left, now));
        let view = self.current(now);
        let sent = (view.text.clone(), self.version);
        self.send(key, view);
        sent
    }

    /// A reader is gone.
    pub(super) fn detach(&mut self, key: K, now: Instant) {
        if let Some(reader) = self.readers.remove(&key) {
            let keeper = reader.keeper.clone();
            self.absent.depart(&keeper, reader.into_views(), now);
        }
    }

    /// A reader has sent a whole text. One that is not known follows the text from now on. A
    /// `base_version` says which version the reader changed; without it that is guessed.
    ///
    /// # Errors
    ///
    /// `content_too_large` when the text or its history would be, `bad_params` for a version that
    /// there is not; nothing has changed then.
    pub(super) fn edit(
        &mut self,
        key: K,
        keeper: P,
        content: &str,
        base_version: Option<i64>,
        now: Instant,
    ) -> Result<Edited> {
        let content = lf(content);
        if content.len() > MAX_BYTES {
            return Err(text::too_large());
        }
        if base_version.is_some_and(|version| !(0..=self.version).contains(&version)) {
            return Err(Error::bad_params());
        }
        let (base, splices, runs) = self.rebase(key, &keeper, &content, base_version, now);
        let is_sweeping = is_sweeping(&splices, self.text.as_str().len());
        let update = self.splice(&splices)?;
        let is_merged = *self.text.as_str() != *content;
        let own = View {
            text: if is_merged {
                Arc::from(&*content)
            } else {
                self.content()
            },
            version: (!is_merged).then_some(self.version),
            named: base_version,
            runs,
            since: now,
        };
        let reader = self.readers.entry(key);
        let reader = reader.or_insert_with(|| Reader::new(keeper, [], now));
        reader.note_edit(base, own);
        self.note_current(now);
        Ok(Edited {
            update,
            version: self.version,
            is_merged,
            is_sweeping,
        })
    }

    /// What a reader has changed to come to `new`, carried over to the current text: the place of
    /// what it started from among its views, the changes, and where `new` is afterwards.
    fn rebase(
        &mut self,
        key: K,
        keeper: &P,
        new: &str,
        version: Option<i64>,
        now: Instant,
    ) -> (Option<usize>, Vec<Splice>, Runs) {
        let stranger = (!self.readers.contains_key(&key)).then(|| {
            let left = self.left_by(keeper, now);
            let is_unknown = left.is_empty();
            let views = self.seen_by_strangers(left, version, now);
            (Reader::new(keeper.clone(), views, now), is_unknown)
        });
        let (reader, is_unknown) = match (&stranger, self.readers.get(&key)) {
            (Some((stranger, is_unknown)), _) => (Some(stranger), *is_unknown),
            (None, known) => (known, known.is_none_or(|known| known.is_unknown(now))),
        };
        let current = self.text.as_str();
        let base = reader.and_then(|reader| reader.base(new, version, now));
        let whole = || Cow::Owned(Runs::whole(current.len()));
        let base = base.unwrap_or_else(|| Base::new(current, new, whole()));
        // It may have been here before the document was opened.
        if is_unknown
            && version.is_none()
            && !base.is_insertion()
            && let Some(earlier) = self.absent.explain(new, keeper.author(), now)
            && earlier.cost < base.doubtful_cost()
        {
            let earlier = Base::new(&earlier.text, new, Cow::Owned(earlier.runs));
            let (splices, runs) = earlier.rebase(new, current);
            return (None, splices, runs);
        }
        let (splices, runs) = base.rebase(new, current);
        (Some(base.index), splices, runs)
    }

    /// Takes over an update (version 1) of a Yjs client.
    ///
    /// # Errors
    ///
    /// As [`Text::apply`]; nothing has changed then.
    pub(super) fn apply(&mut self, update: &[u8], now: Instant) -> Result<Edited> {
        let before = self.text.as_str().len();
        let applied = self.text.apply(update)?;
        self.follow(&applied.splices, applied.update.is_some());
        self.note_current(now);
        Ok(Edited {
            update: applied.update,
            version: self.version,
            is_merged: applied.is_corrected,
            is_sweeping: is_sweeping(&applied.splices, before),
        })
    }

    /// What an edit that changes nothing comes to.
    pub(super) fn unchanged(&self) -> Edited {
        Edited {
            update: None,
            version: self.version,
            is_merged: false,
            is_sweeping: false,
        }
    }

    /// Makes `content` the text, with as little change as possible.
    ///
    /// # Errors
    ///
    /// `content_too_large` when the text or its history would be; nothing has changed then.
    pub(super) fn replace(&mut self, content: &str, now: Instant) -> Result<Edited> {
        let content = lf(content);
        let splices = diff::splices(self.text.as_str(), &content);
        let update = self.splice(&splices).or_else(|error| {
            // Where there is hardly any room left for history, all of it is one change.
            let old = 0..self.text.as_str().len();
            let insert = content.clone().into_owned();
            let whole = self.splice(&[Splice { old, insert }]);
            whole.map_err(|_| error)
        })?;
        self.note_current(now);
        Ok(Edited {
            update,
            version: self.version,
            is_merged: false,
            is_sweeping: false,
        })
    }

    /// The document was read again, since what it had become could not be stored: its text is what
    /// it was at `version`. Whoever reads goes on from what is on their screen, and brings again what
    /// was not stored.
    pub(super) fn reload(&mut self, text: Text, version: i64, now: Instant) {
        let splices = diff::splices(self.text.as_str(), text.as_str());
        self.text = text;
        for reader in self.readers.values_mut() {
            reader.forget_since(version, &splices);
        }
        self.absent.forget_since(version, &splices);
        self.follow(&splices, false);
        self.version = version;
        self.changed = version;
        self.content = None;
        self.note_current(now);
    }

    /// A reader that names versions is given the current text in the answer to its edit.
    pub(super) fn answered(&mut self, key: K, now: Instant) {
        let view = self.current(now);
        self.send(key, view);
    }

    /// The readers whose turn it is, and the text and its version that they are sent now. A reader
    /// that is not ready has its turn a little later, with the text as it is then.
    pub(super) fn due(
        &mut self,
        now: Instant,
        mut is_ready: impl FnMut(K) -> bool,
    ) -> Vec<(K, Arc<str>, i64)> {
        let mut keys = Vec::new();
        for (key, reader) in &mut self.readers {
            if reader.due().is_none_or(|due| due > now) {
                continue;
            }
            if is_ready(*key) {
                keys.push(*key);
            } else {
                reader.note_stalled(now);
            }
        }
        let mut due = Vec::with_capacity(keys.len());
        for key in keys {
            let view = self.current(now);
            due.push((key, view.text.clone(), self.version));
            self.send(key, view);
        }
        due
    }

    /// When the next reader has to be sent the text.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.readers.values().filter_map(Reader::due).min()
    }

    fn current(&mut self, now: Instant) -> View {
        View::current(self.content(), self.version, now)
    }

    fn send(&mut self, key: K, view: View) {
        self.absent.note_sent(&view);
        let share = MAX_VIEWED / self.readers.len().max(1);
        if let Some(reader) = self.readers.get_mut(&key) {
            reader.note_sent(view, share);
        }
    }

    /// The texts that other connections of `keeper` have left on a screen: those that are gone, and
    /// those that may be without anybody having noticed; but the current one, which everybody is sent
    /// who comes.
    fn left_by(&mut self, keeper: &P, now: Instant) -> Vec<View> {
        let others = self.readers.values().filter(|it| it.keeper == *keeper);
        let views = self.absent.left_by(keeper, now);
        let views = views.chain(others.flat_map(Reader::views));
        let mut views: Vec<View> = views.cloned().collect();
        views.sort_by_key(|view| view.since);
        views.dedup_by_key(|view| Arc::as_ptr(&view.text));
        views.retain(|view| view.named.is_some() || *view.text != *self.text.as_str());
        views
    }

    /// The texts that a reader that is not known may have changed: those that it has `left`, or what
    /// was sent to others lately, or the current one.
    fn seen_by_strangers(
        &mut self,
        left: Vec<View>,
        version: Option<i64>,
        now: Instant,
    ) -> Vec<View> {
        let mut views = left;
        if views.is_empty() {
            views.extend(self.absent.recent(now).cloned());
        }
        let mut current = self.current(now);
        // Versions that brought nothing have the same text.
        if let Some(version) = version.filter(|version| *version >= self.changed) {
            current.version = Some(version);
        }
        views.push(current);
        views
    }

    fn splice(&mut self, splices: &[Splice]) -> Result<Option<Vec<u8>>> {
        if splices.is_empty() {
            return Ok(None);
        }
        let update = self.text.splice(splices)?;
        self.follow(splices, true);
        Ok(Some(update))
    }

    /// Everything that refers to the text follows a change of it.
    fn follow(&mut self, splices: &[Splice], is_update: bool) {
        self.version += i64::from(is_update);
        if splices.is_empty() {
            return;
        }
        self.changed = self.version;
        self.content = None;
        for reader in self.readers.values_mut() {
            reader.shift(splices);
        }
        self.absent.shift(splices);
    }

    fn note_current(&mut self, now: Instant) {
        for reader in self.readers.values_mut() {
            reader.note_current(self.changed, now);
        }
    }
}

#[cfg(test)]
mod races;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod together;
