//! Message rendering: Markdown `source` in, sanitised HTML `text` out.
//!
//! Owns: the Markdown dialect, the HTML allow-list, reply snippets and the characters no message
//! may contain. Does not own: length limits (`chat::split`), storage, mention resolution.
//! Invariant: whatever the input, the output holds only the tags `a em strong code br p ul ol li`,
//! only `a` has attributes, and every link is `http`, `https` or `mailto`.
//!
//! # Dialect
//!
//! `CommonMark` plus tables and bare URLs, with these choices for chat:
//!
//! - A line break typed is a line break shown (`<br>`). A message that is one plain paragraph is
//!   not wrapped in `<p>`.
//! - Headings, quotations, tables, images (their alternative text) and rules degrade to text in
//!   paragraphs. Code blocks become `<code>` with `<br>` between lines.
//! - A numbered list that does not start at 1 keeps its typed numbers as text, because the
//!   allow-list has no `start` attribute and "7. Mai" must not become "1. Mai".
//! - Raw HTML is never HTML. Tags of HTML elements, and anything with attributes, are dropped and
//!   the text between them is kept, also that of `<script>` and `<style>`, where it is harmless.
//!   What merely looks like a tag (`Vec<String>`, `<name>`) is shown as typed. A message of
//!   nothing but tags therefore renders to an empty string.
//! - `[label]: text` is a link definition only if its target is a permitted URL; otherwise it
//!   stays visible, because in a chat it is far more likely to be somebody's sentence.
//!
//! # Cost
//!
//! Every message passes here once, at send. Plain one-line text (most messages) is recognised in
//! one table look-up per byte and copied: some 60 ns and one allocation for a sentence. The rest is
//! parsed, written and then sanitised by ammonia although the writer already emits nothing else:
//! two independent nets, some 25 µs. Time is linear in the input: nesting deeper
//! than [`MAX_DEPTH`] is flattened to its text, and sources beyond [`MAX_MARKDOWN_BYTES`] (far
//! above any message limit) are shown as plain text.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

pub use plain::{escape, push_escaped};

mod links;
mod plain;
mod tags;
#[cfg(test)]
mod tests;
mod writer;

/// Markup nested deeper than this is shown as its text.
pub const MAX_DEPTH: usize = 16;

/// Sources longer than this are shown as plain text instead of being parsed as Markdown.
pub const MAX_MARKDOWN_BYTES: usize = 64 * 1024;

/// Characters kept of a message that is quoted in a reply.
pub const SNIPPET_CHARS: usize = 140;

/// The second net: the allow-list of the wire contract, enforced by an HTML parser.
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "a", "em", "strong", "code", "br", "p", "ul", "ol", "li",
        ]))
        .tag_attributes(HashMap::from([(
            "a",
            HashSet::from(["href", "title", "target"]),
        )]))
        .set_tag_attribute_value("a", "target", "_blank")
        .link_rel(Some("noopener noreferrer"))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny);
    builder
});

/// Whether a byte can take part in markup anywhere in a line.
///
/// Control bytes are in here too, and the lead byte 0xC2, which covers the no-break space that an
/// HTML serialiser writes as an entity. `:` and `.` are not: [`is_plain`] looks for links itself.
static IS_MARKUP: [bool; 256] = {
    let mut table = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = true;
        control += 1;
    }
    let markup = b"*_`[]<>&\\\x7f\xc2";
    let mut index = 0;
    while index < markup.len() {
        table[markup[index] as usize] = true;
        index += 1;
    }
    table
};

/// Renders Markdown as the sanitised HTML that goes into a message's `text`.
///
/// Never fails and never loses readable text; see the module documentation for the dialect.
/// Control characters are dropped, so a caller that did not refuse them stays safe.
#[must_use]
pub fn render(source: &str) -> String {
    let source = source.trim_end().trim_start_matches(['\n', '\r']);
    if is_plain(source) {
        return source.to_owned();
    }
    render_markdown(source)
}

/// The general path; [`render`] minus its short cut.
fn render_markdown(source: &str) -> String {
    let mut source = source.replace("\r\n", "\n").replace('\r', "\n");
    if contains_forbidden(&source) {
        source.retain(|c| !is_forbidden(c));
    }
    if source.len() > MAX_MARKDOWN_BYTES {
        return escape_lines(&source);
    }
    let written = writer::write(&links::protect(&source));
    let html = SANITIZER.clean(&written.html).to_string();
    // "[a]: https://b" alone, an empty heading, a lone "-": what Markdown makes invisible is shown
    // as typed. Tags stay dropped.
    if written.dropped_tags || has_text(&html) {
        html
    } else {
        escape_lines(&source)
    }
}

/// HTML that was made elsewhere, within the allow-list of this server.
#[must_use]
pub fn sanitise(html: &str) -> String {
    SANITIZER.clean(html).to_string()
}

/// Text without the characters that no message may contain.
#[must_use]
pub fn without_forbidden(text: &str) -> String {
    text.chars().filter(|c| !is_forbidden(*c)).collect()
}

/// Whether `source` holds a character that no message may contain: NUL, any other C0 control
/// character but tab and line breaks, or DEL.
#[must_use]
pub fn contains_forbidden(source: &str) -> bool {
    source.bytes().any(|b| is_forbidden(char::from(b)))
}

/// The plain text of a message as a reply quotes it: tags removed, entities decoded, whitespace
/// folded, at most [`SNIPPET_CHARS`] characters.
///
/// Accepts rendered HTML and plain text alike. The result is text, not HTML: whoever puts it
/// into a page must escape it.
#[must_use]
pub fn snippet(html_or_source: &str) -> String {
    let text = tags::remove_all(html_or_source);
    let text = html_escape::decode_html_entities(&text);
    let mut snippet = String::with_capacity(text.len().min(SNIPPET_CHARS * 4));
    let mut room = SNIPPET_CHARS;
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
    {
        if !snippet.is_empty() {
            if room < 2 {
                break;
            }
            snippet.push(' ');
            room -= 1;
        }
        for character in word.chars().take(room) {
            snippet.push(character);
            room -= 1;
        }
        if room == 0 {
            break;
        }
    }
    snippet
}

/// Where `source` is code, as byte ranges in order: code spans and code blocks. What stands there
/// is quoted, not said.
#[must_use]
pub fn code_ranges(source: &str) -> Vec<Range<usize>> {
    let may_have_code = source.contains(['`', '~', '\t']) || source.contains("    ");
    if !may_have_code || source.len() > MAX_MARKDOWN_BYTES {
        return Vec::new();
    }
    writer::code_ranges(source)
}

/// Whether a line renders to exactly itself. May say no to plain text, never yes to markup.
fn is_plain(line: &str) -> bool {
    let bytes = line.as_bytes();
    let Some(&first) = bytes.first() else {
        return true;
    };
    if bytes.len() > MAX_MARKDOWN_BYTES
        || matches!(first, b' ' | b'#' | b'-' | b'+' | b'=' | b'~' | b'|' | b':')
    {
        return false;
    }
    if bytes.iter().any(|&b| IS_MARKUP[usize::from(b)]) {
        return false;
    }
    if first.is_ascii_digit() {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.starts_with(['.', ')']) {
            return false;
        }
    }
    !links::may_contain(line)
}

fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}')
}

/// Whether rendered HTML shows anything at all.
fn has_text(html: &str) -> bool {
    tags::remove_all(html).chars().any(|c| !c.is_whitespace())
}

/// Text as HTML without any Markdown: escaped, with its line breaks.
fn escape_lines(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            html.push_str("<br>");
        }
        escape_into(&mut html, line);
    }
    html
}

/// Appends text to HTML, safe both between tags and inside a quoted attribute.
fn escape_into(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}
