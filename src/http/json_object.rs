//! JSON bodies whose refusals name the field that is wrong.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::extract;
use crate::kernel::Error;

/// A JSON object with the fields of `T`. An empty body reads as `{}`.
///
/// What is not JSON is refused as `invalid_json`, a field of the wrong type as `<field>_invalid`
/// with a pointer to it, where `<field>` is its name in `snake_case`. Fields that are required are
/// to be optional in `T`, whose reader refuses their absence by [`required`].
#[derive(Clone, Debug)]
pub struct JsonObject<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonObject<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let body = extract::read_json(request, state).await?;
        read(&body).map(Self)
    }
}

/// The value of a field that must be there.
///
/// # Errors
/// `<field>_required`, where `<field>` is its name in `snake_case`.
pub fn required<'a, T: ?Sized>(field: &str, value: Option<&'a T>) -> Result<&'a T, Error> {
    value.ok_or_else(|| {
        let code = format!("{}_required", snake_case(field));
        Error::invalid(code, format!("{field} is required")).at(format!("/{field}"))
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refusal(&error))?;
    json.end().map_err(|_| not_an_object())?;
    Ok(value)
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let field = error.path().iter().next();
    let (Category::Data, Some(Segment::Map { key })) = (error.inner().classify(), field) else {
        return not_an_object();
    };
    let pointer = pointer(error.path());
    let text = format!("{pointer} is of the wrong type");
    Error::invalid(format!("{}_invalid", snake_case(key)), text).at(pointer)
}

/// The path as a JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => pointer.push('?'),
        }
    }
    pointer
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

fn not_an_object() -> Error {
    Error::invalid("invalid_json", "the body is not a JSON object")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{read, required};

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        name: Option<String>,
        redirect_uris: Option<Vec<String>>,
    }

    #[test]
    fn a_refusal_names_the_field_that_is_wrong() {
        for (body, code, pointer) in [
            (r#"{"name": 5}"#, "name_invalid", Some("/name")),
            (
                r#"{"redirectUris": "x"}"#,
                "redirect_uris_invalid",
                Some("/redirectUris"),
            ),
            (
                r#"{"redirectUris": ["x", 5]}"#,
                "redirect_uris_invalid",
                Some("/redirectUris/1"),
            ),
            (
                r#"{"name": "a", "name": "b"}"#,
                "name_invalid",
                Some("/name"),
            ),
            ("[]", "invalid_json", None),
            ("5", "invalid_json", None),
            (r#"{"name": "#, "invalid_json", None),
            ("{} {}", "invalid_json", None),
        ] {
            let refused = read::<Body>(body.as_bytes()).expect_err(body);
            assert_eq!(
                (refused.code(), refused.pointer()),
                (code, pointer),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_required_is_missed_by_its_name() {
        let body: Body = read(br#"{"name": "a", "other": 1}"#).expect("a body");
        assert_eq!(required("name", body.name.as_deref()).ok(), Some("a"));
        let missed = required("redirectUris", body.redirect_uris.as_deref());
        let missed = missed.expect_err("absent");
        assert_eq!(missed.code(), "redirect_uris_required");
        assert_eq!(missed.pointer(), Some("/redirectUris"));
    }
}
