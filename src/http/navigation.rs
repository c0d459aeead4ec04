//! Telling a person's click from a program's call.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

/// Whether the answer will be shown as a page: a followed link or a submitted form, rather than a
/// `fetch`. Pages and redirects are for these alone; everybody else gets JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Navigation(pub bool);

impl Navigation {
    /// Decides from the headers that browsers set: `Sec-Fetch-Mode` where there is one, else
    /// whether `Accept` asks for HTML.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let accepts_html =
            text(header::ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/html"));
        Self(match text("sec-fetch-mode") {
            Some(mode) => mode == "navigate" && accepts_html,
            None => accepts_html,
        })
    }
}

/// Whether a GET names a JSON content type although it has no body, as every request of the React
/// client does and nobody else's. It tells that client where it wants another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedGet(pub bool);

impl<S: Sync> FromRequestParts<S> for TypedGet {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let content_type = parts.headers.get(header::CONTENT_TYPE);
        Ok(Self(content_type.is_some_and(|value| {
            value.as_bytes().starts_with(b"application/json")
        })))
    }
}

impl<S: Sync> FromRequestParts<S> for Navigation {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
