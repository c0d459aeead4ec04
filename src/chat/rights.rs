//! Who may edit and delete which message: a table, as pure functions.

use std::sync::Arc;

use entity::{UserId, conversation::Kind};

use super::{Group, servers::channel_locked};
use crate::{
    account::User,
    kernel::{Error, Result},
    permission::{Permission, Permissions},
    settings::{Key, SettingValues},
};

/// What the rights on a message depend on.
#[derive(Clone, Debug)]
pub(super) struct MessageFacts {
    /// The kind of its conversation.
    pub(super) kind: Kind,
    /// Who wrote it; none for System.
    pub(super) author: Option<UserId>,
    /// Whether the author is an admin or superadmin.
    pub(super) author_is_admin: bool,
    /// The group it is in.
    pub(super) group: Option<Arc<Group>>,
    /// What the one who asks may do in the channel it is in.
    pub(super) in_channel: Permissions,
    /// Whether that channel is locked for them.
    pub(super) channel_locked: bool,
    /// Whether the one who asks can read it.
    pub(super) readable: bool,
}

impl MessageFacts {
    fn is_by(&self, user: &User) -> bool {
        self.author == Some(user.id) && self.readable
    }

    fn locked_group(&self) -> Option<&Group> {
        self.group.as_deref().filter(|group| group.locked)
    }
}

/// Whether `user` may give the message another text.
pub(super) fn require_edit(
    user: &User,
    message: &MessageFacts,
    settings: &SettingValues,
) -> Result<()> {
    let (admin, superadmin) = (user.role.is_admin(), user.role.is_superadmin());
    let owner = |group: &Group| group.owner == user.id;
    if let Some(group) = message.locked_group()
        && !superadmin
        && !owner(group)
    {
        return Err(Error::refused("locked", "This group is locked"));
    }
    let may_edit_others = settings.is_on(Key::McEditMessages);
    let allowed = match message.kind {
        // Where somebody may not speak they do not change what they said either.
        Kind::Channel => {
            let own = message.is_by(user) && message.in_channel.contains(Permission::SendMessages);
            if own && message.channel_locked {
                return Err(channel_locked());
            }
            own
        }
        _ if message.is_by(user) => true,
        // What System said is for superadmins alone.
        _ if message.author.is_none() => superadmin && may_edit_others,
        Kind::Public => may_edit_others && (superadmin || (admin && !message.author_is_admin)),
        Kind::Dm => admin,
        Kind::Gdm => admin && may_edit_others,
    };
    allowed.then_some(()).ok_or_else(Error::forbidden)
}

/// Whether `user` may delete the message.
pub(super) fn require_delete(
    user: &User,
    message: &MessageFacts,
    settings: &SettingValues,
) -> Result<()> {
    let (admin, superadmin) = (user.role.is_admin(), user.role.is_superadmin());
    if message.locked_group().is_some() && !superadmin {
        return Err(Error::refused("locked", "This group is locked"));
    }
    let allowed = match message.kind {
        Kind::Channel => {
            let (own, others) = (Permission::SendMessages, Permission::ManageMessages);
            (message.is_by(user) && message.in_channel.contains(own))
                || message.in_channel.contains(others)
                || admin
        }
        _ if message.is_by(user) => true,
        Kind::Public => admin && settings.is_on(Key::McDeleteMessages),
        Kind::Dm | Kind::Gdm => admin,
    };
    allowed.then_some(()).ok_or_else(Error::forbidden)
}
