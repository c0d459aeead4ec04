//! The few pages that the server makes itself: they work without JavaScript.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Text that is safe between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    html_escape::encode_safe(text).into_owned()
}

/// A small page with `title` and a `body` of HTML, which the caller has escaped.
///
/// The referrer policy keeps codes in addresses from other sites. A stricter one would make
/// browsers send `Origin: null` with the page's own forms, which are then refused as foreign.
pub fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"same-origin\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>",
        title = escape(title),
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
    );
    response
}

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#f4f5f8;--card:#fff;--fg:#1b1d24;--dim:#5b6170;--go:#3b5bdb}\
@media(prefers-color-scheme:dark){:root{--bg:#14161c;--card:#1e2129;--fg:#eceef4;--dim:#a3a9b8;--go:#4c6ef5}}\
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;\
background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}\
main{width:min(26rem,calc(100vw - 2rem));padding:2rem;border-radius:1rem;background:var(--card);\
box-shadow:0 8px 30px rgb(0 0 0/.12)}h1{margin:0 0 .5rem;font-size:1.4rem}p{color:var(--dim)}\
label{display:block;margin:.75rem 0}input{width:100%;margin-top:.25rem;padding:.7rem;font:inherit;\
border:1px solid var(--dim);border-radius:.5rem;background:transparent;color:inherit}\
button,.button{display:inline-block;width:100%;min-height:44px;margin-top:.75rem;padding:.6rem 1rem;\
border:0;border-radius:.5rem;background:var(--go);color:#fff;font:inherit;font-weight:600;\
text-align:center;text-decoration:none;cursor:pointer}a{color:inherit}";
