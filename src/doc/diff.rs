//! Differences of two texts, fine enough to merge by and quick whatever the texts are.
//!
//! Owns: what counts as the change from one text to another. Does not own: applying it. Invariant:
//! the hunks are in order, do not touch and are never cut within a character, nor within what a
//! reader takes for one (a grapheme cluster) as long as that is of a sane length.
//!
//! What both texts begin and end with falls away first, so that one keystroke in 1 MB costs some
//! 0.05 ms. What is left is compared line by line, then word by word, then grapheme by grapheme; a
//! hunk that would take more than the effort that is left is replaced as a whole. The bound is on
//! work and not on time: how fine an edit is merged must not depend on how busy the machine is. Any
//! two texts of 1 MB take at most some 100 ms.

use std::ops::Range;

use imara_diff::TokenSource;
use unicode_segmentation::{GraphemeCursor, Graphemes, UWordBounds, UnicodeSegmentation};

use self::tokens::{Effort, compare};
use super::splice::Splice;

mod tokens;

/// Hunks of more bytes are compared word by word before they are compared by graphemes.
const BY_WORDS: usize = 1_000;
/// Hunks of more bytes are replaced.
const BY_GRAPHEMES: usize = 100_000;
/// Pairs of lines or words that are compared without looking for unique ones first.
const FEW_PAIRS: usize = 10_000;
/// The same of graphemes, of which few are unique.
const MANY_PAIRS: usize = 10_000_000;
/// Steps of a few nanoseconds that one comparison may take.
const EFFORT: usize = 20_000_000;
/// The most hunks; if there are more, neighbours are joined.
const MAX_HUNKS: usize = 2_000;
/// How far the next boundary of a grapheme is looked for, in characters.
const REACH: usize = 64;

/// A part of the old text that was replaced by a part of the new one; either may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Bytes of the old text.
    pub(super) old: Range<usize>,
    /// Bytes of the new text.
    pub(super) new: Range<usize>,
}

impl Hunk {
    /// Bytes inserted and deleted.
    pub(super) fn cost(&self) -> usize {
        self.old.len() + self.new.len()
    }

    /// What it changes in characters, without what is replaced only for the sake of a grapheme: of
    /// the texts that were compared.
    pub(super) fn exact(&self, old: &str, new: &str) -> Self {
        let pairs = old[self.old.clone()]
            .chars()
            .zip(new[self.new.clone()].chars());
        let same = pairs.take_while(|(old, new)| old == new);
        let head: usize = same.map(|(character, _)| character.len_utf8()).sum();
        let (old_rest, new_rest) = (self.old.start + head, self.new.start + head);
        let pairs = old[old_rest..self.old.end].chars().rev();
        let pairs = pairs.zip(new[new_rest..self.new.end].chars().rev());
        let same = pairs.take_while(|(old, new)| old == new);
        let tail: usize = same.map(|(character, _)| character.len_utf8()).sum();
        Self {
            old: old_rest..self.old.end - tail,
            new: new_rest..self.new.end - tail,
        }
    }

    fn within(&self, outer: &Self) -> Self {
        Self {
            old: outer.old.start + self.old.start..outer.old.start + self.old.end,
            new: outer.new.start + self.new.start..outer.new.start + self.new.end,
        }
    }
}

/// One piece of a comparison that people look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Whether it is in both texts, or in which.
    pub(super) kind: ChangeKind,
    /// The piece.
    pub(super) text: String,
}

/// In which of the texts a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChangeKind {
    /// In both.
    Equal,
    /// In the new one.
    Insert,
    /// In the old one.
    Delete,
}

/// The hunks in which `new` differs from `old`.
pub(super) fn diff(old: &str, new: &str) -> Vec<Hunk> {
    let mut comparison = Comparison::new(old, new);
    let mut hunks = Vec::new();
    for lines in comparison.lines() {
        let words = if lines.cost() > BY_WORDS {
            comparison.words(&lines)
        } else {
            vec![lines]
        };
        for words in words {
            for hunk in comparison.graphemes(words) {
                push(&mut hunks, hunk);
            }
        }
    }
    comparison.aligned(few(&hunks))
}

/// The changes that make `old` into `new`.
pub(super) fn splices(old: &str, new: &str) -> Vec<Splice> {
    let hunks = diff(old, new).into_iter();
    let splices = hunks.map(|hunk| Splice {
        old: hunk.old,
        insert: new[hunk.new].to_owned(),
    });
    splices.collect()
}

/// How many bytes of both texts are not in the beginning or end that they have in common: at most
/// what they differ by. Quick even where the difference itself is not.
pub(super) fn span(old: &str, new: &str) -> usize {
    let trimmed = Comparison::new(old, new).trimmed();
    trimmed.map_or(0, |hunk| hunk.cost())
}

/// The way from `old` to `new` in whole words: the equal and deleted pieces are the old text, the
/// equal and inserted ones the new one.
pub(super) fn changes(old: &str, new: &str) -> Vec<Change> {
    let mut comparison = Comparison::new(old, new);
    let mut hunks: Vec<Hunk> = Vec::new();
    for lines in comparison.whole_lines() {
        for words in comparison.words(&lines) {
            match hunks.last_mut() {
                // A lone space between two changed words says nothing.
                Some(last) if is_space(&old[last.old.end..words.old.start]) => {
                    last.old.end = words.old.end;
                    last.new.end = words.new.end;
                }
                _ => hunks.push(words),
            }
        }
    }
    let hunks = few(&hunks);
    let mut changes = Vec::with_capacity(3 * hunks.len() + 1);
    let mut push = |kind, text: &str| {
        if !text.is_empty() {
            let text = text.to_owned();
            changes.push(Change { kind, text });
        }
    };
    let mut at = 0;
    for hunk in hunks {
        push(ChangeKind::Equal, &old[at..hunk.old.start]);
        push(ChangeKind::Delete, &old[hunk.old.clone()]);
        push(ChangeKind::Insert, &new[hunk.new]);
        at = hunk.old.end;
    }
    push(ChangeKind::Equal, &old[at..]);
    changes
}

fn is_space(text: &str) -> bool {
    text.chars().all(|character| character == ' ')
}

struct Comparison<'a> {
    old: &'a str,
    new: &'a str,
    effort: Effort,
}

impl<'a> Comparison<'a> {
    fn new(old: &'a str, new: &'a str) -> Self {
        Self {
            old,
            new,
            effort: Effort(EFFORT),
        }
    }

    /// What is left without the common beginning and end; none when the texts are equal.
    fn trimmed(&self) -> Option<Hunk> {
        let (old, new) = (self.old, self.new);
        if old == new {
            return None;
        }
        let start = common_prefix(old.as_bytes(), new.as_bytes());
        let start = old.floor_char_boundary(start);
        let len = common_suffix(&old.as_bytes()[start..], &new.as_bytes()[start..]);
        let len = old.len() - old.ceil_char_boundary(old.len() - len);
        Some(Hunk {
            old: start..old.len() - len,
            new: start..new.len() - len,
        })
    }

    /// Widens the hunks to whole graphemes of both texts.
    fn aligned(&self, hunks: Vec<Hunk>) -> Vec<Hunk> {
        let mut aligned: Vec<Hunk> = Vec::with_capacity(hunks.len());
        for mut hunk in hunks {
            let floor = aligned.last().map_or(0, |last| last.old.end);
            for _ in 0..REACH {
                let before = &self.old[floor.min(hunk.old.start)..hunk.old.start];
                let character = before.chars().next_back().map(char::len_utf8);
                let is_cut = !self.is_boundary(hunk.old.start, hunk.new.start);
                let Some(len) = character.filter(|_| is_cut) else {
                    break;
                };
                hunk.old.start -= len;
                hunk.new.start -= len;
            }
            // What is to the right may be a part of the next hunk, which is then joined.
            for _ in 0..REACH {
                let after = (&self.old[hunk.old.end..], &self.new[hunk.new.end..]);
                let characters = (after.0.chars().next(), after.1.chars().next());
                let is_cut = !self.is_boundary(hunk.old.end, hunk.new.end);
                let (Some(old), Some(new), true) = (characters.0, characters.1, is_cut) else {
                    break;
                };
                if old != new {
                    break;
                }
                hunk.old.end += old.len_utf8();
                hunk.new.end += old.len_utf8();
            }
            push(&mut aligned, hunk);
        }
        aligned
    }

    fn is_boundary(&self, old: usize, new: usize) -> bool {
        is_boundary(self.old, old) && is_boundary(self.new, new)
    }

    fn sides(&self, hunk: &Hunk) -> (&'a str, &'a str) {
        (&self.old[hunk.old.clone()], &self.new[hunk.new.clone()])
    }

    /// The lines that differ, the first and the last one without what both begin and end with.
    fn lines(&mut self) -> Vec<Hunk> {
        let trimmed = self.trimmed();
        trimmed.map_or_else(Vec::new, |hunk| self.lines_of(&hunk))
    }

    /// The lines that differ, all of them whole.
    fn whole_lines(&mut self) -> Vec<Hunk> {
        let Some(Hunk { old, new }) = self.trimmed() else {
            return Vec::new();
        };
        let before = self.old[..old.start].rsplit('\n').next();
        let after = self.old[old.end..].split_inclusive('\n').next();
        let (before, after) = (before.map_or(0, str::len), after.map_or(0, str::len));
        self.lines_of(&Hunk {
            old: old.start - before..old.end + after,
            new: new.start - before..new.end + after,
        })
    }

    fn lines_of(&mut self, whole: &Hunk) -> Vec<Hunk> {
        let (old, new) = self.sides(whole);
        let hunks = compare(old, new, FEW_PAIRS, &mut self.effort);
        hunks.iter().map(|hunk| hunk.within(whole)).collect()
    }

    /// The words that differ in a hunk.
    fn words(&mut self, hunk: &Hunk) -> Vec<Hunk> {
        if hunk.old.is_empty() || hunk.new.is_empty() {
            return vec![hunk.clone()];
        }
        let (old, new) = self.sides(hunk);
        let hunks = compare(Words(old), Words(new), FEW_PAIRS, &mut self.effort);
        hunks.iter().map(|inner| inner.within(hunk)).collect()
    }

    /// The graphemes that differ in a hunk.
    fn graphemes(&mut self, hunk: Hunk) -> Vec<Hunk> {
        if hunk.old.is_empty() || hunk.new.is_empty() || hunk.cost() > BY_GRAPHEMES {
            return vec![hunk];
        }
        let (old, new) = self.sides(&hunk);
        let hunks = compare(Letters(old), Letters(new), MANY_PAIRS, &mut self.effort);
        hunks.iter().map(|inner| inner.within(&hunk)).collect()
    }
}

/// Adds a hunk, to the last one when they touch.
fn push(hunks: &mut Vec<Hunk>, hunk: Hunk) {
    match hunks.last_mut() {
        Some(last) if last.old.end == hunk.old.start && last.new.end == hunk.new.start => {
            last.old.end = hunk.old.end;
            last.new.end = hunk.new.end;
        }
        _ => hunks.push(hunk),
    }
}

/// The same with at most [`MAX_HUNKS`]. Each costs a walk of the replicated text and stays in its
/// history.
fn few(hunks: &[Hunk]) -> Vec<Hunk> {
    let group = hunks.len().div_ceil(MAX_HUNKS).max(1);
    let groups = hunks.chunks(group).filter_map(|group| {
        let (first, last) = (group.first()?, group.last()?);
        Some(Hunk {
            old: first.old.start..last.old.end,
            new: first.new.start..last.new.end,
        })
    });
    groups.collect()
}

/// The words of a text and what is between them.
#[derive(Clone, Copy)]
struct Words<'a>(&'a str);

impl<'a> TokenSource for Words<'a> {
    type Token = &'a str;
    type Tokenizer = UWordBounds<'a>;

    fn tokenize(&self) -> Self::Tokenizer {
        self.0.split_word_bounds()
    }

    fn estimate_tokens(&self) -> u32 {
        u32::try_from(self.0.len() / 3).unwrap_or(u32::MAX)
    }
}

/// What readers take for the letters of a text.
#[derive(Clone, Copy)]
struct Letters<'a>(&'a str);

impl<'a> TokenSource for Letters<'a> {
    type Token = &'a str;
    type Tokenizer = Graphemes<'a>;

    fn tokenize(&self) -> Self::Tokenizer {
        self.0.graphemes(true)
    }

    fn estimate_tokens(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

fn common_prefix(old: &[u8], new: &[u8]) -> usize {
    const STRIDE: usize = 256;
    let strides = old.chunks(STRIDE).zip(new.chunks(STRIDE));
    let at = STRIDE * strides.take_while(|(old, new)| old == new).count();
    let at = at.min(old.len()).min(new.len());
    let rest = old[at..].iter().zip(&new[at..]);
    at + rest.take_while(|(old, new)| old == new).count()
}

fn common_suffix(old: &[u8], new: &[u8]) -> usize {
    const STRIDE: usize = 256;
    let strides = old.rchunks(STRIDE).zip(new.rchunks(STRIDE));
    let len = STRIDE * strides.take_while(|(old, new)| old == new).count();
    let len = len.min(old.len()).min(new.len());
    let rest = old[..old.len() - len].iter().rev();
    let rest = rest.zip(new[..new.len() - len].iter().rev());
    len + rest.take_while(|(old, new)| old == new).count()
}

/// Whether a grapheme of `text` ends at `at`, judged by its surroundings: to be sure of the longest
/// sequences would mean to read all of them.
pub(super) fn is_boundary(text: &str, at: usize) -> bool {
    const AROUND: usize = 256;
    if at == 0 || at == text.len() {
        return true;
    }
    let start = text.floor_char_boundary(at.saturating_sub(AROUND));
    let end = text.ceil_char_boundary((at + AROUND).min(text.len()));
    let around = &text[start..end];
    let mut cursor = GraphemeCursor::new(at - start, around.len(), true);
    cursor.is_boundary(around, 0).unwrap_or(true)
}

#[cfg(test)]
pub(in crate::doc) mod tests;
