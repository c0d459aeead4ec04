//! Who may do what to whom. Decides; touches nothing.

use entity::user::Role;

use crate::kernel::{Error, Result};

/// Refuses a ban, or lifting one, that is not `issuer`'s to decide: superadmins cannot be banned,
/// and admins not by each other.
pub(super) fn require_ban(issuer: Role, target: Role) -> Result<()> {
    let allowed = match target {
        Role::Superadmin => false,
        Role::Admin => issuer.is_superadmin(),
        Role::User => issuer.is_admin(),
    };
    if allowed { Ok(()) } else { Err(not_allowed()) }
}

/// Refuses to change the role of a superadmin; the command line can.
pub(super) fn require_ordinary(target: Role) -> Result<()> {
    if target.is_superadmin() {
        Err(not_allowed())
    } else {
        Ok(())
    }
}

fn not_allowed() -> Error {
    Error::refused("forbidden", "not allowed")
}

#[cfg(test)]
mod tests {
    use entity::user::Role;

    use super::{require_ban, require_ordinary};

    #[test]
    fn bans_go_down_the_ranks_only() {
        for (issuer, target, allowed) in [
            (Role::User, Role::User, false),
            (Role::Admin, Role::User, true),
            (Role::Admin, Role::Admin, false),
            (Role::Admin, Role::Superadmin, false),
            (Role::Superadmin, Role::User, true),
            (Role::Superadmin, Role::Admin, true),
            (Role::Superadmin, Role::Superadmin, false),
        ] {
            let decision = require_ban(issuer, target);
            assert_eq!(decision.is_ok(), allowed, "{issuer:?} {target:?}");
        }
    }

    #[test]
    fn a_superadmin_stays_one() {
        assert!(require_ordinary(Role::User).is_ok());
        assert!(require_ordinary(Role::Admin).is_ok());
        assert!(require_ordinary(Role::Superadmin).is_err());
    }
}
