//! Who may do what to a group. Decides; touches nothing.

use super::model::{Change, Removal, Standing, require_space};
use crate::{
    account::User,
    kernel::{Error, Result, error::ErrorKind},
    settings::{Key, SettingValues},
};

/// Refuses `change` unless `actor` has the right to it and its switch is on.
pub(super) fn require_right(
    change: &Change,
    actor: &User,
    standing: &Standing,
    settings: &SettingValues,
) -> Result<()> {
    let is_owner = standing.group.owner_id == actor.id;
    let allowed = match change {
        Change::Describe { .. }
        | Change::Add(_)
        | Change::Transfer(_)
        | Change::Remove(_, Removal::Kick | Removal::ForceLeave) => {
            is_owner || actor.role.is_superadmin()
        }
        Change::Remove(_, Removal::Remove) => is_owner || actor.role.is_admin(),
        Change::SetLocked(_) | Change::Delete => {
            actor.role.is_admin() || (is_owner && settings.is_on(Key::GdOwnerControls))
        }
        Change::Leave => standing.has(actor.id),
    };
    if !allowed {
        return Err(Error::forbidden());
    }
    match switch_of(change) {
        Some(key) if !settings.is_on(key) => Err(Error::disabled()),
        _ => Ok(()),
    }
}

/// The setting that switches a kind of change off for everybody.
fn switch_of(change: &Change) -> Option<Key> {
    match change {
        Change::Remove(_, Removal::Remove) => Some(Key::GdRemoveUser),
        Change::Remove(_, Removal::ForceLeave) => Some(Key::GdForceLeaveGroup),
        Change::Transfer(_) => Some(Key::GdTransferOwnership),
        Change::SetLocked(true) => Some(Key::GdLockGroup),
        Change::SetLocked(false) => Some(Key::GdUnlockGroup),
        Change::Delete => Some(Key::GdDeleteGroup),
        Change::Remove(_, Removal::Kick)
        | Change::Describe { .. }
        | Change::Add(_)
        | Change::Leave => None,
    }
}

/// Refuses `change` where it makes no sense for the group as it stands.
pub(super) fn require_sense(change: &Change, standing: &Standing) -> Result<()> {
    match change {
        Change::Remove(user, how) if *user == standing.group.owner_id => {
            let text = match how {
                Removal::ForceLeave => "cannot force owner",
                Removal::Remove | Removal::Kick => "cannot remove owner",
            };
            Err(Error::invalid("cannot_remove_owner", text))
        }
        Change::Remove(user, _) if !standing.has(*user) => Err(Error::new(
            ErrorKind::NotFound,
            "not_a_member",
            "not a member",
        )),
        Change::Add(users) => {
            let new = users.iter().filter(|user| !standing.has(**user));
            require_space(standing.members.len() + new.count())
        }
        Change::Transfer(user) if !standing.has(*user) => require_space(standing.members.len() + 1),
        _ => Ok(()),
    }
}

/// Refuses everybody but the owner.
pub(super) fn require_inviter(actor: &User, standing: &Standing) -> Result<()> {
    if standing.group.owner_id == actor.id {
        return Ok(());
    }
    Err(Error::refused(
        "forbidden",
        "forbidden: only the group's creator can create invites",
    ))
}

#[cfg(test)]
mod tests {
    use entity::{ConversationId, Timestamp, UserId, gdm, user::Role};

    use super::{
        super::model::{Change, Removal, Standing},
        require_inviter, require_right, require_sense,
    };
    use crate::{
        account::User,
        settings::{Key, SettingValues},
    };

    const OWNER: UserId = UserId(1);
    const MEMBER: UserId = UserId(2);
    const OUTSIDER: UserId = UserId(3);

    fn user(id: UserId, role: Role) -> User {
        User {
            id,
            username: String::new(),
            username_folded: String::new(),
            password_hash: String::new(),
            role,
            email: None,
            avatar: None,
            bio: String::new(),
            custom_status: String::new(),
            presence: String::new(),
            theme: String::new(),
            language: String::new(),
            created_at: Timestamp(0),
            last_seen_at: None,
            banned_at: None,
        }
    }

    fn standing() -> Standing {
        Standing {
            group: gdm::Model {
                conversation_id: ConversationId(9),
                name: "Hiking".into(),
                description: String::new(),
                owner_id: OWNER,
                locked: false,
                invite_code: "ABCDEFGH".into(),
                invite_code_at: Timestamp(0),
                deleted_at: None,
            },
            members: vec![MEMBER, OWNER],
            last_seq: 0,
        }
    }

    fn settings(changed: &[(Key, &str)]) -> SettingValues {
        let values = changed.iter().map(|(key, value)| (*key, (*value).into()));
        values.collect()
    }

    fn describe() -> Change {
        Change::Describe {
            name: None,
            description: None,
        }
    }

    fn code(
        change: &Change,
        actor: &User,
        values: &SettingValues,
    ) -> std::borrow::Cow<'static, str> {
        match require_right(change, actor, &standing(), values) {
            Ok(()) => "ok".into(),
            Err(error) => error.into_code(),
        }
    }

    #[test]
    fn each_change_has_the_people_it_is_for() {
        let owner = user(OWNER, Role::User);
        let member = user(MEMBER, Role::User);
        let outsider = user(OUTSIDER, Role::User);
        let admin = user(OUTSIDER, Role::Admin);
        let root = user(OUTSIDER, Role::Superadmin);
        let values = settings(&[]);
        for (change, allowed) in [
            (describe(), [true, false, false, false, true]),
            (
                Change::Add(vec![OUTSIDER]),
                [true, false, false, false, true],
            ),
            (Change::Transfer(MEMBER), [true, false, false, false, true]),
            (
                Change::Remove(MEMBER, Removal::Kick),
                [true, false, false, false, true],
            ),
            (
                Change::Remove(MEMBER, Removal::ForceLeave),
                [true, false, false, false, true],
            ),
            (
                Change::Remove(MEMBER, Removal::Remove),
                [true, false, false, true, true],
            ),
            (Change::SetLocked(true), [false, false, false, true, true]),
            (Change::SetLocked(false), [false, false, false, true, true]),
            (Change::Delete, [false, false, false, true, true]),
            (Change::Leave, [true, true, false, false, false]),
        ] {
            let people = [&owner, &member, &outsider, &admin, &root];
            for (person, allowed) in people.into_iter().zip(allowed) {
                let expected = if allowed { "ok" } else { "forbidden" };
                assert_eq!(
                    code(&change, person, &values),
                    expected,
                    "{change:?} {person:?}"
                );
            }
        }
    }

    #[test]
    fn owners_lock_and_delete_only_where_a_setting_lets_them() {
        let values = settings(&[(Key::GdOwnerControls, "1")]);
        for change in [
            Change::SetLocked(true),
            Change::SetLocked(false),
            Change::Delete,
        ] {
            assert_eq!(code(&change, &user(OWNER, Role::User), &values), "ok");
            assert_eq!(
                code(&change, &user(MEMBER, Role::User), &values),
                "forbidden"
            );
        }
    }

    #[test]
    fn what_is_switched_off_is_off_for_superadmins_too() {
        let root = user(OUTSIDER, Role::Superadmin);
        for (key, change) in [
            (Key::GdRemoveUser, Change::Remove(MEMBER, Removal::Remove)),
            (
                Key::GdForceLeaveGroup,
                Change::Remove(MEMBER, Removal::ForceLeave),
            ),
            (Key::GdTransferOwnership, Change::Transfer(MEMBER)),
            (Key::GdLockGroup, Change::SetLocked(true)),
            (Key::GdUnlockGroup, Change::SetLocked(false)),
            (Key::GdDeleteGroup, Change::Delete),
        ] {
            assert_eq!(code(&change, &root, &settings(&[(key, "0")])), "disabled");
        }
    }

    #[test]
    fn owners_cannot_be_put_out_nor_can_those_who_are_not_in() {
        let text = |user, how| {
            let error = require_sense(&Change::Remove(user, how), &standing());
            error.err().map(|error| error.text().to_owned())
        };
        assert_eq!(
            text(OWNER, Removal::Remove).as_deref(),
            Some("cannot remove owner")
        );
        assert_eq!(
            text(OWNER, Removal::Kick).as_deref(),
            Some("cannot remove owner")
        );
        assert_eq!(
            text(OWNER, Removal::ForceLeave).as_deref(),
            Some("cannot force owner")
        );
        assert_eq!(
            text(OUTSIDER, Removal::Kick).as_deref(),
            Some("not a member")
        );
        assert_eq!(text(MEMBER, Removal::Kick), None);
    }

    #[test]
    fn invites_are_the_owners_alone() {
        assert!(require_inviter(&user(OWNER, Role::User), &standing()).is_ok());
        assert!(require_inviter(&user(MEMBER, Role::Superadmin), &standing()).is_err());
    }

    #[test]
    fn the_heir_is_the_oldest_other_member() {
        assert_eq!(standing().heir(), Some(MEMBER));
        let mut alone = standing();
        alone.members = vec![OWNER];
        assert_eq!(alone.heir(), None);
    }
}
