//! How often one person may do what is cheap to ask for and dear to answer.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use entity::UserId;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::kernel::{Error, Result, Tasks};

/// Reactions: thirty at once, then two a second.
const REACTIONS: (u32, Duration) = (30, Duration::from_millis(500));
/// Searches, typing included: twenty at once, then two a second.
const SEARCHES: (u32, Duration) = (20, Duration::from_millis(500));
/// Commands: ten at once, then one a second.
const COMMANDS: (u32, Duration) = (10, Duration::from_secs(1));
/// How often those who were quiet are forgotten.
const SWEEP: Duration = Duration::from_mins(1);

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doing {
    /// Putting an emoji under a message, or taking it away.
    Reacting,
    /// Searching.
    Searching,
    /// Typing commands.
    Commanding,
}

/// The pace that people keep to. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pace(Option<Arc<Limiters>>);

struct Limiters {
    reactions: DefaultKeyedRateLimiter<UserId>,
    searches: DefaultKeyedRateLimiter<UserId>,
    commands: DefaultKeyedRateLimiter<UserId>,
}

impl Pace {
    /// A pace; none is kept to unless `limits` are on.
    pub(super) fn start(limits: bool, tasks: &Tasks) -> Self {
        let limiters = limits.then(|| {
            Arc::new(Limiters {
                reactions: RateLimiter::keyed(quota(REACTIONS)),
                searches: RateLimiter::keyed(quota(SEARCHES)),
                commands: RateLimiter::keyed(quota(COMMANDS)),
            })
        });
        if let Some(limiters) = limiters.clone() {
            tasks.every(SWEEP, move || {
                limiters.reactions.retain_recent();
                limiters.searches.retain_recent();
                limiters.commands.retain_recent();
                std::future::ready(())
            });
        }
        Self(limiters)
    }

    /// Counts it.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn count(&self, user: UserId, doing: Doing) -> Result<()> {
        let Some(limiters) = &self.0 else {
            return Ok(());
        };
        let (limiter, what) = match doing {
            Doing::Reacting => (&limiters.reactions, "reactions"),
            Doing::Searching => (&limiters.searches, "searches"),
            Doing::Commanding => (&limiters.commands, "commands"),
        };
        limiter.check_key(&user).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let seconds = wait.as_secs() + 1;
            let text = format!("Too many {what}. Please wait {seconds} seconds.");
            Error::rate_limited("rate_limited", text, Some(seconds))
        })
    }
}

fn quota((burst, refill): (u32, Duration)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(refill)
        .unwrap_or_else(|| Quota::per_second(burst))
        .allow_burst(burst)
}
