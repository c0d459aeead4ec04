//! A document as a file: its Markdown as it is, or a complete HTML page.
//!
//! Owns the name of the file and the look of the page. The page shows the Markdown of the editor's
//! preview: `CommonMark` with tables, task lists, footnotes and struck-out text. Invariants: it
//! runs nothing and loads nothing but pictures over `http` and `https`, whatever the text; HTML in
//! the text is shown as typed; and making it takes time in proportion to the text (`bounded`).

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pulldown_cmark::{Options, Parser, html::push_html};

use self::bounded::Bounded;
use crate::http::escape;

mod bounded;
#[cfg(test)]
mod tests;

/// What a page may do, also when it is opened as a file: show itself and pictures.
pub(super) const CONTENT_SECURITY_POLICY: &str = "sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src http: https:; base-uri 'none'; form-action 'none'";

/// The forms in which a document can be taken along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Markdown,
    Html,
}

impl Format {
    /// The media type of the file.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }
}

/// The value of `Content-Disposition` for a document called `name` (RFC 6266).
pub(super) fn disposition(name: &str, format: Format) -> String {
    /// What may stand unescaped in `filename*` (RFC 5987).
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
    let extension = format.extension();
    let name = file_name(name);
    let name = name
        .strip_suffix(&format!(".{extension}"))
        .unwrap_or(&name)
        .to_owned();
    // For clients that know only the old form; quotes and backslashes are replaced already.
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii() { c } else { '_' })
        .collect();
    let encoded = utf8_percent_encode(&name, ESCAPED);
    format!("attachment; filename=\"{ascii}.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

/// A document's name as the name of a file on any system.
fn file_name(name: &str) -> String {
    const REPLACED: &[char] = &['/', '\\', ':', '*', '?', '"', '<', '>', '|', '%'];
    let name: String = name
        .chars()
        .map(|c| {
            if REPLACED.contains(&c) || is_invisible(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    match name.trim_matches(['.', ' ']) {
        "" => "document".to_owned(),
        name => name.to_owned(),
    }
}

/// Control characters, and those that make a name read other than it is.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A complete page that shows the Markdown `source`.
pub(super) fn page(name: &str, source: &str) -> String {
    format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        // A page cannot put itself into a sandbox.
        policy = CONTENT_SECURITY_POLICY.trim_start_matches("sandbox; "),
        title = escape(name),
        body = render(source),
    )
}

/// Sanitised HTML of the Markdown `source`.
fn render(source: &str) -> String {
    const OPTIONS: Options = Options::ENABLE_TABLES
        .union(Options::ENABLE_FOOTNOTES)
        .union(Options::ENABLE_STRIKETHROUGH)
        .union(Options::ENABLE_TASKLISTS);
    let mut html = String::with_capacity(source.len() * 3 / 2);
    push_html(&mut html, Bounded::new(Parser::new_ext(source, OPTIONS)));
    SANITIZER.clean(&html).to_string()
}

/// The second net: what the writer is supposed to write, enforced by an HTML parser.
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "a",
            "blockquote",
            "br",
            "code",
            "del",
            "div",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "img",
            "input",
            "li",
            "ol",
            "p",
            "pre",
            "strong",
            "sup",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "tr",
            "ul",
            "wbr",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("code", HashSet::from(["class"])),
            ("div", HashSet::from(["class", "id"])),
            ("img", HashSet::from(["alt", "src", "title"])),
            ("input", HashSet::from(["checked", "disabled"])),
            ("ol", HashSet::from(["start"])),
            ("sup", HashSet::from(["class"])),
            ("td", HashSet::from(["style"])),
            ("th", HashSet::from(["style"])),
        ]))
        .tag_attribute_values(HashMap::from([(
            "input",
            HashMap::from([("type", HashSet::from(["checkbox"]))]),
        )]))
        .filter_style_properties(HashSet::from(["text-align"]))
        .link_rel(Some("noopener noreferrer"))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Custom(Box::new(within_the_page)))
        .attribute_filter(|element, attribute, value| {
            let is_picture = element == "img" && attribute == "src";
            (!is_picture || is_web_address(value)).then(|| value.into())
        });
    builder
});

/// Of the addresses without a scheme, those of footnotes.
fn within_the_page(url: &str) -> Option<Cow<'_, str>> {
    url.starts_with('#').then_some(Cow::Borrowed(url))
}

fn is_web_address(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}\n\
body{margin:0}main{max-width:46rem;margin:0 auto;padding:2rem 1rem;overflow-wrap:break-word}\n\
h1,h2,h3,h4,h5,h6{line-height:1.25;margin:1.6em 0 .6em}\n\
img{max-width:100%}pre{overflow-x:auto;padding:.8rem;border:1px solid #8886;border-radius:.4rem}\n\
code{font:.9em ui-monospace,monospace}blockquote{margin:0;padding-left:1rem;border-left:.25rem solid #8886}\n\
table{border-collapse:collapse}th,td{padding:.3rem .7rem;border:1px solid #8886}\n\
.footnote-definition{font-size:.9em}.footnote-definition p{display:inline}\n\
@media print{main{max-width:none;padding:0}}\n";
