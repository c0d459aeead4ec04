//! The permissions by name, and sets of them.

use std::{fmt, ops};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema, schema},
};

/// Declares every permission once: its bit in the database, its name on the wire, its meaning.
macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $bit:literal: $name:literal,)*) => {
        /// Something that a role or an overwrite allows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $($(#[$doc])* $variant,)* }

        impl Permission {
            /// Every permission, in the order of their bits.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            const fn bit(self) -> i64 {
                match self { $(Self::$variant => 1 << $bit,)* }
            }
        }
    };
}

// The bits are stored in the database: one that was given out is never changed nor used again.
permissions! {
    /// All others, in every channel, whatever its overwrites say.
    Administrator = 0: "administrator",
    /// Change the server itself and its apps.
    ManageServer = 1: "manage_server",
    /// Make, change and delete the roles below one's own, and the overwrites of channels.
    ManageRoles = 2: "manage_roles",
    /// Make, change and delete channels.
    ManageChannels = 3: "manage_channels",
    /// Give other members roles, nicknames and timeouts.
    ManageMembers = 4: "manage_members",
    /// Give other members timeouts.
    ModerateMembers = 5: "moderate_members",
    /// Put members out; they may come back with an invite.
    KickMembers = 6: "kick_members",
    /// Put people out for good.
    BanMembers = 7: "ban_members",
    /// Edit and delete what others said.
    ManageMessages = 8: "manage_messages",
    /// Change webhooks.
    ManageWebhooks = 9: "manage_webhooks",
    /// Read who changed what.
    ViewAuditLog = 10: "view_audit_log",
    /// Invite people.
    CreateInvite = 11: "create_invite",
    /// Call everybody at once.
    MentionEveryone = 12: "mention_everyone",
    /// Know that a channel exists. Without it no other permission holds there.
    ViewChannel = 13: "view_channel",
    /// Read what was said before.
    ReadHistory = 14: "read_history",
    /// Say something.
    SendMessages = 15: "send_messages",
    /// Attach files.
    AttachFiles = 16: "attach_files",
    /// Have links shown as cards.
    EmbedLinks = 17: "embed_links",
    /// React to what was said.
    AddReactions = 18: "add_reactions",
    /// Choose one's own nickname.
    ChangeNickname = 19: "change_nickname",
}

impl Permission {
    /// The permission called `name`.
    pub fn parse(name: &str) -> Result<Self, UnknownPermission> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.as_str() == name)
            .ok_or_else(|| UnknownPermission(name.to_owned()))
    }
}

/// A name that is no permission's, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPermission(pub String);

impl fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no permission called {:?}", self.0)
    }
}

/// A set of permissions. In JSON a list of their names, sorted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(i64);

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);
    /// Every permission.
    pub const ALL: Self = Self::of(Permission::ALL);
    /// What the default role of a new server allows.
    pub const OF_NEW_SERVER: Self = Self::of(&[
        Permission::ViewChannel,
        Permission::ReadHistory,
        Permission::SendMessages,
        Permission::AttachFiles,
        Permission::EmbedLinks,
        Permission::AddReactions,
        Permission::ChangeNickname,
        Permission::CreateInvite,
    ]);
    /// What is left to members who are timed out.
    pub const OF_TIMED_OUT: Self = Self::of(&[Permission::ViewChannel, Permission::ReadHistory]);
    /// What a channel's overwrites can allow and deny: what happens within a channel.
    pub const OF_CHANNEL: Self = Self::of(&[
        Permission::ManageMessages,
        Permission::MentionEveryone,
        Permission::ViewChannel,
        Permission::ReadHistory,
        Permission::SendMessages,
        Permission::AttachFiles,
        Permission::EmbedLinks,
        Permission::AddReactions,
    ]);

    /// The set of just these.
    pub const fn of(permissions: &[Permission]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < permissions.len() {
            bits |= permissions[at].bit();
            at += 1;
        }
        Self(bits)
    }

    /// The set as the database has it. Bits of permissions that do not exist any more are left out.
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The set as it is stored.
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// The set of the permissions with these names; repetitions are one.
    pub fn parse<S: AsRef<str>>(
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, UnknownPermission> {
        let permissions = names.into_iter();
        permissions
            .map(|name| Permission::parse(name.as_ref()))
            .collect()
    }

    /// The names on the wire, sorted.
    pub fn names(self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.iter().map(Permission::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Its permissions, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        let permissions = Permission::ALL.iter().copied();
        permissions.filter(move |permission| self.contains(*permission))
    }

    /// Whether `permission` is one of them.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all of `other` are among them.
    pub const fn contains_all(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both sets.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl From<Permission> for Permissions {
    fn from(permission: Permission) -> Self {
        Self(permission.bit())
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let bits = permissions.into_iter().map(Permission::bit);
        Self(bits.fold(0, ops::BitOr::bitor))
    }
}

impl ops::BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl ops::BitOrAssign for Permissions {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// Those of the first set that are not in the second.
impl ops::Sub for Permissions {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// Those that are in one of the sets only: what a change changes.
impl ops::BitXor for Permissions {
    type Output = Self;

    fn bitxor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Self::parse(names).map_err(de::Error::custom)
    }
}

impl PartialSchema for Permissions {
    fn schema() -> RefOr<Schema> {
        let names = schema::ObjectBuilder::new()
            .schema_type(schema::Type::String)
            .enum_values(Some(Self::ALL.names()));
        schema::ArrayBuilder::new()
            .items(names)
            .description(Some("Names of permissions, sorted, each once."))
            .build()
            .into()
    }
}

impl ToSchema for Permissions {}
