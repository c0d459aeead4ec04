//! Who may do what to whom. Decides; touches nothing.

use crate::{
    account::User,
    kernel::{Error, Result},
};

/// Refuses what is not `issuer`'s to do to `target`: nobody moderates superadmins, and admins are
/// not moderated by each other. So nobody does anything to themselves.
pub(super) fn require_over(issuer: &User, target: &User) -> Result<()> {
    let allowed = if target.role.is_superadmin() {
        false
    } else if target.role.is_admin() {
        issuer.role.is_superadmin()
    } else {
        issuer.role.is_admin()
    };
    if allowed { Ok(()) } else { Err(not_allowed()) }
}

/// What is not the caller's to do to this person.
pub(super) fn not_allowed() -> Error {
    Error::refused("forbidden", "not allowed")
}

#[cfg(test)]
mod tests {
    use entity::{Timestamp, UserId, user::Role};

    use super::require_over;
    use crate::account::User;

    fn user(id: i64, role: Role) -> User {
        User {
            id: UserId(id),
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
            timed_out_at: None,
            timed_out_until: None,
            shadow_banned_at: None,
            immune: false,
            deleted_at: None,
        }
    }

    #[test]
    fn moderation_goes_down_the_ranks_only() {
        for (issuer, target, allowed) in [
            (Role::User, Role::User, false),
            (Role::Admin, Role::User, true),
            (Role::Admin, Role::Admin, false),
            (Role::Admin, Role::Superadmin, false),
            (Role::Superadmin, Role::User, true),
            (Role::Superadmin, Role::Admin, true),
            (Role::Superadmin, Role::Superadmin, false),
        ] {
            let decision = require_over(&user(1, issuer), &user(2, target));
            assert_eq!(decision.is_ok(), allowed, "{issuer:?} {target:?}");
        }
    }

    #[test]
    fn nobody_moderates_themselves() {
        for role in [Role::User, Role::Admin, Role::Superadmin] {
            let one = user(1, role);
            assert!(require_over(&one, &one).is_err(), "{role:?}");
        }
    }
}
