//! What the feature speaks of.

use std::sync::Arc;

use entity::{ConversationId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    account::User,
    kernel::{Error, Result},
};

/// The longest name of a voice channel, in characters.
const MAX_NAME_CHARS: usize = 64;
/// What the ids of calls begin with, and no name of a voice channel.
const CALL_PREFIX: &str = "call_";

/// The name of a room on the wire: that of a voice channel, or the id of a call.
pub(super) type RoomName = Arc<str>;

/// A place in a room, as long as somebody has it: what browsers know each other's connections by.
/// Random, below 2^53.
pub(super) type PeerId = u64;

/// A new one.
pub(super) fn new_peer() -> PeerId {
    rand::random::<u64>() >> 11
}

/// The id of a new call: who knows it knows nothing else by it.
pub(super) fn new_call() -> RoomName {
    format!("{CALL_PREFIX}{}", uuid::Uuid::new_v4().simple()).into()
}

/// Whether `name` can only be the id of a call.
pub(super) fn is_of_call(name: &str) -> bool {
    name.starts_with(CALL_PREFIX)
}

/// The voice channel that somebody means by `name`.
///
/// # Errors
/// `bad_channel` for names that are none.
pub(super) fn channel_name(name: &str) -> Result<RoomName> {
    let name = name.trim();
    let is_one = !name.is_empty()
        && name.chars().count() <= MAX_NAME_CHARS
        && !name.chars().any(char::is_control);
    if is_one {
        Ok(name.into())
    } else {
        Err(Error::invalid(
            "bad_channel",
            format!("A voice channel's name has 1 to {MAX_NAME_CHARS} characters"),
        ))
    }
}

/// Somebody, as they are called while they are in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) name: String,
}

impl Person {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id,
            name: user.username.clone(),
        }
    }
}

/// What a call begins with; people turn cameras on and off later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Medium {
    /// Sound.
    #[default]
    Voice,
    /// Sound and a picture.
    Video,
}

/// Whose conversation a call is in. It has one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Between {
    /// Two people, the lower id first.
    Two(UserId, UserId),
    /// The members of a group.
    Group(ConversationId),
}

impl Between {
    pub(super) fn two(one: UserId, other: UserId) -> Self {
        Self::Two(one.min(other), one.max(other))
    }
}

/// Whom a call concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Party {
    /// Who called, and whom.
    Two([Person; 2]),
    /// A group, with its name.
    Group(ConversationId, String),
}

impl Party {
    pub(super) fn between(&self) -> Between {
        match self {
            Self::Two([one, other]) => Between::two(one.id, other.id),
            Self::Group(id, _) => Between::Group(*id),
        }
    }

    /// The group, if it is one's.
    pub(super) fn group(&self) -> Option<ConversationId> {
        match self {
            Self::Two(_) => None,
            Self::Group(id, _) => Some(*id),
        }
    }
}

/// Why a call is over, for everybody or for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Somebody hung up.
    HungUp,
    /// Who was called does not want to speak.
    Declined,
    /// Nobody answered.
    Unanswered,
    /// Nobody is there any more.
    Left,
    /// One answered it in another tab.
    AnsweredElsewhere,
    /// One declined it in another tab.
    DeclinedElsewhere,
    /// One went on in another tab.
    Moved,
    /// One may not be in it any more.
    Removed,
}

#[cfg(test)]
mod tests {
    use super::{channel_name, is_of_call, new_call, new_peer};

    #[test]
    fn a_channel_has_a_name_that_can_be_shown_and_a_call_one_that_no_channel_has() {
        assert_eq!(
            channel_name(" general ").expect("a name").as_ref(),
            "general"
        );
        for bad in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert!(channel_name(bad).is_err(), "{bad:?}");
        }
        assert!(is_of_call(&new_call()));
        assert_ne!(new_call(), new_call());
        assert!(new_peer() < 1 << 53);
    }
}
