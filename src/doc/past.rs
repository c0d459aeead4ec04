//! What a document looked like to somebody in the last moments before it was opened.
//!
//! Owns: finding the text that a client is looking at which has lived through the end of a server:
//! the document is read again, but nobody knows what that client was sent last. Its screen shows
//! some recent version, less what others did after it, and with what its author did - but not with
//! what they did while that version was on its way to them: it has replaced that. Does not own: what
//! was sent since the document was opened (`reader`).
//!
//! Made of the last updates of the log. Each takes one walk over what is or was in the text. What
//! somebody sends is compared once, with all of that together; from it follows how near it is to each
//! version about; the nearest ones are compared by themselves.

use std::{cmp::Reverse, collections::BTreeMap, ops::Range, sync::Arc, vec};

use super::{
    diff::{self, Hunk},
    runs::Runs,
    splice::Splice,
};

/// How many pieces are looked at in search of a version.
const MAX_COMPARED: usize = 10_000_000;
/// Versions that are compared one by one in the end, and the bytes of them that may be different.
const NEAREST: (usize, usize) = (32, 5_000_000);
/// How many bytes a change counts that is made at a place of its own: people write at few places, and
/// letters that two words happen to share make many of one.
pub(super) const PLACE: usize = 8;
/// How many times more a byte counts that would be taken out of what somebody else has just put in,
/// where the rest of that would stay. Hardly anybody does that; but where two words came to the same
/// place, and the author of one has not seen the other, letters that they happen to share make it
/// look so.
pub(super) const DOUBT: usize = 4;

/// What somebody has started from, before the document was opened.
pub(super) struct Explanation {
    /// The text.
    pub(super) text: String,
    /// Where it is in the text that was opened.
    pub(super) runs: Runs,
    /// How unlikely it is: the bytes that were changed, those that are doubtful counted more often.
    pub(super) cost: usize,
}

/// The last versions of a document, by `A`uthor.
pub(super) struct Past<A> {
    /// What is or was in the text, in order.
    pieces: Vec<Piece<A>>,
    /// The version before all that is known, and those after it with their authors.
    versions: BTreeMap<i64, Option<A>>,
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
            versions: [(version, None)].into(),
        }
    }

    /// Then `author` changed it, which made it `version`.
    pub(super) fn note(&mut self, version: i64, author: A, splices: &[Splice]) {
        self.versions.insert(version, Some(author));
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

    /// What `author` has changed to come to `new`: the version that is most likely, the newest of
    /// equal ones. None if there is nothing to compare with.
    pub(super) fn explain(&self, new: &str, author: A) -> Option<Explanation> {
        let all = self.pieces.iter().map(Piece::as_str).collect::<String>();
        let known = self.in_common(&all, new);
        let mut compared = 0;
        let mut ranked = Vec::new();
        for version in self.versions.keys().rev() {
            let own = self.versions.range(version + 1..);
            let own = own.filter(|(_, by)| **by == Some(author));
            let own = own.map(|(version, _)| version);
            for arrived in std::iter::once(version).chain(own) {
                if compared > MAX_COMPARED {
                    break;
                }
                compared += self.pieces.len();
                let mut doubt = Doubt::default();
                let mut cost = 0;
                for (piece, known) in self.pieces.iter().zip(&known) {
                    if piece.is_seen(*version, *arrived, author) {
                        let taken = piece.part.len() - known;
                        doubt.pass(piece.news(author), taken, *known);
                        cost += taken;
                    } else {
                        cost += known;
                    }
                }
                // That nothing was replaced is more likely.
                cost += doubt.end();
                ranked.push((cost, arrived > version, Reverse(*version), *arrived));
            }
        }
        ranked.sort_unstable();
        let nearest = ranked.into_iter().take(NEAREST.0);
        let mut different = 0;
        let views = nearest.map_while(|(_, is_replaced, Reverse(version), arrived)| {
            if different > NEAREST.1 {
                return None;
            }
            let (text, runs, news) = self.view(version, arrived, author);
            different += diff::span(&text, new);
            let hunks = diff::diff(&text, new);
            let exact = hunks.iter().map(|hunk| hunk.exact(&text, new));
            let exact: Vec<_> = exact.collect();
            let mut doubt = Doubt::default();
            for (by, place) in &news {
                let taken = overlap(place, &exact);
                doubt.pass(*by, taken, place.len() - taken);
            }
            let changed: usize = exact.iter().map(Hunk::cost).sum();
            let cost = changed + PLACE * exact.len() + doubt.end();
            let rank = (cost, is_replaced, Reverse(version));
            Some((rank, Explanation { text, runs, cost }))
        });
        let nearest = views.min_by_key(|(rank, _)| *rank);
        nearest.map(|(_, explanation)| explanation)
    }

    /// How many bytes of each piece, which together are `all`, are in `new` as well.
    fn in_common(&self, all: &str, new: &str) -> Vec<usize> {
        let hunks = diff::diff(all, new);
        let mut hunks = hunks.iter().peekable();
        let mut end = 0;
        let known = self.pieces.iter().map(|piece| {
            let start = end;
            end += piece.part.len();
            let mut known = piece.part.len();
            while let Some(hunk) = hunks.peek().filter(|hunk| hunk.old.start < end) {
                known -= hunk
                    .old
                    .end
                    .min(end)
                    .saturating_sub(hunk.old.start.max(start));
                if hunk.old.end > end {
                    break;
                }
                hunks.next();
            }
            known
        });
        known.collect()
    }

    /// What `author` may have been shown of `version`, if it came to them after they had made the
    /// version `arrived`, and where that is in the last one; and by whom else its pieces are new.
    fn view(&self, version: i64, arrived: i64, author: A) -> (String, Runs, News<A>) {
        let mut text = String::new();
        let mut runs = Runs::default();
        let mut news = Vec::new();
        let mut place = 0;
        for piece in &self.pieces {
            let len = piece.part.len();
            if piece.is_seen(version, arrived, author) {
                if piece.deleted.is_none() {
                    runs.align(text.len(), place, len);
                }
                text.push_str(piece.as_str());
                news.push((piece.news(author), text.len() - len..text.len()));
            }
            if piece.deleted.is_none() {
                place += len;
            }
        }
        (text, runs, news)
    }
}

/// The pieces of a text, and who has put them in lately, if it was somebody else.
type News<A> = Vec<(Option<A>, Range<usize>)>;

/// Adds up [`DOUBT`], going through the pieces of a text.
struct Doubt<A> {
    by: Option<A>,
    /// Of what that author has put in here.
    taken: usize,
    left: usize,
    sum: usize,
}

impl<A> Default for Doubt<A> {
    fn default() -> Self {
        Self {
            by: None,
            taken: 0,
            left: 0,
            sum: 0,
        }
    }
}

impl<A: Copy + Eq> Doubt<A> {
    /// A piece comes that is news `by` somebody, of which so many bytes are taken and left.
    fn pass(&mut self, by: Option<A>, taken: usize, left: usize) {
        if by != self.by {
            self.count();
            self.by = by;
        }
        self.taken += taken;
        self.left += left;
    }

    fn count(&mut self) {
        if self.by.is_some() && self.left > 0 {
            self.sum += DOUBT * self.taken;
        }
        (self.taken, self.left) = (0, 0);
    }

    fn end(mut self) -> usize {
        self.count();
        self.sum
    }
}

/// How many bytes of `place` the changes take out, which are in order.
fn overlap(place: &Range<usize>, hunks: &[Hunk]) -> usize {
    let first = hunks.partition_point(|hunk| hunk.old.end <= place.start);
    let hunks = hunks[first..].iter().map(|hunk| &hunk.old);
    let hunks = hunks.take_while(|old| old.start < place.end);
    hunks
        .map(|old| old.end.min(place.end) - old.start.max(place.start))
        .sum()
}

impl<A: Copy + Eq> Piece<A> {
    fn new(text: &str, inserted: Option<Event<A>>) -> Self {
        Self {
            text: Arc::from(text),
            part: 0..text.len(),
            inserted,
            deleted: None,
        }
    }

    fn as_str(&self) -> &str {
        &self.text[self.part.clone()]
    }

    /// Whether it is in a view. See [`Past::view`].
    fn is_seen(&self, version: i64, arrived: i64, author: A) -> bool {
        let is_seen = |event: &Event<A>| {
            event.version <= version || (event.author == author && event.version > arrived)
        };
        self.inserted.as_ref().is_none_or(is_seen) && !self.deleted.as_ref().is_some_and(is_seen)
    }

    /// Who has put it in lately, if it was somebody else than `author`.
    fn news(&self, author: A) -> Option<A> {
        let by = self.inserted.as_ref().map(|event| event.author);
        by.filter(|by| *by != author)
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
