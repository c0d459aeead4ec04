//! The text of a document: the replicated one (`crdt`) and its mirror, an ordinary string.
//!
//! Owns: that both are the same at any time, and how large a document may become. Does not own:
//! who edits, versions, storage. Invariant: a refused change has changed nothing.
//!
//! The mirror follows what changes instead of being read anew, which would cost milliseconds a
//! keystroke in a large text. The exception are texts with characters beyond the basic plane
//! (emoji): another client may cut a surrogate pair in two, which turns both halves into U+FFFD
//! without any report, so that there the mirror is compared after every update from outside.

use std::borrow::Cow;

use self::history::{History, Kind, MAX_CLIENTS};
use super::{
    crdt::Crdt,
    diff,
    splice::{Splice, apply, splices, steps},
    update::{self, News, Update},
};
use crate::kernel::{Error, Result};

mod history;

/// The most bytes that a text may have.
pub(super) const MAX_BYTES: usize = 1_000_000;
/// What a block costs in memory, in bytes.
const BLOCK_BYTES: usize = 300;
/// With more deletions than these it is looked up which of them are new.
const FEW_DELETIONS: usize = 100;

/// What an update from outside did.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// The changes of the text; none when it only brought what had been deleted before.
    pub(super) splices: Vec<Splice>,
    /// What has to be stored and told to others; none when nothing was new.
    pub(super) update: Option<Vec<u8>>,
    /// Whether more was changed than the update said, so that its sender needs it as well.
    pub(super) is_corrected: bool,
}

/// The text of a document.
pub(super) struct Text {
    crdt: Crdt,
    mirror: String,
    /// Characters beyond the basic plane in the text.
    has_pairs: bool,
    history: History,
    log_len: usize,
    log_bytes: usize,
}

impl Text {
    /// An empty text.
    pub(super) fn new() -> Self {
        Self {
            crdt: Crdt::new(),
            mirror: String::new(),
            has_pairs: false,
            history: History::default(),
            log_len: 0,
            log_bytes: 0,
        }
    }

    /// The text of a stored snapshot and the updates that were stored after it.
    ///
    /// # Errors
    ///
    /// An internal one when what is stored cannot be read.
    pub(super) fn load<U: AsRef<[u8]>>(
        snapshot: Option<&[u8]>,
        log: impl IntoIterator<Item = U>,
    ) -> Result<Self> {
        let (mut log_len, mut log_bytes) = (0, 0);
        let log = log.into_iter().inspect(|update| {
            log_len += 1;
            log_bytes += update.as_ref().len();
        });
        let crdt = Crdt::load(snapshot, log)?;
        let mut text = Self {
            log_len,
            log_bytes,
            mirror: crdt.read(),
            crdt,
            ..Self::new()
        };
        text.has_pairs = update::has_pairs(&text.mirror);
        text.measure()?;
        Ok(text)
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.mirror
    }

    /// About how many bytes of memory it takes: the text itself, its mirror, and copies to be shared.
    pub(super) fn memory(&self) -> usize {
        4 * self.mirror.len() + BLOCK_BYTES * self.history.blocks
    }

    /// How much work it is to do something with all of its history, compared with reading a byte of
    /// text. A hostile history is long where its text is not.
    pub(super) fn effort(&self) -> usize {
        2 * (self.history.blocks + self.history.steps() + self.history.unmeasured)
    }

    /// Changes the text; the update (version 1) that has to be stored and told to others.
    ///
    /// # Errors
    ///
    /// `content_too_large` when the text or its history would be.
    pub(super) fn splice(&mut self, splices: &[Splice]) -> Result<Vec<u8>> {
        let inserted: usize = splices.iter().map(|splice| splice.insert.len()).sum();
        let deleted: usize = splices.iter().map(|splice| splice.old.len()).sum();
        if self.mirror.len() - deleted + inserted > MAX_BYTES {
            return Err(too_large());
        }
        // A splice is a block itself and may cut two.
        let blocks = 3 * splices.len() + inserted / 1_000;
        let kind = match splices {
            [_] if inserted == 0 => Kind::Shortening,
            [splice] if splice.old == (0..self.mirror.len()) => Kind::Whole,
            [_] => Kind::Small,
            _ => Kind::Ordinary,
        };
        let structs = splices.len() + inserted / 1_000;
        self.make_room(blocks, structs, kind)?;
        let update = self
            .crdt
            .edit(steps(&self.mirror, self.is_ascii(), splices));
        self.mirror_splices(splices);
        self.history.note(blocks, structs);
        self.note(&update);
        Ok(update)
    }

    /// Takes over an update (version 1) of another client.
    ///
    /// # Errors
    ///
    /// `malformed_update` when it is no update of a plain text, `out_of_date` when it builds on
    /// something that is not here, `content_too_large` when the text or its history would be.
    pub(super) fn apply(&mut self, bytes: &[u8]) -> Result<Applied> {
        let update = Update::parse(bytes)?;
        let news = update.check(&self.crdt.state())?;
        let deletions = if news.deletions > FEW_DELETIONS {
            self.crdt.undeleted(update.deletions()).len()
        } else {
            news.deletions
        };
        self.require_few_clients(news)?;
        self.make_room_for(&update, news.structs, deletions)?;
        self.require_fit(bytes, &update, news)?;
        let applied = self.take(bytes, &update)?;
        let blocks = 3 * news.structs + 2 * deletions;
        self.history.note(blocks, news.structs);
        Ok(applied)
    }

    /// Takes over an update (version 1) that was stored; the changes of the text.
    ///
    /// # Errors
    ///
    /// An internal one when it cannot be read.
    pub(super) fn replay(&mut self, bytes: &[u8]) -> Result<Vec<Splice>> {
        let update = Update::parse_own(bytes)?;
        let news = update.check(&self.crdt.state());
        news.map_err(|error| Error::internal(anyhow::anyhow!(error)))?;
        let structs = update.structs();
        self.history.note(3 * structs, structs);
        Ok(self.take(bytes, &update)?.splices)
    }

    fn take(&mut self, bytes: &[u8], update: &Update) -> Result<Applied> {
        let is_ascii = self.is_ascii();
        let integrated = self.crdt.integrate(bytes, update.has_carriage_return)?;
        let Some((steps, data)) = integrated else {
            return Ok(Applied::default());
        };
        self.note(&data);
        let splices = splices(&self.mirror, is_ascii, steps);
        self.has_pairs |= update.has_pairs;
        let splices = if self.has_pairs {
            self.mirror_cut_pairs(splices)
        } else {
            self.mirror_or_read(splices)
        };
        Ok(Applied {
            splices,
            update: Some(data),
            is_corrected: update.has_carriage_return,
        })
    }

    /// Whether an update (version 1) brings anything that is not here already. Walks all blocks.
    ///
    /// # Errors
    ///
    /// As [`Text::apply`].
    pub(super) fn lacks(&self, bytes: &[u8]) -> Result<bool> {
        let update = Update::parse(bytes)?;
        let news = update.check(&self.crdt.state())?;
        let has_all = || self.crdt.undeleted(update.deletions()).is_empty();
        Ok(news.structs > 0 || (news.deletions > 0 && !has_all()))
    }

    /// What a client lacks whose state vector (version 1) this is, as an update (version 1).
    ///
    /// # Errors
    ///
    /// `malformed_update` when it is no state vector.
    pub(super) fn diff_since(&self, state_vector: &[u8]) -> Result<Vec<u8>> {
        let state = update::parse_state_vector(state_vector)?;
        Ok(self.crdt.diff_since(&state))
    }

    /// What is here, as a state vector (version 1).
    pub(super) fn state_vector(&self) -> Vec<u8> {
        self.crdt.state_vector()
    }

    /// Everything (version 2), to be stored instead of the log; the log counts from here on. Reads
    /// the text anew from it, which takes a fraction of the memory.
    ///
    /// # Errors
    ///
    /// An internal one, and nothing is changed, when it cannot be read.
    pub(super) fn compact(&mut self) -> Result<Vec<u8>> {
        let snapshot = self.crdt.snapshot();
        self.crdt = self.crdt.copy(&snapshot)?;
        self.measure()?;
        self.has_pairs = update::has_pairs(&self.mirror);
        self.log_len = 0;
        self.log_bytes = 0;
        Ok(snapshot)
    }

    /// Updates since the snapshot.
    pub(super) fn log_len(&self) -> usize {
        self.log_len
    }

    /// Bytes of the updates since the snapshot.
    pub(super) fn log_bytes(&self) -> usize {
        self.log_bytes
    }

    fn note(&mut self, update: &[u8]) {
        self.log_len += 1;
        self.log_bytes += update.len();
    }

    /// Everything, of which it is known now how much it is.
    fn measure(&mut self) -> Result<Update> {
        let everything = self.everything()?;
        (self.history, _) = History::measure(&everything, None);
        Ok(everything)
    }

    fn everything(&self) -> Result<Update> {
        Update::parse_own(&self.crdt.diff_since(&yrs::StateVector::default()))
    }

    /// Refuses an edit that adds so many blocks and structs when there would be too many.
    fn make_room(&mut self, blocks: usize, structs: usize, kind: Kind) -> Result<()> {
        if self.history.has_room(blocks, structs, kind) {
            return Ok(());
        }
        if self.history.unmeasured > 0 {
            self.measure()?;
        }
        let steps = self.history.steps();
        let is_within = self.history.is_within(blocks, steps, kind);
        is_within.then_some(()).ok_or_else(full)
    }

    /// The same for an update from outside with so many structs and deletions that are new.
    fn make_room_for(&mut self, update: &Update, structs: usize, deletions: usize) -> Result<()> {
        let blocks = 3 * structs + 2 * deletions;
        let kind = if structs + deletions > 1 {
            Kind::Ordinary
        } else {
            Kind::Small
        };
        if blocks == 0 || self.history.has_room(blocks, structs, kind) {
            return Ok(());
        }
        let everything = self.everything()?;
        let (here, steps) = History::measure(&everything, Some(update));
        self.history = here;
        // What is deleted as a whole takes no room.
        let cuts = everything.cuts(&self.crdt.undeleted(update.deletions()));
        let kind = if structs == 0 && cuts <= 2 {
            Kind::Shortening
        } else {
            kind
        };
        let is_within = self.history.is_within(3 * structs + cuts, steps, kind);
        is_within.then_some(()).ok_or_else(full)
    }

    /// Refuses an update that brings too many new clients.
    fn require_few_clients(&self, news: News) -> Result<()> {
        if news.clients > 0 && self.crdt.state().len() + news.clients > MAX_CLIENTS {
            return Err(full());
        }
        Ok(())
    }

    /// Refuses an update that makes the text too large. What it deletes is only known when it is
    /// applied, so near the limit it is tried on a copy.
    fn require_fit(&self, bytes: &[u8], update: &Update, news: News) -> Result<()> {
        if news.bytes == 0 || self.mirror.len() + news.bytes <= MAX_BYTES {
            return Ok(());
        }
        if news.deletions == 0 {
            return Err(too_large());
        }
        let trial = self.crdt.copy(&self.crdt.snapshot())?;
        trial.integrate(bytes, update.has_carriage_return)?;
        if trial.read().len() <= MAX_BYTES {
            Ok(())
        } else {
            Err(too_large())
        }
    }

    /// Whether places in UTF-16 and in UTF-8 are the same.
    fn is_ascii(&self) -> bool {
        self.crdt.units() as usize == self.mirror.len()
    }

    fn mirror_splices(&mut self, splices: &[Splice]) {
        self.has_pairs |= splices.iter().any(|it| update::has_pairs(&it.insert));
        apply(&mut self.mirror, splices);
    }

    fn mirror_or_read(&mut self, splices: Option<Vec<Splice>>) -> Vec<Splice> {
        let Some(splices) = splices else {
            return self.mirror_read(self.crdt.read());
        };
        apply(&mut self.mirror, &splices);
        splices
    }

    /// As [`Text::mirror_or_read`], for an update that may have cut a surrogate pair.
    fn mirror_cut_pairs(&mut self, splices: Option<Vec<Splice>>) -> Vec<Splice> {
        let text = self.crdt.read();
        if let Some(splices) = splices {
            let mut mirror = self.mirror.clone();
            apply(&mut mirror, &splices);
            if mirror == text {
                self.mirror = mirror;
                return splices;
            }
        }
        self.mirror_read(text)
    }

    fn mirror_read(&mut self, text: String) -> Vec<Splice> {
        let splices = diff::splices(&self.mirror, &text);
        self.mirror = text;
        splices
    }
}

fn full() -> Error {
    update::too_large("The history of this document is full. Copy its text into a new one.")
}

pub(super) fn too_large() -> Error {
    update::too_large("A document has at most 1,000,000 bytes.")
}

/// `text` with newlines for carriage returns, alone or with a newline.
pub(super) fn lf(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests;
