//! Markdown as events that can be written and sanitised in time proportional to their number.
//!
//! Parsers and serialisers of HTML are not made for a million bytes in one place: the one in use
//! searches a whole text anew for every `&` in it. So nothing is nested without end, no attribute
//! is long, and a long text is written in pieces. HTML is turned into text here.

use std::collections::VecDeque;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Parser, Tag, TagEnd};

/// Markup nested deeper than this is shown without that nesting.
pub(super) const MAX_DEPTH: usize = 64;
/// The longest address, title or description, in bytes: longer ones are left out or cut.
const MAX_ATTRIBUTE: usize = 2048;
/// The longest piece of text, in bytes.
const MAX_PIECE: usize = 1024;
/// What stands between the pieces: it shows nothing, and breaks a line only where one is too long.
const BETWEEN_PIECES: &str = "<wbr>";

/// The events of a Markdown text, bounded in every way.
pub(super) struct Bounded<'a> {
    events: Parser<'a>,
    /// Made out of the last event, to be given out before the next.
    ready: VecDeque<Event<'a>>,
    /// For each open construct, whether it is written.
    open: Vec<bool>,
    /// How many of them are.
    depth: usize,
    /// Bytes of text since the last construct began or ended.
    piece: usize,
    /// Pictures around the current place, whose text becomes an attribute.
    pictures: usize,
}

impl<'a> Bounded<'a> {
    pub(super) fn new(events: Parser<'a>) -> Self {
        Self {
            events,
            ready: VecDeque::new(),
            open: Vec::new(),
            depth: 0,
            piece: 0,
            pictures: 0,
        }
    }

    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::InlineHtml(html) if is_line_break(&html) => {
                self.ready.push_back(Event::HardBreak);
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => self.code(&text),
            Event::SoftBreak | Event::HardBreak if self.pictures > 0 => self.text(" "),
            event => self.ready.push_back(event),
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        // What nests, and can be left out around its contents.
        let is_optional = matches!(
            tag,
            Tag::BlockQuote(_)
                | Tag::FootnoteDefinition(_)
                | Tag::List(_)
                | Tag::Item
                | Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
        );
        let is_written = !is_optional || self.depth < MAX_DEPTH;
        self.open.push(is_written);
        self.depth += usize::from(is_written);
        let is_picture = matches!(tag, Tag::Image { .. });
        if !is_picture || self.pictures == 0 {
            self.piece = 0;
        }
        self.pictures += usize::from(is_picture);
        self.ready.push_back(if is_written {
            Event::Start(short(tag))
        } else {
            Event::SoftBreak
        });
    }

    fn end(&mut self, tag: TagEnd) {
        let is_written = self.open.pop().unwrap_or_default();
        self.depth -= usize::from(is_written);
        self.pictures -= usize::from(tag == TagEnd::Image);
        if self.pictures == 0 {
            self.piece = 0;
        }
        self.ready.push_back(match tag {
            _ if !is_written => Event::SoftBreak,
            TagEnd::HtmlBlock => Event::End(TagEnd::Paragraph),
            tag => Event::End(tag),
        });
    }

    fn text(&mut self, text: &str) {
        for piece in pieces(text) {
            self.piece += piece.len();
            if self.pictures > 0 {
                if self.piece > MAX_ATTRIBUTE {
                    return;
                }
            } else if self.piece > MAX_PIECE {
                self.piece = piece.len();
                self.ready
                    .push_back(Event::InlineHtml(BETWEEN_PIECES.into()));
            }
            self.ready.push_back(Event::Text(piece.to_owned().into()));
        }
    }

    fn code(&mut self, text: &str) {
        if self.pictures > 0 {
            return self.text(text);
        }
        self.piece = 0;
        for piece in pieces(text) {
            self.ready.push_back(Event::Code(piece.to_owned().into()));
        }
    }
}

impl<'a> Iterator for Bounded<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let event = self.events.next()?;
            self.take(event);
        }
    }
}

/// A construct without what would be too long an attribute.
fn short(tag: Tag<'_>) -> Tag<'_> {
    match tag {
        Tag::HtmlBlock => Tag::Paragraph,
        Tag::CodeBlock(CodeBlockKind::Fenced(info)) if info.len() > MAX_ATTRIBUTE => {
            Tag::CodeBlock(CodeBlockKind::Indented)
        }
        Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        } => Tag::Link {
            link_type,
            dest_url: unless_long(dest_url),
            title: unless_long(title),
            id,
        },
        Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        } => Tag::Image {
            link_type,
            dest_url: unless_long(dest_url),
            title: unless_long(title),
            id,
        },
        tag => tag,
    }
}

fn unless_long(text: CowStr<'_>) -> CowStr<'_> {
    if text.len() > MAX_ATTRIBUTE {
        CowStr::Borrowed("")
    } else {
        text
    }
}

/// `text` in pieces of bounded length; none when it is empty.
fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (piece, rest) = text.split_at(text.floor_char_boundary(MAX_PIECE));
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// The one HTML tag that Markdown has no other word for in a table.
fn is_line_break(html: &str) -> bool {
    let inner = html.trim_start_matches('<').trim_end_matches('>');
    inner
        .trim_end_matches('/')
        .trim()
        .eq_ignore_ascii_case("br")
}
