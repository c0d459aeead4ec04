//! Which state of a membership somebody has seen: `ETag` and `If-Match`.

use crate::{
    chat::servers::Member,
    kernel::{Error, Result, error::ErrorKind, token},
};

/// How many digits a tag has.
const DIGITS: usize = 32;

/// The tag of a membership: another one whenever something changed that a change can speak of.
/// Whether the person is online is not part of it.
pub(super) fn etag(member: &Member) -> String {
    let mut roles = member.roles.clone();
    roles.sort_unstable();
    let content = serde_json::json!([
        member.user,
        member.joined_at.0,
        member.nickname,
        roles,
        member.timed_out_until.map(|until| until.0),
    ]);
    format!("\"{}\"", &token::hash(&content.to_string())[..DIGITS])
}

/// What `If-Match` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IfMatch {
    /// That there is a membership at all.
    Any,
    /// That it is in one of these states. Weak tags are none (RFC 9110).
    Tags(Vec<String>),
}

impl IfMatch {
    /// Reads the header.
    pub(super) fn of_header(value: &str) -> Self {
        if value.trim() == "*" {
            return Self::Any;
        }
        Self::Tags(value.split(',').map(|tag| tag.trim().to_owned()).collect())
    }

    /// Refuses when the membership is in another state.
    pub(super) fn require(&self, member: &Member) -> Result<()> {
        match self {
            Self::Any => Ok(()),
            Self::Tags(tags) if tags.contains(&etag(member)) => Ok(()),
            Self::Tags(_) => Err(Error::new(
                ErrorKind::PreconditionFailed,
                "precondition_failed",
                "the membership has changed since it was read",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::{RoleId, Timestamp, UserId};

    use super::{IfMatch, etag};
    use crate::chat::servers::Member;

    fn member() -> Member {
        Member {
            user: UserId(1),
            nickname: None,
            roles: vec![RoleId(7), RoleId(9)],
            timed_out_until: None,
            joined_at: Timestamp(5),
            version: 3,
        }
    }

    #[test]
    fn a_tag_changes_with_what_can_be_changed() {
        let tag = etag(&member());
        assert_eq!(tag.len(), 34);
        let same = Member {
            roles: vec![RoleId(9), RoleId(7)],
            version: 4,
            ..member()
        };
        assert_eq!(etag(&same), tag, "the order of roles says nothing");
        for other in [
            Member {
                nickname: Some("x".to_owned()),
                ..member()
            },
            Member {
                roles: vec![RoleId(7)],
                ..member()
            },
            Member {
                timed_out_until: Some(Timestamp(9)),
                ..member()
            },
            Member {
                joined_at: Timestamp(6),
                ..member()
            },
        ] {
            assert_ne!(etag(&other), tag);
        }
    }

    #[test]
    fn a_condition_is_met_by_one_of_its_tags_or_by_anything() {
        let tag = etag(&member());
        let meets = |header: &str| IfMatch::of_header(header).require(&member()).is_ok();
        assert!(meets("*") && meets(&tag) && meets(&format!("\"x\", {tag}")));
        for unmet in ["", "\"x\"", &format!("W/{tag}"), tag.trim_matches('"')] {
            assert!(!meets(unmet), "{unmet}");
        }
    }
}
