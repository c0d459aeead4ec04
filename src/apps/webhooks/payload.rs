//! From the bytes of a request to one JSON object, whichever way it was sent.
//!
//! Owns: the content types and where the object is in each. Does not own: files that come along
//! (the door of the webhooks reads `multipart/form-data`), what the object means.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{json, warnings::Warnings};
use crate::kernel::{Error, Result, error::ErrorKind};

/// How an object came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// As the body itself.
    Body,
    /// As `payload=` in a form, as Slack's clients may send it.
    Form,
}

/// What a service posted, before anything in it is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// The object.
    pub object: Map<String, Value>,
    /// How it came.
    pub envelope: Envelope,
    /// What was overlooked in reading it.
    pub warnings: Warnings,
    /// Files that came along, each with what it is called.
    pub files: Vec<(String, Bytes)>,
}

/// Reads a body by its `Content-Type`.
///
/// # Errors
/// `unsupported_media_type` for a type that is none of JSON and form; `invalid_json` for what is
/// not one JSON object in UTF-8.
pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Payload> {
    let content_type = content_type.unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    if parts.any(names_other_charset) {
        return Err(unsupported_media_type());
    }
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let looks_like_json = body.trim_ascii_start().starts_with(b"{");
    match media_type.as_str() {
        _ if is_json => object(body, Envelope::Body),
        "" if looks_like_json => object(body, Envelope::Body),
        // What `curl -d '{..}'` sends when nobody tells it the type. No form begins like this.
        "application/x-www-form-urlencoded" if looks_like_json => {
            let mut payload = object(body, Envelope::Body)?;
            payload
                .warnings
                .add("Content-Type", "read as JSON; send application/json");
            Ok(payload)
        }
        "application/x-www-form-urlencoded" => form(body),
        _ => Err(unsupported_media_type()),
    }
}

/// Reads the JSON object in a body or in the part `payload_json` of a `multipart/form-data` one.
///
/// # Errors
/// `invalid_json`.
pub fn object(body: &[u8], envelope: Envelope) -> Result<Payload> {
    let text = std::str::from_utf8(body).map_err(|_| invalid_json("The body is not UTF-8."))?;
    // Some editors and shells put a byte order mark in front, which RFC 8259 lets readers ignore.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match json::parse(text) {
        Ok(Value::Object(object)) => Ok(Payload {
            object,
            envelope,
            warnings: Warnings::default(),
            files: Vec::new(),
        }),
        Ok(_) => Err(invalid_json("The body must be a JSON object.")),
        Err(error) => Err(invalid_json(format!(
            "The body is not valid JSON: {error}."
        ))),
    }
}

/// Reads `payload=` of a form, or the form itself as an object of texts.
fn form(body: &[u8]) -> Result<Payload> {
    let text = std::str::from_utf8(body).map_err(|_| invalid_json("The form is not UTF-8."))?;
    let mut object_of_texts = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if name == "payload" {
            return object(value.as_bytes(), Envelope::Form);
        }
        if object_of_texts
            .insert(name.into(), Value::String(value.into()))
            .is_some()
        {
            return Err(invalid_json("A field of the form is there twice."));
        }
    }
    Ok(Payload {
        object: object_of_texts,
        envelope: Envelope::Body,
        warnings: Warnings::default(),
        files: Vec::new(),
    })
}

fn names_other_charset(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let value = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("charset")
        && !["utf-8", "utf8", "us-ascii"]
            .iter()
            .any(|known| value.eq_ignore_ascii_case(known))
}

fn invalid_json(text: impl Into<Cow<'static, str>>) -> Error {
    Error::invalid("invalid_json", text)
}

fn unsupported_media_type() -> Error {
    Error::new(
        ErrorKind::UnsupportedMediaType,
        "unsupported_media_type",
        "Send application/json, application/x-www-form-urlencoded with payload=, or \
         multipart/form-data with payload_json, in UTF-8.",
    )
}

#[cfg(test)]
mod tests {
    use super::{Envelope, read};

    const FORM: &str = "application/x-www-form-urlencoded";

    #[test]
    fn one_object_comes_in_several_envelopes() {
        for (content_type, body, envelope) in [
            (
                Some("application/json"),
                r#"{"content":"é"}"#,
                Envelope::Body,
            ),
            (
                Some("Application/JSON; charset=UTF-8"),
                r#"{"content":"é"}"#,
                Envelope::Body,
            ),
            (
                Some("application/vnd.x+json"),
                r#"{"content":"é"}"#,
                Envelope::Body,
            ),
            (
                Some("application/json"),
                "\u{feff}{\"content\":\"é\"}",
                Envelope::Body,
            ),
            (None, "\n {\"content\":\"é\"}", Envelope::Body),
            (Some(""), r#"{"content":"é"}"#, Envelope::Body),
            (Some(FORM), r#"{"content":"é"}"#, Envelope::Body),
            (Some(FORM), "content=%C3%A9", Envelope::Body),
            (
                Some(FORM),
                "payload=%7B%22content%22%3A%22%C3%A9%22%7D",
                Envelope::Form,
            ),
            (Some(FORM), r#"payload={"content":"é"}"#, Envelope::Form),
        ] {
            let payload = read(content_type, body.as_bytes()).expect(body);
            assert_eq!(payload.object["content"], "é", "{content_type:?} {body}");
            assert_eq!(payload.envelope, envelope, "{content_type:?} {body}");
        }
    }

    #[test]
    fn json_under_another_name_is_taken_with_a_warning() {
        let payload = read(Some(FORM), b"{}").expect("taken");
        assert_eq!(payload.warnings.list().len(), 1);
    }

    #[test]
    fn what_is_not_one_object_is_invalid_json() {
        for (content_type, body) in [
            ("application/json", &b"[]"[..]),
            ("application/json", b"\"x\""),
            ("application/json", b""),
            ("application/json", b"{\"content\":\"\xff\"}"),
            ("application/json", b"{\"content\":1,\"content\":2}"),
            (FORM, b"payload=hello"),
            (FORM, b"payload="),
            (FORM, b"a=1&a=2"),
            (FORM, b"a=\xff"),
        ] {
            let refused = read(Some(content_type), body).expect_err("refused");
            assert_eq!(
                refused.code(),
                "invalid_json",
                "{:?}",
                String::from_utf8_lossy(body)
            );
        }
    }

    #[test]
    fn other_types_are_unsupported() {
        for (content_type, body) in [
            (Some("text/plain"), "{}"),
            (Some("application/xml"), "<a/>"),
            (Some("application/json; charset=latin1"), "{}"),
            (None, "hello"),
            (None, ""),
        ] {
            let refused = read(content_type, body.as_bytes()).expect_err("refused");
            assert_eq!(
                refused.code(),
                "unsupported_media_type",
                "{content_type:?} {body}"
            );
        }
    }
}
