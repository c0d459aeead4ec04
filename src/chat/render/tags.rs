//! Raw HTML that people type, and tags in general.
//!
//! Owns: telling a tag from text that merely looks like one. Does not own: escaping, the
//! allow-list. Invariant: one pass, no backtracking; what is returned is text and must be escaped.

/// Names of HTML elements, current and obsolete, and the foreign roots. Sorted.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "command",
    "content",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "element",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
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
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "image",
    "img",
    "input",
    "ins",
    "isindex",
    "kbd",
    "keygen",
    "label",
    "legend",
    "li",
    "link",
    "listing",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "menuitem",
    "meta",
    "meter",
    "multicol",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "plaintext",
    "portal",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "shadow",
    "slot",
    "small",
    "source",
    "spacer",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xml",
    "xmp",
];

/// Removes what a person typed as HTML and keeps the text. Anything in angle brackets that is no
/// HTML element and has no attributes is text.
///
/// The second value says whether something was removed.
pub(super) fn remove_typed(raw: &str) -> (String, bool) {
    remove(raw, is_element, "")
}

/// Removes every tag and comment, leaving a space in its place so that words stay apart where
/// blocks or lines met.
pub(super) fn remove_all(html: &str) -> String {
    if !html.contains('<') {
        return html.to_owned();
    }
    remove(html, |_| true, " ").0
}

fn remove(html: &str, is_tag: impl Fn(&str) -> bool, between: &str) -> (String, bool) {
    let mut text = String::with_capacity(html.len());
    let mut removed = false;
    let ends = Ends {
        tag: html.rfind('>'),
        comment: html.rfind("-->"),
    };
    let mut from = 0;
    while let Some(at) = html[from..].find('<').map(|at| from + at) {
        text.push_str(&html[from..at]);
        let Some(end) = ends.markup_end(html, at) else {
            text.push('<');
            from = at + 1;
            continue;
        };
        let markup = &html[at..end];
        if markup.starts_with("<!") || markup.starts_with("<?") || is_tag(markup) {
            if !is_inline(markup) {
                text.push_str(between);
            }
            removed = true;
        } else {
            text.push_str(markup);
        }
        from = end;
    }
    text.push_str(&html[from..]);
    (text, removed)
}

/// Where the last tag and the last comment end. Known beforehand, so that a long row of
/// unfinished `<a` or `<!--` is not searched to its end once for each of them.
struct Ends {
    tag: Option<usize>,
    comment: Option<usize>,
}

impl Ends {
    /// The end of the tag, comment or declaration that starts at `at`, if there is one.
    fn markup_end(&self, html: &str, at: usize) -> Option<usize> {
        let rest = &html[at..];
        let name = rest.strip_prefix("</").unwrap_or(&rest[1..]);
        if rest.starts_with("<!--") && self.comment.is_some_and(|last| last >= at + "<!--".len()) {
            let end = html[at + "<!--".len()..].find("-->")?;
            return Some(at + "<!--".len() + end + "-->".len());
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
            return None;
        }
        if self.tag.is_none_or(|last| last < at) {
            return None;
        }
        Some(at + rest.find('>')? + 1)
    }
}

/// Whether a tag belongs to an HTML element or carries attributes.
fn is_element(tag: &str) -> bool {
    let name = name_of(tag);
    tag.contains('=') || ELEMENTS.binary_search(&name.as_str()).is_ok()
}

/// Tags that may stand inside a word, so that removing them must not split it.
fn is_inline(tag: &str) -> bool {
    matches!(
        name_of(tag).as_str(),
        "a" | "em" | "strong" | "code" | "b" | "i" | "u" | "s" | "span"
    )
}

fn name_of(tag: &str) -> String {
    tag.trim_start_matches(['<', '/'])
        .split(|c: char| c.is_whitespace() || c == '/' || c == '>')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}
