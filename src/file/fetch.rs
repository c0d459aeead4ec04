//! Fetching what somebody points at, and only from the public Internet: never from this machine, its
//! network or a cloud's metadata.
//!
//! A name is resolved once, here, and what it resolves to is what is connected to, so that there is
//! no second answer to be tricked with. Addresses in the URL itself never reach a resolver: the URL
//! is looked at before each request, the first one's and every redirect's.

use std::{
    error::Error as _,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use http::{StatusCode, header};
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use tokio::time::timeout;
use url::{Host, Url};

use super::{
    address::is_public,
    model::{FileName, too_large},
    spool::{Spool, Spooled},
};
use crate::kernel::{Error, Result, error::ErrorKind};

/// The longest URL taken, in bytes.
const MAX_URL_BYTES: usize = 2048;
/// How many times a request is sent on.
const MAX_REDIRECTS: usize = 5;
/// Waiting for a connection, for the next bytes, and for all of it.
const CONNECTING: Duration = Duration::from_secs(5);
const READING: Duration = Duration::from_secs(10);
const FETCHING: Duration = Duration::from_secs(30);

/// By which protocols something may be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schemes {
    /// By those of the web.
    Web,
    /// Encrypted alone.
    Https,
}

/// What was found somewhere.
#[derive(Debug)]
pub(super) struct Fetched {
    /// What it is called there.
    pub(super) name: FileName,
    /// What it is said to be there: a media type without parameters, in lower case; may be empty.
    pub(super) declared: String,
    /// What it is.
    pub(super) spooled: Spooled,
}

/// Fetches files. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Fetcher {
    http: Client,
    /// Exceptions, for tests.
    reachable: Vec<SocketAddr>,
}

impl Fetcher {
    /// One that reaches the Internet, and `reachable` besides.
    pub(super) fn new(reachable: Vec<SocketAddr>) -> anyhow::Result<Self> {
        let roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let crypto = rustls::crypto::ring::default_provider();
        let tls = rustls::ClientConfig::builder_with_provider(crypto.into())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(PublicHosts)
            .redirect(Policy::none())
            // A proxy would resolve names by itself.
            .no_proxy()
            .referer(false)
            .user_agent(concat!("Chatter/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECTING)
            .read_timeout(READING)
            .build()?;
        Ok(Self { http, reachable })
    }

    /// Fetches what is at `url` into `spool`.
    ///
    /// # Errors
    /// `url_invalid`, `url_not_allowed`, `fetch_failed`, `file_too_large`.
    pub(super) async fn fetch(
        &self,
        (url, schemes): (&str, Schemes),
        spool: Spool,
        max: u64,
    ) -> Result<Fetched> {
        let fetched = timeout(FETCHING, self.follow((url, schemes), spool, max)).await;
        fetched.unwrap_or_else(|_| Err(failed("It took too long.")))
    }

    async fn follow(
        &self,
        (url, schemes): (&str, Schemes),
        spool: Spool,
        max: u64,
    ) -> Result<Fetched> {
        if url.len() > MAX_URL_BYTES {
            return Err(invalid());
        }
        let mut url = Url::parse(url).map_err(|_| invalid())?;
        for _ in 0..=MAX_REDIRECTS {
            self.require_allowed(&url, schemes)?;
            let asked = self.http.get(url.clone()).send().await;
            let response = asked.map_err(|error| refusal(&error))?;
            if response.status().is_redirection() {
                let location = response.headers().get(header::LOCATION);
                let location = location.and_then(|value| value.to_str().ok());
                let location = location.ok_or_else(|| failed("It leads nowhere."))?;
                url = url.join(location).map_err(|_| invalid())?;
                continue;
            }
            if response.status() != StatusCode::OK {
                let text = format!("The answer was {}.", response.status().as_u16());
                return Err(failed(&text));
            }
            return Ok(Fetched {
                name: name_of(&url),
                declared: declared(&response),
                spooled: receive(response, spool, max).await?,
            });
        }
        Err(failed("It leads from one address to the next."))
    }

    /// Refuses what is not an ordinary address of the web. Whatever way an IP address is written in,
    /// it is parsed by now.
    fn require_allowed(&self, url: &Url, schemes: Schemes) -> Result<()> {
        if !matches!(url.scheme(), "http" | "https")
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(invalid());
        }
        let address = match url.host().ok_or_else(invalid)? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        if let Some(address) = address
            && self.reachable.contains(&SocketAddr::new(address, port))
        {
            return Ok(());
        }
        if schemes == Schemes::Https && url.scheme() != "https" {
            return Err(not_allowed());
        }
        // Of ports there are the two of the web: others belong to services that trust their network.
        if !matches!(port, 80 | 443) || address.is_some_and(|address| !is_public(address)) {
            return Err(not_allowed());
        }
        Ok(())
    }
}

async fn receive(mut response: reqwest::Response, mut spool: Spool, max: u64) -> Result<Spooled> {
    if response.content_length().is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    while let Some(chunk) = response.chunk().await.map_err(|error| refusal(&error))? {
        spool.write(&chunk).await?;
    }
    spool.finish().await
}

fn declared(response: &reqwest::Response) -> String {
    let declared = response.headers().get(header::CONTENT_TYPE);
    let declared = declared.and_then(|value| value.to_str().ok());
    let essence = declared.and_then(|value| value.split(';').next());
    essence.unwrap_or_default().trim().to_ascii_lowercase()
}

/// What a URL calls its file.
fn name_of(url: &Url) -> FileName {
    let last = url.path_segments().and_then(Iterator::last);
    let name = percent_encoding::percent_decode_str(last.unwrap_or_default());
    FileName::of(&name.decode_utf8_lossy())
}

/// Resolves names to hosts on the public Internet, and to no others.
#[derive(Debug)]
struct PublicHosts;

impl Resolve for PublicHosts {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public = public_only(found);
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn public_only(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    found.filter(|address| is_public(address.ip())).collect()
}

/// A name leads to no host on the public Internet.
#[derive(Debug)]
struct NotPublic;

impl std::fmt::Display for NotPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not on the public Internet")
    }
}

impl std::error::Error for NotPublic {}

fn refusal(error: &reqwest::Error) -> Error {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return not_allowed();
        }
        cause = inner.source();
    }
    tracing::debug!(%error, "a file could not be fetched");
    if error.is_timeout() {
        failed("It took too long.")
    } else {
        failed("There was no answer.")
    }
}

fn invalid() -> Error {
    let text = "url is an address of the web, such as https://example.org/a.png";
    Error::invalid("url_invalid", text)
}

fn not_allowed() -> Error {
    let text = "Files are fetched from the public Internet only";
    Error::invalid("url_not_allowed", text)
}

/// It is allowed to be fetched, and could not be.
pub(super) fn failed(why: &str) -> Error {
    let text = format!("The file could not be fetched. {why}");
    Error::new(ErrorKind::Unprocessable, "fetch_failed", text)
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::{Fetcher, Schemes, name_of, public_only};

    fn refused(url: &str) -> Option<String> {
        let fetcher = Fetcher::new(Vec::new()).expect("a client");
        let url = url.parse().ok()?;
        let refused = fetcher.require_allowed(&url, Schemes::Web).err()?;
        Some(refused.code().to_owned())
    }

    #[test]
    fn addresses_inside_are_refused_however_they_are_written() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://127.0.0.1./",
            "http://①②⑦.0.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[fe80::1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://10.0.0.1/",
            "https://192.168.0.1/",
            "https://example.org:8080/",
            "http://example.org:22/",
        ] {
            assert_eq!(refused(url).as_deref(), Some("url_not_allowed"), "{url}");
        }
        for url in [
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "data:text/plain,a",
            "http://user@example.org/",
            "http://example.org@127.0.0.1/",
            "http://:secret@example.org/",
        ] {
            assert_eq!(refused(url).as_deref(), Some("url_invalid"), "{url}");
        }
        for url in [
            "http://example.org/",
            "https://example.org:443/a",
            "http://1.1.1.1/",
            "https://[2606:4700:4700::1111]/",
        ] {
            assert_eq!(refused(url), None, "{url}");
        }
    }

    #[test]
    fn what_is_to_come_encrypted_comes_in_no_other_way() {
        let fetcher = Fetcher::new(Vec::new()).expect("a client");
        for (url, allowed) in [
            ("https://example.org/a.png", true),
            ("http://example.org/a.png", false),
            ("https://127.0.0.1/a.png", false),
        ] {
            let url = Url::parse(url).expect("a URL");
            let refused = fetcher.require_allowed(&url, Schemes::Https);
            assert_eq!(refused.is_ok(), allowed, "{url}");
        }
    }

    #[test]
    fn of_what_a_name_resolves_to_only_public_hosts_are_left() {
        let found = ["127.0.0.1:0", "1.1.1.1:0", "[::1]:0", "[fd00::1]:0"];
        let found = found.map(|address| address.parse().expect("an address"));
        let public = public_only(found.into_iter());
        assert_eq!(public, ["1.1.1.1:0".parse().expect("an address")]);
    }

    #[test]
    fn a_file_is_called_what_its_address_ends_with() {
        let name = |url: &str| {
            name_of(&Url::parse(url).expect("a URL"))
                .as_str()
                .to_owned()
        };
        assert_eq!(name("https://a.example/b/c%20d.png?e=f#g"), "c d.png");
        assert_eq!(name("https://a.example/"), "file");
        assert_eq!(name("https://a.example/..%2f..%2fpasswd"), "passwd");
    }
}
