//! The live sockets of each person.

use std::collections::HashMap;

use entity::{Timestamp, UserId};

use super::news::{Announcement, News};

/// Counts sockets, notices first and last ones.
#[derive(Debug, Default)]
pub(super) struct Registry {
    sockets: HashMap<UserId, usize>,
    news: News,
    seen: HashMap<UserId, Timestamp>,
}

impl Registry {
    /// A socket of `user` came; whether it is their first.
    pub(super) fn arrived(&mut self, user: UserId, now: Timestamp) -> bool {
        let sockets = self.sockets.entry(user).or_default();
        *sockets += 1;
        let first = *sockets == 1;
        if first {
            self.changed(user, true, now);
        }
        first
    }

    /// A socket of `user` went; whether it was their last.
    pub(super) fn left(&mut self, user: UserId, now: Timestamp) -> bool {
        let Some(sockets) = self.sockets.get_mut(&user) else {
            return false;
        };
        *sockets -= 1;
        let last = *sockets == 0;
        if last {
            self.sockets.remove(&user);
            self.changed(user, false, now);
        }
        last
    }

    /// Whether `user` has a live socket.
    pub(super) fn has(&self, user: UserId) -> bool {
        self.sockets.contains_key(&user)
    }

    /// Everybody with a live socket.
    pub(super) fn connected(&self) -> Vec<UserId> {
        self.sockets.keys().copied().collect()
    }

    /// What is to be told next.
    pub(super) fn next_announcement(&mut self) -> Option<Announcement> {
        self.news.next()
    }

    /// Who was seen since this was last asked, and when.
    pub(super) fn take_seen(&mut self) -> Vec<(UserId, Timestamp)> {
        self.seen.drain().collect()
    }

    /// Everybody who is connected is seen now: for the end, which nobody's leaving will note.
    pub(super) fn see_all(&mut self, now: Timestamp) {
        for user in self.sockets.keys() {
            self.seen.insert(*user, now);
        }
    }

    /// Takes back what could not be written, unless somebody was seen again meanwhile.
    pub(super) fn put_back(&mut self, seen: &[(UserId, Timestamp)]) {
        for (user, at) in seen {
            self.seen.entry(*user).or_insert(*at);
        }
    }

    fn changed(&mut self, user: UserId, online: bool, now: Timestamp) {
        self.news.add(user, online);
        self.seen.insert(user, now);
    }
}

#[cfg(test)]
mod tests {
    use entity::{Timestamp, UserId};

    use super::{super::news::Announcement, Registry};

    const ALICE: UserId = UserId(1);

    #[test]
    fn only_the_first_socket_comes_and_the_last_one_goes() {
        let mut registry = Registry::default();
        assert!(registry.arrived(ALICE, Timestamp(1)));
        assert!(!registry.arrived(ALICE, Timestamp(2)));
        assert_eq!(
            registry.next_announcement(),
            Some(Announcement::Transition(ALICE, true))
        );
        assert!(!registry.left(ALICE, Timestamp(3)));
        assert!(registry.has(ALICE));
        assert_eq!(registry.next_announcement(), None);
        assert!(registry.left(ALICE, Timestamp(4)));
        assert_eq!(
            registry.next_announcement(),
            Some(Announcement::Transition(ALICE, false))
        );
        assert!(registry.connected().is_empty());
        assert!(!registry.left(ALICE, Timestamp(5)));
    }

    #[test]
    fn people_were_seen_when_they_came_went_or_the_server_ended() {
        let mut registry = Registry::default();
        registry.arrived(ALICE, Timestamp(1));
        assert_eq!(registry.take_seen(), [(ALICE, Timestamp(1))]);
        assert!(registry.take_seen().is_empty());
        registry.see_all(Timestamp(9));
        registry.put_back(&[(ALICE, Timestamp(1))]);
        assert_eq!(registry.take_seen(), [(ALICE, Timestamp(9))]);
    }
}
