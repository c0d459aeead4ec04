//! Whose pages may call with a person's cookie.
//!
//! Browsers send `Origin` with every request that changes something. One that names another site is
//! refused before anything reads it, and one that comes with a session must name a trusted site:
//! programs that act with a person's cookie set the header themselves. Sockets are the exception,
//! since Socket.IO clients outside of browsers send none: theirs may be absent, but not foreign.

use std::{collections::HashSet, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::SESSION_COOKIE;
use crate::kernel::{Config, Error, config::origin_of};

/// The origins whose pages are trusted.
#[derive(Clone, Debug)]
pub struct Origins(Arc<HashSet<String>>);

impl Origins {
    /// The server's own origin and the allowed ones.
    pub fn new(config: &Config) -> Self {
        let allowed = config
            .server
            .allowed_origins
            .iter()
            .filter_map(|origin| origin_of(origin))
            .chain([config.public_origin()]);
        Self(Arc::new(allowed.collect()))
    }

    /// Whether a page of `origin` may call. `host` is the request's own `Host`: a page that was
    /// loaded from this server by whatever name may call it by that name.
    fn allows(&self, origin: &str, host: Option<&str>) -> bool {
        self.0.contains(&origin.to_ascii_lowercase())
            || origin
                .split_once("://")
                .is_some_and(|(_, authority)| Some(authority) == host)
    }

    /// Whether the request says that it comes from a trusted page.
    pub fn vouch_for(&self, headers: &HeaderMap) -> bool {
        let says = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
        says && self.admit(headers)
    }

    /// Whether the request comes from a trusted page, or from no page at all.
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        match text(&header::ORIGIN) {
            Some(origin) => self.allows(origin, text(&header::HOST)),
            None => matches!(
                text(&HeaderName::from_static("sec-fetch-site")),
                None | Some("same-origin" | "none")
            ),
        }
    }

    /// The CORS headers for trusted pages, on every answer and on errors too.
    pub fn cors(&self) -> CorsLayer {
        let origins = self.clone();
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| {
                origin
                    .to_str()
                    .is_ok_and(|origin| origins.allows(origin, None))
            }))
            .allow_credentials(true)
            .allow_methods([
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::DELETE,
                Method::OPTIONS,
            ])
            .allow_headers([
                header::CONTENT_TYPE,
                header::AUTHORIZATION,
                HeaderName::from_static("x-client-id"),
                HeaderName::from_static("x-dbx"),
            ])
            .expose_headers([
                HeaderName::from_static("x-has-more"),
                HeaderName::from_static("x-request-id"),
                header::RETRY_AFTER,
            ])
            .vary([header::ORIGIN])
            .max_age(std::time::Duration::from_mins(10))
    }
}

/// Refuses requests that change something, and sockets, when another site's page sent them.
pub async fn require_same_origin(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let is_socket = request.uri().path().starts_with("/socket.io/");
    let headers = request.headers();
    let trusted = if changes && !is_socket && has_session(headers) {
        origins.vouch_for(headers)
    } else {
        origins.admit(headers)
    };
    if (changes || is_socket) && !trusted {
        return Error::refused("foreign_origin", "forbidden: request from another site")
            .into_response();
    }
    next.run(request).await
}

/// Whether a session cookie, valid or not, comes along.
fn has_session(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .any(|cookies| cookies.contains(SESSION_COOKIE))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::Origins;
    use crate::kernel::Config;

    fn admits(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        Origins::new(&Config::default()).admit(&headers)
    }

    #[test]
    fn only_trusted_pages_and_programs_are_admitted() {
        assert!(admits(&[("origin", "http://localhost:5000")]));
        assert!(admits(&[("origin", "http://localhost:8080")]));
        assert!(admits(&[
            ("origin", "http://10.0.0.5:5000"),
            ("host", "10.0.0.5:5000")
        ]));
        assert!(admits(&[]));
        assert!(admits(&[("sec-fetch-site", "same-origin")]));
        assert!(!admits(&[("origin", "https://evil.example")]));
        assert!(!admits(&[("origin", "null")]));
        assert!(!admits(&[
            ("origin", "http://evil.example"),
            ("host", "localhost:5000")
        ]));
        assert!(!admits(&[("sec-fetch-site", "cross-site")]));
        assert!(!admits(&[("sec-fetch-site", "same-site")]));
    }
}
