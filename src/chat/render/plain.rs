//! Text as Markdown that shows exactly it.

/// Text as Markdown that shows exactly it: nothing in it formats, links or mentions.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len() + text.len() / 8);
    push_escaped(&mut markdown, text);
    markdown
}

/// The same, behind what `markdown` has already.
pub fn push_escaped(markdown: &mut String, text: &str) {
    let mut begins_line = markdown.is_empty() || markdown.ends_with('\n');
    let mut is_number = begins_line;
    for c in text.chars().filter(|c| *c != '\r') {
        // Indented text would be code.
        if begins_line && matches!(c, ' ' | '\t') {
            continue;
        }
        let is_markup = matches!(
            c,
            '\\' | '`'
                | '*'
                | '_'
                | '{'
                | '}'
                | '['
                | ']'
                | '('
                | ')'
                | '<'
                | '>'
                | '#'
                | '+'
                | '-'
                | '!'
                | '|'
                | '~'
                | '@'
                | '&'
                | '='
        );
        if is_markup || (c == '.' && is_number) {
            markdown.push('\\');
        }
        markdown.push(c);
        begins_line = c == '\n';
        is_number = begins_line || (is_number && c.is_ascii_digit());
    }
}
