//! Changes of a text: places in bytes on one side, steps in UTF-16 units on the other.
//!
//! Owns: the way from one to the other. In a text where both are the same it is short; in others it
//! means to count the characters up to the place.

use std::ops::Range;

use super::crdt::Step;

/// A text of fewer bytes than these is no loss.
const LITTLE: usize = 16;

/// One change of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    /// What goes, in bytes of the text before all of the changes. Splices that belong together
    /// are in order and do not overlap.
    pub(super) old: Range<usize>,
    /// What comes instead.
    pub(super) insert: String,
}

/// Applies `splices` to `text`.
pub(super) fn apply(text: &mut String, splices: &[Splice]) {
    if let [splice] = splices {
        return text.replace_range(splice.old.clone(), &splice.insert);
    }
    let inserted: usize = splices.iter().map(|splice| splice.insert.len()).sum();
    let mut changed = String::with_capacity(text.len() + inserted);
    let mut at = 0;
    for Splice { old, insert } in splices {
        changed.push_str(&text[at..old.start]);
        changed.push_str(insert);
        at = old.end;
    }
    changed.push_str(&text[at..]);
    *text = changed;
}

/// The steps along the replicated text that `splices` of `text` mean.
pub(super) fn steps(text: &str, is_ascii: bool, splices: &[Splice]) -> Vec<Step> {
    let units = |range: Range<usize>| {
        let units = if is_ascii {
            range.len()
        } else {
            utf16_units(&text.as_bytes()[range])
        };
        u32::try_from(units).unwrap_or(u32::MAX)
    };
    let mut at = 0;
    let mut steps = Vec::with_capacity(3 * splices.len());
    for Splice { old, insert } in splices {
        steps.push(Step::Keep(units(at..old.start)));
        if !insert.is_empty() {
            steps.push(Step::Insert(insert.clone()));
        }
        if !old.is_empty() {
            steps.push(Step::Delete(units(old.clone())));
        }
        at = old.end;
    }
    steps
}

/// The changes of `text` that `steps` mean; none when they end inside of a surrogate pair.
pub(super) fn splices(text: &str, is_ascii: bool, steps: Vec<Step>) -> Option<Vec<Splice>> {
    let advance = |at: usize, units: u32| {
        let to = at + units as usize;
        if is_ascii {
            return Some(to).filter(|to| *to <= text.len());
        }
        advance(text, at, units as usize)
    };
    let mut splices: Vec<Splice> = Vec::new();
    let mut at = 0;
    for step in steps {
        let (old, insert) = match step {
            Step::Keep(units) => {
                at = advance(at, units)?;
                continue;
            }
            Step::Delete(units) => (at..advance(at, units)?, String::new()),
            Step::Insert(insert) => (at..at, insert),
        };
        at = old.end;
        match splices.last_mut().filter(|last| last.old.end == old.start) {
            Some(last) => {
                last.old.end = old.end;
                last.insert.push_str(&insert);
            }
            None => splices.push(Splice { old, insert }),
        }
    }
    Some(splices)
}

/// The place that is `units` of UTF-16 behind `at`; none inside of a pair or behind the end.
fn advance(text: &str, mut at: usize, mut units: usize) -> Option<usize> {
    const STRIDE: usize = 64;
    while let Some(stride) = text.as_bytes().get(at..at + STRIDE) {
        let len = utf16_units(stride);
        if len > units {
            break;
        }
        units -= len;
        at += STRIDE;
    }
    // A character that began in the last stride was counted there.
    at = text.ceil_char_boundary(at);
    let mut characters = text[at..].chars();
    while units > 0 {
        let character = characters.next()?;
        units = units.checked_sub(character.len_utf16())?;
        at += character.len_utf8();
    }
    Some(at)
}

/// How many units UTF-16 takes for the characters that begin in `utf8`.
pub(super) fn utf16_units(utf8: &[u8]) -> usize {
    let units = |byte: &u8| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0);
    utf8.iter().map(units).sum()
}

/// Whether `splices` take most of a text of so many bytes away.
pub(super) fn is_sweeping(splices: &[Splice], before: usize) -> bool {
    let deleted: usize = splices.iter().map(|splice| splice.old.len()).sum();
    before >= LITTLE && deleted > before / 2
}

#[cfg(test)]
mod tests;
