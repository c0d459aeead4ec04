//! A file becomes a document.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use super::model::{DocName, NewText};
use crate::kernel::{Error, Result};

/// How much of a text is searched for its title, in bytes.
const BEGINNING: usize = 16 * 1024;

/// A file as it was brought along.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    /// What the document is to be called, if somebody said so.
    pub(super) name: Option<DocName>,
    /// What the file is called, if it is a file.
    pub(super) file_name: Option<String>,
    pub(super) bytes: Vec<u8>,
}

impl Upload {
    /// The document's name and text. Without a name it is called what its first heading says, or
    /// else as its file.
    pub(super) fn read(self) -> Result<(DocName, NewText)> {
        let text = String::from_utf8(self.bytes);
        let mut text = text.map_err(|_| Error::invalid("not_text", "not a text file"))?;
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        let text = NewText::new(text);
        let of_file = || self.file_name.as_deref().and_then(name_of_file);
        let name = self.name.or_else(|| title(text.as_str())).or_else(of_file);
        let name = name.ok_or_else(|| Error::invalid("invalid_name", "invalid name"))?;
        Ok((name, text))
    }
}

/// What the first heading of the first level says.
fn title(text: &str) -> Option<DocName> {
    let beginning = &text[..text.floor_char_boundary(BEGINNING)];
    let mut title: Option<String> = None;
    for event in Parser::new(beginning) {
        match (event, &mut title) {
            (
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1,
                    ..
                }),
                _,
            ) => {
                title = Some(String::new());
            }
            (Event::End(TagEnd::Heading(_)), Some(title)) => return DocName::fitted(title),
            (Event::Text(part) | Event::Code(part), Some(title)) => title.push_str(&part),
            (Event::SoftBreak | Event::HardBreak, Some(title)) => title.push(' '),
            _ => {}
        }
    }
    None
}

/// A file's name without folders and without what follows the last dot.
fn name_of_file(file: &str) -> Option<DocName> {
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    };
    DocName::fitted(stem)
}

#[cfg(test)]
mod tests {
    use super::{BEGINNING, DocName, Upload};

    fn read(
        name: Option<&str>,
        file: Option<&str>,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<(String, String), std::borrow::Cow<'static, str>> {
        let upload = Upload {
            name: name.map(|name| DocName::parse(name).expect("a name")),
            file_name: file.map(Into::into),
            bytes: bytes.into(),
        };
        let read = upload.read().map_err(crate::kernel::Error::into_code)?;
        Ok((read.0.into(), read.1.as_str().to_owned()))
    }

    fn name(file: Option<&str>, text: &str) -> String {
        read(None, file, text).expect("a document").0
    }

    #[test]
    fn a_document_is_called_as_said_then_as_its_heading_then_as_its_file() {
        let text = "intro\n\n# The *Plan* `now` #\n\n# Later";
        let named = read(Some("Said"), Some("file.md"), text).expect("a document");
        assert_eq!(named.0, "Said");
        assert_eq!(name(Some("file.md"), text), "The Plan now");
        assert_eq!(name(Some("file.md"), "Two\nlines\n===\n"), "Two lines");
        assert_eq!(name(Some("file.md"), "```\n# no\n```\n## Second"), "file");
        assert_eq!(name(Some("C:\\notes\\my.plan.md"), ""), "my.plan");
        assert_eq!(name(Some("../../etc/.profile"), ""), ".profile");
        assert_eq!(
            name(None, &format!("# {}", "ä".repeat(200))),
            "ä".repeat(100)
        );
        assert_eq!(
            name(Some("late"), &("x\n\n".repeat(BEGINNING) + "# Late")),
            "late"
        );
        assert_eq!(read(None, None, "no heading"), Err("invalid_name".into()));
        assert_eq!(read(None, Some(" .md"), "#"), Err("invalid_name".into()));
    }

    #[test]
    fn a_file_is_text_in_utf8_or_refused() {
        let text = |bytes: &[u8]| read(Some("x"), None, bytes).map(|read| read.1);
        assert_eq!(text(b"\xef\xbb\xbfa\r\nb\rc"), Ok("a\nb\nc".to_owned()));
        assert_eq!(text(b""), Ok(String::new()));
        for refused in [
            &b"\xff\xfea\0b\0"[..],
            b"\x89PNG\r\n\x1a\n",
            b"caf\xe9",
            b"\xed\xa0\x80",
            b"ends half-way \xc3",
        ] {
            assert_eq!(text(refused), Err("not_text".into()), "{refused:?}");
        }
    }
}
