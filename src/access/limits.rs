//! Rate limits: how often somebody may do something, and what is left of it.
//!
//! `governor` decides; the store below keeps what it decides on, so that its size has a bound and
//! what one limit took can be given back when another one refuses: a refused request costs nothing.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    net::IpAddr,
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use dashmap::{DashMap, mapref::entry::Entry};
use entity::{AppId, AppTokenId, ConversationId, ServerId, UserId};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock, Reference as _},
    middleware::StateInformationMiddleware,
    nanos::Nanos,
    state::StateStore,
};

use super::pace::{Left, Pace, whole_seconds};
use crate::{
    http::ClientAddress,
    kernel::{
        Error, Result,
        config::{self, AppLimits},
    },
};

/// How many one limit counts for by themselves. The rest shares [`CROWDS`] places.
const MAX_SUBJECTS: usize = 100_000;
const CROWDS: u64 = 1024;

/// How often something may be done: so many requests at once, and as many again in every window.
/// Declared as a constant where it is used; its name is unique among them, and on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    name: &'static str,
    requests: fn(&AppLimits) -> NonZeroU32,
    window: Duration,
    is_shared: bool,
}

impl Limit {
    /// At most `requests` of the configuration at once, regained over `window`.
    pub const fn new(
        name: &'static str,
        requests: fn(&AppLimits) -> NonZeroU32,
        window: Duration,
    ) -> Self {
        Self {
            name,
            requests,
            window,
            is_shared: false,
        }
    }

    /// The same limit, as one that whoever is refused shares with others: a channel's or a server's.
    #[must_use]
    pub const fn shared(self) -> Self {
        Self {
            is_shared: true,
            ..self
        }
    }

    fn allowance(&self, configured: &AppLimits) -> Allowance {
        Allowance {
            name: self.name,
            requests: (self.requests)(configured),
            window: self.window,
            is_shared: self.is_shared,
        }
    }
}

/// What a limit comes to on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) name: &'static str,
    pub(super) requests: NonZeroU32,
    pub(super) window: Duration,
    pub(super) is_shared: bool,
}

impl Allowance {
    /// Whose limit it is, for `X-RateLimit-Scope`.
    pub(super) const fn scope(self) -> &'static str {
        if self.is_shared { "shared" } else { "user" }
    }

    /// After how long one more request is taken.
    fn period(self) -> Duration {
        self.window / self.requests.get()
    }

    fn quota(self) -> Quota {
        Quota::with_period(self.period())
            .unwrap_or(Quota::per_second(NonZeroU32::MIN))
            .allow_burst(self.requests)
    }
}

/// Who or what is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An address; for IPv6 its /64.
    Address(IpAddr),
    /// An app.
    App(AppId),
    /// A token of an integration.
    Token(AppTokenId),
    /// A person.
    User(UserId),
    /// A channel.
    Channel(ConversationId),
    /// A server.
    Server(ServerId),
    /// Those for whom there was no place of their own.
    Crowd(u64),
}

impl From<ClientAddress> for Subject {
    fn from(client: ClientAddress) -> Self {
        Self::Address(client.bucket())
    }
}

/// One of several limits that a request has to pass.
pub type Bounded = (Limit, Subject);

/// Counts requests. Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub struct Limits(Option<Arc<Counters>>);

#[derive(Debug)]
struct Counters {
    configured: AppLimits,
    counters: DashMap<&'static str, Arc<Counter>>,
}

impl Limits {
    /// The limits of a configuration, or none at all.
    pub fn new(config: &config::Limits) -> Self {
        let counters = || {
            Arc::new(Counters {
                configured: config.apps.clone(),
                counters: DashMap::default(),
            })
        };
        Self(config.enabled.then(counters))
    }

    /// Counts one request by each of `bounds`, and notes in `pace` what is left.
    ///
    /// # Errors
    /// `rate_limited` when one of them is used up; then none has counted the request.
    pub fn check(&self, pace: &Pace, bounds: &[Bounded]) -> Result<()> {
        let Some(counters) = &self.0 else {
            return Ok(());
        };
        let mut refused_for = None;
        let mut taken: Vec<(Arc<Counter>, Subject)> = Vec::with_capacity(bounds.len());
        for &(limit, subject) in bounds {
            let counter = counters.of(limit);
            let (left, key) = counter.take(subject);
            refused_for = refused_for.max(left.refused_for);
            if left.refused_for.is_none() {
                taken.push((counter, key));
            }
            pace.note(left);
        }
        let Some(wait) = refused_for else {
            return Ok(());
        };
        for (counter, key) in taken {
            counter.give_back(key);
        }
        Err(too_often(wait))
    }

    /// Refuses without counting, when the limit is used up already: for what is counted only once
    /// it has failed. Looking takes a place and gives it back.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn peek(&self, pace: &Pace, (limit, subject): Bounded) -> Result<()> {
        let Some(counters) = &self.0 else {
            return Ok(());
        };
        let counter = counters.of(limit);
        let (left, key) = counter.take(subject);
        if let Some(wait) = left.refused_for {
            pace.note(left);
            return Err(too_often(wait));
        }
        counter.give_back(key);
        Ok(())
    }

    /// Forgets whoever has not come for so long that it makes no difference.
    pub(super) fn sweep(&self) {
        if let Some(counters) = &self.0 {
            for counter in &counters.counters {
                counter.sweep();
            }
        }
    }
}

impl Counters {
    fn of(&self, limit: Limit) -> Arc<Counter> {
        if let Some(counter) = self.counters.get(limit.name) {
            return counter.clone();
        }
        let entry = self.counters.entry(limit.name);
        entry
            .or_insert_with(|| Arc::new(Counter::new(limit.allowance(&self.configured))))
            .clone()
    }
}

fn too_often(wait: Duration) -> Error {
    let seconds = whole_seconds(wait);
    let text = format!("too many requests; try again in {seconds} s");
    Error::rate_limited("rate_limited", text, Some(seconds))
}

/// What one limit has counted.
#[derive(Debug)]
struct Counter {
    limit: Allowance,
    limiter: RateLimiter<Subject, Cells, DefaultClock, StateInformationMiddleware>,
    cells: Cells,
    began: <DefaultClock as governor::clock::Clock>::Instant,
}

impl Counter {
    fn new(limit: Allowance) -> Self {
        let (clock, cells) = (DefaultClock::default(), Cells::default());
        let began = clock.now();
        Self {
            limit,
            limiter: RateLimiter::new(limit.quota(), cells.clone(), clock),
            cells,
            began,
        }
    }

    /// Counts one request, if it may pass; also says who it was counted for.
    fn take(&self, subject: Subject) -> (Left, Subject) {
        let limit = self.limit;
        let key = self.cells.place(subject);
        let (remaining, refused_for) = match self.limiter.check_key(&key) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(until) => (0, Some(until.wait_time_from(self.limiter.clock().now()))),
        };
        let left = Left {
            limit,
            subject,
            remaining,
            until_full: limit.period() * limit.requests.get().saturating_sub(remaining),
            refused_for,
        };
        (left, key)
    }

    /// Undoes one request that was counted.
    fn give_back(&self, key: Subject) {
        let period = Nanos::from(self.limit.period()).as_u64();
        if let Some(mut tat) = self.cells.0.get_mut(&key) {
            *tat = tat.saturating_sub(period);
        }
    }

    fn sweep(&self) {
        let now = self.limiter.clock().now().duration_since(self.began);
        self.cells.0.retain(|_, tat| *tat > now.as_u64());
    }
}

/// Everybody's theoretical arrival time, as the algorithm has it: nanoseconds since its beginning.
#[derive(Clone, Debug, Default)]
struct Cells(Arc<DashMap<Subject, u64>>);

impl Cells {
    /// Who `subject` is counted as: itself, or part of a crowd when there are too many.
    fn place(&self, subject: Subject) -> Subject {
        if self.0.len() < MAX_SUBJECTS || self.0.contains_key(&subject) {
            return subject;
        }
        let mut hasher = DefaultHasher::new();
        subject.hash(&mut hasher);
        Subject::Crowd(hasher.finish() % CROWDS)
    }
}

impl StateStore for Cells {
    type Key = Subject;

    fn measure_and_replace<T, F, E>(&self, key: &Subject, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        match self.0.entry(*key) {
            Entry::Occupied(mut entry) => {
                let (outcome, next) = decide(Some(Nanos::new(*entry.get())))?;
                entry.insert(next.as_u64());
                Ok(outcome)
            }
            Entry::Vacant(entry) => {
                let (outcome, next) = decide(None)?;
                entry.insert(next.as_u64());
                Ok(outcome)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::Duration};

    use entity::{AppId, ConversationId};

    use super::{Cells, Limit, Limits, MAX_SUBJECTS, Pace, Subject, config};

    /// So long that nothing comes back while a test runs.
    const LONG: Duration = Duration::from_hours(1000);
    const TWO: Limit = Limit::new("two", |_| some(2), LONG);
    const FIVE: Limit = Limit::new("five", |limits| limits.webhook_burst, LONG).shared();
    const CHANNEL: Subject = Subject::Channel(ConversationId(9));

    fn some(requests: u32) -> NonZeroU32 {
        NonZeroU32::new(requests).expect("at least one")
    }

    fn enabled() -> Limits {
        Limits::new(&config::Limits::default())
    }

    fn app(id: i64) -> Subject {
        Subject::App(AppId(id))
    }

    #[test]
    fn each_is_counted_alone_and_a_refusal_says_how_long_it_lasts() {
        let limits = enabled();
        let check = |subject| limits.check(&Pace::default(), &[(TWO, subject)]);
        assert!(check(app(1)).is_ok());
        assert!(check(app(1)).is_ok());
        let refused = check(app(1)).expect_err("too often");
        assert_eq!(refused.code(), "rate_limited");
        let half = LONG.as_secs() / 2;
        assert!(refused.retry_after().is_some_and(|wait| wait <= half));
        assert!(refused.retry_after().is_some_and(|wait| wait > half - 60));
        assert!(check(app(2)).is_ok());
    }

    #[test]
    fn what_one_limit_refuses_no_other_has_counted() {
        let limits = enabled();
        let check = |id| limits.check(&Pace::default(), &[(FIVE, CHANNEL), (TWO, app(id))]);
        for _ in 0..2 {
            assert!(check(1).is_ok());
        }
        for _ in 0..20 {
            assert!(check(1).is_err());
        }
        // The channel has counted two of the twenty-two: three are left for others.
        let passed = (2..9).filter(|id| check(*id).is_ok()).count();
        assert_eq!(passed, 3);
    }

    #[test]
    fn looking_counts_nothing() {
        let limits = enabled();
        let pace = Pace::default();
        for _ in 0..20 {
            assert!(limits.peek(&pace, (TWO, app(1))).is_ok());
        }
        for _ in 0..2 {
            assert!(limits.check(&pace, &[(TWO, app(1))]).is_ok());
        }
        assert!(limits.peek(&pace, (TWO, app(1))).is_err());
    }

    #[test]
    fn those_for_whom_there_is_no_place_are_counted_together() {
        let cells = Cells::default();
        for id in 0..MAX_SUBJECTS {
            let id = i64::try_from(id).expect("a number");
            cells.0.insert(app(id), 1);
        }
        assert_eq!(cells.place(app(7)), app(7), "known");
        let place = cells.place(app(-1));
        assert!(matches!(place, Subject::Crowd(_)), "{place:?}");
        assert_eq!(cells.place(app(-1)), place);
    }

    #[test]
    fn a_sweep_keeps_whoever_has_used_something() {
        const SHORT: Limit = Limit::new("short", |_| NonZeroU32::MIN, Duration::from_nanos(1));
        let limits = enabled();
        let pace = Pace::default();
        let bounds = [(TWO, app(1)), (SHORT, app(1))];
        assert!(limits.check(&pace, &bounds).is_ok());
        limits.sweep();
        let counters = limits.0.as_ref().expect("limits");
        let kept = |name| {
            counters
                .counters
                .get(name)
                .expect("a counter")
                .cells
                .0
                .len()
        };
        assert_eq!((kept("two"), kept("short")), (1, 0));
    }

    #[test]
    fn switched_off_they_refuse_nothing_and_say_nothing() {
        let limits = Limits::new(&config::Limits {
            enabled: false,
            ..config::Limits::default()
        });
        let pace = Pace::default();
        for _ in 0..100 {
            assert!(limits.check(&pace, &[(TWO, app(1))]).is_ok());
        }
        let mut headers = http::HeaderMap::new();
        pace.write(&mut headers, entity::Timestamp(0));
        assert!(headers.is_empty());
    }
}
