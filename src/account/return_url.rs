//! Where somebody wanted to go before they had to sign in.
//!
//! Kept by the browser, in a cookie of a few minutes: a stranger who asks leaves nothing here. What
//! comes back is judged again, since anybody can write a cookie.

use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, HeaderValue, header};

use crate::kernel::{Error, Result};

const NAME: &str = "chatter_return";
/// How long signing in may take.
const KEPT_FOR: Duration = Duration::minutes(15);
/// The longest path that is kept, in bytes; a cookie holds some 4,000.
const MAX_BYTES: usize = 1000;

/// `path` if it leads to a place on this server, whatever a browser makes of it.
pub(super) fn local(path: &str) -> Option<&str> {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
        && path.len() <= MAX_BYTES;
    local.then_some(path)
}

/// The header that has the browser keep `path`.
pub(super) fn keep(path: &str) -> Result<HeaderValue> {
    let path = local(path).ok_or_else(|| {
        Error::invalid(
            "bad_params",
            "bad params: return_url must be a path on this server",
        )
    })?;
    header(Cookie::build((NAME, path.to_owned())).max_age(KEPT_FOR))
}

/// The header that has the browser forget what it kept.
pub(super) fn forget() -> Result<HeaderValue> {
    header(Cookie::build(NAME).max_age(Duration::ZERO))
}

/// What the browser kept.
pub(super) fn kept(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut cookies = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse_encoded)
        .flatten();
    let kept = cookies.find(|cookie| cookie.name() == NAME)?;
    local(kept.value()).map(str::to_owned)
}

fn header(cookie: cookie::CookieBuilder<'_>) -> Result<HeaderValue> {
    let cookie = cookie.path("/").http_only(true).same_site(SameSite::Lax);
    let text = cookie.build().encoded().to_string();
    HeaderValue::from_str(&text).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::{keep, kept, local};

    #[test]
    fn after_login_one_stays_on_this_server() {
        for path in ["/join/ABC", "/chat?tid=7#x", "/chat/ä ö"] {
            assert_eq!(local(path), Some(path));
        }
        for foreign in [
            "",
            "chat",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\nx",
            "/\u{85}x",
            "javascript:alert(1)",
        ] {
            assert_eq!(local(foreign), None, "{foreign:?}");
        }
        assert_eq!(local(&format!("/{}", "x".repeat(1000))), None);
    }

    #[test]
    fn what_is_kept_comes_back() {
        for path in ["/join/ABC", "/chat?a=b; c=d&e=\"ü\""] {
            let answered = keep(path).expect("kept");
            let pair = answered.to_str().expect("ASCII").split(';').next();
            let sent = format!("other=1; {}", pair.expect("a pair"));
            let mut headers = HeaderMap::new();
            let sent = HeaderValue::from_str(&sent).expect("a header");
            headers.insert(header::COOKIE, sent);
            assert_eq!(kept(&headers).as_deref(), Some(path));
        }
    }
}
