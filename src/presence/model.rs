//! What the presence feature speaks of.

use std::sync::Arc;

use entity::Timestamp;

use crate::account::User;

/// How a person is shown to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Online,
    Idle,
    DoNotDisturb,
    Offline,
}

/// The presence with which people hide that they are connected.
const INVISIBLE: &str = "offline";

impl Shown {
    /// What others see of `user`: their own choice, as long as they are connected at all.
    pub(super) fn of(user: &User, connected: bool) -> Self {
        match user.presence.as_str() {
            _ if !connected => Self::Offline,
            INVISIBLE => Self::Offline,
            "idle" => Self::Idle,
            "dnd" => Self::DoNotDisturb,
            _ => Self::Online,
        }
    }

    /// The presence on the wire.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Idle => "idle",
            Self::DoNotDisturb => "dnd",
            Self::Offline => "offline",
        }
    }

    /// Whether the person is there for others.
    pub(super) const fn is_there(self) -> bool {
        !matches!(self, Self::Offline)
    }
}

/// Whether a person hides that they are connected.
pub(super) fn is_invisible(user: &User) -> bool {
    user.presence == INVISIBLE
}

/// One person as others see them.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) user: Arc<User>,
    pub(super) shown: Shown,
    pub(super) last_seen: Option<Timestamp>,
}

impl Person {
    pub(super) fn new(user: Arc<User>, connected: bool, now: Timestamp) -> Self {
        let shown = Shown::of(&user, connected);
        let last_seen = if shown.is_there() {
            Some(now)
        } else {
            user.last_seen_at
        };
        Self {
            user,
            shown,
            last_seen,
        }
    }
}

/// A person's profile page.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) person: Person,
    /// What they wrote in the public chat.
    pub(super) message_count: u64,
    /// What they and the viewer wrote to each other.
    pub(super) dm_count: u64,
}

/// A page of a search for people.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) people: Vec<Person>,
    pub(super) has_more: bool,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use entity::{Timestamp, UserId, user::Role};

    use super::{Person, Shown};
    use crate::account::User;

    fn person(presence: &str, connected: bool) -> Person {
        let user = User {
            id: UserId(1),
            username: "alice".into(),
            username_folded: "alice".into(),
            password_hash: String::new(),
            role: Role::User,
            email: None,
            avatar: None,
            bio: String::new(),
            custom_status: String::new(),
            presence: presence.into(),
            theme: "light".into(),
            language: "en".into(),
            created_at: Timestamp(0),
            last_seen_at: Some(Timestamp(1000)),
            banned_at: None,
        };
        Person::new(Arc::new(user), connected, Timestamp(5000))
    }

    #[test]
    fn a_chosen_presence_shows_only_while_one_is_connected() {
        for (chosen, shown) in [
            ("", Shown::Online),
            ("online", Shown::Online),
            ("idle", Shown::Idle),
            ("dnd", Shown::DoNotDisturb),
            ("offline", Shown::Offline),
        ] {
            assert_eq!(person(chosen, true).shown, shown);
            assert_eq!(person(chosen, false).shown, Shown::Offline);
        }
    }

    #[test]
    fn the_invisible_were_last_seen_when_they_were_last_visible() {
        assert_eq!(person("", true).last_seen, Some(Timestamp(5000)));
        assert_eq!(person("offline", true).last_seen, Some(Timestamp(1000)));
        assert_eq!(person("", false).last_seen, Some(Timestamp(1000)));
    }
}
