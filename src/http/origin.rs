//! Whose pages may call with a person's cookie.
//!
//! Browsers send `Origin` with every request that changes something. One that names another site is
//! refused before anything reads it, and one that comes with a session must name a trusted site:
//! programs that act with a person's cookie set the header themselves. Sockets are the exception,
//! since Socket.IO clients outside of browsers send none: theirs may be absent, but not foreign.
//! Requests whose cookie nothing will read ([`Cookieless`]) may come from anywhere.

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, Method, header};
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use super::SESSION_COOKIE;
use crate::kernel::{Config, Error, config::origin_of};

/// In the extensions of a request that carries no cookie: nobody's rights can be misused by it.
#[derive(Clone, Copy, Debug)]
pub struct Cookieless;

/// Paths that pages of every site may read, without cookies: what clients that sign people in
/// through this server call from browsers.
const OPEN: [&str; 4] = [
    "/.well-known/oauth-authorization-server",
    "/oauth/revoke",
    "/oauth/token",
    "/oauth/userinfo",
];

/// The page on which people agree to something: no other page reads it, trusted or not.
const CONSENT: &str = "/oauth/authorize";

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

    /// Who may call from where, for [`cors`].
    pub fn cors(&self) -> Cors {
        Cors {
            trusted: self.trusted_cors(),
            open: open_cors(),
        }
    }

    /// The CORS headers for trusted pages.
    fn trusted_cors(&self) -> CorsLayer {
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
                Method::PATCH,
                Method::DELETE,
                Method::OPTIONS,
            ])
            .allow_headers([
                header::CONTENT_TYPE,
                header::AUTHORIZATION,
                header::IF_MATCH,
                HeaderName::from_static("idempotency-key"),
                HeaderName::from_static("prefer"),
                HeaderName::from_static("x-audit-log-reason"),
                HeaderName::from_static("x-client-id"),
                HeaderName::from_static("x-dbx"),
            ])
            .expose_headers(EXPOSED)
            .vary([header::ORIGIN])
            .max_age(MAX_AGE)
    }
}

/// How long browsers remember what they may send.
const MAX_AGE: Duration = Duration::from_mins(10);

/// Headers of answers that scripts may read.
const EXPOSED: [HeaderName; 12] = [
    header::ETAG,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("idempotency-replayed"),
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("x-has-more"),
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
    HeaderName::from_static("x-ratelimit-reset-after"),
    HeaderName::from_static("x-request-id"),
];

/// The CORS headers for pages of every site, which may send no cookie.
fn open_cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE)
}

/// The CORS headers: for trusted pages with cookies, and at a few paths for everybody without.
#[derive(Clone, Debug)]
pub struct Cors {
    trusted: CorsLayer,
    open: CorsLayer,
}

/// Tells browsers which pages may call, on every answer and on errors too.
pub async fn cors(State(cors): State<Cors>, request: Request, next: Next) -> Response {
    if request.uri().path() == CONSENT {
        return next.run(request).await;
    }
    let layer = if OPEN.contains(&request.uri().path()) {
        cors.open
    } else {
        cors.trusted
    };
    let answer = layer.layer(next).oneshot(request).await;
    answer.unwrap_or_else(|never| match never {})
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
    if request.extensions().get::<Cookieless>().is_some() {
        return next.run(request).await;
    }
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
