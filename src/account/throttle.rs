//! Slowing down those who guess passwords.
//!
//! Counted per account and per address. A place from which somebody has signed in to an account
//! before is not held back by what strangers do to that account, so nobody can be locked out.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use entity::UserId;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::kernel::{Error, Result};

/// Attempts on one account: ten at once, then one every three minutes (20 an hour).
const PER_ACCOUNT: (u32, Duration) = (10, Duration::from_mins(3));
/// Attempts from one address: twenty at once, then one every three seconds.
const PER_ADDRESS: (u32, Duration) = (20, Duration::from_secs(3));
/// Changes of one person's profile, which everybody is told of: twenty at once, then one every six
/// seconds.
const CHANGES: (u32, Duration) = (20, Duration::from_secs(6));
/// Remembered places from which people have signed in.
const MAX_KNOWN_PLACES: u64 = 100_000;
const KNOWN_FOR: Duration = Duration::from_hours(720);

/// Counts login attempts. Cheap to clone.
#[derive(Clone)]
pub struct LoginThrottle(Option<Arc<Limiters>>);

struct Limiters {
    accounts: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    changes: DefaultKeyedRateLimiter<UserId>,
    known_places: moka::sync::Cache<(String, IpAddr), ()>,
}

impl LoginThrottle {
    /// A throttle, or none at all when limits are off.
    pub fn new(enabled: bool) -> Self {
        Self(enabled.then(|| {
            Arc::new(Limiters {
                accounts: RateLimiter::keyed(quota(PER_ACCOUNT)),
                addresses: RateLimiter::keyed(quota(PER_ADDRESS)),
                changes: RateLimiter::keyed(quota(CHANGES)),
                known_places: moka::sync::Cache::builder()
                    .max_capacity(MAX_KNOWN_PLACES)
                    .time_to_live(KNOWN_FOR)
                    .build(),
            })
        }))
    }

    /// Counts an attempt on `account` (folded name) from `address`, and refuses one too many.
    pub fn attempt(&self, account: &str, address: IpAddr) -> Result<()> {
        let Some(limiters) = &self.0 else {
            return Ok(());
        };
        let account = account.to_owned();
        check(&limiters.addresses, &address)?;
        let place = (account, address);
        if limiters.known_places.contains_key(&place) {
            return Ok(());
        }
        check(&limiters.accounts, &place.0)
    }

    /// Counts a registration from `address`.
    pub fn registration(&self, address: IpAddr) -> Result<()> {
        match &self.0 {
            Some(limiters) => check(&limiters.addresses, &address),
            None => Ok(()),
        }
    }

    /// Counts a change that `user` makes to their profile.
    pub fn change(&self, user: UserId) -> Result<()> {
        match &self.0 {
            Some(limiters) => check(&limiters.changes, &user),
            None => Ok(()),
        }
    }

    /// Remembers that somebody signed in to `account` from `address`.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        if let Some(limiters) = &self.0 {
            limiters
                .known_places
                .insert((account.to_owned(), address), ());
        }
    }

    /// Forgets those who have not tried for long, so that the maps stay small.
    pub fn sweep(&self) {
        if let Some(limiters) = &self.0 {
            limiters.accounts.retain_recent();
            limiters.addresses.retain_recent();
            limiters.changes.retain_recent();
        }
    }
}

fn quota((burst, period): (u32, Duration)) -> Quota {
    Quota::with_period(period)
        .expect("BUG: a quota's period is zero")
        .allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

fn check<K: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<()> {
    limiter.check_key(key).map_err(|refused| {
        let wait = refused.wait_time_from(DefaultClock::default().now());
        let seconds = wait.as_secs() + 1;
        Error::rate_limited(
            "rate_limited",
            format!("Too many attempts. Please wait {seconds} seconds."),
            Some(seconds),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::LoginThrottle;

    #[test]
    fn guessing_is_slowed_but_nobody_is_locked_out_of_a_known_place() {
        let throttle = LoginThrottle::new(true);
        let home = "10.0.0.1".parse().expect("an address");
        throttle.succeeded("alice", home);
        for n in 0_u8..10 {
            let stranger = std::net::IpAddr::from([10, 0, 1, n]);
            throttle
                .attempt("alice", stranger)
                .expect("within the burst");
        }
        let stranger = "10.0.2.1".parse().expect("an address");
        let refused = throttle.attempt("alice", stranger).expect_err("too many");
        assert_eq!(refused.code(), "rate_limited");
        assert!(refused.retry_after().is_some());
        throttle.attempt("alice", home).expect("a known place");
        throttle.attempt("bob", stranger).expect("another account");
    }

    #[test]
    fn switched_off_it_refuses_nothing() {
        let throttle = LoginThrottle::new(false);
        for _ in 0..1000 {
            throttle
                .attempt("alice", "10.0.0.1".parse().expect("an address"))
                .expect("no limits");
        }
    }
}
