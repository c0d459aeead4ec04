//! Texts that people give to servers and what is in them, as typed and as accepted.

use std::fmt;

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

use crate::kernel::{Error, Result};

/// The longest name of a server, a channel or a role, in characters.
const MAX_NAME_CHARS: usize = 100;
/// The longest topic of a channel, in characters.
const MAX_TOPIC_CHARS: usize = 1024;
/// The longest nickname, in characters.
const MAX_NICKNAME_CHARS: usize = 32;
/// The longest reason, in characters.
const MAX_REASON_CHARS: usize = 512;

/// The name of a server, a channel or a role: 1-100 characters on one line, in NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Accepts a name as typed, spaces around it left out.
    ///
    /// # Errors
    /// `name_required`, `name_too_long`, `name_invalid`.
    pub fn parse(typed: &str) -> Result<Self> {
        let name = one_line(typed, MAX_NAME_CHARS).map_err(|flaw| match flaw {
            Flaw::TooLong => Error::invalid("name_too_long", "a name has at most 100 characters"),
            Flaw::Characters => {
                Error::invalid("name_invalid", "a name is one line of visible characters")
            }
        })?;
        if name.is_empty() {
            return Err(Error::invalid("name_required", "a name is required"));
        }
        Ok(Self(name))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a channel is about: up to 1,024 characters, on several lines if need be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Topic(String);

impl Topic {
    /// Accepts a topic as typed, spaces around it left out.
    ///
    /// # Errors
    /// `topic_too_long`, `topic_invalid`.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        let topic: String = typed.trim().nfc().collect();
        if topic.chars().count() > MAX_TOPIC_CHARS {
            return Err(Error::invalid(
                "topic_too_long",
                "a topic has at most 1024 characters",
            ));
        }
        if topic.contains(|c: char| c.is_control() && c != '\n') {
            return Err(Error::invalid(
                "topic_invalid",
                "a topic has no control characters",
            ));
        }
        Ok(Self(topic))
    }

    /// As it is stored.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a member is called in one server: 1-32 characters on one line, in NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Nickname(String);

impl Nickname {
    /// Accepts a nickname as typed, spaces around it left out; none when nothing is left.
    ///
    /// # Errors
    /// `nickname_too_long`, `nickname_invalid`.
    pub(super) fn parse(typed: &str) -> Result<Option<Self>> {
        let name = one_line(typed, MAX_NICKNAME_CHARS).map_err(|flaw| match flaw {
            Flaw::TooLong => {
                Error::invalid("nickname_too_long", "a nickname has at most 32 characters")
            }
            Flaw::Characters => Error::invalid(
                "nickname_invalid",
                "a nickname is one line of visible characters",
            ),
        })?;
        Ok((!name.is_empty()).then_some(Self(name)))
    }

    /// As it is stored.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The colour of a role, as `#rrggbb` in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Color(String);

impl Color {
    /// Accepts `#rrggbb` in either case.
    ///
    /// # Errors
    /// `color_invalid`.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        let digits = typed.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::invalid("color_invalid", "a color is #rrggbb"));
        }
        Ok(Self(typed.to_ascii_lowercase()))
    }

    /// As it is stored.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why something was done, for the audit log: up to 512 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Accepts a reason as typed; none when it is blank.
    ///
    /// # Errors
    /// `reason_too_long`, `reason_invalid`.
    pub(super) fn parse(typed: &str) -> Result<Option<Self>> {
        let reason = typed.trim();
        if reason.chars().count() > MAX_REASON_CHARS {
            return Err(Error::invalid(
                "reason_too_long",
                "a reason has at most 512 characters",
            ));
        }
        if reason.contains(|c: char| c.is_control() && c != '\n') {
            return Err(invalid_reason());
        }
        Ok((!reason.is_empty()).then(|| Self(reason.to_owned())))
    }

    /// Accepts the value of `X-Audit-Log-Reason`: percent-encoded UTF-8, since headers are ASCII.
    ///
    /// # Errors
    /// `reason_too_long`, `reason_invalid`.
    pub(super) fn from_header(value: &str) -> Result<Option<Self>> {
        let mut escapes = value.split('%').skip(1);
        let is_escape = |escape: &str| {
            let digits = escape.as_bytes().get(..2);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        if !escapes.all(is_escape) {
            return Err(invalid_reason());
        }
        let text = percent_decode_str(value).decode_utf8();
        Self::parse(&text.map_err(|_| invalid_reason())?)
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn invalid_reason() -> Error {
    Error::invalid(
        "reason_invalid",
        "a reason is percent-encoded UTF-8 without control characters",
    )
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a line.
enum Flaw {
    TooLong,
    Characters,
}

/// A trimmed text in NFC of at most `max` characters that can be shown on a line of others: it
/// breaks no line, turns no direction around, and is visible unless it is empty.
fn one_line(typed: &str, max: usize) -> Result<String, Flaw> {
    let text: String = typed.trim().nfc().collect();
    if text.chars().count() > max {
        return Err(Flaw::TooLong);
    }
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.contains(breaks) || text.contains(turns_direction) {
        return Err(Flaw::Characters);
    }
    if !text.is_empty() && text.chars().all(is_invisible) {
        return Err(Flaw::Characters);
    }
    Ok(text)
}

/// Bidirectional embeddings, overrides and isolates: what comes after them reads backwards.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that show nothing by themselves. Joiners are needed within emoji and some scripts, so
/// they are refused only where there is nothing else.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2060}'..='\u{206F}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::{Color, Name, Nickname, Reason, Topic};
    use crate::kernel::{Error, Result};

    fn code<T>(result: Result<T>) -> Option<String> {
        result.err().map(|error: Error| error.code().to_owned())
    }

    #[test]
    fn a_name_is_a_visible_line_of_up_to_a_hundred_characters() {
        for (typed, name) in [
            ("  Hiking ", "Hiking"),
            ("E\u{301}", "É"),
            ("👩\u{200D}🚀", "👩\u{200D}🚀"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
        ] {
            assert_eq!(Name::parse(typed).expect("a name").as_str(), name);
        }
        assert!(Name::parse(&"ä".repeat(100)).is_ok());
        for (typed, expected) in [
            ("", "name_required"),
            (" \n ", "name_required"),
            (&"a".repeat(101), "name_too_long"),
            ("a\nb", "name_invalid"),
            ("a\u{2028}b", "name_invalid"),
            ("a\0b", "name_invalid"),
            ("\u{202E}evil", "name_invalid"),
            ("\u{2067}evil", "name_invalid"),
            ("\u{200B}", "name_invalid"),
            ("\u{3164} \u{3164}", "name_invalid"),
        ] {
            assert_eq!(
                code(Name::parse(typed)).as_deref(),
                Some(expected),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn a_nickname_is_shorter_and_an_empty_one_is_none() {
        let nickname = Nickname::parse(" VIP Player ").expect("fine").expect("one");
        assert_eq!(nickname.as_str(), "VIP Player");
        assert_eq!(Nickname::parse("").expect("fine"), None);
        assert_eq!(Nickname::parse("  ").expect("fine"), None);
        assert!(Nickname::parse(&"é".repeat(32)).is_ok());
        let decomposed = "e\u{301}".repeat(32);
        assert!(
            Nickname::parse(&decomposed).is_ok(),
            "counted when composed"
        );
        for (typed, expected) in [
            (&*"a".repeat(33), "nickname_too_long"),
            ("a\tb", "nickname_invalid"),
            ("a\u{202D}b", "nickname_invalid"),
            ("\u{FEFF}", "nickname_invalid"),
        ] {
            assert_eq!(code(Nickname::parse(typed)).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_topic_may_be_empty_and_have_lines() {
        assert_eq!(Topic::parse("").expect("fine"), Topic::default());
        assert!(Topic::parse("one\ntwo").is_ok());
        assert!(Topic::parse(&"x".repeat(1024)).is_ok());
        let long = Topic::parse(&"x".repeat(1025));
        assert_eq!(code(long).as_deref(), Some("topic_too_long"));
        assert_eq!(code(Topic::parse("a\0b")).as_deref(), Some("topic_invalid"));
    }

    #[test]
    fn a_color_has_six_digits() {
        assert_eq!(Color::parse("#FfAa09").expect("fine").as_str(), "#ffaa09");
        for refused in ["", "#fff", "ffaa09", "#ffaa0g", "#ffaa099", "red", "#ffaaé"] {
            assert_eq!(
                code(Color::parse(refused)).as_deref(),
                Some("color_invalid")
            );
        }
    }

    #[test]
    fn a_reason_comes_percent_encoded_in_a_header() {
        let reason = |value: &str| {
            let reason = Reason::from_header(value).expect("fine");
            reason.map(|reason| reason.as_str().to_owned())
        };
        assert_eq!(
            reason("Spam%20%C3%BCberall").as_deref(),
            Some("Spam überall")
        );
        assert_eq!(reason("just text").as_deref(), Some("just text"));
        assert_eq!(reason("%20").as_deref(), None);
        let many = Reason::from_header(&"%C3%BC".repeat(512));
        assert!(many.is_ok(), "512 characters");
        for (value, expected) in [
            ("%FF", "reason_invalid"),
            ("100% spam", "reason_invalid"),
            ("100%", "reason_invalid"),
            ("%2", "reason_invalid"),
            ("a%00b", "reason_invalid"),
            (&*"a".repeat(513), "reason_too_long"),
        ] {
            assert_eq!(code(Reason::from_header(value)).as_deref(), Some(expected));
        }
    }
}
