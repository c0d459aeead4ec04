//! The web client, embedded into the binary.
//!
//! A debug build reads `web/dist` from disk at run time, a release build contains it. Without a
//! built client the server still serves every client that people bring along.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::{Embed, EmbeddedFile};

use super::page;
use crate::kernel::Error;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/web/dist"]
#[allow_missing = true]
struct WebClient;

/// What pages of the web client may load: nothing from elsewhere, and no inline script.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// The page that is opened with a code in its address: no cache keeps that, and no site hears of it.
const OPENED_WITH_CODE: &str = "developers/callback";

/// Serves a file of the web client, or its start page for the routes that the client handles. What
/// is sent to a path that nothing handles is not found: a mistyped address must not look as if
/// something had taken it.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Error::not_found().into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = (!path.is_empty()).then(|| WebClient::get(path)).flatten() {
        return respond(path, file, &headers);
    }
    // A missing file is missing, whatever it is called; a missing page is one of the client's own.
    let is_file = path.starts_with("uploads/")
        || path
            .rsplit('/')
            .next()
            .is_some_and(|name| name.contains('.'));
    if is_file {
        return StatusCode::NOT_FOUND.into_response();
    }
    if is_of_api(path) && !asks_for_page(&headers) {
        return Error::not_found().into_response();
    }
    let mut start = match WebClient::get("index.html") {
        Some(file) => respond("index.html", file, &headers),
        None => page(
            StatusCode::OK,
            "Chatter",
            "<p>The server is running. Its web client is not built: run <code>make run</code>, \
             or <code>npm run build</code> in <code>web/</code>.</p>",
        ),
    };
    if path == OPENED_WITH_CODE {
        let headers = start.headers_mut();
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    start
}

/// Whether programs call what is below the first segment of `path`: there, a page would look as if
/// something had answered them.
fn is_of_api(path: &str) -> bool {
    let root = path.split('/').next().unwrap_or_default();
    matches!(
        root,
        ".well-known"
            | "apps"
            | "integrations"
            | "invites"
            | "oauth"
            | "servers"
            | "webhooks"
            | "widgets"
    )
}

/// Whether a browser navigates here.
fn asks_for_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| {
        accept
            .to_str()
            .is_ok_and(|kinds| kinds.contains("text/html"))
    })
}

fn respond(path: &str, file: EmbeddedFile, request: &HeaderMap) -> Response {
    let etag = file
        .metadata
        .sha256_hash()
        .iter()
        .take(16)
        .fold(String::from("\""), |etag, byte| {
            etag + &format!("{byte:02x}")
        })
        + "\"";
    if request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes())
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    // The build puts a hash of their contents into the names of everything under assets/.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, mime.as_ref()),
        (header::CACHE_CONTROL, caching),
        (header::ETAG, etag.as_str()),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}
