//! The hierarchy of roles: on whom and on what a member may act.

use entity::RoleId;

use super::{
    channel::Overwrite,
    model::{Permission, Permissions},
    refusal::Refusal,
};

/// A role, as far as it matters who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// Names the role in refusals.
    pub id: RoleId,
    /// Its place: the higher, the more powerful. The default role's is 0, all others' are above.
    pub position: i64,
    /// What it allows.
    pub permissions: Permissions,
}

/// What a member is within a server, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the server is theirs.
    pub is_owner: bool,
    /// Whether they are timed out at the moment.
    pub timed_out: bool,
    /// The position of their highest role; 0 for who has the default role alone.
    pub top: i64,
    /// What the default role and their roles allow together.
    pub base: Permissions,
}

impl Standing {
    /// The standing of a member who has `roles` besides a default role that allows `everyone`.
    pub fn new<'a>(
        is_owner: bool,
        timed_out: bool,
        everyone: Permissions,
        roles: impl IntoIterator<Item = &'a Role>,
    ) -> Self {
        let start = Self {
            is_owner,
            timed_out,
            top: 0,
            base: everyone,
        };
        roles.into_iter().fold(start, |standing, role| Self {
            top: standing.top.max(role.position),
            base: standing.base | role.permissions,
            ..standing
        })
    }

    /// Whether they hold every permission: as the owner or as an administrator.
    pub fn is_admin(&self) -> bool {
        self.is_owner || self.base.contains(Permission::Administrator)
    }

    /// What they may do in the server, channels aside.
    pub fn effective(&self) -> Permissions {
        if self.is_admin() {
            return Permissions::ALL;
        }
        self.unless_timed_out(self.base)
    }

    /// `permissions`, or what a timeout leaves of them.
    pub(super) fn unless_timed_out(&self, permissions: Permissions) -> Permissions {
        if self.timed_out {
            permissions.intersect(Permissions::OF_TIMED_OUT)
        } else {
            permissions
        }
    }

    /// Refuses what needs a permission that they do not hold.
    pub fn require(&self, permission: Permission) -> Result<(), Refusal> {
        if self.effective().contains(permission) {
            Ok(())
        } else {
            Err(Refusal::MissingPermission(permission))
        }
    }

    /// Refuses what is the owner's alone: to hand the server over and to delete it.
    pub fn require_owner(&self) -> Result<(), Refusal> {
        if self.is_owner {
            Ok(())
        } else {
            Err(Refusal::OwnerOnly)
        }
    }

    /// Whether `position` is strictly below them. The owner is above every role.
    fn is_above(&self, position: i64) -> bool {
        self.is_owner || position < self.top
    }

    fn require_above(&self, role: &Role) -> Result<(), Refusal> {
        if self.is_above(role.position) {
            Ok(())
        } else {
            Err(Refusal::RoleHierarchy(role.id))
        }
    }

    /// Refuses what has effects on permissions that they do not hold.
    fn require_held(&self, permissions: Permissions) -> Result<(), Refusal> {
        match (permissions - self.effective()).iter().next() {
            Some(permission) => Err(Refusal::PermissionNotHeld(permission)),
            None => Ok(()),
        }
    }

    /// May they give this role to a member, or take it away?
    ///
    /// Of oneself, too: roles below one's highest can be dropped, the highest cannot. Besides,
    /// ask [`may_change_roles_of`](Self::may_change_roles_of) once for the member.
    pub fn may_assign_role(&self, role: &Role) -> Result<(), Refusal> {
        self.require(Permission::ManageMembers)?;
        self.require_above(role)
    }

    /// May they change which roles `target` has at all? `is_self`: whether that is themselves.
    pub fn may_change_roles_of(&self, target: &Self, is_self: bool) -> Result<(), Refusal> {
        self.require(Permission::ManageMembers)?;
        if target.is_owner && !is_self {
            return Err(Refusal::TargetIsOwner);
        }
        Ok(())
    }

    /// May they make a role that allows `permissions`, at `position`?
    pub fn may_create_role(&self, permissions: Permissions, position: i64) -> Result<(), Refusal> {
        self.require(Permission::ManageRoles)?;
        self.require_held(permissions)?;
        self.require_below(position)
    }

    /// May they change `role` to allow `permissions` and to stand at `position`?
    ///
    /// What the role already allows may stay, even if they do not hold it themselves.
    pub fn may_edit_role(
        &self,
        role: &Role,
        permissions: Permissions,
        position: i64,
    ) -> Result<(), Refusal> {
        self.may_delete_role(role)?;
        self.require_held(permissions - role.permissions)?;
        self.require_below(position)
    }

    /// May they delete `role`?
    pub fn may_delete_role(&self, role: &Role) -> Result<(), Refusal> {
        self.require(Permission::ManageRoles)?;
        self.require_above(role)
    }

    fn require_below(&self, position: i64) -> Result<(), Refusal> {
        if self.is_above(position) {
            Ok(())
        } else {
            Err(Refusal::PositionAboveYou)
        }
    }

    /// May they do to another member what `permission` is for: kick, ban, rename?
    ///
    /// Not for oneself, who is never below oneself: one leaves and renames oneself by other rights.
    pub fn may_act_on(&self, target: &Self, permission: Permission) -> Result<(), Refusal> {
        self.require(permission)?;
        if target.is_owner {
            return Err(Refusal::TargetIsOwner);
        }
        if self.is_above(target.top) {
            Ok(())
        } else {
            Err(Refusal::TargetAboveYou)
        }
    }

    /// May they time out anybody at all?
    pub fn may_time_out_at_all(&self) -> Result<(), Refusal> {
        self.require(self.for_timeouts())
    }

    /// May they time out another member? The owner and administrators cannot be.
    pub fn may_time_out(&self, target: &Self) -> Result<(), Refusal> {
        self.may_time_out_at_all()?;
        if target.is_admin() && !target.is_owner {
            return Err(Refusal::TargetIsAdmin);
        }
        self.may_end_timeout(target)
    }

    /// May they end the timeout of another member?
    pub fn may_end_timeout(&self, target: &Self) -> Result<(), Refusal> {
        self.may_act_on(target, self.for_timeouts())
    }

    /// The permission for timeouts: either of two will do.
    fn for_timeouts(&self) -> Permission {
        if self.effective().contains(Permission::ModerateMembers) {
            Permission::ModerateMembers
        } else {
            Permission::ManageMembers
        }
    }

    /// May they choose a nickname for themselves?
    pub fn may_rename_self(&self) -> Result<(), Refusal> {
        if self.require(Permission::ManageMembers).is_ok() {
            return Ok(());
        }
        self.require(Permission::ChangeNickname)
    }

    /// May they change what a channel does for `target` from `old` to `new`? What they hold in
    /// that channel is `held`.
    pub fn may_overwrite_role(
        &self,
        target: &Role,
        held: Permissions,
        old: Overwrite,
        new: Overwrite,
    ) -> Result<(), Refusal> {
        self.require(Permission::ManageRoles)?;
        self.require_above(target)?;
        may_change(held, old, new)
    }

    /// As [`may_overwrite_role`](Self::may_overwrite_role), for one member; also for oneself.
    pub fn may_overwrite_member(
        &self,
        target: &Self,
        is_self: bool,
        held: Permissions,
        old: Overwrite,
        new: Overwrite,
    ) -> Result<(), Refusal> {
        if is_self {
            self.require(Permission::ManageRoles)?;
        } else {
            self.may_act_on(target, Permission::ManageRoles)?;
        }
        may_change(held, old, new)
    }

    /// May a change make them what `after` says, which they bring about themselves?
    ///
    /// The last administrator does not step down by mistake. `others` is how many more members are
    /// administrators by a role; the owner, who always is one, may never come back.
    pub fn may_become(&self, after: &Self, others: usize) -> Result<(), Refusal> {
        if self.is_admin() && !after.is_admin() && others == 0 {
            return Err(Refusal::LastAdmin);
        }
        Ok(())
    }
}

/// Refuses to allow or deny, or to cease to, what one does not hold in the channel oneself.
fn may_change(held: Permissions, old: Overwrite, new: Overwrite) -> Result<(), Refusal> {
    match (old.difference(new) - held).iter().next() {
        Some(permission) => Err(Refusal::PermissionNotHeld(permission)),
        None => Ok(()),
    }
}
