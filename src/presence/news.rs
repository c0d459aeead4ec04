//! Which comings and goings wait to be told, and how fast they are told.
//!
//! A broadcast costs as much as there are sockets, so a thousand people who reconnect at once must
//! not cause a thousand of them: what waits for long is replaced by one "look again".

use std::{collections::VecDeque, time::Duration};

use entity::UserId;

/// Transitions that may wait. Beyond that, one announcement stands for all of them.
const MAX_WAITING: usize = 20;
/// The least time between two broadcasts.
const MIN_PAUSE: Duration = Duration::from_millis(50);
/// The time between two broadcasts for each connected socket.
const PAUSE_PER_SOCKET: Duration = Duration::from_micros(100);

/// One thing to tell everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announcement {
    /// Somebody came (`true`) or went.
    Transition(UserId, bool),
    /// So much happened that lists are to be read again.
    LookAgain,
}

/// What waits to be told. Never holds more than a handful.
#[derive(Debug, Default)]
pub(super) struct News {
    waiting: VecDeque<(UserId, bool)>,
    look_again: bool,
}

impl News {
    /// Somebody came (`online`) or went.
    pub(super) fn add(&mut self, user: UserId, online: bool) {
        if self.look_again {
            return;
        }
        // One person's comings and goings alternate: with the one that waits, this one makes
        // nothing at all.
        if let Some(at) = self.waiting.iter().position(|(id, _)| *id == user) {
            self.waiting.remove(at);
            return;
        }
        if self.waiting.len() == MAX_WAITING {
            self.waiting.clear();
            self.look_again = true;
            return;
        }
        self.waiting.push_back((user, online));
    }

    /// What is to be told next.
    pub(super) fn next(&mut self) -> Option<Announcement> {
        if std::mem::take(&mut self.look_again) {
            return Some(Announcement::LookAgain);
        }
        let (user, online) = self.waiting.pop_front()?;
        Some(Announcement::Transition(user, online))
    }
}

/// How long to wait after a broadcast to `sockets`.
pub(super) fn pause_after(sockets: usize) -> Duration {
    let sockets = u32::try_from(sockets).unwrap_or(u32::MAX);
    PAUSE_PER_SOCKET.saturating_mul(sockets).max(MIN_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use entity::UserId;

    use super::{Announcement, MAX_WAITING, News, pause_after};

    fn all(news: &mut News) -> Vec<Announcement> {
        std::iter::from_fn(|| news.next()).collect()
    }

    #[test]
    fn news_are_told_in_order() {
        let mut news = News::default();
        news.add(UserId(1), true);
        news.add(UserId(2), false);
        assert_eq!(
            all(&mut news),
            [
                Announcement::Transition(UserId(1), true),
                Announcement::Transition(UserId(2), false)
            ]
        );
        assert_eq!(news.next(), None);
    }

    #[test]
    fn who_comes_back_before_it_was_told_never_left() {
        let mut news = News::default();
        news.add(UserId(1), false);
        news.add(UserId(2), true);
        news.add(UserId(1), true);
        assert_eq!(all(&mut news), [Announcement::Transition(UserId(2), true)]);
        news.add(UserId(1), false);
        assert_eq!(all(&mut news), [Announcement::Transition(UserId(1), false)]);
    }

    #[test]
    fn a_crowd_is_one_announcement() {
        let mut news = News::default();
        let crowd = i64::try_from(MAX_WAITING).expect("a small number");
        for id in 0..crowd {
            news.add(UserId(id), true);
        }
        assert_eq!(news.waiting.len(), MAX_WAITING);
        for id in crowd..crowd * 100 {
            news.add(UserId(id), true);
        }
        assert_eq!(all(&mut news), [Announcement::LookAgain]);
        news.add(UserId(1), false);
        assert_eq!(all(&mut news), [Announcement::Transition(UserId(1), false)]);
    }

    #[test]
    fn the_more_are_connected_the_slower_the_news() {
        assert_eq!(pause_after(0), Duration::from_millis(50));
        assert_eq!(pause_after(500), Duration::from_millis(50));
        assert_eq!(pause_after(10_000), Duration::from_secs(1));
    }
}
