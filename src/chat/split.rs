//! Message limits, and the division of an over-long message into several.
//!
//! Owns: what "too long" means and where a text may be cut. Does not own: sending the parts, their
//! pace, anti-spam. Invariant: every part is within the limits, is not blank, and together the
//! parts are the source but for white space at the cuts.
//!
//! A text is cut between its paragraphs, else also after sentences, else also between lines, into
//! two to five parts. Two to five paragraphs become one part each, because that is how they were
//! meant to be read; finer pieces are joined again as far as the limits allow, so that thirty short
//! sentences become two parts and not thirty. Fenced code is cut only when nothing else helps.
//! Linear in the length of the source.

use std::fmt;
use std::ops::Range;

/// The most parts an over-long message may become.
pub const MAX_PARTS: usize = 5;

/// How long one message may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimits {
    /// Most characters (Unicode scalar values).
    pub max_length: usize,
    /// Most bytes in UTF-8.
    pub max_bytes: usize,
}

impl Default for MessageLimits {
    fn default() -> Self {
        Self {
            max_length: 1000,
            max_bytes: 4000,
        }
    }
}

impl MessageLimits {
    /// Refuses a text beyond the limits.
    ///
    /// # Errors
    ///
    /// [`TooLong`] with the measure of the text.
    pub fn check(&self, text: &str) -> Result<(), TooLong> {
        let size = Size::of(text);
        if size.fits(self) {
            Ok(())
        } else {
            Err(TooLong {
                characters: size.characters,
                bytes: size.bytes,
                limits: *self,
            })
        }
    }
}

/// A text that is beyond the limits and cannot be divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// Characters in the text.
    pub characters: usize,
    /// Bytes in the text.
    pub bytes: usize,
    /// The limits it broke.
    pub limits: MessageLimits,
}

impl TooLong {
    /// The stable code of this refusal: `too_long` for characters, `too_large` for bytes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if self.characters > self.limits.max_length {
            "too_long"
        } else {
            "too_large"
        }
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            characters,
            bytes,
            limits,
        } = self;
        if *characters > limits.max_length {
            write!(
                f,
                "Message too long ({characters} characters). Maximum allowed: {} characters.",
                limits.max_length
            )
        } else {
            write!(
                f,
                "Message too large ({bytes} bytes). Maximum allowed: {} bytes.",
                limits.max_bytes
            )
        }
    }
}

impl std::error::Error for TooLong {}

/// Divides a message into parts within the limits: one part, the source itself, if it already is.
///
/// # Errors
///
/// [`TooLong`] with the measure of the whole text if two to five parts do not hold it.
pub fn split(source: &str, limits: &MessageLimits) -> Result<Vec<String>, TooLong> {
    let Err(too_long) = limits.check(source) else {
        return Ok(vec![source.to_owned()]);
    };
    let breaks = breaks(source);
    [Level::Paragraph, Level::Sentence, Level::Line]
        .into_iter()
        .find_map(|level| divide(source, &breaks, level, limits))
        .map(|parts| {
            parts
                .into_iter()
                .map(|part| source[part].to_owned())
                .collect()
        })
        .ok_or(too_long)
}

/// Where a text may be cut, the better place first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Paragraph,
    Sentence,
    Line,
}

/// A place to cut: the white space that falls away there, and how good a place it is.
type Break = (Range<usize>, Level);

#[derive(Clone, Copy)]
struct Size {
    characters: usize,
    bytes: usize,
}

impl Size {
    fn of(text: &str) -> Self {
        Self {
            characters: text.chars().count(),
            bytes: text.len(),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            characters: self.characters + other.characters,
            bytes: self.bytes + other.bytes,
        }
    }

    fn fits(&self, limits: &MessageLimits) -> bool {
        self.characters <= limits.max_length && self.bytes <= limits.max_bytes
    }
}

/// Cuts at breaks of `level` or better, into two to [`MAX_PARTS`] parts, or not at all.
fn divide(
    source: &str,
    breaks: &[Break],
    level: Level,
    limits: &MessageLimits,
) -> Option<Vec<Range<usize>>> {
    let cuts: Vec<&Range<usize>> = breaks
        .iter()
        .filter(|(_, l)| *l <= level)
        .map(|(range, _)| range)
        .collect();
    let join = level != Level::Paragraph || cuts.len() >= MAX_PARTS;
    let ends = cuts.iter().map(|cut| cut.start).chain([source.len()]);
    let starts = [0].into_iter().chain(cuts.iter().map(|cut| cut.end));
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut size = Size {
        characters: 0,
        bytes: 0,
    };
    for (start, end) in starts.zip(ends) {
        let piece = Size::of(&source[start..end]);
        if let Some(last) = parts.last_mut().filter(|_| join) {
            // The white space between counts once it is inside a part.
            let joined = size.plus(Size::of(&source[last.end..start])).plus(piece);
            if joined.fits(limits) {
                last.end = end;
                size = joined;
                continue;
            }
        }
        if !piece.fits(limits) || parts.len() == MAX_PARTS {
            return None;
        }
        parts.push(start..end);
        size = piece;
    }
    (parts.len() > 1).then_some(parts)
}

/// Every place to cut, in order. None lies at the very start or end of the text.
fn breaks(source: &str) -> Vec<Break> {
    let mut fences = fences(source).into_iter().peekable();
    let mut breaks = Vec::new();
    let mut at = source.len() - source.trim_start().len();
    while let Some(gap) = next_gap(source, at) {
        at = gap.end;
        while fences.next_if(|fence| fence.end <= gap.start).is_some() {}
        let in_code = fences.peek().is_some_and(|fence| fence.start <= gap.start);
        let newlines = source[gap.clone()].matches('\n').count();
        let level = match newlines {
            2.. if !in_code => Level::Paragraph,
            _ if !in_code && ends_sentence(&source[..gap.start]) => Level::Sentence,
            1.. => Level::Line,
            0 => continue,
        };
        // Indentation of the line that follows belongs to that line.
        let end = source[gap.clone()]
            .rfind('\n')
            .map_or(gap.end, |last| gap.start + last + 1);
        breaks.push((gap.start..end, level));
    }
    breaks
}

/// The next run of white space with something after it, or the empty gap after a sentence in a
/// script that writes none.
fn next_gap(source: &str, from: usize) -> Option<Range<usize>> {
    let mut characters = source[from..]
        .char_indices()
        .map(|(at, c)| (from + at, c))
        .peekable();
    while let Some((at, character)) = characters.next() {
        if character.is_whitespace() {
            let rest = source[at..].trim_start();
            return (!rest.is_empty()).then(|| at..source.len() - rest.len());
        }
        if let Some(&(next_at, next)) = characters.peek()
            && matches!(character, '。' | '！' | '？')
            && !next.is_whitespace()
            && !is_closing(next)
        {
            return Some(next_at..next_at);
        }
    }
    None
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(is_closing)
        .ends_with(['.', '!', '?', '…', '。', '！', '？'])
}

/// What may stand between the end of a sentence and the space after it.
fn is_closing(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | ')' | ']' | '}' | '»' | '”' | '’' | '」' | '』' | '）' | '*' | '_' | '`'
    )
}

/// Fenced code blocks, from the start of the opening line to the end of the closing one.
fn fences(source: &str) -> Vec<Range<usize>> {
    let mut fences = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let text = line.trim_start();
        let fence = ["```", "~~~"]
            .into_iter()
            .find(|fence| text.starts_with(fence));
        match (open, fence) {
            (None, Some(fence)) => open = Some((at, fence)),
            (Some((start, opening)), Some(closing)) if opening == closing => {
                fences.push(start..at + line.trim_end().len());
                open = None;
            }
            _ => {}
        }
        at += line.len();
    }
    fences.extend(open.map(|(start, _)| start..source.len()));
    fences
}

#[cfg(test)]
mod tests;
