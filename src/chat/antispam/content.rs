//! The checks that need nothing but the text.
//!
//! Owns: size, encoded payloads, patterns, and how alike two texts are. Does not own: what follows
//! from a refusal. Invariant: no state, and time bounded by the text's length.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{MessageLimits, Refusal};

/// Texts this similar or less may follow one another.
const SIMILARITY: f64 = 0.85;
/// Shorter texts are never taken for encoded data.
const PAYLOAD_CHARS: usize = 200;
/// The most that a text may be when compressed.
const PAYLOAD_BYTES: usize = 4000;
/// More than compression ever adds to a text whose compressed size could be at the limit.
const PAYLOAD_OVERHEAD: usize = 64;

/// Tags that build pages rather than messages.
const PAGE_TAGS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "li",
    "link",
    "main",
    "marquee",
    "meta",
    "nav",
    "object",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "style",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "video",
];

/// Length, bytes, and data that does not compress because it is encoded.
pub(super) fn check_size(text: &str, limits: &MessageLimits) -> Result<(), Refusal> {
    limits
        .check(text)
        .map_err(|too_long| Refusal::new(too_long.code(), too_long.to_string()))?;
    if is_encoded_data(text) {
        return Err(Refusal::new(
            "too_large",
            "Message contains large encoded data. Please send it as a file.",
        ));
    }
    Ok(())
}

/// Texts made to fill the screen or to look like a page.
pub(super) fn check_patterns(text: &str) -> Result<(), Refusal> {
    let refuse = |text| Err(Refusal::new("bad_params", text));
    let (mut page_tags, mut breaks) = (0, 0);
    for name in tag_names(text) {
        page_tags += usize::from(PAGE_TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name)));
        breaks += usize::from(name.eq_ignore_ascii_case("br"));
    }
    if page_tags >= 10 {
        return refuse("Message contains too many HTML tags.");
    }
    if breaks >= 20 {
        return refuse("Message contains too many HTML line breaks.");
    }
    if text.bytes().filter(|byte| *byte == b'\n').count() >= 50 {
        return refuse("Message contains too many line breaks.");
    }
    let characters = text.chars().count();
    let blank = text.chars().filter(|c| c.is_whitespace()).count();
    if characters > 50 && blank * 10 > characters * 7 {
        return refuse("Message contains too much white space.");
    }
    Ok(())
}

/// Whether lengths alone allow two texts to be too similar.
pub(super) fn too_similar_lengths(one: usize, other: usize) -> bool {
    let (shorter, longer) = (one.min(other), one.max(other));
    exceeds(longer - shorter, longer)
}

/// Whether two texts are more similar than [`SIMILARITY`].
pub(super) fn too_similar(one: &[char], other: &[char]) -> bool {
    let longer = one.len().max(other.len());
    // The letters alone often prove the texts different, without the quadratic part.
    too_similar_lengths(one.len(), other.len())
        && exceeds(letters_apart(one, other), longer)
        && exceeds(
            strsim::generic_levenshtein(&Chars(one), &Chars(other)),
            longer,
        )
}

/// Whether so many edits in a text of that length leave it too similar.
#[expect(
    clippy::cast_precision_loss,
    reason = "lengths of messages are exact in f64"
)]
fn exceeds(edits: usize, length: usize) -> bool {
    length > 0 && 1.0 - edits as f64 / length as f64 > SIMILARITY
}

/// A lower bound of the edit distance: letters that one text has and the other lacks, counted
/// in buckets.
fn letters_apart(one: &[char], other: &[char]) -> usize {
    let mut balance = [0_i32; 64];
    for letter in one {
        balance[*letter as usize % 64] += 1;
    }
    for letter in other {
        balance[*letter as usize % 64] -= 1;
    }
    let surplus: i32 = balance.iter().filter(|count| **count > 0).sum();
    let lack: i32 = balance.iter().filter(|count| **count < 0).sum();
    surplus.max(-lack).unsigned_abs() as usize
}

/// A slice as `strsim` wants it: iterable by reference.
struct Chars<'a>(&'a [char]);

impl<'a> IntoIterator for &Chars<'a> {
    type Item = &'a char;
    type IntoIter = std::slice::Iter<'a, char>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

fn is_encoded_data(text: &str) -> bool {
    // Compressing is only worth its time where the answer is open: nothing compresses to more
    // than its own size and a little.
    if text.len() + PAYLOAD_OVERHEAD + text.len() / 1024 <= PAYLOAD_BYTES
        || text.chars().count() < PAYLOAD_CHARS
    {
        return false;
    }
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(PAYLOAD_BYTES), Compression::default());
    // Writing into memory does not fail; if it ever did, the message passes.
    let compressed = encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish());
    compressed.is_ok_and(|bytes| bytes.len() > PAYLOAD_BYTES)
}

/// The names of opening tags in a text.
fn tag_names(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        &rest[..end]
    })
}
