//! Pictures of other sites, fetched for those who look at them: a browser that fetched them itself
//! would tell the other site who reads what.
//!
//! Invariants: only what this server handed out is fetched, since each path is signed; a picture is
//! fetched once for everybody who looks at it within [`KEPT`]; only pixels pass, and few enough.

use std::{net::IpAddr, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use moka::future::Cache;
use tokio::{sync::Semaphore, time::timeout};

use super::{
    fetch::{Fetcher, Schemes},
    media::{self, Raster},
    picture::{self, Encoded},
    spool::Spool,
};
use crate::kernel::{Error, Result, Signer, Workers, error::ErrorKind};

/// The largest picture that is fetched, in bytes.
const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// The longest side of a picture as it is shown, in pixels.
const MAX_SIDE: u32 = 1280;
/// How long fetching may take. Whoever waits looks at a page meanwhile.
const FETCHING: Duration = Duration::from_secs(10);
/// How many are fetched at a time, and how long others wait for their turn.
const MAX_FETCHES: usize = 16;
const WAITING: Duration = Duration::from_secs(5);
/// For how long a picture is kept, and for how long it is remembered that there is none.
const KEPT: Duration = Duration::from_hours(1);
const MISSED: Duration = Duration::from_mins(1);
/// What an entry takes beside its bytes.
const ENTRY_BYTES: usize = 256;
/// Pictures that are fetched for one address: two hundred at once, then two a second.
const PACE: (u32, Duration) = (200, Duration::from_millis(500));

/// Shows pictures that are elsewhere. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PictureProxy(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    signer: Signer,
    fetcher: Fetcher,
    workers: Workers,
    spool: Arc<PathBuf>,
    seen: Cache<String, Seen>,
    fetches: Semaphore,
    /// None while limits are off.
    pace: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

/// What a proxy is made of.
pub(super) struct Parts {
    pub(super) signer: Signer,
    pub(super) fetcher: Fetcher,
    pub(super) workers: Workers,
    pub(super) spool: Arc<PathBuf>,
    /// Bytes of memory for what was fetched.
    pub(super) capacity: u64,
    pub(super) limits: bool,
}

/// What was found at an address.
#[derive(Clone, Debug)]
enum Seen {
    Picture(Arc<Encoded>),
    /// None that is shown: why, as its error says it.
    Nothing(Arc<Error>),
}

impl PictureProxy {
    /// One that shows pictures.
    pub(super) fn new(parts: Parts) -> Self {
        let seen = Cache::builder()
            .max_capacity(parts.capacity)
            .weigher(|address: &String, seen: &Seen| {
                let bytes = match seen {
                    Seen::Picture(picture) => picture.bytes.len(),
                    Seen::Nothing(_) => 0,
                };
                u32::try_from(bytes + address.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
            })
            .expire_after(ByOutcome)
            .build();
        Self(Some(Arc::new(Inner {
            signer: parts.signer,
            fetcher: parts.fetcher,
            workers: parts.workers,
            spool: parts.spool,
            seen,
            fetches: Semaphore::new(MAX_FETCHES),
            pace: parts.limits.then(|| RateLimiter::keyed(quota())),
        })))
    }

    /// One that shows none.
    pub(super) const fn off() -> Self {
        Self(None)
    }

    /// The path at which this server shows the picture at `url`; none where it shows none.
    pub fn path_of(&self, url: &str) -> Option<String> {
        let signature = self.0.as_ref()?.signer.sign(url);
        let address = BASE64_URL_SAFE_NO_PAD.encode(url);
        Some(format!("/proxy/{signature}/{address}"))
    }

    /// The picture behind the two parts of such a path, for somebody at the address `client`.
    ///
    /// # Errors
    /// `not_found` for what this server has not signed, `rate_limited`, `busy`; those of fetching;
    /// `not_an_image`, `image_invalid`, `image_too_large`, `file_too_large`.
    pub(super) async fn picture(
        &self,
        signature: &str,
        address: &str,
        client: IpAddr,
    ) -> Result<Arc<Encoded>> {
        let inner = self.0.as_ref().ok_or_else(Error::not_found)?;
        let url = BASE64_URL_SAFE_NO_PAD.decode(address).ok();
        let url = url.and_then(|url| String::from_utf8(url).ok());
        let url = url.filter(|url| inner.signer.knows(url, signature));
        inner.show(url.ok_or_else(Error::not_found)?, client).await
    }

    /// Forgets addresses that have not asked for long.
    pub(super) fn sweep(&self) {
        if let Some(pace) = self.0.as_ref().and_then(|inner| inner.pace.as_ref()) {
            pace.retain_recent();
        }
    }
}

impl Inner {
    async fn show(&self, url: String, client: IpAddr) -> Result<Arc<Encoded>> {
        let seen = if let Some(seen) = self.seen.get(&url).await {
            seen
        } else {
            self.check(client)?;
            // Whoever asks for the same one meanwhile waits for this look at it.
            let seen = self.seen.try_get_with_by_ref(&url, self.look(&url));
            seen.await.map_err(|error| repeated(&error))?
        };
        match seen {
            Seen::Picture(picture) => Ok(picture),
            Seen::Nothing(why) => Err(repeated(&why)),
        }
    }

    /// What is at an address.
    ///
    /// # Errors
    /// Those that say nothing about it, and are not worth remembering.
    async fn look(&self, url: &str) -> Result<Seen> {
        match self.fetch(url).await {
            Ok(picture) => Ok(Seen::Picture(Arc::new(picture))),
            Err(error) if matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Internal) => {
                Err(error)
            }
            Err(error) => Ok(Seen::Nothing(Arc::new(error))),
        }
    }

    async fn fetch(&self, url: &str) -> Result<Encoded> {
        let turn = timeout(WAITING, self.fetches.acquire()).await;
        let _turn = turn.map_err(|_| Error::busy())?.map_err(Error::internal)?;
        let spool = Spool::new(&self.spool, MAX_BYTES).await?;
        let fetching = self.fetcher.fetch((url, Schemes::Https), spool, MAX_BYTES);
        let fetched = timeout(FETCHING, fetching).await;
        let spooled = fetched.map_err(|_| too_slow())??.spooled;
        let format = Raster::of(media::sniff(&spooled.head)).ok_or_else(not_an_image)?;
        let making = self
            .workers
            .run(move || picture::still(spooled.file, format, MAX_SIDE));
        Ok(making.await??.file)
    }

    fn check(&self, client: IpAddr) -> Result<()> {
        let Some(pace) = &self.pace else {
            return Ok(());
        };
        pace.check_key(&client).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let text = "Too many pictures. Please wait a moment.";
            Error::rate_limited("rate_limited", text, Some(wait.as_secs() + 1))
        })
    }
}

/// Pictures are kept for longer than their absence is.
struct ByOutcome;

impl moka::Expiry<String, Seen> for ByOutcome {
    fn expire_after_create(
        &self,
        _: &String,
        seen: &Seen,
        _: std::time::Instant,
    ) -> Option<Duration> {
        Some(match seen {
            Seen::Picture(_) => KEPT,
            Seen::Nothing(_) => MISSED,
        })
    }
}

/// The same refusal, for one more who asks. Its cause was logged the first time.
fn repeated(error: &Error) -> Error {
    if error.kind() == ErrorKind::Internal {
        return Error::internal(anyhow::anyhow!("a picture could not be made: {error}"));
    }
    let again = Error::new(
        error.kind(),
        error.code().to_owned(),
        error.text().to_owned(),
    );
    match error.retry_after() {
        Some(seconds) => again.after(seconds),
        None => again,
    }
}

fn quota() -> Quota {
    let (burst, period) = PACE;
    Quota::with_period(period)
        .expect("BUG: the period is zero")
        .allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

fn too_slow() -> Error {
    let text = "The picture could not be fetched. It took too long.";
    Error::new(ErrorKind::Unprocessable, "fetch_failed", text)
}

fn not_an_image() -> Error {
    let text = "Only PNG, JPEG, GIF and WebP pictures are shown";
    Error::new(ErrorKind::Unprocessable, "not_an_image", text)
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, sync::Arc};

    use super::{PACE, Parts, PictureProxy};
    use crate::{
        file::fetch::Fetcher,
        kernel::{Db, InstallationKey, Workers},
    };

    #[tokio::test]
    async fn one_address_has_only_so_many_fetched_and_none_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/a.db?mode=rwc", folder.path().display());
        let db = Db::open(&url).await.expect("a database");
        let key = InstallationKey::load(&db, entity::Timestamp(0)).await;
        let proxy = PictureProxy::new(Parts {
            signer: key.expect("a key").signer("test"),
            fetcher: Fetcher::new(Vec::new()).expect("a client"),
            workers: Workers::default(),
            spool: Arc::new(folder.path().to_owned()),
            capacity: 1_000_000,
            limits: true,
        });
        let ask = async |n: u32, from: [u8; 4]| {
            let path = proxy.path_of(&format!("https://10.0.0.1/{n}"));
            let path = path.expect("a path");
            let (signature, address) = path["/proxy/".len()..].split_once('/').expect("parts");
            let shown = proxy.picture(signature, address, IpAddr::from(from));
            shown.await.expect_err("nothing there").code().to_owned()
        };
        let one = [192, 0, 2, 1];
        for n in 0..PACE.0 {
            assert_eq!(ask(n, one).await, "url_not_allowed");
        }
        let mut more = PACE.0;
        while ask(more, one).await != "rate_limited" {
            more += 1;
            assert!(more < 10_000, "there is no limit");
        }
        assert_eq!(ask(0, one).await, "url_not_allowed", "it is known already");
        assert_eq!(ask(more, [192, 0, 2, 2]).await, "url_not_allowed");
    }
}
