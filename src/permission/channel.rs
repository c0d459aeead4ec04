//! What a member may do in one channel: the server's roles first, then the channel's overwrites.

use entity::{RoleId, UserId};

use super::{
    hierarchy::Standing,
    model::{Permission, Permissions},
};

/// What a channel allows and denies to somebody, against what their roles say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overwrite {
    /// Granted here. Wins over [`deny`](Self::deny) when a permission is in both.
    pub allow: Permissions,
    /// Taken away here.
    pub deny: Permissions,
}

impl Overwrite {
    /// An overwrite as the database has it; see [`Permissions::from_bits`].
    pub const fn from_bits(allow: i64, deny: i64) -> Self {
        Self {
            allow: Permissions::from_bits(allow),
            deny: Permissions::from_bits(deny),
        }
    }

    /// What it does otherwise than `other`.
    pub(super) fn difference(self, other: Self) -> Permissions {
        (self.allow ^ other.allow) | (self.deny ^ other.deny)
    }

    fn unite(&mut self, other: Self) {
        self.allow |= other.allow;
        self.deny |= other.deny;
    }

    /// `permissions` after denial and allowance, of what channels decide on at all.
    fn apply(self, permissions: Permissions) -> Permissions {
        let deny = self.deny.intersect(Permissions::OF_CHANNEL);
        let allow = self.allow.intersect(Permissions::OF_CHANNEL);
        (permissions - deny) | allow
    }
}

/// Whom an overwrite is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Everybody with this role; the default role is everybody's.
    Role(RoleId),
    /// One member.
    Member(UserId),
}

/// A channel's overwrites, as far as they are about one member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelRules {
    /// The default role's.
    pub everyone: Overwrite,
    /// Those of the member's other roles together: what one of them allows, none of them denies.
    pub roles: Overwrite,
    /// The member's own.
    pub member: Overwrite,
}

impl ChannelRules {
    /// Picks from a channel's `overwrites` those about the member `user`, who has `roles` besides
    /// the server's role of `everyone`.
    pub fn of(
        overwrites: impl IntoIterator<Item = (Target, Overwrite)>,
        everyone: RoleId,
        roles: &[RoleId],
        user: UserId,
    ) -> Self {
        let mut mine = Self::default();
        for (target, overwrite) in overwrites {
            match target {
                Target::Role(role) if role == everyone => mine.everyone.unite(overwrite),
                Target::Role(role) if roles.contains(&role) => mine.roles.unite(overwrite),
                Target::Member(member) if member == user => mine.member.unite(overwrite),
                Target::Role(_) | Target::Member(_) => {}
            }
        }
        mine
    }
}

impl Standing {
    /// What the member may do in a channel with these rules: what their roles allow, then the
    /// overwrites of the default role, of their roles, and their own, each denying before it
    /// allows. The owner and administrators are above all of them, and who cannot view a channel
    /// can do nothing in it.
    pub fn in_channel(&self, rules: &ChannelRules) -> Permissions {
        if self.is_admin() {
            return Permissions::ALL;
        }
        let mut permissions = self.base;
        for overwrite in [rules.everyone, rules.roles, rules.member] {
            permissions = overwrite.apply(permissions);
        }
        if !permissions.contains(Permission::ViewChannel) {
            return Permissions::NONE;
        }
        self.unless_timed_out(permissions)
    }
}
