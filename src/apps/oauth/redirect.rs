//! Where people may be sent back to.
//!
//! A redirect URI is registered once and compared character by character ever after; nothing is
//! normalised, so there is nothing to disagree about. The one exception is the port of a program on
//! the person's own machine (RFC 8252, 7.3), which it cannot know beforehand.

use url::{Host, Url, form_urlencoded};

use crate::kernel::Error;

/// The most redirect URIs that a client has.
pub const MAX_REDIRECT_URIS: usize = 10;
/// The longest one, in bytes.
const MAX_BYTES: usize = 2000;
/// What a redirect URI on the person's own machine begins with.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// A redirect URI that satisfies the rules, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Why something cannot be a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsuitable {
    /// Longer than 2,000 bytes.
    TooLong,
    /// Not an absolute URI in ASCII without spaces, controls or `\`.
    Malformed,
    /// Neither https, nor http to `127.0.0.1` or `[::1]`.
    Insecure,
    /// With a fragment, to which no code could be added.
    Fragment,
    /// With a user name or password.
    UserInfo,
    /// With a `*`: every address has to be registered by itself.
    Wildcard,
}

impl Unsuitable {
    /// What the developer is told.
    pub const fn text(self) -> &'static str {
        match self {
            Self::TooLong => "a redirect URI has at most 2000 characters",
            Self::Malformed => {
                "a redirect URI is an absolute address in ASCII, without spaces and backslashes"
            }
            Self::Insecure => {
                "a redirect URI is https://, or http://127.0.0.1 or http://[::1] for a program on \
                 the person's own machine"
            }
            Self::Fragment => "a redirect URI has no fragment (#)",
            Self::UserInfo => "a redirect URI has no user name or password",
            Self::Wildcard => "a redirect URI has no wildcard (*): register each address",
        }
    }
}

impl RedirectUri {
    /// Checks `text` against the rules of registration.
    pub fn parse(text: &str) -> Result<Self, Unsuitable> {
        if text.len() > MAX_BYTES {
            return Err(Unsuitable::TooLong);
        }
        // The parser forgives and repairs; browsers may do so in other ways.
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
        let url = Url::parse(text).map_err(|_| Unsuitable::Malformed)?;
        if !text.bytes().all(is_plain) {
            return Err(Unsuitable::Malformed);
        }
        if text.contains('#') {
            return Err(Unsuitable::Fragment);
        }
        if text.contains('*') {
            return Err(Unsuitable::Wildcard);
        }
        let (_, rest) = text.split_once("://").ok_or(Unsuitable::Insecure)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(Unsuitable::UserInfo);
        }
        let is_named = matches!(
            url.host(),
            Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_))
        );
        let is_https = text.starts_with("https://") && is_named && !authority.is_empty();
        if is_https || split_loopback(text).is_some() {
            Ok(Self(text.to_owned()))
        } else {
            Err(Unsuitable::Insecure)
        }
    }

    /// One that was registered before.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `asked` is this one: the same text, or the same but for the port on the person's own
    /// machine.
    pub fn covers(&self, asked: &str) -> bool {
        self.0 == asked
            || matches!(
                (split_loopback(&self.0), split_loopback(asked)),
                (Some(own), Some(asked)) if own == asked
            )
    }

    /// Whether it leads to the person's own machine, where any program can listen.
    pub fn is_loopback(&self) -> bool {
        split_loopback(&self.0).is_some()
    }
}

/// Checks the redirect URIs of a registration: one to ten, each suitable and different. The error
/// points to the one that is not, within `redirectUris`.
pub fn register(texts: &[String]) -> Result<Vec<RedirectUri>, Error> {
    const LIST: &str = "/redirectUris";
    if texts.is_empty() || texts.len() > MAX_REDIRECT_URIS {
        let text = format!("an app has 1 to {MAX_REDIRECT_URIS} redirect URIs");
        return Err(Error::invalid("redirect_uris_required", text).at(LIST));
    }
    let mut uris = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let uri = RedirectUri::parse(text).map_err(|unsuitable| {
            Error::invalid("redirect_uri_invalid", unsuitable.text()).at(format!("{LIST}/{index}"))
        })?;
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Ok(uris)
}

/// The parts of a URI on the person's own machine around its port, which is left out.
fn split_loopback(text: &str) -> Option<(&str, &str)> {
    let host = LOOPBACK.into_iter().find(|host| text.starts_with(host))?;
    let rest = &text[host.len()..];
    let rest = match rest.strip_prefix(':') {
        Some(port) => {
            let end = port.find(|c: char| !c.is_ascii_digit());
            let (port, rest) = port.split_at(end.unwrap_or(port.len()));
            port.parse::<u16>().ok().filter(|port| *port != 0)?;
            rest
        }
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

/// `uri` with `params` added to its query.
pub(super) fn with_params(uri: &str, params: &[(&str, &str)]) -> String {
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish();
    format!("{uri}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use url::Url;

    use super::{RedirectUri, Unsuitable, register, with_params};

    #[test]
    fn what_can_be_registered() {
        for suitable in [
            "https://a.example/callback",
            "https://a.example",
            "https://a.example:8443/cb?tenant=1",
            "https://192.0.2.1/cb",
            "https://localhost/cb",
            "https://xn--bcher-kva.example/cb",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:8000/cb",
            "http://[::1]:0080/cb",
            "http://[::1]",
        ] {
            assert!(RedirectUri::parse(suitable).is_ok(), "{suitable}");
        }
    }

    #[test]
    fn what_cannot_be_registered() {
        let long = format!("https://a.example/{}", "x".repeat(2000));
        for (text, why) in [
            (long.as_str(), Unsuitable::TooLong),
            ("", Unsuitable::Malformed),
            ("/callback", Unsuitable::Malformed),
            ("a.example/callback", Unsuitable::Malformed),
            ("https://", Unsuitable::Malformed),
            ("https:// a.example/", Unsuitable::Malformed),
            ("https://a.example/\n", Unsuitable::Malformed),
            (" https://a.example/", Unsuitable::Malformed),
            ("https://a.example\\@b.example/", Unsuitable::Malformed),
            ("https://bücher.example/", Unsuitable::Malformed),
            ("https://a.example/<x>", Unsuitable::Malformed),
            ("javascript:alert(1)", Unsuitable::Insecure),
            ("javascript://a.example/%0aalert(1)", Unsuitable::Insecure),
            ("data:text/html,x", Unsuitable::Insecure),
            ("com.example.app:/callback", Unsuitable::Insecure),
            ("http://a.example/cb", Unsuitable::Insecure),
            ("http://localhost/cb", Unsuitable::Insecure),
            ("http://127.0.0.2/cb", Unsuitable::Insecure),
            ("http://127.0.0.1.evil.example/cb", Unsuitable::Insecure),
            ("http://127.0.0.1:99999/cb", Unsuitable::Malformed),
            ("http://127.0.0.1:/cb", Unsuitable::Insecure),
            ("HTTPS://a.example/", Unsuitable::Insecure),
            ("https:a.example/", Unsuitable::Insecure),
            ("https:///a.example/", Unsuitable::Insecure),
            ("https://a.example/#", Unsuitable::Fragment),
            ("https://a.example/cb#x", Unsuitable::Fragment),
            ("https://u@a.example/", Unsuitable::UserInfo),
            ("https://u:p@a.example/", Unsuitable::UserInfo),
            ("https://@a.example/", Unsuitable::UserInfo),
            ("http://127.0.0.1@evil.example/", Unsuitable::UserInfo),
            ("https://*.a.example/", Unsuitable::Wildcard),
            ("https://a.example/*", Unsuitable::Wildcard),
        ] {
            assert_eq!(RedirectUri::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_registration_points_to_what_is_wrong() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let good = "https://a.example/";
        assert_eq!(
            register(&texts(&[good, good])).map(|uris| uris.len()).ok(),
            Some(1)
        );
        let wrong = register(&texts(&[good, "ftp://a.example/"])).expect_err("not suitable");
        assert_eq!(wrong.code(), "redirect_uri_invalid");
        assert_eq!(wrong.pointer(), Some("/redirectUris/1"));
        for number in [0, 11] {
            let wrong = register(&vec![good.to_owned(); number]).expect_err("too few or many");
            assert_eq!(wrong.code(), "redirect_uris_required");
        }
    }

    #[test]
    fn comparison_is_exact() {
        let uri = RedirectUri::parse("https://a.example/cb").expect("suitable");
        assert!(uri.covers("https://a.example/cb"));
        for other in [
            "https://a.example/cb/",
            "https://a.example/cb?x=1",
            "https://a.example:443/cb",
            "https://A.example/cb",
            "https://a.example/./cb",
            "https://a.example/%63b",
            "http://a.example/cb",
            "https://a.example",
            "",
        ] {
            assert!(!uri.covers(other), "{other}");
        }
    }

    #[test]
    fn on_ones_own_machine_the_port_is_free() {
        let uri = RedirectUri::parse("http://127.0.0.1/cb").expect("suitable");
        assert!(uri.covers("http://127.0.0.1:51234/cb"));
        for other in [
            "http://127.0.0.1:51234/cb2",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:80.evil.example/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://[::1]:51234/cb",
            "https://127.0.0.1:51234/cb",
            "http://localhost:51234/cb",
        ] {
            assert!(!uri.covers(other), "{other}");
        }
        let with_port = RedirectUri::parse("http://[::1]:1/").expect("suitable");
        assert!(with_port.covers("http://[::1]:2/") && with_port.is_loopback());
        let https = RedirectUri::parse("https://127.0.0.1:1/").expect("suitable");
        assert!(!https.covers("https://127.0.0.1:2/") && !https.is_loopback());
    }

    #[test]
    fn parameters_join_those_that_are_there() {
        let added = |uri| with_params(uri, &[("code", "c"), ("state", "a b&c=d")]);
        assert_eq!(
            added("https://a.example/cb"),
            "https://a.example/cb?code=c&state=a+b%26c%3Dd"
        );
        assert!(added("https://a.example/?x=1").starts_with("https://a.example/?x=1&code=c&"));
        assert!(added("https://a.example/?").starts_with("https://a.example/?code=c&"));
    }

    proptest! {
        #[test]
        fn what_is_taken_leads_where_it_says(text in "(https|http)://[a-z0-9.:@\\[\\]/?#*\\\\%-]{1,24}") {
            if let Ok(uri) = RedirectUri::parse(&text) {
                let url = Url::parse(uri.as_str()).expect("a URL");
                prop_assert!(url.username().is_empty() && url.password().is_none());
                prop_assert!(url.fragment().is_none());
                prop_assert!(url.scheme() == "https" || uri.is_loopback());
                prop_assert!(uri.covers(&text));
            }
        }
    }
}
