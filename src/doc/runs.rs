//! Which characters of an older text are which characters of the current one.
//!
//! Owns: carrying an edit of a text that somebody still looks at over to the text as it has become
//! meanwhile. Does not own: who looks at what (`reader`). Invariant: runs are in order in both
//! texts and do not overlap in either, for characters are inserted and deleted but never moved.
//!
//! This takes the place of a fork of the replicated text for every reader: an insertion sticks to
//! the character on its left, a deletion takes what is still there. Linear in runs and changes.

use std::ops::Range;

use super::{
    diff::{self, Hunk},
    splice::Splice,
};

/// How far an insertion may give way to marks that belong to the character before it, in
/// characters.
const REACH: usize = 16;

/// The alignment of an older text with the current one, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Runs(Vec<Run>);

/// `len` bytes at `source` in the older text that are at `place` in the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    source: usize,
    place: usize,
    len: usize,
}

impl Run {
    fn source_end(&self) -> usize {
        self.source + self.len
    }

    fn place_end(&self) -> usize {
        self.place + self.len
    }

    /// The part of it that is within `source`.
    fn within(&self, source: &Range<usize>) -> Option<Self> {
        let start = self.source.max(source.start);
        let end = self.source_end().min(source.end);
        let len = end.checked_sub(start).filter(|len| *len > 0)?;
        Some(Self {
            source: start,
            place: self.place + (start - self.source),
            len,
        })
    }
}

impl Runs {
    /// The alignment of a text of `len` bytes with itself.
    pub(super) fn whole(len: usize) -> Self {
        let mut runs = Self::default();
        runs.align(0, 0, len);
        runs
    }

    /// Says that `len` bytes at `source` are at `place`; both are behind all that was said before.
    pub(super) fn align(&mut self, source: usize, place: usize, len: usize) {
        self.push(Run { source, place, len });
    }

    /// The alignment with the text that what was the current one has become.
    pub(super) fn through(&self, later: &Self) -> Self {
        let mut runs = Self::default();
        for run in &self.0 {
            for then in later.within(&(run.place..run.place_end())) {
                runs.align(run.source + (then.source - run.place), then.place, then.len);
            }
        }
        runs
    }

    /// Adds a run behind the others, to the last one if it continues it.
    fn push(&mut self, run: Run) {
        match self.0.last_mut() {
            _ if run.len == 0 => {}
            Some(last) if last.source_end() == run.source && last.place_end() == run.place => {
                last.len += run.len;
            }
            _ => self.0.push(run),
        }
    }

    /// Follows a change of the current text.
    pub(super) fn shift(&mut self, splices: &[Splice]) {
        let mut shifted = Self(Vec::with_capacity(self.0.len() + splices.len()));
        let mut splices = splices.iter().peekable();
        let (mut inserted, mut deleted) = (0, 0);
        for run in &self.0 {
            let mut rest = *run;
            while let Some(splice) = splices.peek().filter(|_| rest.len > 0) {
                if splice.old.end <= rest.place {
                    inserted += splice.insert.len();
                    deleted += splice.old.len();
                    splices.next();
                    continue;
                }
                if splice.old.start >= rest.place_end() {
                    break;
                }
                let kept = splice.old.start.saturating_sub(rest.place);
                shifted.push(Run {
                    place: rest.place + inserted - deleted,
                    len: kept,
                    ..rest
                });
                // An insertion deletes nothing; it is before the rest in the next round.
                let gone = (splice.old.end - rest.place).min(rest.len);
                rest.source += gone;
                rest.place += gone;
                rest.len -= gone;
            }
            shifted.push(Run {
                place: rest.place + inserted - deleted,
                ..rest
            });
        }
        *self = shifted;
    }

    /// Carries the `hunks` that lead from the older text to `new` over to `current`: the changes of
    /// `current`, and the alignment of `new` with what it is afterwards. What the author has put in
    /// at the same place before, as `own` says, comes first.
    pub(super) fn rebase(
        &self,
        hunks: &[Hunk],
        new: &str,
        current: &str,
        own: Option<&Self>,
    ) -> (Vec<Splice>, Self) {
        let mut splices: Vec<Splice> = Vec::new();
        let mut insertions = Vec::new();
        let mut kept = Self(Vec::new());
        let mut unchanged = Hunk {
            old: 0..0,
            new: 0..0,
        };
        for hunk in hunks {
            unchanged.old = unchanged.old.end..hunk.old.start;
            unchanged.new = unchanged.new.end..hunk.new.start;
            self.keep(&unchanged, &mut kept);
            unchanged = hunk.clone();
            if !hunk.new.is_empty() {
                let place = self.place(hunk.old.start, current, own);
                insertions.push((splices.len(), hunk.new.start));
                splices.push(Splice {
                    old: place..place,
                    insert: new[hunk.new.clone()].to_owned(),
                });
            }
            for run in self.within(&hunk.old) {
                let old = run.place..run.place_end();
                match splices.last_mut() {
                    Some(last) if last.old.end == old.start => last.old.end = old.end,
                    _ => splices.push(Splice {
                        old,
                        insert: String::new(),
                    }),
                }
            }
        }
        unchanged.old = unchanged.old.end..usize::MAX;
        unchanged.new = unchanged.new.end..usize::MAX;
        self.keep(&unchanged, &mut kept);
        kept.shift(&splices);
        kept.insert(&splices, &insertions);
        (splices, kept)
    }

    /// Adds the runs of what is in both the older and the new text to those of the new text.
    fn keep(&self, unchanged: &Hunk, kept: &mut Self) {
        for run in self.within(&unchanged.old) {
            kept.push(Run {
                source: run.source - unchanged.old.start + unchanged.new.start,
                ..run
            });
        }
    }

    /// Adds the runs of what was inserted: by the index of its splice and its source.
    fn insert(&mut self, splices: &[Splice], insertions: &[(usize, usize)]) {
        let mut insertions = insertions.iter().peekable();
        let mut runs = std::mem::take(&mut self.0);
        let (mut inserted, mut deleted) = (0, 0);
        for (index, splice) in splices.iter().enumerate() {
            if let Some((_, source)) = insertions.next_if(|(at, _)| *at == index) {
                runs.push(Run {
                    source: *source,
                    place: splice.old.start + inserted - deleted,
                    len: splice.insert.len(),
                });
            }
            inserted += splice.insert.len();
            deleted += splice.old.len();
        }
        runs.sort_unstable_by_key(|run| run.source);
        for run in runs {
            self.push(run);
        }
    }

    /// What is left of a part of the older text.
    fn within(&self, source: &Range<usize>) -> impl Iterator<Item = Run> {
        let first = self
            .0
            .partition_point(|run| run.source_end() <= source.start);
        let source = source.clone();
        self.0[first..]
            .iter()
            .map_while(move |run| run.within(&source))
    }

    /// Where a part of the older text is in the current one, as far as it is left.
    pub(super) fn places(&self, source: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        self.within(source).map(|run| run.place..run.place_end())
    }

    /// Where a part of the current text is in the older one, as far as it is from there.
    pub(super) fn sources(&self, places: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self
            .0
            .partition_point(|run| run.place_end() <= places.start);
        let runs = self.0[first..].iter();
        runs.take_while(move |run| run.place < places.end)
            .map(move |run| {
                let start = run.place.max(places.start) - run.place;
                let end = run.place_end().min(places.end) - run.place;
                run.source + start..run.source + end
            })
            .filter(|source| !source.is_empty())
    }

    /// The alignment of the older text without `gaps`, which are in order.
    pub(super) fn without(&self, gaps: &[Range<usize>]) -> Self {
        let mut kept = Self::default();
        let (mut start, mut cut) = (0, 0);
        for gap in gaps {
            let unchanged = Hunk {
                old: start..gap.start,
                new: start - cut..gap.start - cut,
            };
            self.keep(&unchanged, &mut kept);
            start = gap.end;
            cut += gap.len();
        }
        let rest = Hunk {
            old: start..usize::MAX,
            new: start - cut..usize::MAX,
        };
        self.keep(&rest, &mut kept);
        kept
    }

    /// What of `places` in the current text, which are in order, was not in the older one.
    pub(super) fn without_places(&self, places: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let mut rest = Vec::with_capacity(places.len());
        for mut place in places {
            let first = self.0.partition_point(|run| run.place_end() <= place.start);
            for run in self.0[first..]
                .iter()
                .take_while(|run| run.place < place.end)
            {
                if place.start < run.place {
                    rest.push(place.start..run.place);
                }
                place.start = run.place_end().min(place.end);
            }
            if !place.is_empty() {
                rest.push(place);
            }
        }
        rest
    }

    /// Where in `current` something belongs that was inserted at `source`: behind the last
    /// character before it that is left, the marks that others have put on that, and what its
    /// author has put in there before.
    fn place(&self, source: usize, current: &str, own: Option<&Self>) -> usize {
        let next = self.0.partition_point(|run| run.source < source);
        let before = next.checked_sub(1).map(|index| self.0[index]);
        let mut place = before.map_or(0, |run| run.place + run.len.min(source - run.source));
        let limit = match before.filter(|run| run.source_end() > source) {
            Some(_) => place,
            None => self.0.get(next).map_or(current.len(), |run| run.place),
        };
        for _ in 0..REACH {
            let character = current[place..limit].chars().next();
            let is_cut = !diff::is_boundary(current, place);
            let Some(character) = character.filter(|_| is_cut) else {
                break;
            };
            place += character.len_utf8();
        }
        let own = own.and_then(|own| own.run_at(place));
        own.map_or(place, |own| own.place_end().min(limit))
    }

    /// The run that has the place in the current text.
    fn run_at(&self, place: usize) -> Option<&Run> {
        let index = self.0.partition_point(|run| run.place_end() <= place);
        self.0.get(index).filter(|run| run.place <= place)
    }
}

#[cfg(test)]
mod tests;
