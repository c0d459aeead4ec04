//! Differences of two sequences of tokens, with bounded work for any input.
//!
//! Owns: which tokens stay. Does not own: what a token is. The libraries for this take minutes for
//! a megabyte of two words in turn, or stop when a time is up, which makes the result depend on how
//! busy the machine is. So they are only asked where little is left: between tokens that each text
//! has exactly once and both in the same order (as patience diff does), and as long as there is
//! effort.

use std::ops::Range;

use imara_diff::{InternedInput, Token, TokenSource};
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::Hunk;

/// What may still be done, in steps of a few nanoseconds.
pub(super) struct Effort(pub(super) usize);

impl Effort {
    /// What it costs to look a token up.
    const TOKEN: usize = 16;
    /// What it costs to begin a comparison.
    const START: usize = 500;

    fn take(&mut self, steps: usize) -> bool {
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// The hunks of two texts that differ in their tokens, in order. Parts that would take more pairs
/// of tokens than `most` to compare are divided at their unique tokens first.
pub(super) fn compare<'a, S>(old: S, new: S, most: usize, effort: &mut Effort) -> Vec<Hunk>
where
    S: TokenSource<Token = &'a str>,
{
    let input = InternedInput::new(old, new);
    let mut comparison = Comparison {
        old: &input.before,
        new: &input.after,
        seen: vec![Seen::default(); input.interner.num_tokens() as usize],
        found: Vec::new(),
    };
    comparison.run(most, effort);
    let found = std::mem::take(&mut comparison.found);
    let ends = |tokens: &[Token]| -> Vec<usize> {
        let lens = tokens.iter().map(|token| input.interner[*token].len());
        let ends = lens.scan(0, |end, len| {
            *end += len;
            Some(*end)
        });
        std::iter::once(0).chain(ends).collect()
    };
    let (old, new) = (ends(&input.before), ends(&input.after));
    let hunks = found.into_iter().map(|part| Hunk {
        old: old[part.old.start]..old[part.old.end],
        new: new[part.new.start]..new[part.new.end],
    });
    hunks.collect()
}

/// A part of both sequences.
#[derive(Clone)]
struct Part {
    old: Range<usize>,
    new: Range<usize>,
}

/// Where a token was seen in either sequence.
#[derive(Clone, Copy, Default)]
struct Seen {
    old: Place,
    new: Place,
}

#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Nowhere,
    Once(usize),
    Often,
}

impl Place {
    fn note(&mut self, at: usize) {
        *self = match self {
            Self::Nowhere => Self::Once(at),
            _ => Self::Often,
        };
    }
}

struct Comparison<'a> {
    old: &'a [Token],
    new: &'a [Token],
    seen: Vec<Seen>,
    found: Vec<Part>,
}

impl Comparison<'_> {
    fn run(&mut self, most: usize, effort: &mut Effort) {
        // The parts that are left, the first one last.
        let mut parts = vec![Part {
            old: 0..self.old.len(),
            new: 0..self.new.len(),
        }];
        while let Some(part) = parts.pop() {
            let part = self.trimmed(&part);
            let (old, new) = (part.old.len(), part.new.len());
            if old == 0 || new == 0 {
                self.note(part);
            } else if old * new <= most && effort.take(Effort::START + old * new) {
                self.finely(&part);
            } else if !effort.take(Effort::TOKEN * (old + new)) {
                self.note(part);
            } else if let anchors = self.anchors(&part)
                && !anchors.is_empty()
            {
                let first = parts.len();
                let mut rest = part;
                for (old, new) in anchors {
                    parts.push(Part {
                        old: rest.old.start..old,
                        new: rest.new.start..new,
                    });
                    rest.old.start = old + 1;
                    rest.new.start = new + 1;
                }
                parts.push(rest);
                parts[first..].reverse();
            } else if self.is_similar(&part) {
                self.pairwise(&part);
            } else {
                self.note(part);
            }
        }
    }

    /// Without what both begin and end with.
    fn trimmed(&self, part: &Part) -> Part {
        let (old, new) = (&self.old[part.old.clone()], &self.new[part.new.clone()]);
        let pairs = old.iter().zip(new);
        let start = pairs.take_while(|(old, new)| old == new).count();
        let pairs = old[start..].iter().rev().zip(new[start..].iter().rev());
        let end = pairs.take_while(|(old, new)| old == new).count();
        Part {
            old: part.old.start + start..part.old.end - end,
            new: part.new.start + start..part.new.end - end,
        }
    }

    /// Adds what differs, to the last part when they touch.
    fn note(&mut self, part: Part) {
        match self.found.last_mut() {
            _ if part.old.is_empty() && part.new.is_empty() => {}
            Some(last) if last.old.end == part.old.start && last.new.end == part.new.start => {
                last.old.end = part.old.end;
                last.new.end = part.new.end;
            }
            _ => self.found.push(part),
        }
    }

    /// With the fewest differences there can be.
    fn finely(&mut self, part: &Part) {
        let (old, new) = (&self.old[part.old.clone()], &self.new[part.new.clone()]);
        for op in capture_diff_slices(Algorithm::Myers, old, new) {
            let (tag, old, new) = op.as_tag_tuple();
            if tag != DiffTag::Equal {
                self.note(Part {
                    old: part.old.start + old.start..part.old.start + old.end,
                    new: part.new.start + new.start..part.new.start + new.end,
                });
            }
        }
    }

    /// Whether most tokens are where they were.
    fn is_similar(&self, part: &Part) -> bool {
        let pairs = self.old[part.old.clone()]
            .iter()
            .zip(&self.new[part.new.clone()]);
        let same = pairs.filter(|(old, new)| old == new).count();
        part.old.len() == part.new.len() && same >= part.old.len() / 4 * 3
    }

    /// Each token with the one in its place.
    fn pairwise(&mut self, part: &Part) {
        for (old, new) in part.old.clone().zip(part.new.clone()) {
            if self.old[old] != self.new[new] {
                self.note(Part {
                    old: old..old + 1,
                    new: new..new + 1,
                });
            }
        }
    }

    /// The tokens that are there once in the old and once in the new part, as many of them as are
    /// in the same order.
    fn anchors(&mut self, part: &Part) -> Vec<(usize, usize)> {
        let index = |token: Token| u32::from(token) as usize;
        for at in part.old.clone() {
            self.seen[index(self.old[at])].old.note(at);
        }
        for at in part.new.clone() {
            self.seen[index(self.new[at])].new.note(at);
        }
        let mut pairs = Vec::new();
        for at in part.old.clone() {
            let seen = self.seen[index(self.old[at])];
            if let (Place::Once(old), Place::Once(new)) = (seen.old, seen.new) {
                pairs.push((old, new));
            }
        }
        for token in &self.old[part.old.clone()] {
            self.seen[index(*token)] = Seen::default();
        }
        for token in &self.new[part.new.clone()] {
            self.seen[index(*token)] = Seen::default();
        }
        longest_rise(&pairs)
    }
}

/// The longest selection of `pairs` in which the second numbers rise as the first do.
fn longest_rise(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair with which the best selection of each length ends, and what comes before each.
    let mut last: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (index, (_, new)) in pairs.iter().enumerate() {
        let len = last.partition_point(|last| pairs[*last].1 < *new);
        before[index] = len.checked_sub(1).map(|len| last[len]);
        if len == last.len() {
            last.push(index);
        } else {
            last[len] = index;
        }
    }
    let mut rise = Vec::with_capacity(last.len());
    let mut next = last.last().copied();
    while let Some(index) = next {
        rise.push(pairs[index]);
        next = before[index];
    }
    rise.reverse();
    rise
}
