//! What the groups feature speaks of.

use std::sync::Arc;

use entity::{ConversationId, Timestamp, UserId, gdm};

use crate::{
    chat::Group,
    kernel::{Error, Result, token},
};

/// The longest name of a group, in characters.
const MAX_NAME_CHARS: usize = 100;
/// The longest description of a group, in characters.
const MAX_DESCRIPTION_CHARS: usize = 1000;
/// The most people in a group.
pub(super) const MAX_MEMBERS: usize = 2000;
/// How many letters and digits the standing code of a group has.
pub(super) const STANDING_CODE_CHARS: usize = 8;

/// A group's name: 1-100 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupName(String);

impl GroupName {
    /// Accepts a name as typed, spaces around it left out.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        let name = typed.trim();
        if name.is_empty() || name.contains(char::is_control) {
            return Err(Error::invalid("bad_params", "bad params: name"));
        }
        if name.chars().count() > MAX_NAME_CHARS {
            return Err(Error::invalid(
                "name_too_long",
                "a group's name has at most 100 characters",
            ));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name of a group that nobody named.
    pub(super) fn at(now: Timestamp) -> Self {
        let of_day = now.unix_seconds().rem_euclid(86_400);
        let (hours, minutes, seconds) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Self(format!("Group {hours:02}{minutes:02}{seconds:02}"))
    }
}

impl From<GroupName> for String {
    fn from(name: GroupName) -> Self {
        name.0
    }
}

/// The name that is nearest to `text`; none when nothing of it can be in one.
pub fn nearest_name(text: &str) -> Option<String> {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<_> = spaced.split_whitespace().collect();
    let short: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
    GroupName::parse(&short).ok().map(String::from)
}

/// A new standing code.
pub fn standing_code() -> String {
    token::code(STANDING_CODE_CHARS)
}

/// Free text about a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Description(String);

impl Description {
    /// Accepts a text as typed, spaces around it left out.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        let text = typed.trim();
        let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if text.contains(is_odd) || text.chars().count() > MAX_DESCRIPTION_CHARS {
            return Err(Error::invalid("bad_params", "bad params: description"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

/// How somebody else's membership ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// They may come back with any code.
    Remove,
    /// They may come back with codes made later only.
    Kick,
    /// As [`Removal::Remove`], under the name and switch of older clients.
    ForceLeave,
}

/// One change to one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Describe {
        name: Option<GroupName>,
        description: Option<Description>,
    },
    Add(Vec<UserId>),
    Remove(UserId, Removal),
    Transfer(UserId),
    Leave,
    SetLocked(bool),
    Delete,
}

/// A group as a transaction sees it.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) group: gdm::Model,
    /// In the order in which they came.
    pub(super) members: Vec<UserId>,
    pub(super) last_seq: i64,
}

impl Standing {
    pub(super) fn has(&self, user: UserId) -> bool {
        self.members.contains(&user)
    }

    /// Who leads the group when its owner leaves: the one who has been in it longest.
    pub(super) fn heir(&self) -> Option<UserId> {
        let others = self.members.iter().copied();
        others.into_iter().find(|id| *id != self.group.owner_id)
    }
}

/// Refuses a group of more people than there may be.
pub(super) fn require_space(members: usize) -> Result<()> {
    if members > MAX_MEMBERS {
        return Err(Error::invalid(
            "too_many_members",
            "a group has at most 2000 members",
        ));
    }
    Ok(())
}

/// A group with names, for one of its members.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) group: Arc<Group>,
    pub(super) owner: String,
    pub(super) members: Vec<String>,
    pub(super) is_owner: bool,
}

/// A group that was just made.
#[derive(Clone, Debug)]
pub(super) struct Created {
    pub(super) id: ConversationId,
    pub(super) name: String,
    pub(super) invite_code: String,
}

#[cfg(test)]
mod tests {
    use entity::Timestamp;

    use super::{Description, GroupName, MAX_MEMBERS, require_space};

    #[test]
    fn a_name_is_one_line_of_up_to_a_hundred_characters() {
        let name = |text: &str| GroupName::parse(text).map(String::from).ok();
        assert_eq!(name("  Hiking ").as_deref(), Some("Hiking"));
        assert_eq!(name(&"ä".repeat(100)), Some("ä".repeat(100)));
        for refused in ["", "  ", "a\nb", "a\0b", &"a".repeat(101)] {
            assert_eq!(name(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn a_nameless_group_is_called_after_the_hour() {
        let name = String::from(GroupName::at(Timestamp(1_736_937_009_999)));
        assert_eq!(name, "Group 103009");
    }

    #[test]
    fn a_description_may_have_lines_but_no_other_controls() {
        assert!(Description::parse("one\ntwo").is_ok());
        assert!(Description::parse("").is_ok());
        assert!(Description::parse("a\0b").is_err());
        assert!(Description::parse(&"x".repeat(1001)).is_err());
    }

    #[test]
    fn groups_have_an_end() {
        assert!(require_space(MAX_MEMBERS).is_ok());
        assert!(require_space(MAX_MEMBERS + 1).is_err());
    }
}
