//! How often one person may ring others, come into rooms, and signal.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use entity::UserId;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::kernel::{Error, Result, Tasks};

/// Signals a second, and how many may come at once: one connection takes about thirty, and a call of
/// eight begins with seven of them.
const SIGNALS: (u32, u32) = (40, 400);
/// Calls and entries that may come at once; another one each [`ENTRY`].
const ENTRIES: u32 = 20;
const ENTRY: Duration = Duration::from_secs(3);
/// How often what is not needed any more is forgotten.
const SWEEP: Duration = Duration::from_mins(1);

/// The pace that people keep to. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pace(Option<Arc<Limiters>>);

struct Limiters {
    signals: DefaultKeyedRateLimiter<UserId>,
    entries: DefaultKeyedRateLimiter<UserId>,
}

impl Pace {
    /// A pace; none is kept to unless `limits` are on.
    pub(super) fn start(limits: bool, tasks: &Tasks) -> Self {
        let limiters = quotas().filter(|_| limits).map(|(signals, entries)| {
            Arc::new(Limiters {
                signals: RateLimiter::keyed(signals),
                entries: RateLimiter::keyed(entries),
            })
        });
        if let Some(limiters) = limiters.clone() {
            tasks.every(SWEEP, move || {
                limiters.signals.retain_recent();
                limiters.entries.retain_recent();
                std::future::ready(())
            });
        }
        Self(limiters)
    }

    /// # Errors
    /// `rate_limited` for more signals than browsers have reason to send.
    pub(super) fn signal(&self, user: UserId) -> Result<()> {
        self.0
            .as_ref()
            .map_or(Ok(()), |it| check(&it.signals, user))
    }

    /// # Errors
    /// `rate_limited` for more calls and entries than people make.
    pub(super) fn enter(&self, user: UserId) -> Result<()> {
        self.0
            .as_ref()
            .map_or(Ok(()), |it| check(&it.entries, user))
    }
}

fn check(limiter: &DefaultKeyedRateLimiter<UserId>, user: UserId) -> Result<()> {
    limiter.check_key(&user).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        let text = "That was too often. Please wait a moment.";
        Error::rate_limited("rate_limited", text, Some(wait.as_secs() + 1))
    })
}

/// None only if a rate were zero.
fn quotas() -> Option<(Quota, Quota)> {
    let signals = Quota::per_second(NonZeroU32::new(SIGNALS.0)?);
    let entries = Quota::with_period(ENTRY)?;
    Some((
        signals.allow_burst(NonZeroU32::new(SIGNALS.1)?),
        entries.allow_burst(NonZeroU32::new(ENTRIES)?),
    ))
}
