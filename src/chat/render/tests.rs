use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[track_caller]
fn renders(source: &str, html: &str) {
    assert_eq!(render(source), html, "source: {source:?}");
}

const REL: &str = r#"target="_blank" rel="noopener noreferrer""#;

fn link(href: &str, text: &str) -> String {
    format!(r#"<a href="{href}" {REL}>{text}</a>"#)
}

#[test]
fn plain_text_stays_as_typed() {
    renders("Hello!", "Hello!");
    renders("", "");
    renders("Grüße, 世界 👋", "Grüße, 世界 👋");
    renders(
        "it's \"fine\": 3 + 4 = 7 - 0, 10.5 %",
        "it's \"fine\": 3 + 4 = 7 - 0, 10.5 %",
    );
    renders("2024 was good", "2024 was good");
}

#[test]
fn angle_brackets_and_ampersands_are_text() {
    renders("a < b", "a &lt; b");
    renders("a > b && c", "a &gt; b &amp;&amp; c");
    renders(
        "Vec<String> for <name>",
        "Vec&lt;String&gt; for &lt;name&gt;",
    );
    renders("<3", "&lt;3");
}

#[test]
fn inline_markup_becomes_the_allowed_tags() {
    renders(
        "*a* **b** `c < d`",
        "<em>a</em> <strong>b</strong> <code>c &lt; d</code>",
    );
    renders("snake_case_name", "snake_case_name");
    renders(r"\*not\*", "*not*");
}

#[test]
fn line_breaks_are_kept_and_paragraphs_wrap_only_in_company() {
    renders("a\nb", "a<br>b");
    renders("a\r\nb\rc", "a<br>b<br>c");
    renders("a  \nb", "a<br>b");
    renders("a\n\nb", "<p>a</p><p>b</p>");
    renders("\n\n*a*\n\n", "<em>a</em>");
}

#[test]
fn lists_become_lists() {
    renders("- a\n- b", "<ul><li>a</li><li>b</li></ul>");
    renders("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>");
    renders(
        "x\n- a\n  - b",
        "<p>x</p><ul><li>a<ul><li>b</li></ul></li></ul>",
    );
    renders("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>");
}

#[test]
fn typed_numbers_survive() {
    renders("7. Mai", "7. Mai");
    renders("3. a\n4. b", "<p>3. a</p><p>4. b</p>");
    renders("3. a\n\n   b\n4. c", "<p>3. a</p><p>b</p><p>4. c</p>");
    renders("5) *x*", "5. <em>x</em>");
}

#[test]
fn code_blocks_keep_their_lines() {
    renders(
        "```rust\nlet a = 1;\n  *b*\n```",
        "<code>let a = 1;<br>  *b*</code>",
    );
    renders(
        "x\n\n```\n\na\n\n```",
        "<p>x</p><p><code><br>a<br></code></p>",
    );
    renders("```\n<script>\n```", "<code>&lt;script&gt;</code>");
    renders(
        "```\nhttps://a.example\n```",
        "<code>https://a.example</code>",
    );
}

#[test]
fn other_blocks_degrade_to_their_text() {
    renders("# Title", "Title");
    renders("# Title\ntext", "<p>Title</p><p>text</p>");
    renders("> quoted\n> more", "quoted<br>more");
    renders("a\n\n---\n\nb", "<p>a</p><p>---</p><p>b</p>");
    renders("***", "***");
    renders(
        "![alt *text*](https://a.example/x.png)",
        "alt <em>text</em>",
    );
    renders("|a|b|\n|-|-|\n|1|*2*|", "a | b<br>1 | <em>2</em>");
}

#[test]
fn what_markdown_would_hide_is_shown() {
    renders("#", "#");
    renders("-", "-");
    renders("[alice]: hello there", "[alice]: hello there");
    renders("[alice]: hello\n\nbye", "<p>[alice]: hello</p><p>bye</p>");
    renders("[a]: https://a.example", "[a]: https://a.example");
    renders(
        "see [a]\n\n[a]: https://a.example",
        &format!("see {}", link("https://a.example", "a")),
    );
}

#[test]
fn bare_urls_become_links() {
    renders(
        "https://a.example/x?y=1&z=2",
        &link(
            "https://a.example/x?y=1&amp;z=2",
            "https://a.example/x?y=1&amp;z=2",
        ),
    );
    renders(
        "see (http://a.example/b_(c)).",
        &format!(
            "see ({}).",
            link("http://a.example/b_(c)", "http://a.example/b_(c)")
        ),
    );
    renders(
        "www.example.com!",
        &format!("{}!", link("https://www.example.com", "www.example.com")),
    );
    renders(
        "WWW.example.com/a and www.b.example",
        &format!(
            "{} and {}",
            link("https://WWW.example.com/a", "WWW.example.com/a"),
            link("https://www.b.example", "www.b.example")
        ),
    );
    renders(
        "e.g. readme.txt, a@b.example, awww.b.c, www.",
        "e.g. readme.txt, a@b.example, awww.b.c, www.",
    );
}

#[test]
fn markdown_stays_out_of_urls() {
    let url = "https://a.example/__init__.py";
    renders(url, &link(url, url));
    renders(
        &format!("*x* {url} `{url}` [t]({url})"),
        &format!(
            "<em>x</em> {} <code>{url}</code> {}",
            link(url, url),
            link(url, "t")
        ),
    );
    renders(&format!("<{url}>"), &link(url, url));
    renders(
        "**https://a.example**",
        &format!(
            "<strong>{}</strong>",
            link("https://a.example", "https://a.example")
        ),
    );
}

#[test]
fn links_need_a_permitted_scheme() {
    renders(
        "[t](https://a.example \"T\")",
        &format!(r#"<a href="https://a.example" title="T" {REL}>t</a>"#),
    );
    renders(
        "<me@a.example>",
        &link("mailto:me@a.example", "me@a.example"),
    );
    renders(
        "[t](mailto:me@a.example)",
        &link("mailto:me@a.example", "t"),
    );
    for href in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "/logout",
        "//a.example",
        "https:logout",
        "https:/logout",
        "#x",
        "vbscript:x",
        "&#106;avascript:alert(1)",
        "file:///etc",
        "x",
    ] {
        renders(&format!("[t]({href})"), "t");
    }
    renders("<javascript:alert(1)>", "javascript:alert(1)");
    renders("javascript:alert(1)", "javascript:alert(1)");
}

#[test]
fn links_do_not_nest() {
    let html = render("[a https://b.example c](https://d.example)");
    assert_eq!(html, link("https://d.example", "a https://b.example c"));
}

#[test]
fn typed_html_is_never_html() {
    renders("<b>bold</b>", "bold");
    renders("<strong>x</strong> <p>y", "x y");
    renders("<script>alert(1)</script>", "alert(1)");
    renders("a <style>p{}</style> b", "a p{} b");
    renders("<div>\n*a*\n</div>", "*a*");
    renders("<img src=x onerror=alert(1)>", "");
    renders("x<!-- hidden -->y", "xy");
    renders("<x-y onclick=alert(1)>t</x-y>", "t&lt;/x-y&gt;");
    renders("<div\nonclick=alert(1)", "&lt;div<br>onclick=alert(1)");
    renders("<a href=\"https://a.example\">t</a>", "t");
}

/// What an attacker would try; none of it may leave markup behind.
#[test]
fn the_usual_attacks_leave_no_markup() {
    for source in [
        "<svg/onload=alert(1)>",
        "<<script>script>alert(1)<</script>/script>",
        "<img src=\"x\" title=\"a>b\" onerror=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "[x](https://a.example\"onmouseover=\"alert(1))",
        "[x](https://a.example '\" onmouseover=\"alert(1)')",
        "https://a.example/\"onmouseover=\"alert(1)",
        "https://a.example/<script>alert(1)</script>",
        "`<script>`<script>`",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "![a](javascript:alert(1))",
        "[![a](x)](javascript:alert(1))",
        "[a\n]: javascript:alert(1)\n\n[a]",
    ] {
        assert_harmless(source);
    }
}

/// Checks by hand, not by parser, that only allow-listed tags and attributes are left.
#[track_caller]
fn assert_harmless(source: &str) {
    let html = render(source);
    for (at, _) in html.match_indices('<') {
        let tag = &html[at..];
        let tag = &tag[1..tag.find('>').expect("a tag ends")];
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let name = name.trim_start_matches('/');
        assert!(
            ["a", "em", "strong", "code", "br", "p", "ul", "ol", "li"].contains(&name),
            "{source:?} -> {html}"
        );
        assert_eq!(
            name == "a" && !tag.starts_with('/'),
            !attributes.is_empty(),
            "{source:?} -> {html}"
        );
        let mut pieces = attributes.split('"');
        while let (Some(key), Some(value)) = (pieces.next(), pieces.next()) {
            let fine = match key.trim() {
                "href=" => ["http:", "https:", "mailto:"]
                    .iter()
                    .any(|scheme| value.to_lowercase().starts_with(scheme)),
                key => ["title=", "rel=", "target="].contains(&key),
            };
            assert!(fine, "{source:?} -> {html}");
        }
    }
}

#[test]
fn control_characters_are_recognised_and_dropped() {
    assert!(contains_forbidden("a\0b"));
    assert!(contains_forbidden("\u{1b}[1m"));
    assert!(contains_forbidden("\u{7f}"));
    assert!(!contains_forbidden("a\tb\r\nc\u{80}ü"));
    renders("a\0b\u{8}c", "abc");
}

#[test]
fn code_is_located() {
    let code = |source: &str| {
        code_ranges(source)
            .into_iter()
            .map(|range| source[range].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(code("a `b` c ``d`e``"), ["`b`", "``d`e``"]);
    assert_eq!(code("x\n```\ny\n```\nz"), ["```\ny\n```"]);
    assert_eq!(code("    indented"), ["indented"]);
    assert!(code("plain ` text").is_empty());
}

#[test]
fn nesting_is_flattened_beyond_the_limit() {
    let deep = format!("{}x", "- ".repeat(100));
    let html = render(&deep);
    assert!(html.matches("<ul>").count() <= MAX_DEPTH);
    assert!(html.contains('x'));
    let stars = format!("{}x{}", "*a ".repeat(100), "*".repeat(100));
    assert!(render(&stars).matches("<em>").count() <= MAX_DEPTH);
}

#[test]
fn snippets_are_short_plain_text() {
    assert_eq!(snippet("Hello!"), "Hello!");
    assert_eq!(
        snippet("<p>a &lt; <strong>b</strong>c</p><p>d<br>e</p>"),
        "a < bc d e"
    );
    assert_eq!(snippet("  a < b &amp; c\n\n d "), "a < b & c d");
    assert_eq!(snippet(""), "");
    let long = "ä".repeat(300);
    assert_eq!(snippet(&long).chars().count(), SNIPPET_CHARS);
    let words = "wort ".repeat(100);
    assert!(snippet(&words).chars().count() <= SNIPPET_CHARS);
    assert_eq!(
        snippet(&render("see https://a.example *now*")),
        "see https://a.example now"
    );
}

/// Generous bounds: quadratic behaviour would miss them by orders of magnitude.
#[test]
fn hostile_input_takes_linear_time() {
    let unit = |text: &str| text.repeat(20_000 / text.len());
    for text in [
        "[",
        "*",
        "> ",
        "- ",
        "`",
        "_",
        "<",
        "&",
        "![",
        "](",
        "[a](",
        "<a ",
        "<!--",
        "<!-- >",
        "<?",
        "*a ",
        "**a _b ",
        "a*_",
        "| ",
        "|-",
        "|a|\n|-|\n",
        "1. ",
        "\\",
        "http://",
        "www.a.b(",
        "(www.a.b",
        "a.",
        "a:",
        "https://a.b/_ ",
        "[a]: b\n",
        "[a]: b\n\n",
        "\t- ",
        "~~~\n",
        "```\n",
        "a\n",
        "\n\na",
        "<a>",
        "</",
        "&amp;",
        "&#",
        "[a][",
        "<x=\"",
        "``` ` ",
        "a@",
        "://",
        "https://a/b_*",
        "[x](https://a.b) ",
    ] {
        let source = unit(text);
        let start = Instant::now();
        let html = render(&source);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(4), "{text:?} took {took:?}");
        let start = Instant::now();
        let _ = snippet(&html);
        let _ = snippet(&source);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "snippet of {text:?}"
        );
    }
    let start = Instant::now();
    let _ = render(&"[".repeat(100_000));
    assert!(start.elapsed() < Duration::from_secs(1));
}

proptest! {
    #[test]
    fn the_short_cut_agrees_with_the_general_path(source in r#"[a-z0-9 .,:;!?'"()/#=+~|wW€ü-]{0,40}"#) {
        let source = source.trim_end();
        if is_plain(source) {
            prop_assert_eq!(render_markdown(source), source);
        }
    }

    #[test]
    fn the_short_cut_agrees_on_any_text(source in "\\PC{0,30}") {
        let source = source.trim_end();
        if is_plain(source) {
            prop_assert_eq!(render_markdown(source), source);
        }
    }

    #[test]
    fn any_markup_soup_is_harmless_and_stable(source in r#"([<>&"'=/!\[\]()*_`#|\n -]|<script>|</a>|<a href=|https://a\.b|javascript:|onx=|[a-z])* "#) {
        assert_harmless(&source);
        let html = render(&source);
        prop_assert_eq!(SANITIZER.clean(&html).to_string(), html);
    }
}
