//! The few pages that the server makes itself: they work without JavaScript.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Text that is safe between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    html_escape::encode_safe(text).into_owned()
}

/// A small page with `title` and a `body` of HTML, which the caller has escaped. Its forms lead
/// nowhere but to this server.
///
/// The referrer policy keeps codes in addresses from other sites. A stricter one would make
/// browsers send `Origin: null` with the page's own forms, which are then refused as foreign.
pub fn page(status: StatusCode, title: &str, body: &str) -> Response {
    render(status, title, body, "form-action 'self'; ")
}

/// A page on somebody's way to another site: what answers its form may send them there. Browsers
/// hold `form-action` against every step of such a way, so that there can be none.
pub fn waypoint(status: StatusCode, title: &str, body: &str) -> Response {
    render(status, title, body, "")
}

fn render(status: StatusCode, title: &str, body: &str, forms: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"same-origin\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>",
        title = escape(title),
    );
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; {forms}base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#f3f4f9;--card:#fff;--fg:#181b29;--dim:#555b72;--line:#858ba3;\
--go:#5b4ee6;--soft:#eceafe;--ink:#4336c4;--bad:#c9273f}\
@media(prefers-color-scheme:dark){:root{--bg:#101219;--card:#1f2330;--fg:#edeff7;--dim:#a9b0c6;\
--line:#6d748e;--go:#695bf0;--soft:#272449;--ink:#b4adff;--bad:#ff7285}}\
*{box-sizing:border-box}body{margin:0;padding:1rem;min-height:100vh;display:grid;place-items:center;\
background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}\
main{width:min(26rem,100%);padding:2rem;border-radius:1rem;background:var(--card);\
box-shadow:0 8px 30px rgb(0 0 0/.12);overflow-wrap:anywhere}h1{margin:0 0 .5rem;font-size:1.4rem}\
p{color:var(--dim)}p strong{color:var(--fg)}p:last-child{margin-bottom:0}\
[role=alert]{color:var(--bad)}.small{color:var(--dim);font-size:.875rem}\
label{display:block;margin:.75rem 0}input{width:100%;margin-top:.25rem;padding:.7rem;font:inherit;\
border:1px solid var(--line);border-radius:.5rem;background:transparent;color:inherit}\
button,.button{display:inline-block;width:100%;min-height:44px;margin-top:.75rem;padding:.6rem 1rem;\
border:1px solid transparent;border-radius:.5rem;background:var(--go);color:#fff;font:inherit;\
font-weight:600;text-align:center;text-decoration:none;cursor:pointer}\
.quiet{border-color:var(--line);background:transparent;color:inherit}a{color:var(--ink)}\
a.button{color:#fff}a.quiet{color:inherit}\
:focus-visible{outline:3px solid var(--go);outline-offset:2px}\
.armed{animation:arm .5s step-end}@keyframes arm{from{opacity:.5;pointer-events:none}}\
.app{display:flex;gap:.75rem;align-items:center;margin:1rem 0}.app>div{min-width:0;line-height:1.3}\
.mark{flex:none;display:grid;place-items:center;width:3rem;height:3rem;border-radius:.75rem;\
background:var(--soft);color:var(--ink);font-size:1.4rem;font-weight:700}\
.facts{margin:1rem 0;padding:0;list-style:none}.facts li{padding:.25rem 0 .25rem 1.75rem;\
text-indent:-1.75rem}.facts li::before{display:inline-block;width:1.75rem;text-indent:0;\
font-weight:700}.yes::before{content:'\\2713';color:var(--ink)}\
.no{color:var(--dim)}.no::before{content:'\\2715'}\
.quote{padding-left:.75rem;border-left:3px solid var(--soft)}";
