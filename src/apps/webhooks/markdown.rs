//! Other people's words in our Markdown: what a commit message, an alert or a name says is shown as
//! it is, and neither formats nor mentions.

use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use url::Url;

use crate::chat::render::push_escaped;

/// What stands where something was cut off.
const ELLIPSIS: char = '…';

static FINDER: LazyLock<LinkFinder> = LazyLock::new(|| {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    finder
});

/// Text as Markdown that shows exactly it. Web addresses in it stay such; nothing else has an
/// effect, least of all an `@`.
pub fn escape(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len() + text.len() / 8);
    let mut from = 0;
    for link in FINDER.links(text).filter(|link| is_harmless(link.as_str())) {
        push_escaped(&mut markdown, &text[from..link.start()]);
        markdown.push_str(link.as_str());
        from = link.end();
    }
    push_escaped(&mut markdown, &text[from..]);
    markdown
}

/// A link to `url` with a label that is shown as it is; the label alone when this is no address
/// that may be linked.
pub fn link(label: &str, url: &str) -> String {
    let mut markdown = String::new();
    let Some(url) = web_address(url) else {
        return escape(label);
    };
    markdown.push('[');
    push_escaped(&mut markdown, label);
    markdown.push_str("](");
    markdown.push_str(&url.replace('(', "%28").replace(')', "%29"));
    markdown.push(')');
    markdown
}

/// Text as a span of code; nothing for nothing.
pub fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('`', "'");
    let text = text.trim();
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

/// The address in its normal form if it is an absolute one of the web, of at most
/// [`MAX_URL`](super::embed::MAX_URL) bytes.
pub fn web_address(url: &str) -> Option<String> {
    let url = url.trim();
    if url.len() > super::embed::MAX_URL {
        return None;
    }
    let url = Url::parse(url).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && url.has_host()).then(|| url.into())
}

/// At most `max` characters of a text, with a sign where it was cut.
pub fn clip(text: &str, max: usize) -> String {
    let text = text.trim();
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    let mut clipped: String = text.chars().take(max.saturating_sub(1)).collect();
    clipped.truncate(clipped.trim_end().len());
    clipped.push(ELLIPSIS);
    clipped
}

/// The first line that says anything.
pub fn first_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or_default()
}

/// Text without the characters that no text may contain, and without those that turn the reading
/// direction of what follows.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !is_dropped(*c)).collect()
}

/// Text as one line without the characters that nobody sees: a name or a title.
pub fn one_line(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_dropped(*c)).collect();
    let words: Vec<_> = visible.split_whitespace().collect();
    words.join(" ")
}

fn is_dropped(c: char) -> bool {
    let is_control = c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let is_direction =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    is_control || is_direction || c == '\u{feff}'
}

/// Whether an address may stand in Markdown as it is. The underscores in it are looked after where
/// messages are rendered.
fn is_harmless(url: &str) -> bool {
    let may_be_there = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                ':' | '/' | '.' | '-' | '_' | '?' | '=' | '&' | '%' | '#' | '+' | ','
            )
    };
    url.chars().all(may_be_there) && web_address(url).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{clean, clip, code, escape, first_line, link, one_line};
    use crate::chat::{mentions, render};

    /// What a reader sees of some Markdown.
    fn shown(markdown: &str) -> String {
        let html = render::render(markdown);
        html_escape::decode_html_entities(&html).into_owned()
    }

    #[test]
    fn markup_in_foreign_text_is_shown_and_has_no_effect() {
        for text in [
            "**bold** _it_ `code` ~~~",
            "[label](/logout)",
            "<b>tag</b> &lt; &amp;",
            "# heading",
            "- item",
            "+ item",
            "1. one",
            "1) one",
            "> quote",
            "| a | b |",
            "a_b_c * d * e",
            "![img](x)",
            "\\",
            "[a]: b",
            "10 < 20 > 5",
        ] {
            assert_eq!(shown(&escape(text)), text);
        }
        assert_eq!(shown(&escape("a\n===\nb\n---")), "a<br>===<br>b<br>---");
        assert_eq!(
            shown(&escape("a\n\n    b")),
            "<p>a</p>\n<p>b</p>".replace('\n', "")
        );
    }

    #[test]
    fn nobody_is_mentioned_by_foreign_text() {
        for text in [
            "@alice",
            "@everyone",
            "hi @here!",
            "(@alice)",
            "\\@alice",
            "`@alice",
        ] {
            let escaped = escape(text);
            assert!(mentions::candidates(&escaped).is_empty(), "{escaped}");
            assert!(mentions::candidates(&link(text, "https://a.example")).is_empty());
        }
    }

    #[test]
    fn addresses_in_foreign_text_stay_links() {
        let html = render::render(&escape("see https://a.example/x_y_z?a=1#b, *now*"));
        assert!(
            html.contains(r#"href="https://a.example/x_y_z?a=1#b""#),
            "{html}"
        );
        assert!(html.ends_with("*now*"), "{html}");
        assert!(!escape("https://a.example/?x=*@alice*").contains("=@"));
    }

    #[test]
    fn links_are_of_the_web_and_hold_their_label() {
        assert_eq!(
            link("a]b", "https://a.example/x(1)"),
            r"[a\]b](https://a.example/x%281%29)"
        );
        for bad in [
            "javascript:alert(1)",
            "",
            "/x",
            "data:text/html,x",
            "https://",
        ] {
            assert_eq!(link("label", bad), "label", "{bad}");
        }
        assert_eq!(code("a`b\nc"), "`a'b c`");
        assert_eq!(code(" "), "");
    }

    #[test]
    fn texts_are_cut_at_characters() {
        assert_eq!(clip("héllo", 5), "héllo");
        assert_eq!(clip("héllo!", 5), "héll…");
        assert_eq!(clip("ab  cd", 4), "ab…");
        assert_eq!(first_line("\n\n first \nsecond"), "first");
        assert_eq!(one_line(" a\n\tb\u{202e}c\0 "), "a bc");
        assert_eq!(clean("a\0b\nc\u{7f}"), "ab\nc");
    }

    proptest! {
        #[test]
        fn escaped_text_never_becomes_markup(text in "[a1 @*_`#>~|!&<=.()\\[\\]\\\\-]{0,30}") {
            let escaped = escape(&text);
            prop_assert!(mentions::candidates(&escaped).is_empty());
            let shown = shown(&escaped);
            prop_assert_eq!(shown.trim(), text.trim());
        }
    }
}
