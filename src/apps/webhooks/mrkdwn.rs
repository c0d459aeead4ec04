//! Slack's mrkdwn to our Markdown.
//!
//! Bold is one star there and two here, links and mentions stand in angle brackets, and `&lt;`,
//! `&gt;` and `&amp;` stand for themselves. Code is left as it is. The work is linear in the text.

use super::markdown;

/// Converts a text.
pub fn to_markdown(mrkdwn: &str) -> String {
    let mut converter = Converter {
        text: mrkdwn,
        at: 0,
        out: String::with_capacity(mrkdwn.len() + 16),
        closers: Vec::new(),
        hopeless: [0; 2],
    };
    while converter.at < mrkdwn.len() {
        converter.step();
    }
    converter.out
}

/// Plain text in which only the three entities mean something, as Slack's `plain_text` has it.
pub fn decode(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// The marks that mean something else here, and what they become.
const MARKS: [(u8, &str); 2] = [(b'*', "**"), (b'~', "~~")];

struct Converter<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// Where open marks end, the innermost last.
    closers: Vec<usize>,
    /// Up to where each mark is known to have no end, so that no line is searched twice.
    hopeless: [usize; 2],
}

impl<'a> Converter<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn step(&mut self) {
        let rest = self.rest();
        match rest.as_bytes()[0] {
            b'`' => self.code(),
            b'<' => self.bracket(),
            b'&' => self.entity(),
            byte @ (b'*' | b'~') => self.mark(usize::from(byte == b'~')),
            _ => {
                let plain = |c: char| !matches!(c, '`' | '<' | '&' | '*' | '~');
                let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
                self.out.push_str(&rest[..end]);
                self.at += end;
            }
        }
    }

    /// Code between one or three backticks: nothing in it is markup, but entities are decoded.
    fn code(&mut self) {
        let rest = self.rest();
        let fence = if rest.starts_with("```") { "```" } else { "`" };
        let line = match rest.find('\n') {
            Some(end) if fence == "`" => &rest[..end],
            _ => rest,
        };
        let Some(length) = line[fence.len()..].find(fence) else {
            self.out.push_str(fence);
            self.at += fence.len();
            return;
        };
        let inner = decode(&rest[fence.len()..fence.len() + length]);
        self.out.push_str(fence);
        let is_block = fence.len() == 3;
        // A word after the fence would be taken for the name of a language.
        if is_block && !inner.starts_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(&inner);
        if is_block && !inner.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(fence);
        self.at += length + 2 * fence.len();
        if is_block && !self.rest().is_empty() && !self.rest().starts_with('\n') {
            self.out.push('\n');
        }
    }

    /// `<https://a|label>`, `<@U1>`, `<#C1|name>`, `<!here>`; anything else is a bracket.
    fn bracket(&mut self) {
        let rest = self.rest();
        let inner = rest[1..]
            .find(['<', '>', '\n'])
            .filter(|end| rest.as_bytes()[1 + end] == b'>')
            .map(|end| &rest[1..=end]);
        // Without a target there is nothing to point at: `<>`, `<|label>`.
        let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.starts_with('|')) else {
            self.out.push_str("\\<");
            self.at += 1;
            return;
        };
        self.at += inner.len() + 2;
        let (target, label) = match inner.split_once('|') {
            Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
            None => (inner, None),
        };
        let converted = match target.as_bytes()[0] {
            b'@' => format!("@{}", label.unwrap_or(&target[1..]).trim_start_matches('@')),
            b'#' => markdown::escape(&format!(
                "#{}",
                decode(label.unwrap_or(&target[1..])).trim_start_matches('#')
            )),
            b'!' => special(&target[1..], label),
            _ => link(target, label),
        };
        self.out.push_str(&converted);
    }

    fn entity(&mut self) {
        for (entity, shown) in [("&lt;", "\\<"), ("&gt;", ">"), ("&amp;", "&")] {
            if self.rest().starts_with(entity) {
                // `&amp;lt;` is the text "&lt;", which Markdown would decode once more.
                let again = entity == "&amp;" && begins_entity(&self.rest()[entity.len()..]);
                self.out.push_str(if again { "\\&" } else { shown });
                self.at += entity.len();
                return;
            }
        }
        self.out.push('&');
        self.at += 1;
    }

    fn mark(&mut self, kind: usize) {
        let (byte, ours) = MARKS[kind];
        if self.closers.last() == Some(&self.at) {
            self.closers.pop();
            self.out.push_str(ours);
        } else if let Some(end) = self.end_of_mark(kind) {
            self.closers.push(end);
            self.out.push_str(ours);
        } else {
            self.out.push(char::from(byte));
        }
        self.at += 1;
    }

    /// Where a mark that begins here ends: on its line, within what is open around it.
    fn end_of_mark(&mut self, kind: usize) -> Option<usize> {
        let mark = MARKS[kind].0;
        let bytes = self.text.as_bytes();
        let opens = self.out_of_word_before()
            && bytes
                .get(self.at + 1)
                .is_some_and(|next| !next.is_ascii_whitespace() && *next != mark);
        if !opens || self.at < self.hopeless[kind] {
            return None;
        }
        let line_end = self
            .rest()
            .find('\n')
            .map_or(bytes.len(), |end| self.at + end);
        let limit = self
            .closers
            .last()
            .map_or(line_end, |closer| line_end.min(*closer));
        let ends = |at: usize| {
            let after = self.text[at + 1..].chars().next();
            !bytes[at - 1].is_ascii_whitespace()
                && bytes[at - 1] != mark
                && !after.is_some_and(|c| c.is_alphanumeric() || c == char::from(mark))
        };
        let end = (self.at + 2..limit).find(|&at| bytes[at] == mark && ends(at));
        if end.is_none() {
            self.hopeless[kind] = limit;
        }
        end
    }

    /// Whether a mark here does not stand within a word.
    fn out_of_word_before(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '*' | '~' | '\\'))
    }
}

/// Whether `&` before this text would make an entity of it.
fn begins_entity(after: &str) -> bool {
    let name = after
        .split(';')
        .next()
        .filter(|name| name.len() < after.len());
    name.is_some_and(|name| {
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
        !name.is_empty() && name.bytes().all(is_of_name)
    })
}

/// What stands after `<!`: everybody, a group of people, a date.
fn special(name: &str, label: Option<&str>) -> String {
    let command = name.split('^').next().unwrap_or_default();
    match (command, label) {
        // Who is here is not told apart: all of them are called.
        ("here" | "channel" | "everyone", _) => "@everyone".to_owned(),
        (_, Some(label)) => markdown::escape(&decode(label)),
        (_, None) => markdown::escape(command),
    }
}

fn link(target: &str, label: Option<&str>) -> String {
    let target = decode(target);
    let label = label.map(decode);
    if let Some(address) = target.strip_prefix("mailto:") {
        return markdown::escape(label.as_deref().unwrap_or(address));
    }
    match (markdown::web_address(&target), label) {
        (Some(address), Some(label)) => markdown::link(&label, &address),
        (Some(_), None) => format!("<{target}>").replace(char::is_whitespace, "%20"),
        (None, Some(label)) => markdown::escape(&label),
        (None, None) => markdown::escape(&format!("<{target}>")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::to_markdown;
    use crate::chat::{mentions, render};

    #[test]
    fn marks_become_ours() {
        for (mrkdwn, markdown) in [
            ("*bold* text", "**bold** text"),
            ("_it_ ~gone~", "_it_ ~~gone~~"),
            ("*a ~b~ c*", "**a ~~b~~ c**"),
            ("(*bold*), *bold*!", "(**bold**), **bold**!"),
            ("*é*", "**é**"),
            ("2 * 3 * 4", "2 * 3 * 4"),
            ("a*b*c", "a*b*c"),
            ("*open", "*open"),
            ("*a\nb*", "*a\nb*"),
            ("**already**", "**already**"),
            ("* item\n* item", "* item\n* item"),
            ("*a* and *b*", "**a** and **b**"),
        ] {
            assert_eq!(to_markdown(mrkdwn), markdown);
        }
    }

    #[test]
    fn links_have_their_labels() {
        for (mrkdwn, markdown) in [
            (
                "<https://a.example/x|the *page*>",
                r"[the \*page\*](https://a.example/x)",
            ),
            (
                "<https://a.example/?a=1&amp;b=2>",
                "<https://a.example/?a=1&b=2>",
            ),
            (
                "<http://prom:9090/g?x=(1)|g>",
                "[g](http://prom:9090/g?x=%281%29)",
            ),
            ("<mailto:a@b.example|mail>", "mail"),
            ("<javascript:alert(1)|click>", "click"),
            ("<https://a.example|>", "<https://a.example>"),
        ] {
            assert_eq!(to_markdown(mrkdwn), markdown);
        }
    }

    #[test]
    fn people_channels_and_commands_become_text() {
        for (mrkdwn, markdown) in [
            ("<@bob> <@U123|bob> <@U123|@bob>", "@bob @bob @bob"),
            (
                "<!here> <!channel> <!everyone>",
                "@everyone @everyone @everyone",
            ),
            ("<#C1|general>", r"\#general"),
            ("<!subteam^S1|@team>", r"\@team"),
            ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
        ] {
            assert_eq!(to_markdown(mrkdwn), markdown);
        }
        assert_eq!(mentions::candidates(&to_markdown("hi <@bob>!")), ["bob"]);
        assert!(mentions::candidates(&to_markdown("<!subteam^S1|@team>")).is_empty());
    }

    #[test]
    fn entities_are_the_characters_they_stand_for() {
        for (mrkdwn, html) in [
            (
                "a &lt; b &amp;&amp; c &gt; d",
                "a &lt; b &amp;&amp; c &gt; d",
            ),
            ("&lt;b&gt;", "&lt;b&gt;"),
            ("&amp;lt;", "&amp;lt;"),
            ("`a &lt; *b*`", "<code>a &lt; *b*</code>"),
            ("a < b", "a &lt; b"),
        ] {
            assert_eq!(render::render(&to_markdown(mrkdwn)), html, "{mrkdwn}");
        }
    }

    #[test]
    fn code_is_left_alone() {
        assert_eq!(to_markdown("`*a* <@b>` *c*"), "`*a* <@b>` **c**");
        assert_eq!(to_markdown("```x *y*```z"), "```\nx *y*\n```\nz");
        assert_eq!(to_markdown("```\nx\n```\nz"), "```\nx\n```\nz");
        assert_eq!(to_markdown("`open *a*"), "`open **a**");
        assert_eq!(to_markdown("<|>"), "\\<|>");
    }

    proptest! {
        #[test]
        fn any_text_is_converted(text in "([ab *_~`<>|@#!&;\n]|&lt;|<@u>|é){0,40}") {
            let markdown = to_markdown(&text);
            prop_assert!(markdown.len() <= text.len() * 3 + 8);
        }
    }

    #[test]
    fn long_texts_of_marks_take_no_long_time() {
        // Quadratic work would be 4 * 10^10 steps.
        let text = "*a ".repeat(70_000);
        assert_eq!(to_markdown(&text), text);
        let text = "`a ".repeat(70_000) + "\n";
        assert!(to_markdown(&text).len() >= text.len());
    }
}
