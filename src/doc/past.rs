//! What a document looked like to somebody in the last moments before it was opened.
//!
//! Owns: finding the text that a client is looking at which has lived through the end of a server:
//! the document is read again, but nobody knows what that client was sent last. Its screen shows
//! some recent version, less what others did after it and with all that its author did. Does not
//! own: what was sent since the document was opened (`reader`).
//!
//! Made of the last updates of the log. Each takes one walk over what is or was in the text; a
//! comparison is as long as one of whole texts, newer versions come first, and how much is compared
//! is bounded.

use std::{collections::BTreeSet, ops::Range, sync::Arc, vec};

use super::{diff, runs::Runs, splice::Splice};

/// Bytes of text that are looked at in search of a version.
const MAX_COMPARED: usize = 40_000_000;
/// The same for one byte that is not in the common beginning or end of both texts.
const DIFFERENT: usize = 10;

/// The last versions of a document, by `A`uthor.
pub(super) struct Past<A> {
    /// What is or was in the text, in order.
    pieces: Vec<Piece<A>>,
    /// The version before all that is known, and those after it.
    versions: BTreeSet<i64>,
}

/// Neighbouring characters with the same history.
#[derive(Clone)]
struct Piece<A> {
    /// What came in together, and the part of it that this is.
    text: Arc<str>,
    part: Range<usize>,
    inserted: Option<Event<A>>,
    deleted: Option<Event<A>>,
}

#[derive(Clone, Copy)]
struct Event<A> {
    version: i64,
    author: A,
}

impl<A: Copy + Eq> Past<A> {
    /// A document whose text at `version` was `text`.
    pub(super) fn new(text: &str, version: i64) -> Self {
        let piece = Piece::new(text, None);
        Self {
            pieces: vec![piece],
            versions: [version].into(),
        }
    }

    /// Then `author` changed it, which made it `version`.
    pub(super) fn note(&mut self, version: i64, author: A, splices: &[Splice]) {
        self.versions.insert(version);
        let event = Some(Event { version, author });
        let pieces = Vec::with_capacity(self.pieces.len() + 3 * splices.len());
        let pieces = std::mem::replace(&mut self.pieces, pieces).into_iter();
        let mut before = Before { pieces, cut: None };
        let mut at = 0;
        for Splice { old, insert } in splices {
            self.pass(&mut before, old.start - at, None);
            self.pieces.push(Piece::new(insert, event));
            self.pass(&mut before, old.len(), event);
            at = old.end;
        }
        self.pieces.extend(before);
    }

    /// Goes on by so many bytes of the text that was before, deleting them or not.
    fn pass(&mut self, before: &mut Before<A>, len: usize, deleted: Option<Event<A>>) {
        let mut left = len;
        while left > 0
            && let Some(mut piece) = before.next()
        {
            if piece.deleted.is_none() {
                let len = piece.part.len().min(left);
                before.cut = piece.split_off(len);
                piece.deleted = deleted;
                left -= len;
            }
            self.pieces.push(piece);
        }
    }

    /// What `author` has changed to come to `new`, of the version that it differs the least from,
    /// the newest of equal ones; that is aligned with the last version. None if there is nothing to
    /// compare with.
    pub(super) fn explain(&self, new: &str, author: A) -> Option<(String, Runs)> {
        let mut compared = 0;
        let mut best: Option<(usize, String, Runs)> = None;
        for version in self.versions.iter().rev() {
            if compared > MAX_COMPARED {
                break;
            }
            let (text, runs) = self.view(*version, author);
            compared += text.len() + DIFFERENT * diff::span(&text, new);
            let hunks = diff::diff(&text, new);
            let exact = hunks.iter().map(|hunk| hunk.exact(&text, new));
            let cost = exact.map(|hunk| hunk.cost()).sum();
            if best.as_ref().is_none_or(|(best, ..)| cost < *best) {
                best = Some((cost, text, runs));
            }
        }
        best.map(|(_, text, runs)| (text, runs))
    }

    /// What `author` may have been shown of `version`, and where it is in the last one.
    fn view(&self, version: i64, author: A) -> (String, Runs) {
        let is_seen = |event: Option<Event<A>>, since_ever| {
            event.map_or(since_ever, |event| {
                event.version <= version || event.author == author
            })
        };
        let mut text = String::new();
        let mut runs = Runs::default();
        let mut place = 0;
        for piece in &self.pieces {
            let len = piece.part.len();
            if is_seen(piece.inserted, true) && !is_seen(piece.deleted, false) {
                if piece.deleted.is_none() {
                    runs.align(text.len(), place, len);
                }
                text.push_str(&piece.text[piece.part.clone()]);
            }
            if piece.deleted.is_none() {
                place += len;
            }
        }
        (text, runs)
    }
}

impl<A: Copy> Piece<A> {
    fn new(text: &str, inserted: Option<Event<A>>) -> Self {
        Self {
            text: Arc::from(text),
            part: 0..text.len(),
            inserted,
            deleted: None,
        }
    }

    /// What is behind its first `len` bytes, which is then no part of it any more.
    fn split_off(&mut self, len: usize) -> Option<Self> {
        let end = self.part.start + len;
        let rest = Self {
            part: end..self.part.end,
            ..self.clone()
        };
        self.part.end = end;
        (!rest.part.is_empty()).then_some(rest)
    }
}

/// The pieces before a change that have not been passed.
struct Before<A> {
    pieces: vec::IntoIter<Piece<A>>,
    /// The rest of the one that was passed last.
    cut: Option<Piece<A>>,
}

impl<A> Iterator for Before<A> {
    type Item = Piece<A>;

    fn next(&mut self) -> Option<Piece<A>> {
        self.cut.take().or_else(|| self.pieces.next())
    }
}

#[cfg(test)]
mod tests;
