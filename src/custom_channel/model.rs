//! What a custom channel is made of: an address, a name, a script of certain bytes.

use entity::custom_channel;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use crate::{
    file::Source,
    kernel::{Error, Result, error::ErrorKind, token},
};

/// The largest script, in bytes.
pub(super) const MAX_SCRIPT_BYTES: u64 = 512 * 1024;
/// How many channels there can be, and how many of them one person's.
pub(super) const MAX_CHANNELS: u64 = 200;
pub(super) const MAX_OF_PERSON: u64 = 20;
/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 64;
/// The longest address, in bytes.
const MAX_URL_BYTES: usize = 2048;

/// What every script says: the name under which it leaves its channel.
const EXPORT: &str = "ChatterCustomChannel";

/// What scripts are declared as. Sites that show files as they are say that all are plain text.
const SCRIPT_TYPES: [&str; 6] = [
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
    "text/ecmascript",
    "text/plain",
];

/// One custom channel, without its script.
pub(super) type Channel = custom_channel::Model;

/// How a channel's script runs for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    /// In a frame of its own, whose only way out is the bridge.
    Sandbox,
    /// In the page, with everything that the person may do.
    Full,
}

/// A script, and what its bytes are pinned by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) text: String,
    /// SHA-256, in hex.
    pub(super) sha256: String,
}

impl Script {
    /// Takes what was found at an address for a script, if it looks like one.
    ///
    /// # Errors
    /// `not_a_script`.
    pub(super) fn of(source: Source) -> Result<Self> {
        if !SCRIPT_TYPES.contains(&source.declared.as_str()) {
            let text = "What is there is not served as JavaScript (text/javascript)";
            return Err(not_a_script(text));
        }
        let text = String::from_utf8(source.bytes).ok();
        // PostgreSQL stores no NUL, and no script needs one.
        let text = text.filter(|text| !text.contains('\0'));
        let text = text.ok_or_else(|| not_a_script("What is there is not UTF-8"))?;
        if !text.contains(EXPORT) {
            let text = "The script defines no window.ChatterCustomChannel";
            return Err(not_a_script(text));
        }
        Ok(Self {
            sha256: token::hash(&text),
            text,
        })
    }

    /// Its bytes.
    pub(super) fn size(&self) -> i64 {
        i64::try_from(self.text.len()).unwrap_or(i64::MAX)
    }
}

/// A channel's address in one spelling.
///
/// # Errors
/// `url_required`, `url_invalid`.
pub(super) fn parse_url(typed: &str) -> Result<String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Error::invalid("url_required", "url required"));
    }
    let invalid = || {
        let text = "url is the address of a script, such as https://example.org/channel.js";
        Error::invalid("url_invalid", text)
    };
    let mut url = Url::parse(typed).map_err(|_| invalid())?;
    url.set_fragment(None);
    let url = String::from(url);
    if url.len() > MAX_URL_BYTES {
        return Err(invalid());
    }
    Ok(url)
}

/// A channel's name.
///
/// # Errors
/// `name_required`, `name_invalid`.
pub(super) fn parse_name(typed: &str) -> Result<String> {
    let name = typed.trim();
    if name.is_empty() {
        return Err(Error::invalid("name_required", "name required"));
    }
    if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        let text = format!("name is at most {MAX_NAME_CHARS} characters on one line");
        return Err(Error::invalid("name_invalid", text));
    }
    Ok(name.to_owned())
}

/// What is said where somebody decided on a script that is no longer the one.
pub(super) fn script_changed() -> Error {
    let text = "The script is another one by now. Please look at it again.";
    Error::new(ErrorKind::Conflict, "script_changed", text)
}

fn not_a_script(text: &'static str) -> Error {
    Error::new(ErrorKind::Unprocessable, "not_a_script", text)
}

#[cfg(test)]
mod tests {
    use super::{Script, parse_name, parse_url};
    use crate::file::Source;

    fn script(declared: &str, bytes: &[u8]) -> Result<Script, String> {
        let source = Source {
            declared: declared.to_owned(),
            bytes: bytes.to_vec(),
        };
        Script::of(source).map_err(|error| error.code().to_owned())
    }

    #[test]
    fn a_script_is_what_is_served_as_one_and_says_its_name() {
        let text = b"window.ChatterCustomChannel = {}".as_slice();
        for declared in ["text/javascript", "application/javascript", "text/plain"] {
            let script = script(declared, text).expect("a script");
            assert_eq!(script.size(), 32);
            assert_eq!(
                script.sha256,
                "b787512d9d215faa6702dce488b069b7d941e9762f9a0c43c3a9764691824f5d"
            );
        }
        for (declared, bytes) in [
            ("text/html", text),
            ("", text),
            ("application/json", text),
            ("text/javascript", b"alert(1)"),
            ("text/javascript", b"ChatterCustomChannel \xff"),
            ("text/javascript", b"ChatterCustomChannel \0"),
        ] {
            assert_eq!(
                script(declared, bytes).expect_err("none"),
                "not_a_script",
                "{declared}"
            );
        }
    }

    #[test]
    fn an_address_has_one_spelling() {
        let url = parse_url(" HTTPS://Example.org:443/a/../b.js#c ");
        assert_eq!(url.expect("a URL"), "https://example.org/b.js");
        for (typed, code) in [("", "url_required"), ("b.js", "url_invalid")] {
            assert_eq!(parse_url(typed).expect_err("none").code(), code);
        }
        let long = format!("https://example.org/{}", "a".repeat(2048));
        assert_eq!(parse_url(&long).expect_err("none").code(), "url_invalid");
    }

    #[test]
    fn a_name_is_short_and_on_one_line() {
        assert_eq!(parse_name(" Echo 🔊 ").expect("a name"), "Echo 🔊");
        for (typed, code) in [
            ("  ", "name_required"),
            ("a\nb", "name_invalid"),
            (&*"ü".repeat(65), "name_invalid"),
        ] {
            assert_eq!(parse_name(typed).expect_err("none").code(), code);
        }
    }
}
