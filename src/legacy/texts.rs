//! Texts of messages: the old server stored HTML, this one keeps Markdown as well.
//!
//! The HTML is taken through the sanitiser, whatever made it, and then walked once: what comes out
//! is the form that this server's own HTML has (no `<p>` around a single paragraph, no line breaks
//! but `<br>`), and Markdown that makes it. Some of the old server's versions may have stored
//! Markdown; which it was is told from how most texts begin.

use std::fmt::Write;

use html_escape::decode_html_entities;

use crate::chat::render;

/// How texts are stored in the old database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TextForm {
    /// As HTML: most begin with a paragraph.
    Html,
    /// As they were typed.
    Markdown,
}

/// A text as this server keeps it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MessageText {
    /// Markdown.
    pub(super) source: String,
    /// HTML.
    pub(super) html: String,
}

impl MessageText {
    /// Takes a text of the old server.
    pub(super) fn of(stored: &str, form: TextForm) -> Self {
        let stored = render::without_forbidden(stored);
        match form {
            TextForm::Markdown => Self::of_markdown(stored),
            TextForm::Html => Self::of_html(&stored),
        }
    }

    /// Takes Markdown.
    pub(super) fn of_markdown(source: String) -> Self {
        Self {
            html: render::render(&source),
            source,
        }
    }

    fn of_html(stored: &str) -> Self {
        let clean = render::sanitise(stored);
        let (html, plain) = Walk::through(&clean, Escaping::None);
        // Most texts have nothing in them that Markdown would take for markup.
        if render::render(&plain) == html {
            return Self {
                source: plain,
                html,
            };
        }
        let (html, source) = Walk::through(&clean, Escaping::Markup);
        Self { source, html }
    }
}

/// What is done with characters that mean something to Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escaping {
    None,
    Markup,
}

/// One walk through sanitised HTML.
struct Walk {
    escaping: Escaping,
    html: String,
    source: String,
    /// The lists that are open: the number of the next item, or none for those without numbers.
    lists: Vec<Option<u32>>,
    /// The link that is open.
    link: Option<Link>,
    /// Where the code that is open begins in the source.
    code: Option<usize>,
}

/// A link whose end has not come yet.
struct Link {
    target: String,
    /// Where its text begins, in the source and in the HTML.
    source: usize,
    html: usize,
}

/// After these a line break is nothing.
const BLOCK_TAGS: [&str; 9] = [
    "<br>", "<p>", "</p>", "<li>", "</li>", "<ul>", "</ul>", "<ol>", "</ol>",
];

impl Walk {
    /// The HTML in the form of this server, and the Markdown for it.
    fn through(clean: &str, escaping: Escaping) -> (String, String) {
        let mut walk = Self {
            escaping,
            html: String::with_capacity(clean.len()),
            source: String::with_capacity(clean.len()),
            lists: Vec::new(),
            link: None,
            code: None,
        };
        let mut rest = clean;
        while !rest.is_empty() {
            if let Some(tag) = rest.strip_prefix('<') {
                // The sanitiser writes every other `<` of a text as an entity.
                let end = end_of_tag(tag);
                walk.tag(&tag[..end]);
                rest = tag.get(end + 1..).unwrap_or_default();
            } else {
                let end = rest.find('<').unwrap_or(rest.len());
                walk.text(&rest[..end]);
                rest = &rest[end..];
            }
        }
        (unwrapped(&walk.html), walk.source.trim().to_owned())
    }

    fn tag(&mut self, tag: &str) {
        let (name, is_end) = match tag.strip_prefix('/') {
            Some(name) => (name, true),
            None => (tag.split(' ').next().unwrap_or_default(), false),
        };
        if is_end && name == "a" {
            self.end_link();
        }
        let _ = write!(self.html, "<{tag}>");
        match name {
            "br" if self.code.is_none() && !self.lists.is_empty() => self.source.push_str("  \n"),
            "br" => self.source.push('\n'),
            "p" if !is_end => self.begin_block(),
            "em" => self.source.push('*'),
            "strong" => self.source.push_str("**"),
            "code" if is_end => self.end_code(),
            "code" => self.code = Some(self.source.len()),
            "a" if !is_end => {
                self.link = Some(Link {
                    target: href(tag),
                    source: self.source.len(),
                    html: self.html.len(),
                });
            }
            "ul" | "ol" if is_end => drop(self.lists.pop()),
            "ul" | "ol" => {
                if self.lists.is_empty() {
                    self.begin_block();
                }
                self.lists.push((name == "ol").then_some(1));
            }
            "li" if !is_end => self.begin_item(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.code.is_some() {
            let lines = text.trim_end_matches('\n').replace('\n', "<br>");
            self.html.push_str(&lines);
            self.source
                .push_str(&decode_html_entities(&lines.replace("<br>", "\n")));
            return;
        }
        let begins_line =
            self.html.is_empty() || BLOCK_TAGS.iter().any(|tag| self.html.ends_with(tag));
        let text = if begins_line {
            text.trim_start_matches('\n')
        } else {
            text
        };
        let text = text.replace('\n', " ");
        self.html.push_str(&text);
        let plain = decode_html_entities(&text);
        match self.escaping {
            Escaping::None => self.source.push_str(&plain),
            Escaping::Markup => render::push_escaped(&mut self.source, &plain),
        }
    }

    fn begin_block(&mut self) {
        if !self.source.is_empty() && self.lists.is_empty() {
            self.source
                .truncate(self.source.trim_end_matches('\n').len());
            self.source.push_str("\n\n");
        }
    }

    fn begin_item(&mut self) {
        if !self.source.is_empty() && !self.source.ends_with('\n') {
            self.source.push('\n');
        }
        let depth = self.lists.len().saturating_sub(1);
        self.source.push_str(&"   ".repeat(depth));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let _ = write!(self.source, "{number}. ");
                *number += 1;
            }
            _ => self.source.push_str("- "),
        }
    }

    fn end_code(&mut self) {
        let Some(begin) = self.code.take() else {
            return;
        };
        let code = self.source.split_off(begin);
        if code.contains('\n') {
            if !self.source.is_empty() && !self.source.ends_with('\n') {
                self.source.push('\n');
            }
            let fence = "`".repeat(longest_run(&code).max(2) + 1);
            let _ = write!(self.source, "{fence}\n{code}\n{fence}\n");
        } else {
            let fence = "`".repeat(longest_run(&code) + 1);
            let is_bare = fence.len() == 1 && !code.starts_with(' ');
            let space = if is_bare { "" } else { " " };
            let _ = write!(self.source, "{fence}{space}{code}{space}{fence}");
        }
    }

    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let text = self.source.split_off(link.source);
        let shown = decode_html_entities(&self.html[link.html..]);
        let target = link.target;
        if target.is_empty() {
            self.source.push_str(&text);
        } else if shown == target {
            self.source.push_str(&target);
        } else {
            let target = target.replace('<', "%3C").replace('>', "%3E");
            let _ = write!(self.source, "[{text}](<{target}>)");
        }
    }
}

/// Where a tag ends, which is not within its attributes.
fn end_of_tag(tag: &str) -> usize {
    let mut is_quoted = false;
    let end = tag.find(|c| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    });
    end.unwrap_or(tag.len())
}

/// The `href` of a tag.
fn href(tag: &str) -> String {
    let value = tag.split_once("href=\"").map_or("", |(_, rest)| rest);
    let value = value.split('"').next().unwrap_or_default();
    decode_html_entities(value).into_owned()
}

/// A single paragraph is not wrapped.
fn unwrapped(html: &str) -> String {
    let html = html.trim();
    let inner = html
        .strip_prefix("<p>")
        .and_then(|html| html.strip_suffix("</p>"));
    match inner {
        Some(inner) if !inner.contains("<p>") && !inner.contains("</p>") => inner.trim().to_owned(),
        _ => html.to_owned(),
    }
}

/// How many backticks follow each other at most.
fn longest_run(code: &str) -> usize {
    let runs = code.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{MessageText, TextForm};
    use crate::chat::render;

    fn html(stored: &str) -> (String, String) {
        let text = MessageText::of(stored, TextForm::Html);
        (text.source, text.html)
    }

    #[test]
    fn html_of_the_old_server_is_kept_and_gets_the_markdown_that_makes_it() {
        for (stored, source, kept) in [
            ("<p>hi</p>", "hi", "hi"),
            ("<p>a &lt; b &amp; c</p>", "a < b & c", "a &lt; b &amp; c"),
            ("<p>one<br />\ntwo</p>", "one\ntwo", "one<br>two"),
            ("<p>one\ntwo</p>", "one two", "one two"),
            (
                "<p>one</p>\n<p>two</p>",
                "one\n\ntwo",
                "<p>one</p><p>two</p>",
            ),
            (
                "<p><strong>b</strong> and <em>i</em></p>",
                "**b** and *i*",
                "<strong>b</strong> and <em>i</em>",
            ),
            (
                "<p>snake_case_name</p>",
                "snake_case_name",
                "snake_case_name",
            ),
            ("<p>2 * 3 * 4</p>", "2 * 3 * 4", "2 * 3 * 4"),
            (
                "<p>**not bold**</p>",
                "\\*\\*not bold\\*\\*",
                "**not bold**",
            ),
            (
                "<p><code>x = `y`</code></p>",
                "`` x = `y` ``",
                "<code>x = `y`</code>",
            ),
            ("plain", "plain", "plain"),
        ] {
            assert_eq!(
                html(stored),
                (source.to_owned(), kept.to_owned()),
                "{stored}"
            );
            assert_eq!(render::render(source), kept, "{stored}");
        }
    }

    #[test]
    fn what_this_server_renders_comes_back_as_itself() {
        for source in [
            "hello",
            "https://example.org/a?b=1&c=2",
            "see https://example.org and [this](https://example.org/x)",
            "- one\n- two",
            "1. one\n2. two",
            "intro\n\n- one\n- two\n\nend",
            "```\nlet x = 1;\nx < 2\n```",
            "**bold *both***",
            "a\nb\n\nc",
            "@alice hi",
            "1) no list\\",
        ] {
            let rendered = render::render(source);
            let text = MessageText::of(&rendered, TextForm::Html);
            assert_eq!(text.html, rendered, "{source}");
            assert_eq!(
                render::render(&text.source),
                rendered,
                "{source}: {}",
                text.source
            );
        }
    }

    #[test]
    fn a_link_points_to_where_it_did() {
        let (source, kept) = html("<p>see <a href=\"https://a.example/?b>c\">this</a></p>");
        assert_eq!(source, "see [this](<https://a.example/?b%3Ec>)");
        assert!(
            kept.starts_with("see <a href=\"https://a.example/?b"),
            "{kept}"
        );
        assert!(kept.ends_with(">this</a>"), "{kept}");
    }

    #[test]
    fn what_runs_does_not_come_over() {
        let (source, kept) = html(
            "<p onclick=\"x()\">hi<script>alert(1)</script><img src=x onerror=y></p>\
             <a href=\"javascript:alert(1)\">link</a>\u{0}",
        );
        for text in [&source, &kept] {
            assert!(
                !text.contains("onclick") && !text.contains("onerror"),
                "{text}"
            );
            assert!(
                !text.contains("<script") && !text.contains("javascript"),
                "{text}"
            );
            assert!(text.contains("hi") && text.contains("link"), "{text}");
        }
        let rendered = render::render(&source);
        assert!(!rendered.contains("script"), "{rendered}");
    }

    #[test]
    fn markdown_is_rendered() {
        let text = MessageText::of("**b** <script>x</script>", TextForm::Markdown);
        assert_eq!(text.source, "**b** <script>x</script>");
        assert!(text.html.starts_with("<strong>b</strong>"), "{}", text.html);
        assert!(!text.html.contains("<script"), "{}", text.html);
    }
}
