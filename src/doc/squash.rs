//! Which kept states of a document give way to later ones as they grow old. Pure.
//!
//! Of the automatic states of one window of time the last one stays: windows of ten minutes for a
//! day, of an hour for a week, of a day for a year, of a month from then on. What has a name stays
//! and ends the window it is in, and so does the state before a restore, for a day: that is when
//! somebody wants it back. However long people work on a document, the number of its automatic
//! states is therefore bounded by the windows, some 700 and twelve a year.

use entity::{RevisionId, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
const YEAR: i64 = 365 * DAY;
/// The narrowest window, in seconds: work that goes on for this long is one state.
pub(super) const SESSION: i64 = 10 * MINUTE;
/// How many states before restores stay, of those of the last day.
const MAX_SEALED: usize = 100;

/// A kept state as far as its stay depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) id: RevisionId,
    pub(super) created_at: Timestamp,
    pub(super) is_named: bool,
    /// Whether it is the state before a restore.
    pub(super) is_sealed: bool,
}

/// States that give way to a later one, which takes over their authors and their beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) into: RevisionId,
    /// The oldest first; never empty.
    pub(super) absorbed: Vec<RevisionId>,
}

/// What gives way, given all kept states of one document, the oldest first.
pub(super) fn squash(kept: &[Kept], now: Timestamp) -> Vec<Merge> {
    let places = places(kept, now);
    let mut merges = Vec::new();
    let mut absorbed = Vec::new();
    for (at, revision) in kept.iter().enumerate() {
        let stays = places[at].is_none() || places.get(at + 1) != Some(&places[at]);
        if !stays {
            absorbed.push(revision.id);
        } else if !absorbed.is_empty() {
            merges.push(Merge {
                into: revision.id,
                absorbed: std::mem::take(&mut absorbed),
            });
        }
    }
    merges
}

/// The window of each state; none for those that stay whatever is beside them.
fn places(kept: &[Kept], now: Timestamp) -> Vec<Option<Window>> {
    let mut sealed = 0;
    let mut places: Vec<_> = kept
        .iter()
        .rev()
        .map(|revision| {
            let is_young = age(revision, now) < DAY;
            sealed += usize::from(revision.is_sealed && is_young);
            let is_sealed = revision.is_sealed && is_young && sealed <= MAX_SEALED;
            (!revision.is_named && !is_sealed).then(|| Window::of(revision, now))
        })
        .collect();
    places.reverse();
    places
}

/// A stretch of time of which one automatic state stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Window {
    Session(i64),
    Hour(i64),
    Day(i64),
    Month(i32, time::Month),
}

impl Window {
    fn of(revision: &Kept, now: Timestamp) -> Self {
        let at = revision.created_at.unix_seconds();
        match age(revision, now) {
            ..DAY => Self::Session(at.div_euclid(SESSION)),
            DAY..WEEK => Self::Hour(at.div_euclid(HOUR)),
            WEEK..YEAR => Self::Day(at.div_euclid(DAY)),
            YEAR.. => {
                let date = time::OffsetDateTime::from_unix_timestamp(at)
                    .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
                Self::Month(date.year(), date.month())
            }
        }
    }
}

/// In seconds; negative when the clock went back.
fn age(revision: &Kept, now: Timestamp) -> i64 {
    now.unix_seconds() - revision.created_at.unix_seconds()
}

#[cfg(test)]
mod tests {
    use entity::{RevisionId, Timestamp};
    use proptest::prelude::*;

    use super::{DAY, HOUR, Kept, MAX_SEALED, MINUTE, Merge, SESSION, WEEK, YEAR, squash};

    /// A Monday at noon, where every window but the month begins.
    const NOW: i64 = 1_736_942_400;

    fn automatic(id: i64, seconds: i64) -> Kept {
        Kept {
            id: RevisionId(id),
            created_at: Timestamp(seconds * 1000),
            is_named: false,
            is_sealed: false,
        }
    }

    fn named(id: i64, seconds: i64) -> Kept {
        Kept {
            is_named: true,
            ..automatic(id, seconds)
        }
    }

    fn sealed(id: i64, seconds: i64) -> Kept {
        Kept {
            is_sealed: true,
            ..automatic(id, seconds)
        }
    }

    fn at(now: i64, kept: &[Kept]) -> Vec<Merge> {
        squash(kept, Timestamp(now * 1000))
    }

    fn merge(into: i64, absorbed: &[i64]) -> Merge {
        Merge {
            into: RevisionId(into),
            absorbed: absorbed.iter().copied().map(RevisionId).collect(),
        }
    }

    /// What is left of `kept`.
    fn left(now: i64, kept: &[Kept]) -> Vec<Kept> {
        let merges = at(now, kept);
        let gone: Vec<_> = merges.iter().flat_map(|merge| &merge.absorbed).collect();
        let kept = kept.iter().copied();
        kept.filter(|kept| !gone.contains(&&kept.id)).collect()
    }

    #[test]
    fn of_ten_minutes_the_last_state_stays() {
        let kept = [
            automatic(1, NOW),
            automatic(2, NOW + 5 * MINUTE),
            automatic(3, NOW + 9 * MINUTE),
            automatic(4, NOW + 10 * MINUTE),
        ];
        assert_eq!(at(NOW + HOUR, &kept), [merge(3, &[1, 2])]);
        assert_eq!(at(NOW + HOUR, &[]), []);
    }

    #[test]
    fn windows_widen_with_age() {
        let kept = [automatic(1, NOW), automatic(2, NOW + 20 * MINUTE)];
        assert_eq!(at(NOW + HOUR, &kept), []);
        assert_eq!(at(NOW + DAY + HOUR, &kept), [merge(2, &[1])]);

        let kept = [automatic(1, NOW), automatic(2, NOW + 3 * HOUR)];
        assert_eq!(at(NOW + 2 * DAY, &kept), []);
        assert_eq!(at(NOW + WEEK + DAY, &kept), [merge(2, &[1])]);

        let kept = [automatic(1, NOW), automatic(2, NOW + 3 * DAY)];
        assert_eq!(at(NOW + 30 * DAY, &kept), []);
        assert_eq!(at(NOW + YEAR + WEEK, &kept), [merge(2, &[1])]);
        let kept = [automatic(1, NOW), automatic(2, NOW + 31 * DAY)];
        assert_eq!(at(NOW + 3 * YEAR, &kept), []);
    }

    #[test]
    fn what_has_a_name_stays_and_takes_nothing_over() {
        let kept = [
            automatic(1, NOW),
            automatic(2, NOW + 1),
            named(3, NOW + 2),
            automatic(4, NOW + 3),
            named(5, NOW + 4),
            named(6, NOW + 5),
        ];
        assert_eq!(at(NOW + 10 * YEAR, &kept), [merge(2, &[1])]);
    }

    #[test]
    fn the_state_before_a_restore_stays_for_a_day() {
        let kept = [
            automatic(1, NOW),
            sealed(2, NOW + 1),
            automatic(3, NOW + 2),
            automatic(4, NOW + 3),
        ];
        assert_eq!(at(NOW + HOUR, &kept), [merge(4, &[3])]);
        assert_eq!(at(NOW + 2 * DAY, &kept), [merge(4, &[1, 2, 3])]);
    }

    #[test]
    fn who_restores_all_day_does_not_fill_the_disk() {
        let count = i64::try_from(MAX_SEALED).expect("small") * 3;
        let kept: Vec<_> = (0..count).map(|n| sealed(n, NOW + n)).collect();
        assert_eq!(left(NOW + HOUR, &kept).len(), MAX_SEALED + 1);
    }

    fn anything() -> impl Strategy<Value = (Vec<Kept>, i64)> {
        let revision = (1..40 * DAY, 0..20_u8);
        let steps = proptest::collection::vec(revision, 0..200);
        (steps, 0..2 * YEAR).prop_map(|(steps, later)| {
            let mut seconds = NOW;
            let kept = (1..).zip(steps).map(|(id, (step, kind))| {
                // Mostly close together, sometimes far apart.
                seconds += if step % 5 == 0 {
                    step
                } else {
                    step % (2 * HOUR)
                };
                match kind {
                    0 => named(id, seconds),
                    1 => sealed(id, seconds),
                    _ => automatic(id, seconds),
                }
            });
            let kept: Vec<_> = kept.collect();
            (kept, seconds + later)
        })
    }

    proptest! {
        #[test]
        fn what_stays_is_what_should((kept, now) in anything()) {
            let left = left(now, &kept);

            prop_assert_eq!(left.last(), kept.last(), "the newest stays");
            let names = |of: &[Kept]| of.iter().filter(|kept| kept.is_named).count();
            prop_assert_eq!(names(&left), names(&kept), "names stay");
            prop_assert_eq!(at(now, &left), [], "nothing is left to do");
            for merge in at(now, &kept) {
                let into = kept.iter().find(|kept| kept.id == merge.into).expect("it is there");
                prop_assert!(!into.is_named);
                prop_assert!(!merge.absorbed.is_empty());
                prop_assert!(merge.absorbed.iter().all(|id| *id < merge.into));
            }
        }

        #[test]
        fn the_number_of_states_has_a_bound(step in MINUTE..2 * HOUR, years in 1..4_i64) {
            let mut kept: Vec<Kept> = Vec::new();
            let (mut id, mut now) = (0, NOW);
            while now < NOW + years * YEAR && id < 20_000 {
                kept.push(automatic(id, now));
                // As when it is stored: every time something is kept.
                if id % 50 == 0 {
                    kept = left(now, &kept);
                }
                (id, now) = (id + 1, now + step);
            }
            let kept = left(now, &kept);
            let sessions = usize::try_from(DAY / SESSION).expect("small");
            let windows = sessions + 7 * 24 + 365 + 12 * 4 + 3;
            prop_assert!(kept.len() <= windows, "{}", kept.len());
        }
    }
}
