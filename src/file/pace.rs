//! How much one person may upload at a time, and how often.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use entity::UserId;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::kernel::{Error, Result};

/// Uploads of one person: thirty at once, then one every four seconds.
const UPLOADS: (u32, Duration) = (30, Duration::from_secs(4));
/// Files fetched for one person: five at once, then one every twenty seconds.
const FETCHES: (u32, Duration) = (5, Duration::from_secs(20));
/// How many uploads of one person, and of everybody, may be under way.
const MAX_OF_PERSON: usize = 6;
const MAX_OF_ALL: usize = 64;

/// Paces uploads. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    limiters: Option<Arc<Limiters>>,
    under_way: Arc<Mutex<HashMap<UserId, usize>>>,
}

#[derive(Debug)]
struct Limiters {
    uploads: DefaultKeyedRateLimiter<UserId>,
    fetches: DefaultKeyedRateLimiter<UserId>,
}

/// An upload that is under way.
#[derive(Debug)]
pub(super) struct Turn {
    user: UserId,
    under_way: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Pace {
    /// A pace; how often is not looked at when limits are off.
    pub(super) fn new(limits: bool) -> Self {
        Self {
            limiters: limits.then(|| {
                Arc::new(Limiters {
                    uploads: RateLimiter::keyed(quota(UPLOADS)),
                    fetches: RateLimiter::keyed(quota(FETCHES)),
                })
            }),
            under_way: Arc::default(),
        }
    }

    /// Counts an upload, and has it be under way until the turn is dropped.
    ///
    /// # Errors
    /// `rate_limited`, `busy`.
    pub(super) fn upload(&self, user: UserId) -> Result<Turn> {
        self.check(user, |limiters| &limiters.uploads)?;
        self.turn(user)
    }

    /// The same for a file that is to be fetched.
    ///
    /// # Errors
    /// `rate_limited`, `busy`.
    pub(super) fn fetch(&self, user: UserId) -> Result<Turn> {
        self.check(user, |limiters| &limiters.fetches)?;
        self.turn(user)
    }

    fn turn(&self, user: UserId) -> Result<Turn> {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if under_way.values().sum::<usize>() >= MAX_OF_ALL {
            return Err(Error::busy());
        }
        let of_person = under_way.entry(user).or_default();
        if *of_person >= MAX_OF_PERSON {
            let text = format!("At most {MAX_OF_PERSON} uploads can be under way.");
            return Err(Error::rate_limited("rate_limited", text, Some(1)));
        }
        *of_person += 1;
        drop(under_way);
        Ok(Turn {
            user,
            under_way: self.under_way.clone(),
        })
    }

    fn check(
        &self,
        user: UserId,
        which: impl FnOnce(&Limiters) -> &DefaultKeyedRateLimiter<UserId>,
    ) -> Result<()> {
        let Some(limiters) = &self.limiters else {
            return Ok(());
        };
        which(limiters).check_key(&user).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let seconds = wait.as_secs() + 1;
            let text = format!("Too many files. Please wait {seconds} seconds.");
            Error::rate_limited("rate_limited", text, Some(seconds))
        })
    }

    /// Forgets those who have not uploaded for long.
    pub(super) fn sweep(&self) {
        if let Some(limiters) = &self.limiters {
            limiters.uploads.retain_recent();
            limiters.fetches.retain_recent();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.user);
            }
        }
    }
}

fn quota((burst, period): (u32, Duration)) -> Quota {
    Quota::with_period(period)
        .expect("BUG: a quota's period is zero")
        .allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

#[cfg(test)]
mod tests {
    use entity::UserId;

    use super::{MAX_OF_PERSON, Pace};

    #[test]
    fn one_person_does_not_take_everybodys_turns() {
        let pace = Pace::new(true);
        let (alice, bob) = (UserId(1), UserId(2));
        let turns: Vec<_> = (0..MAX_OF_PERSON)
            .map(|_| pace.upload(alice).expect("a turn"))
            .collect();
        assert_eq!(
            pace.upload(alice).expect_err("too many").code(),
            "rate_limited"
        );
        drop(pace.upload(bob).expect("another's turn"));
        drop(turns);
        for _ in 0..20 {
            drop(pace.upload(alice).expect("within the burst"));
        }
        let mut more = (0..10).map(|_| pace.upload(alice));
        let refused = more.find_map(Result::err).expect("too often");
        assert!(refused.retry_after().is_some());
        drop(pace.upload(bob).expect("another's pace"));
        let unlimited = Pace::new(false);
        for _ in 0..1000 {
            drop(unlimited.upload(alice).expect("no limit"));
        }
    }
}
