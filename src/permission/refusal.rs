//! Why something may not be done.

use std::{borrow::Cow, fmt};

use entity::RoleId;

use super::model::Permission;
use crate::kernel::Error;

/// The rule that an action would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The action needs this permission.
    MissingPermission(Permission),
    /// Only permissions that one holds can be given or taken.
    PermissionNotHeld(Permission),
    /// The role is not strictly below one's highest role.
    RoleHierarchy(RoleId),
    /// The role would be moved to a place that is not strictly below one's highest role.
    PositionAboveYou,
    /// The member's highest role is not strictly below one's own.
    TargetAboveYou,
    /// Nobody acts on the owner.
    TargetIsOwner,
    /// Administrators cannot be timed out.
    TargetIsAdmin,
    /// Nobody else would be an administrator.
    LastAdmin,
    /// What only the owner may do.
    OwnerOnly,
}

impl Refusal {
    /// The stable name that programs compare.
    pub fn code(self) -> Cow<'static, str> {
        match self {
            Self::MissingPermission(_) | Self::OwnerOnly => "forbidden".into(),
            Self::PermissionNotHeld(_) => "permission_not_held".into(),
            Self::RoleHierarchy(role) => format!("role_hierarchy:{role}").into(),
            Self::PositionAboveYou => "position_above_you".into(),
            Self::TargetAboveYou => "target_above_you".into(),
            Self::TargetIsOwner => "target_is_owner".into(),
            Self::TargetIsAdmin => "target_is_admin".into(),
            Self::LastAdmin => "last_admin".into(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal.code(), refusal.to_string())
    }
}

/// What people are shown.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingPermission(permission) => {
                write!(f, "this needs the permission {}", permission.as_str())
            }
            Self::PermissionNotHeld(permission) => write!(
                f,
                "you cannot give or take the permission {}, which you do not have yourself",
                permission.as_str()
            ),
            Self::RoleHierarchy(role) => {
                write!(f, "the role {role} is not below your highest role")
            }
            Self::PositionAboveYou => f.write_str("that position is not below your highest role"),
            Self::TargetAboveYou => {
                f.write_str("the member's highest role is not below your highest role")
            }
            Self::TargetIsOwner => f.write_str("nobody can do this to the owner of a server"),
            Self::TargetIsAdmin => f.write_str("nobody can do this to an administrator"),
            Self::LastAdmin => f.write_str("nobody else would be an administrator"),
            Self::OwnerOnly => f.write_str("only the owner of a server can do this"),
        }
    }
}
