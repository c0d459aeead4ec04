//! Pages: what they show, and what nothing in a text can make them do.

use super::{Format, bounded::MAX_DEPTH, disposition, page, render};

/// Texts that try to run something, or to load something other than a picture.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "text <img src=x onerror=alert(1)> text",
    "<svg/onload=alert(1)>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<object data=\"data:text/html,<script>alert(1)</script>\"></object>",
    "<embed src=//evil.example/x.swf>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<form action=//evil.example><input name=q><button>go</button></form>",
    "<details open ontoggle=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?php <img src=x onerror=alert(1)> ?>",
    "</main></body><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\u{9}script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](\u{1}javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/)",
    "[x](/api/doc/1/delete)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![x](mailto:a@b.example)",
    "![x](//evil.example/x.png)",
    "![x](#x)",
    "![\" onerror=\"alert(1)](http://a.example/x.png)",
    "![x](http://a.example/\"onerror=\"alert(1))",
    "![x](http://a.example/x.png \"\\\" onerror=\\\"alert(1)\")",
    "[x](http://a.example/ '\"><script>alert(1)</script>')",
    "[x]: javascript:alert(1)\n\n[x]",
    "```\"><script>alert(1)</script>\ncode\n```",
    "```x\" onclick=\"alert(1)\ncode\n```",
    "[^\"><script>alert(1)</script>]\n\n[^\"><script>alert(1)</script>]: x",
    "[^a\" onclick=\"alert(1)]\n\n[^a\" onclick=\"alert(1)]: x",
    "| a |\n|:-:|\n| <img src=x onerror=alert(1)> |",
    "# <img src=x onerror=alert(1)> { onclick=alert(1) }",
    "`<img src=x onerror=alert(1)>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "\0<script\0>alert(1)</script>",
    "<scr\0ipt>alert(1)</script>",
    "<a href='x' style='background:url(javascript:alert(1))'>x</a>",
];

/// The tags in `html`, each as `name attribute="value" ...`.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or_default())
        .filter(|tag| !tag.starts_with('/'))
        .collect()
}

/// The attributes of a tag that is written as an HTML serialiser does.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while let Some((name, value)) = rest.split_once("=\"") {
        let (value, after) = value.split_once('"').expect("a closed value");
        attributes.push((name.trim(), value));
        rest = after;
    }
    assert_eq!(rest.trim(), "", "{tag}");
    attributes
}

#[test]
fn nothing_in_a_text_makes_a_page_run_or_load_anything() {
    for attack in ATTACKS {
        let html = render(attack);
        for tag in tags(&html) {
            let name = tag.split(' ').next().unwrap_or_default();
            let known = [
                "a", "br", "code", "div", "h1", "img", "input", "p", "pre", "sup", "table",
                "tbody", "td", "th", "thead", "tr",
            ];
            assert!(known.contains(&name), "{attack}: {html}");
            for (attribute, value) in attributes(tag) {
                let is_fine = match (name, attribute) {
                    ("a", "href") => ["http://", "https://", "mailto:", "#"]
                        .iter()
                        .any(|start| value.starts_with(start)),
                    ("img", "src") => value.starts_with("http://") || value.starts_with("https://"),
                    ("td" | "th", "style") => value.starts_with("text-align:"),
                    ("a", "rel") => value == "noopener noreferrer",
                    (_, "class" | "id" | "title" | "alt")
                    | ("input", "type" | "disabled" | "checked") => true,
                    _ => false,
                };
                assert!(is_fine, "{attack}: {attribute}={value}: {html}");
            }
        }
    }
}

#[test]
fn what_the_preview_shows_is_in_the_page() {
    for (source, expected) in [
        ("# Title", "<h1>Title</h1>"),
        ("###### Six", "<h6>Six</h6>"),
        (
            "a *b* **c** ~~d~~ `e`",
            "<em>b</em> <strong>c</strong> <del>d</del> <code>e</code>",
        ),
        ("> said", "<blockquote>"),
        ("3. three", "<ol start=\"3\">"),
        ("- [x] done\n- [ ] open", "checked=\"\""),
        (
            "| a | b |\n|:--|--:|\n| 1 | 2 |",
            "<td style=\"text-align:right\">2</td>",
        ),
        (
            "```rust\nfn f() {}\n```",
            "<pre><code class=\"language-rust\">fn f() {}",
        ),
        (
            "a[^n]\n\n[^n]: the note",
            "<a href=\"#n\" rel=\"noopener noreferrer\">1</a>",
        ),
        (
            "a[^n]\n\n[^n]: the note",
            "<div class=\"footnote-definition\" id=\"n\">",
        ),
        (
            "[x](https://a.example/?a=1&b=2)",
            "<a href=\"https://a.example/?a=1&amp;b=2\" rel=\"noopener noreferrer\">x</a>",
        ),
        ("<me@a.example>", "<a href=\"mailto:me@a.example\""),
        (
            "![alt](HTTPS://a.example/x.png \"t\")",
            "<img src=\"HTTPS://a.example/x.png\" alt=\"alt\" title=\"t\">",
        ),
        ("a<br>b", "a<br>\nb"),
        ("a\n***\n", "<hr>"),
    ] {
        let html = render(source);
        assert!(html.contains(expected), "{source}: {html}");
    }
}

#[test]
fn html_in_a_text_is_shown_as_typed() {
    assert_eq!(render("<b>x</b> y"), "<p>&lt;b&gt;x&lt;/b&gt; y</p>\n");
    let block = render("<div>\nx\n</div>");
    assert_eq!(block, "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>\n");
}

#[test]
fn a_picture_from_elsewhere_leaves_its_description() {
    assert_eq!(
        render("![the plan](data:image/png;base64,AA==)"),
        "<p><img alt=\"the plan\"></p>\n"
    );
}

#[test]
fn what_is_nested_without_end_is_shown_without_nesting() {
    for nested in [
        ">".repeat(5000) + " deep",
        "- ".repeat(5000) + "deep",
        "*_".repeat(2500) + "deep" + &"_*".repeat(2500),
        "[![".repeat(2000) + "deep" + &"](x)](y)".repeat(2000),
    ] {
        let html = render(&nested);
        assert!(html.contains("deep"));
        let opened = tags(&html).len();
        assert!(opened <= 2 * MAX_DEPTH + 4001, "{opened}");
    }
}

#[test]
fn a_page_is_complete_and_its_title_harmless() {
    let page = page("</title><script>", "# Hello");
    assert!(page.starts_with("<!doctype html>\n<html>"));
    assert!(page.ends_with("</html>\n"));
    assert!(
        page.contains("<title>&lt;&#x2F;title&gt;&lt;script&gt;</title>"),
        "{page}"
    );
    assert!(page.contains("<h1>Hello</h1>"));
    assert!(page.contains("content=\"default-src 'none';"));
    assert!(!page.contains("<script"));
}

#[test]
fn a_file_is_named_after_the_document_on_any_system() {
    for (name, expected) in [
        ("Notes", "filename=\"Notes.md\"; filename*=UTF-8''Notes.md"),
        ("a b", "filename=\"a b.md\"; filename*=UTF-8''a%20b.md"),
        (
            "Grüße",
            "filename=\"Gr__e.md\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.md",
        ),
        ("a/b\\c", "filename=\"a_b_c.md\"; filename*=UTF-8''a_b_c.md"),
        (
            "\";x=\"",
            "filename=\"_;x=_.md\"; filename*=UTF-8''_%3Bx%3D_.md",
        ),
        (
            "..",
            "filename=\"document.md\"; filename*=UTF-8''document.md",
        ),
        (
            "readme.md",
            "filename=\"readme.md\"; filename*=UTF-8''readme.md",
        ),
        ("50%", "filename=\"50_.md\"; filename*=UTF-8''50_.md"),
        (
            "a\u{202e}b\r\nc",
            "filename=\"a_b__c.md\"; filename*=UTF-8''a_b__c.md",
        ),
    ] {
        let value = disposition(name, Format::Markdown);
        assert_eq!(value, format!("attachment; {expected}"), "{name}");
    }
    assert!(disposition("a", Format::Html).contains("\"a.html\""));
}
#[test]
fn a_long_text_is_written_in_pieces_that_read_as_one() {
    let words = "R&D ©\n".repeat(1000);
    for source in [
        words.clone(),
        format!("```\n{words}```"),
        format!("`{}`", words.trim_end().replace('\n', " ")),
        format!("<div>\n{words}</div>"),
    ] {
        let html = render(&source);
        let text = html.replace("<wbr>", "").replace("</code><code>", "");
        assert_eq!(text.matches("R&amp;D ©").count(), 1000);
        let longest = html.split('<').map(str::len).max();
        assert!(longest.is_some_and(|longest| longest < 2048), "{longest:?}");
    }
}

#[test]
fn no_attribute_is_long() {
    let long = "&".repeat(5000);
    for source in [
        format!("![{long}](http://a.example/)"),
        format!("![a ![{long}](x) `{long}`](http://a.example/)"),
        format!("![a{}](http://a.example/)", "\nb".repeat(5000)),
        format!("![a](http://a.example/ '{long}')"),
        format!("![a](http://a.example/?{long})"),
        format!("[a](http://a.example/ '{long}')"),
        format!("[a](http://a.example/?{long})"),
        format!("```{long}\na\n```"),
    ] {
        let html = render(&source);
        let values = html.split('"').skip(1).step_by(2);
        let longest = values.map(|value| value.replace("&amp;", "&").len()).max();
        assert!(
            longest.unwrap_or_default() <= 2048,
            "{longest:?}: {source:.40}"
        );
        assert!(html.contains('a'), "{html}");
    }
}
