//! What people type into the search: words, and filters such as `from:bob`.
//!
//! Words are literal. A message is found when it has all of them, in any order. A quote means
//! something only right after a filter's colon, where it allows for spaces: `from:"Bob Smith"`.

use time::{Date, Month};

use super::fold::{self, fold};
use crate::kernel::{Error, Result};

/// The longest query, in characters.
const MAX_LENGTH: usize = 256;
/// The most words that are looked for.
const MAX_WORDS: usize = 12;

/// A query that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Folded; every one must be in the message.
    pub(super) words: Vec<String>,
    /// Who wrote it.
    pub(super) from: Option<String>,
    /// Where it was written.
    pub(super) place: Option<String>,
    /// Bits of what it must have.
    pub(super) has: i64,
    /// Sent from then on, in milliseconds.
    pub(super) since: Option<i64>,
    /// Sent before then.
    pub(super) until: Option<i64>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// `query_empty`, `query_too_long`, `bad_filter`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > MAX_LENGTH {
            return Err(Error::invalid(
                "query_too_long",
                format!("A search has at most {MAX_LENGTH} characters."),
            ));
        }
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            rest = query.take(rest)?.trim_start();
        }
        query.words.retain(|word| !word.is_empty());
        query.words.truncate(MAX_WORDS);
        if query == Self::default() {
            return Err(Error::invalid("query_empty", "What are you looking for?"));
        }
        Ok(query)
    }

    /// Whether the index can say anything about one of the words.
    pub(super) fn is_indexed(&self) -> bool {
        let long = |word: &String| word.chars().count() >= fold::GRAM;
        self.words.iter().any(long)
    }

    /// Takes the first word or filter off `text` and answers what is left.
    fn take<'a>(&mut self, text: &'a str) -> Result<&'a str> {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let word = &text[..end];
        let Some((name, value)) = word.split_once(':').filter(|(_, value)| !value.is_empty())
        else {
            self.words.push(fold(word));
            return Ok(&text[end..]);
        };
        let after_name = &text[name.len() + 1..];
        let (value, rest) = match after_name.strip_prefix('"').and_then(|v| v.split_once('"')) {
            Some((value, rest)) => (value, rest),
            None => (value, &text[end..]),
        };
        match name.to_ascii_lowercase().as_str() {
            "from" => self.from = Some(value.trim_start_matches('@').to_owned()),
            "in" => self.place = Some(value.to_owned()),
            "before" => self.until = Some(day(name, value)?),
            "after" => self.since = Some(day(name, value)? + DAY_MS),
            "has" => self.has |= kind(value)?,
            // A link or the like: a word as any other.
            _ => {
                self.words.push(fold(word));
                return Ok(&text[end..]);
            }
        }
        Ok(rest)
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// When a day such as `2026-01-31` begins, in UTC.
fn day(name: &str, text: &str) -> Result<i64> {
    let read = || {
        let mut parts = text.splitn(3, '-');
        let year: i32 = parts.next()?.parse().ok()?;
        let month: u8 = parts.next()?.parse().ok()?;
        let day: u8 = parts.next()?.parse().ok()?;
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        Some(date.midnight().assume_utc().unix_timestamp() * 1000)
    };
    read().ok_or_else(|| bad_filter(format!("{name}: takes a day such as 2026-01-31.")))
}

fn kind(text: &str) -> Result<i64> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "file" | "attachment" => fold::FILE,
        "link" | "url" => fold::LINK,
        "image" | "picture" => fold::IMAGE,
        "video" => fold::VIDEO,
        "audio" | "sound" => fold::AUDIO,
        _ => {
            let text = "has: takes file, link, image, video or audio.";
            return Err(bad_filter(text.to_owned()));
        }
    })
}

fn bad_filter(text: String) -> Error {
    Error::invalid("bad_filter", text)
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, Query};
    use crate::chat::search::fold::{FILE, IMAGE};

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_are_literal_whatever_they_contain() {
        let q = r#" 100% "quoted" OR a_b* NOT(x) https://example.org -not from: "#;
        let query = Query::parse(q).expect("read");
        let all = [
            "100%",
            "\"quoted\"",
            "or",
            "a_b*",
            "not(x)",
            "https://example.org",
            "-not",
            "from:",
        ];
        assert_eq!(query.words, words(&all));
        assert_eq!((query.from, query.place, query.has), (None, None, 0));
    }

    #[test]
    fn filters_are_told_from_words() {
        let q = r#"Plan from:"Bob Smith" in:gdm:7 has:file HAS:image before:2026-02-01 after:2026-01-30"#;
        let query = Query::parse(q).expect("read");
        let february = 1_769_904_000_000;
        assert_eq!(query.words, words(&["plan"]));
        assert_eq!(query.from.as_deref(), Some("Bob Smith"));
        assert_eq!(query.place.as_deref(), Some("gdm:7"));
        assert_eq!(query.has, FILE | IMAGE);
        assert_eq!(query.until, Some(february));
        assert_eq!(query.since, Some(february - DAY_MS));
        let open = Query::parse("from:\"Bob x").expect("read");
        assert_eq!(
            (open.from.as_deref(), open.words),
            (Some("\"Bob"), words(&["x"]))
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_reason() {
        for (q, code) in [
            ("", "query_empty"),
            (" \u{3000} ", "query_empty"),
            ("before:tomorrow", "bad_filter"),
            ("after:2026-13-01", "bad_filter"),
            ("has:soul", "bad_filter"),
            (&"x".repeat(257), "query_too_long"),
        ] {
            assert_eq!(Query::parse(q).expect_err(q).code(), code, "{q}");
        }
    }

    #[test]
    fn short_words_are_not_indexed() {
        assert!(!Query::parse("ab 你好").expect("read").is_indexed());
        assert!(Query::parse("ab abc").expect("read").is_indexed());
    }
}
