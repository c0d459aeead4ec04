//! The replicated text: a yrs document with one root text.
//!
//! Owns: every call into yrs. Does not own: the text as a string and its limits (`text`), what an
//! update from outside may be (`update`). Positions are UTF-16 units, the unit of Yjs clocks, so
//! that lengths stay right whatever another client does to a surrogate pair.
//!
//! Every change walks the blocks of the text once (yrs keeps no index of positions): some 10 ns a
//! block, 0.1 ms with 10,000 blocks.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use yrs::{
    Any, ClientID, Doc, GetString, Observable, OffsetKind, Options, Out, ReadTxn, StateVector,
    Text as _, TextRef, Transact, TransactionMut, Update,
    types::Delta,
    updates::{decoder::Decode, encoder::Encode},
};

use super::update::ROOT;
use crate::kernel::{Error, Result};

/// Marks the transactions whose changes have to be reported.
const REMOTE: &str = "remote";
/// Larger insertions are cut into pieces of this many bytes: an edit inside of a block has to copy
/// it, and a text of 1 MB in one block makes every edit cost milliseconds.
const PIECE: usize = 8 * 1024;

/// One step along the text, in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// So much stays as it is.
    Keep(u32),
    /// So much goes.
    Delete(u32),
    /// This comes in.
    Insert(String),
}

/// A replicated text.
pub(super) struct Crdt {
    doc: Doc,
    root: TextRef,
    /// What the last remote transaction did.
    seen: Arc<Mutex<Vec<Step>>>,
}

impl Crdt {
    /// An empty text.
    pub(super) fn new() -> Self {
        Self::with_client(random_client())
    }

    fn with_client(client: ClientID) -> Self {
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_client_id(client)
        });
        let root = doc.get_or_insert_text(ROOT);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let report = Arc::clone(&seen);
        root.observe(REMOTE, move |txn, event| {
            if txn.origin() == Some(&REMOTE.into()) {
                let steps = event.delta(txn).iter().filter_map(step).collect();
                *report.lock().unwrap_or_else(PoisonError::into_inner) = steps;
            }
        });
        Self { doc, root, seen }
    }

    /// The text that a snapshot (encoding version 2) and the updates after it (version 1) add up
    /// to. Its own edits are by a client that nobody was before.
    ///
    /// # Errors
    ///
    /// An internal one when what is stored cannot be read or something is missing.
    pub(super) fn load<U: AsRef<[u8]>>(
        snapshot: Option<&[u8]>,
        log: impl IntoIterator<Item = U>,
    ) -> Result<Self> {
        let mut loaded = Self::new();
        loaded.fill(snapshot, log)?;
        // A client of the past would give the same names to other characters.
        if loaded.state().contains_client(&loaded.doc.client_id()) {
            let snapshot = loaded.snapshot();
            loaded = Self::new();
            loaded.fill::<&[u8]>(Some(&snapshot), [])?;
        }
        Ok(loaded)
    }

    /// A copy that shares nothing, by the same client, from a snapshot that was just made.
    ///
    /// # Errors
    ///
    /// An internal one when it cannot be read.
    pub(super) fn copy(&self, snapshot: &[u8]) -> Result<Self> {
        let copy = Self::with_client(self.doc.client_id());
        copy.fill::<&[u8]>(Some(snapshot), [])?;
        Ok(copy)
    }

    fn fill<U: AsRef<[u8]>>(
        &self,
        snapshot: Option<&[u8]>,
        log: impl IntoIterator<Item = U>,
    ) -> Result<()> {
        let mut txn = self.doc.transact_mut();
        if let Some(snapshot) = snapshot {
            let update = Update::decode_v2(snapshot).map_err(Error::internal)?;
            txn.apply_update(update).map_err(Error::internal)?;
        }
        for update in log {
            let update = Update::decode_v1(update.as_ref()).map_err(Error::internal)?;
            txn.apply_update(update).map_err(Error::internal)?;
        }
        if txn.has_missing_updates() {
            return Err(Error::internal(anyhow::anyhow!(
                "the stored updates of a document do not add up"
            )));
        }
        Ok(())
    }

    /// Takes over an update that [`super::update`] has passed: what it did, and the update that
    /// others need for it; none if it was known. With `has_returns` carriage returns that came
    /// with it are made newlines.
    pub(super) fn integrate(
        &self,
        update: &[u8],
        has_returns: bool,
    ) -> Result<Option<(Vec<Step>, Vec<u8>)>> {
        let update = Update::decode_v1(update).map_err(Error::internal)?;
        let mut txn = self.doc.transact_mut_with(REMOTE);
        txn.apply_update(update).map_err(Error::internal)?;
        if has_returns {
            self.replace_returns(&mut txn);
        }
        if !txn.has_changes() {
            return Ok(None);
        }
        let update = txn.encode_update_v1();
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        txn.commit();
        drop(txn);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Some((std::mem::take(&mut seen), update)))
    }

    fn replace_returns(&self, txn: &mut TransactionMut) {
        let text = self.root.get_string(txn);
        let mut steps = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('\r') {
            steps.push(Step::Keep(units(before)));
            steps.push(Step::Delete(1));
            if !after.starts_with('\n') {
                steps.push(Step::Insert("\n".to_owned()));
            }
            rest = after;
        }
        self.walk(txn, steps);
    }

    /// Carries out `steps`, which must stay within the text and not cut a surrogate pair; the
    /// update that others need for it.
    pub(super) fn edit(&self, steps: Vec<Step>) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        self.walk(&mut txn, steps);
        txn.encode_update_v1()
    }

    fn walk(&self, txn: &mut TransactionMut, steps: Vec<Step>) {
        let mut at = 0;
        let mut delta: Vec<Delta<String>> = Vec::new();
        for step in steps {
            match step {
                Step::Keep(len) => {
                    at += len;
                    delta.push(Delta::Retain(len, None));
                }
                Step::Delete(len) => delta.push(Delta::Deleted(len)),
                Step::Insert(text) if text.len() <= PIECE => {
                    at += units(&text);
                    delta.push(Delta::Inserted(text, None));
                }
                Step::Insert(text) => {
                    self.root.apply_delta(txn, std::mem::take(&mut delta));
                    // From the last to the first, for blocks that follow each other in time and
                    // place are joined into one.
                    for piece in pieces(&text).rev() {
                        self.root.insert(txn, at, piece);
                    }
                    at += units(&text);
                    delta.push(Delta::Retain(at, None));
                }
            }
        }
        self.root.apply_delta(txn, delta);
    }

    /// How far the clocks of all clients go.
    pub(super) fn state(&self) -> StateVector {
        self.doc.transact().state_vector()
    }

    /// The same, encoded (version 1).
    pub(super) fn state_vector(&self) -> Vec<u8> {
        self.state().encode_v1()
    }

    /// What is beyond `state` (version 1), with everything that was ever deleted.
    pub(super) fn diff_since(&self, state: &StateVector) -> Vec<u8> {
        self.doc.transact().encode_diff_v1(state)
    }

    /// Everything (version 2).
    pub(super) fn snapshot(&self) -> Vec<u8> {
        let all = StateVector::default();
        self.doc.transact().encode_state_as_update_v2(&all)
    }

    /// Those of `ranges` that are not deleted yet, as a whole.
    pub(super) fn undeleted(
        &self,
        ranges: impl Iterator<Item = (ClientID, Range<u32>)>,
    ) -> Vec<(ClientID, Range<u32>)> {
        let deleted = self.doc.transact().snapshot().delete_set;
        let is_left = |(client, range): &(ClientID, Range<u32>)| {
            let known = deleted
                .get(client)
                .map_or(&[][..], |known| known.as_slice());
            let first = known.partition_point(|(known, ())| known.end <= range.start);
            let mut at = range.start;
            for (known, ()) in &known[first..] {
                if known.start > at || at >= range.end {
                    break;
                }
                at = known.end;
            }
            at < range.end
        };
        ranges.filter(is_left).collect()
    }

    /// The text, read from its blocks.
    pub(super) fn read(&self) -> String {
        self.root.get_string(&self.doc.transact())
    }

    /// The length of the text in UTF-16 units.
    pub(super) fn units(&self) -> u32 {
        self.root.len(&self.doc.transact())
    }
}

/// A client id of 32 bits, which every version of Yjs knows how to write.
fn random_client() -> ClientID {
    ClientID::new(ClientID::random().get() & u64::from(u32::MAX))
}

fn step(delta: &Delta) -> Option<Step> {
    match delta {
        Delta::Retain(len, _) => Some(Step::Keep(*len)),
        Delta::Deleted(len) => Some(Step::Delete(*len)),
        Delta::Inserted(Out::Any(Any::String(text)), _) => Some(Step::Insert(text.to_string())),
        // Nothing else is let in.
        Delta::Inserted(..) => None,
    }
}

fn units(text: &str) -> u32 {
    let units = super::splice::utf16_units(text.as_bytes());
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// `text` in pieces of at most [`PIECE`] bytes.
fn pieces(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let mut pieces = Vec::with_capacity(text.len() / PIECE + 1);
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        pieces.push(piece);
        rest = after;
    }
    pieces.into_iter()
}
