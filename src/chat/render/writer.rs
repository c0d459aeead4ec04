//! From Markdown events to HTML.
//!
//! Owns: how each Markdown construct looks in the allow-listed tags. Does not own: the allow-list
//! itself, which the sanitiser enforces afterwards. Invariant: every tag opened is closed, in
//! order, and all text passes through `escape_into`.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TextMergeWithOffset};

use super::{MAX_DEPTH, escape_into, links, tags};

/// The Markdown extensions in use.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES;

/// HTML as written, before sanitising.
pub(super) struct Written {
    pub(super) html: String,
    /// Whether HTML typed by a person was removed.
    pub(super) dropped_tags: bool,
}

/// Writes a Markdown document.
pub(super) fn write(source: &str) -> Written {
    let mut writer = Writer::new(source);
    for (event, range) in
        TextMergeWithOffset::new(Parser::new_ext(source, OPTIONS).into_offset_iter())
    {
        writer.event(event, &source[range]);
    }
    writer.finish()
}

/// The source of code spans and code blocks, in order.
pub(super) fn code_ranges(source: &str) -> Vec<Range<usize>> {
    Parser::new_ext(source, OPTIONS)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))))
        .map(|(_, range)| range)
        .collect()
}

/// What to do when a construct ends. One per open construct, written or not.
enum Frame {
    /// Nothing: the construct has no tag, or lies too deep for one.
    Silent,
    /// Close this inline or list tag.
    Close(&'static str),
    /// Leave a link, closing it if it was permitted to be one.
    Link {
        written: bool,
    },
    /// End the paragraph that stands for this block.
    Block,
    /// End a list whose numbers are written as text.
    Numbered {
        next: u64,
    },
    /// End an entry, and any paragraph opened in it.
    Item {
        tag: bool,
    },
    CodeBlock,
    HtmlBlock,
    Row,
}

struct Writer {
    html: String,
    frames: Vec<Frame>,
    paragraph: Paragraph,
    /// Paragraphs and lists written, at any depth.
    blocks: usize,
    /// Links around the current place, written or not.
    links: usize,
    /// List entries around the current place.
    entries: usize,
    /// Raw HTML of the block being read; its lines arrive one by one.
    raw: String,
    dropped_tags: bool,
    cells: usize,
}

#[derive(PartialEq, Eq)]
enum Paragraph {
    Closed,
    /// Open with nothing in it but perhaps a typed number.
    Fresh,
    Open,
}

impl Writer {
    fn new(source: &str) -> Self {
        Self {
            html: String::with_capacity(source.len() * 2),
            frames: Vec::new(),
            paragraph: Paragraph::Closed,
            blocks: 0,
            links: 0,
            entries: 0,
            raw: String::new(),
            dropped_tags: false,
            cells: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, source: &str) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Text(text) if matches!(self.frames.last(), Some(Frame::CodeBlock)) => {
                self.lines(&text);
            }
            Event::Text(text) => self.text(&text),
            Event::Code(text) => self.inline("<code>", &text, "</code>"),
            Event::Html(raw) => self.raw.push_str(&raw),
            Event::InlineHtml(raw) => self.inline_html(&raw),
            Event::SoftBreak | Event::HardBreak => self.html.push_str("<br>"),
            Event::Rule => {
                self.open_paragraph();
                self.text(source.trim());
                self.close_paragraph();
            }
            // Extensions that are not switched on.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.text(&text);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let shallow = self.frames.len() < MAX_DEPTH;
        let frame = match tag {
            Tag::Paragraph | Tag::Heading { .. } => {
                self.open_paragraph();
                Frame::Block
            }
            Tag::CodeBlock(_) => {
                self.open_paragraph();
                self.html.push_str("<code>");
                Frame::CodeBlock
            }
            Tag::HtmlBlock => Frame::HtmlBlock,
            Tag::List(first) => self.start_list(first, shallow),
            Tag::Item => self.start_item(shallow),
            Tag::TableHead | Tag::TableRow => {
                self.cells = 0;
                Frame::Row
            }
            Tag::TableCell => {
                self.start_cell();
                Frame::Silent
            }
            Tag::Emphasis if shallow => self.open_inline("<em>", "</em>"),
            Tag::Strong if shallow => self.open_inline("<strong>", "</strong>"),
            Tag::Link {
                link_type: LinkType::Email,
                dest_url,
                title,
                ..
            } => self.start_link(&format!("mailto:{dest_url}"), &title, shallow),
            Tag::Link {
                dest_url, title, ..
            } => self.start_link(&dest_url, &title, shallow),
            // Quotations, tables as a whole, images (their text follows), what lies too deep, and
            // everything of extensions that are not switched on.
            _ => Frame::Silent,
        };
        self.frames.push(frame);
    }

    fn end(&mut self) {
        match self.frames.pop() {
            Some(Frame::Close(tag)) => self.html.push_str(tag),
            Some(Frame::Link { written }) => {
                self.links -= 1;
                self.html.push_str(if written { "</a>" } else { "" });
            }
            Some(Frame::Block) => self.close_paragraph(),
            Some(Frame::Item { tag }) => {
                self.close_paragraph();
                if tag {
                    self.html.push_str("</li>");
                    self.entries -= 1;
                }
            }
            Some(Frame::CodeBlock) => {
                // The fence's own line end is no line of the code.
                if self.html.ends_with("<br>") {
                    self.html.truncate(self.html.len() - "<br>".len());
                }
                self.html.push_str("</code>");
                self.close_paragraph();
            }
            Some(Frame::HtmlBlock) => self.html_block(),
            Some(Frame::Silent | Frame::Row | Frame::Numbered { .. }) | None => {}
        }
    }

    fn start_list(&mut self, first: Option<u64>, shallow: bool) -> Frame {
        self.close_paragraph();
        match first {
            None if shallow => self.open_list("<ul>", "</ul>"),
            Some(1) if shallow => self.open_list("<ol>", "</ol>"),
            Some(number) => Frame::Numbered { next: number },
            None => Frame::Silent,
        }
    }

    fn start_item(&mut self, shallow: bool) -> Frame {
        self.close_paragraph();
        match self.frames.last_mut() {
            Some(Frame::Numbered { next }) => {
                let number = format!("{next}. ");
                *next = next.saturating_add(1);
                self.open_paragraph();
                self.html.push_str(&number);
                Frame::Item { tag: false }
            }
            Some(Frame::Close(_)) if shallow => {
                self.html.push_str("<li>");
                self.entries += 1;
                Frame::Item { tag: true }
            }
            _ => {
                self.open_paragraph();
                Frame::Item { tag: false }
            }
        }
    }

    fn start_cell(&mut self) {
        // A table is one paragraph, a row is one line of it.
        if self.cells > 0 {
            self.html.push_str(" | ");
        } else if self.paragraph == Paragraph::Open {
            self.html.push_str("<br>");
        } else {
            self.open_paragraph();
            self.paragraph = Paragraph::Open;
        }
        self.cells += 1;
    }

    fn start_link(&mut self, href: &str, title: &str, shallow: bool) -> Frame {
        let target = links::target(href).filter(|_| shallow && self.links == 0);
        self.links += 1;
        let written = target.is_some();
        if let Some(target) = target {
            self.begin_text();
            self.open_anchor(target, title);
        }
        Frame::Link { written }
    }

    fn open(&mut self, tag: &'static str, close: &'static str) -> Frame {
        self.html.push_str(tag);
        Frame::Close(close)
    }

    fn open_list(&mut self, tag: &'static str, close: &'static str) -> Frame {
        self.blocks += 1;
        self.open(tag, close)
    }

    fn open_inline(&mut self, tag: &'static str, close: &'static str) -> Frame {
        self.begin_text();
        self.open(tag, close)
    }

    fn open_anchor(&mut self, target: &str, title: &str) {
        self.html.push_str("<a href=\"");
        escape_into(&mut self.html, target);
        if !title.is_empty() {
            self.html.push_str("\" title=\"");
            escape_into(&mut self.html, title);
        }
        self.html.push_str("\">");
    }

    /// Begins a paragraph unless one has just begun.
    fn open_paragraph(&mut self) {
        if self.paragraph == Paragraph::Fresh {
            return;
        }
        self.close_paragraph();
        self.html.push_str("<p>");
        self.blocks += 1;
        self.paragraph = Paragraph::Fresh;
    }

    fn close_paragraph(&mut self) {
        if self.paragraph != Paragraph::Closed {
            self.html.push_str("</p>");
            self.paragraph = Paragraph::Closed;
        }
    }

    /// Makes sure that text has a place to stand: a paragraph, or a list entry.
    fn begin_text(&mut self) {
        if self.paragraph == Paragraph::Closed && self.entries == 0 {
            self.open_paragraph();
        }
        if self.paragraph == Paragraph::Fresh {
            self.paragraph = Paragraph::Open;
        }
    }

    /// Writes text, turning bare URLs in it into links unless it is a link already.
    fn text(&mut self, text: &str) {
        self.begin_text();
        let mut from = 0;
        if self.links == 0 {
            for url in links::find(text) {
                escape_into(&mut self.html, &text[from..url.range.start]);
                self.open_anchor(&url.target, "");
                escape_into(&mut self.html, &text[url.range.clone()]);
                self.html.push_str("</a>");
                from = url.range.end;
            }
        }
        escape_into(&mut self.html, &text[from..]);
    }

    fn inline(&mut self, open: &str, text: &str, close: &str) {
        self.begin_text();
        self.html.push_str(open);
        escape_into(&mut self.html, text);
        self.html.push_str(close);
    }

    fn lines(&mut self, text: &str) {
        self.begin_text();
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.html.push_str("<br>");
            }
            escape_into(&mut self.html, line);
        }
    }

    fn inline_html(&mut self, raw: &str) {
        let (text, removed) = tags::remove_typed(raw);
        self.dropped_tags |= removed;
        if !text.is_empty() {
            self.inline("", &text, "");
        }
    }

    fn html_block(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        let (text, removed) = tags::remove_typed(&raw);
        self.dropped_tags |= removed;
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .peekable();
        if lines.peek().is_none() {
            return;
        }
        self.open_paragraph();
        while let Some(line) = lines.next() {
            self.text(line);
            if lines.peek().is_some() {
                self.html.push_str("<br>");
            }
        }
        self.close_paragraph();
    }

    fn finish(mut self) -> Written {
        self.close_paragraph();
        if self.blocks == 1
            && let Some(inner) = self
                .html
                .strip_prefix("<p>")
                .and_then(|html| html.strip_suffix("</p>"))
        {
            self.html = inner.to_owned();
        }
        Written {
            html: self.html,
            dropped_tags: self.dropped_tags,
        }
    }
}
