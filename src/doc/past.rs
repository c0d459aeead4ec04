//! What a document looked like to somebody in the last moments before it was opened.
//!
//! Owns: finding the text that a client is looking at which has lived through the end of a server:
//! the document is read again, but nobody knows what that client was sent last. Its screen shows
//! some recent version, less what others did after it and with all that its author did. Does not
//! own: what was sent since the document was opened (`reader`).
//!
//! Made of the last updates of the log. A comparison is as long as one of whole texts; newer
//! versions come first, and how much is compared is bounded.

use std::collections::BTreeSet;

use super::{diff, runs::Runs, splice::Splice};

/// Bytes of text that are compared in search of a version.
const MAX_COMPARED: usize = 40_000_000;

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
    text: String,
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
        let piece = Piece {
            text: text.to_owned(),
            inserted: None,
            deleted: None,
        };
        Self {
            pieces: vec![piece],
            versions: [version].into(),
        }
    }

    /// Then `author` changed it, which made it `version`.
    pub(super) fn note(&mut self, version: i64, author: A, splices: &[Splice]) {
        self.versions.insert(version);
        let event = Some(Event { version, author });
        for Splice { old, insert } in splices.iter().rev() {
            self.cut(old.end);
            let start = self.cut(old.start);
            let mut left = old.len();
            for piece in &mut self.pieces[start..] {
                if left == 0 {
                    break;
                }
                if piece.deleted.is_none() {
                    left -= piece.text.len();
                    piece.deleted = event;
                }
            }
            let piece = Piece {
                text: insert.clone(),
                inserted: event,
                deleted: None,
            };
            self.pieces.insert(start, piece);
        }
    }

    /// The index behind the piece that ends at `place` in the text, which is divided if need be.
    fn cut(&mut self, place: usize) -> usize {
        let mut left = place;
        for (index, piece) in self.pieces.iter_mut().enumerate() {
            if left == 0 {
                return index;
            }
            if piece.deleted.is_some() {
                continue;
            }
            if piece.text.len() > left {
                let rest = Piece {
                    text: piece.text.split_off(left),
                    ..*piece
                };
                self.pieces.insert(index + 1, rest);
                return index + 1;
            }
            left -= piece.text.len();
        }
        self.pieces.len()
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
            compared += text.len();
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
            let len = piece.text.len();
            if is_seen(piece.inserted, true) && !is_seen(piece.deleted, false) {
                if piece.deleted.is_none() {
                    runs.align(text.len(), place, len);
                }
                text.push_str(&piece.text);
            }
            if piece.deleted.is_none() {
                place += len;
            }
        }
        (text, runs)
    }
}

#[cfg(test)]
mod tests;
