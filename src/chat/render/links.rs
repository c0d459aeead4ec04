//! Links: which targets are permitted, where bare URLs are, and keeping Markdown out of them.
//!
//! Owns: the scheme list as the writer applies it, URL detection. Does not own: writing HTML.
//! Invariant: a URL that [`target`] has not returned is never written into an `href`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{Event, Parser, Tag};
use url::Url;

use super::writer;

/// The longest URL without a scheme that becomes a link.
const MAX_WWW_BYTES: usize = 2048;

static FINDER: LazyLock<LinkFinder> = LazyLock::new(|| {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    finder
});

/// A bare URL in a text: where it is, and what it points to.
pub(super) struct Found<'t> {
    pub(super) range: Range<usize>,
    pub(super) target: Cow<'t, str>,
}

/// A cheap test that must be true wherever [`find`] would find something.
pub(super) fn may_contain(text: &str) -> bool {
    text.contains("://") || find_www(text, 0).is_some()
}

/// The bare URLs in `text`, in order: `http://`, `https://`, and `www.` at the start of a word.
pub(super) fn find(text: &str) -> Vec<Found<'_>> {
    if !may_contain(text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    let with_scheme = FINDER
        .links(text)
        .filter(|link| target(link.as_str()).is_some());
    for link in with_scheme {
        find_www_between(text, from..link.start(), &mut found);
        found.push(Found {
            range: link.start()..link.end(),
            target: Cow::Borrowed(link.as_str()),
        });
        from = link.end();
    }
    find_www_between(text, from..text.len(), &mut found);
    found
}

/// `href` if it is an absolute URL of a permitted scheme. Relative references are not permitted:
/// they would point into whichever page shows the message, such as `/logout`, and so would
/// `https:logout` on a page served by https.
pub(super) fn target(href: &str) -> Option<&str> {
    let starts_with = |start: &str| {
        href.get(..start.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(start))
    };
    let permitted = ["http://", "https://", "mailto:"]
        .into_iter()
        .any(starts_with);
    (permitted && Url::parse(href).is_ok()).then_some(href)
}

/// Escapes what Markdown would take away from a chat message: the `_` and `*` inside bare URLs,
/// and the bracket of a link definition that defines no permitted link.
pub(super) fn protect(source: &str) -> Cow<'_, str> {
    let urls = find(source);
    let marked = |found: &&Found<'_>| source[found.range.clone()].contains(['_', '*']);
    if !source.contains("]:") && !urls.iter().any(|found| marked(&found)) {
        return Cow::Borrowed(source);
    }
    let mut escapes = Vec::new();
    let mut taken: Vec<Range<usize>> = Vec::new();
    let parser = Parser::new_ext(source, writer::OPTIONS);
    for (_, definition) in parser.reference_definitions().iter() {
        if target(&definition.dest).is_none() && source[definition.span.start..].starts_with('[') {
            escapes.push(definition.span.start);
        } else {
            taken.push(definition.span.clone());
        }
    }
    taken.extend(
        parser
            .into_offset_iter()
            .filter(|(event, _)| is_opaque(event))
            .map(|(_, range)| range),
    );
    taken.sort_unstable_by_key(|range| range.start);
    let mut taken = taken.iter().peekable();
    for url in urls.iter().filter(marked) {
        while taken
            .next_if(|range| range.end <= url.range.start)
            .is_some()
        {}
        if taken
            .peek()
            .is_none_or(|range| range.start >= url.range.end)
        {
            let text = &source[url.range.clone()];
            escapes.extend(
                text.match_indices(['_', '*'])
                    .map(|(at, _)| url.range.start + at),
            );
        }
    }
    escape_at(source, escapes)
}

/// Events whose source text is not read as ordinary inline Markdown, or is a link already.
fn is_opaque(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Code(_)
            | Event::InlineHtml(_)
            | Event::Html(_)
            | Event::Start(
                Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock
            )
    )
}

fn escape_at(source: &str, mut positions: Vec<usize>) -> Cow<'_, str> {
    positions.sort_unstable();
    let mut escaped = String::with_capacity(source.len() + positions.len());
    let mut from = 0;
    for at in positions {
        escaped.push_str(&source[from..at]);
        escaped.push('\\');
        from = at;
    }
    escaped.push_str(&source[from..]);
    Cow::Owned(escaped)
}

fn find_www_between<'t>(text: &'t str, range: Range<usize>, found: &mut Vec<Found<'t>>) {
    let mut from = range.start;
    while let Some(start) = find_www(&text[..range.end], from) {
        let rest = &text[start..range.end];
        // One word is all the finder needs to see, and a bounded part of it, because the word may
        // hold thousands of these.
        let rest = &rest[..rest.floor_char_boundary(MAX_WWW_BYTES)];
        let word = rest
            .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .next()
            .unwrap_or(rest);
        let https = format!("https://{word}");
        let length = FINDER
            .links(&https)
            .next()
            .filter(|link| link.start() == 0)
            .map(|link| link.end() - "https://".len());
        match length {
            Some(length)
                if word
                    .get("www.".len()..length)
                    .is_some_and(|host| host.contains('.')) =>
            {
                let target = Cow::Owned(https[.."https://".len() + length].to_owned());
                found.push(Found {
                    range: start..start + length,
                    target,
                });
                from = start + length;
            }
            _ => from = start + word.len().max(1),
        }
    }
}

/// The next `www.` at the start of a word, at or after `from`.
fn find_www(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let windows = bytes.get(from..)?.windows("www.".len());
    windows
        .enumerate()
        .filter(|(_, window)| window.eq_ignore_ascii_case(b"www."))
        .map(|(at, _)| from + at)
        .find(|&at| {
            at == 0
                || matches!(
                    bytes[at - 1],
                    b' ' | b'\t' | b'\n' | b'(' | b'[' | b'*' | b'_' | b'"' | b'\''
                )
        })
}
