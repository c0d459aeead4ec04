//! How much of its limits a request has left, kept with the request and told in its answer.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::extract::{FromRequestParts, MatchedPath, Request};
use entity::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};

use super::limits::{Allowance, Subject};
use crate::kernel::{Error, Result};

/// What one limit has left for somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Left {
    pub(super) limit: Allowance,
    pub(super) subject: Subject,
    /// How many more requests are taken at once.
    pub(super) remaining: u32,
    /// How long until the limit is as good as unused.
    pub(super) until_full: Duration,
    /// How long until one more request is taken, where this one was not.
    pub(super) refused_for: Option<Duration>,
}

/// What the limits of one request have left. Cheap to clone; in the request's extensions.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    bucket: Bucket,
    noted: Arc<Mutex<Vec<Left>>>,
}

/// A name for the requests to one route of one app or server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Bucket(u64);

impl Bucket {
    /// Its first parameter says whose route it is; further ones do not tell its requests apart.
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map_or("", MatchedPath::as_str);
        let mut segments = route.split('/').zip(request.uri().path().split('/'));
        let whose = segments.find(|(name, _)| name.starts_with('{'));
        let mut hasher = DefaultHasher::new();
        (request.method(), route, whose.map(|(_, id)| id)).hash(&mut hasher);
        Self(hasher.finish())
    }
}

impl Pace {
    /// Nothing noted yet.
    pub(super) fn of(request: &Request) -> Self {
        Self {
            bucket: Bucket::of(request),
            noted: Arc::default(),
        }
    }

    pub(super) fn note(&self, left: Left) {
        self.lock().push(left);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Left>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limit that holds the request back most, and all of them.
    fn tightest(&self) -> Option<(Left, Vec<Left>)> {
        let all = self.lock().clone();
        let tightest = all.iter().copied().min_by_key(|left| {
            let refused_for = std::cmp::Reverse(left.refused_for);
            (
                refused_for,
                left.remaining,
                std::cmp::Reverse(left.until_full),
            )
        });
        tightest.map(|tightest| (tightest, all))
    }

    /// How long to wait before the next request, where this one was refused.
    pub(super) fn refused_for(&self) -> Option<Duration> {
        self.tightest()
            .and_then(|(tightest, _)| tightest.refused_for)
    }

    /// An opaque name for what is counted: by it, clients tell their budgets apart. Where the path
    /// does not name the app, what was counted does.
    fn bucket_name(&self, all: &[Left]) -> String {
        let mut hasher = DefaultHasher::new();
        self.bucket.hash(&mut hasher);
        let mut subjects = all.iter().map(|left| left.subject);
        let app = subjects.find(|subject| matches!(subject, Subject::App(_)));
        app.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Writes the headers, as of `now`.
    pub(super) fn write(&self, headers: &mut HeaderMap, now: Timestamp) {
        let Some((tightest, all)) = self.tightest() else {
            return;
        };
        let after = tightest.refused_for.unwrap_or(tightest.until_full);
        let reset = Duration::from_millis(now.0.max(0).unsigned_abs()) + after;
        let policies: Vec<_> = all
            .iter()
            .map(|Left { limit, .. }| {
                let window = limit.window.as_secs();
                format!("\"{}\";q={};w={window}", limit.name, limit.requests)
            })
            .collect();
        let state = format!(
            "\"{}\";r={};t={}",
            tightest.limit.name,
            tightest.remaining,
            whole_seconds(after)
        );
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-ratelimit-limit", tightest.limit.requests.to_string());
        set("x-ratelimit-remaining", tightest.remaining.to_string());
        set("x-ratelimit-reset", decimal(reset));
        set("x-ratelimit-reset-after", decimal(after));
        set("x-ratelimit-bucket", self.bucket_name(&all));
        set("ratelimit-policy", policies.join(", "));
        set("ratelimit", state);
        if let Some(wait) = tightest.refused_for {
            set("x-ratelimit-scope", tightest.limit.scope().to_owned());
            headers.insert(header::RETRY_AFTER, whole_seconds(wait).into());
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Pace {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let pace = parts.extensions.get::<Self>().cloned();
        pace.ok_or_else(|| Error::internal(anyhow::anyhow!("BUG: no envelope around a route")))
    }
}

/// Whole seconds, rounded up: earlier would be too early.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// Seconds with three decimals, rounded up.
fn decimal(time: Duration) -> String {
    let ms = time.as_nanos().div_ceil(1_000_000);
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::Duration};

    use entity::{AppId, Timestamp};
    use http::HeaderMap;

    use super::{Allowance, Left, Pace, Subject, decimal, whole_seconds};

    fn a_minute(name: &'static str, requests: u32) -> Allowance {
        Allowance {
            name,
            requests: NonZeroU32::new(requests).expect("at least one"),
            window: Duration::from_mins(1),
            is_shared: false,
        }
    }

    fn ip() -> Allowance {
        a_minute("ip", 30)
    }

    fn widget() -> Allowance {
        a_minute("widget", 60)
    }

    fn left(limit: Allowance, remaining: u32, refused_for: Option<Duration>) -> Left {
        Left {
            limit,
            subject: Subject::App(AppId(7)),
            remaining,
            until_full: Duration::from_millis(23_400),
            refused_for,
        }
    }

    fn headers(all: &[Left]) -> HeaderMap {
        let pace = Pace::default();
        for left in all {
            pace.note(*left);
        }
        let mut headers = HeaderMap::new();
        pace.write(&mut headers, Timestamp(1_768_484_527_012));
        headers
    }

    #[track_caller]
    fn assert_has(headers: &HeaderMap, expected: &[(&str, &str)]) {
        for (name, value) in expected {
            assert_eq!(headers[*name], value, "{name}");
        }
    }

    #[test]
    fn the_tightest_limit_is_told_and_the_others_are_named() {
        let headers = headers(&[left(widget(), 59, None), left(ip(), 12, None)]);
        assert_has(
            &headers,
            &[
                ("x-ratelimit-limit", "30"),
                ("x-ratelimit-remaining", "12"),
                ("x-ratelimit-reset", "1768484550.412"),
                ("x-ratelimit-reset-after", "23.400"),
                ("ratelimit", "\"ip\";r=12;t=24"),
                ("ratelimit-policy", "\"widget\";q=60;w=60, \"ip\";q=30;w=60"),
            ],
        );
        assert!(!headers.contains_key("retry-after"));
        assert!(!headers.contains_key("x-ratelimit-scope"));
    }

    #[test]
    fn a_refusal_says_for_how_long_and_whose_limit_it_was() {
        let wait = Some(Duration::from_millis(2_409));
        let shared = Allowance {
            is_shared: true,
            ..widget()
        };
        let refused = headers(&[left(ip(), 0, None), left(shared, 0, wait)]);
        assert_has(
            &refused,
            &[
                ("x-ratelimit-limit", "60"),
                ("x-ratelimit-reset-after", "2.409"),
                ("x-ratelimit-scope", "shared"),
                ("retry-after", "3"),
            ],
        );
        let alone = headers(&[left(ip(), 0, wait)]);
        assert_eq!(alone["x-ratelimit-scope"], "user");
        // The same budget, whether there is something left of it or not.
        assert_eq!(alone["x-ratelimit-bucket"], refused["x-ratelimit-bucket"]);
    }

    #[test]
    fn without_limits_there_are_no_headers() {
        assert!(headers(&[]).is_empty());
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::from_millis(2_001)), 3);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
        assert_eq!(whole_seconds(Duration::ZERO), 0);
        assert_eq!(decimal(Duration::from_nanos(1)), "0.001");
    }
}
