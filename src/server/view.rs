//! Servers and what is in them as the platform's routes show them.

use std::collections::HashSet;

use entity::{
    AppId, ConversationId, RoleId, ServerAuditId, ServerId, ServerInviteId, Timestamp, UserId,
    channel_overwrite::OverwriteKind, server_audit, timestamp::millis,
};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

use super::invites::Invited;
use crate::{
    chat::servers::{Channel, Role, Server},
    permission::{Permissions, Target},
};

/// A server.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerView {
    pub(super) id: ServerId,
    pub(super) name: String,
    pub(super) icon_url: Option<String>,
    pub(super) owner_id: UserId,
    pub(super) member_count: i64,
    #[serde(serialize_with = "millis::serialize")]
    pub(super) created_at: Timestamp,
}

/// A server in the list of one's own.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerRow {
    #[serde(flatten)]
    pub(super) server: ServerView,
    /// Messages in the channels that one may view, and has not read.
    pub(super) unread: i64,
    /// What one may do, channels aside.
    pub(super) permissions: Permissions,
}

/// A channel. Its id is that of its conversation, `channel:<id>`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelView {
    pub(super) id: ConversationId,
    pub(super) server_id: ServerId,
    pub(super) name: String,
    pub(super) topic: String,
    /// Its place in the list, from 0.
    pub(super) position: i64,
    /// Whether only those who manage channels may speak in it.
    pub(super) locked: bool,
    /// Messages one has not read.
    pub(super) unread: i64,
    /// What one may do in it.
    pub(super) permissions: Permissions,
    /// Whether there may be members who cannot view it.
    pub(super) restricted: bool,
    /// Where it allows or denies what the roles say.
    pub(super) overwrites: Vec<OverwriteView>,
}

/// What a channel allows and denies to a role or a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OverwriteView {
    kind: OverwriteKind,
    /// The role's or the person's.
    id: i64,
    allow: Permissions,
    deny: Permissions,
}

impl ChannelView {
    pub(super) fn new(
        server: &Server,
        channel: &Channel,
        permissions: Permissions,
        unread: i64,
    ) -> Self {
        let overwrites = channel.overwrites.iter().map(|(target, overwrite)| {
            let (kind, id) = match target {
                Target::Role(role) => (OverwriteKind::Role, role.0),
                Target::Member(user) => (OverwriteKind::Member, user.0),
            };
            OverwriteView {
                kind,
                id,
                allow: overwrite.allow,
                deny: overwrite.deny,
            }
        });
        Self {
            id: channel.id,
            server_id: server.id,
            name: channel.name.clone(),
            topic: channel.topic.clone(),
            position: channel.position,
            locked: channel.locked,
            unread,
            permissions,
            restricted: server.is_restricted(channel),
            overwrites: overwrites.collect(),
        }
    }
}

/// A role.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleView {
    id: RoleId,
    name: String,
    /// `#rrggbb`.
    color: Option<String>,
    permissions: Permissions,
    /// Its place: the higher, the more powerful; 0 is the default role's.
    position: i64,
    /// Whether everybody has it.
    is_default: bool,
    /// Whether it is an integration's own: nobody can be given it.
    managed: bool,
    /// That integration.
    managed_by: Option<AppId>,
}

impl From<&Role> for RoleView {
    fn from(role: &Role) -> Self {
        Self {
            id: role.id,
            name: role.name.clone(),
            color: role.color.clone(),
            permissions: role.permissions,
            position: role.position,
            is_default: role.is_default,
            managed: role.managed_by.is_some(),
            managed_by: role.managed_by,
        }
    }
}

/// A member of a server.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MembershipView {
    pub(super) user_id: UserId,
    pub(super) username: String,
    /// What they are called where they have no nickname.
    pub(super) name: String,
    pub(super) nickname: Option<String>,
    pub(super) avatar_url: Option<String>,
    /// Their roles, the default one left out.
    pub(super) role_ids: Vec<RoleId>,
    /// The same with names, the highest first.
    pub(super) roles: Vec<RoleOfMember>,
    #[serde(serialize_with = "millis::serialize")]
    pub(super) joined_at: Timestamp,
    /// Until then they only read; null when they are not timed out.
    #[serde(serialize_with = "millis::option::serialize")]
    pub(super) timed_out_until: Option<Timestamp>,
    /// `online`, `idle`, `dnd` or `offline`.
    pub(super) status: &'static str,
    pub(super) is_owner: bool,
}

/// A role that a member has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct RoleOfMember {
    id: RoleId,
    name: String,
    position: i64,
}

/// The roles of a member, the highest first.
pub(super) fn roles_of_member(server: &Server, ids: &[RoleId]) -> Vec<RoleOfMember> {
    let held = server.roles.iter().rev();
    held.filter(|role| ids.contains(&role.id))
        .map(|role| RoleOfMember {
            id: role.id,
            name: role.name.clone(),
            position: role.position,
        })
        .collect()
}

/// What one is in a server.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Me {
    /// What one may do, channels aside.
    pub(super) permissions: Permissions,
    pub(super) role_ids: Vec<RoleId>,
    /// The position of one's highest role.
    pub(super) top_position: i64,
    #[serde(serialize_with = "millis::option::serialize")]
    pub(super) timed_out_until: Option<Timestamp>,
}

/// A server with what is in it, for one of its members.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WholeServer {
    pub(super) server: ServerRow,
    /// The channels that one may view, by position.
    pub(super) channels: Vec<ChannelView>,
    /// The default role first, then by position.
    pub(super) roles: Vec<RoleView>,
    pub(super) me: Me,
    pub(super) pinned_widget: Option<PinnedWidget>,
}

/// The widget that is shown under the header of a server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PinnedWidget {
    pub(super) app_id: AppId,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) pinned: bool,
    pub(super) visible: bool,
    /// Null until something was posted.
    pub(super) snapshot: Option<Snapshot>,
}

/// What was last posted to a widget.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Snapshot {
    pub(super) version: i64,
    #[serde(serialize_with = "millis::serialize")]
    pub(super) updated_at: Timestamp,
    /// Seconds after which the rows are too old to be believed.
    pub(super) ttl_seconds: Option<i64>,
    #[schema(value_type = Vec<Object>)]
    pub(super) rows: Box<RawValue>,
}

/// A new invite.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InviteView {
    code: String,
    url: String,
    #[serde(serialize_with = "millis::serialize")]
    expires_at: Timestamp,
    max_uses: i32,
    uses: i32,
}

impl InviteView {
    pub(super) fn new(invited: Invited, public_url: &str) -> Self {
        Self {
            url: format!("{public_url}/invites/{}", invited.code),
            code: invited.code,
            expires_at: invited.expires_at,
            max_uses: invited.max_uses,
            uses: 0,
        }
    }
}

/// An invite as it is listed: its code was shown once.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InviteRow {
    pub(super) id: ServerInviteId,
    #[serde(serialize_with = "millis::serialize")]
    pub(super) expires_at: Timestamp,
    pub(super) max_uses: i32,
    pub(super) uses: i32,
    pub(super) created_by: PersonView,
    #[serde(serialize_with = "millis::serialize")]
    pub(super) created_at: Timestamp,
}

/// Somebody, by id and name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct PersonView {
    pub(super) id: UserId,
    pub(super) username: String,
}

/// Somebody who is banned.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BanView {
    pub(super) user_id: UserId,
    pub(super) username: String,
    pub(super) reason: Option<String>,
    pub(super) banned_by: PersonView,
    #[serde(serialize_with = "millis::serialize")]
    pub(super) banned_at: Timestamp,
}

/// Something that was done in a server.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AuditView {
    id: ServerAuditId,
    #[serde(serialize_with = "millis::serialize")]
    at: Timestamp,
    /// `{"kind":"user","id":..}` or `{"kind":"integration","id":..,"token":..}`.
    actor: Value,
    /// A stable name, such as `role.update`.
    action: String,
    /// To what, such as `role:7`.
    target: String,
    /// What changed, as it was before.
    before: Option<Value>,
    /// What changed, as it was afterwards.
    after: Option<Value>,
    reason: Option<String>,
}

impl AuditView {
    /// The same without what it says of `hidden` channels.
    pub(super) fn hiding(self, hidden: &HashSet<ConversationId>) -> Self {
        if !self.channels().any(|channel| hidden.contains(&channel)) {
            return self;
        }
        Self {
            before: None,
            after: None,
            ..self
        }
    }

    /// The channels that it speaks of.
    fn channels(&self) -> impl Iterator<Item = ConversationId> {
        let target = self.target.strip_prefix("channel:");
        let target = target.and_then(|id| id.parse().ok());
        let sides = [&self.before, &self.after].into_iter().flatten();
        let named = sides.filter_map(|side| side["channelId"].as_i64());
        named.chain(target).map(ConversationId)
    }
}

impl From<server_audit::Model> for AuditView {
    fn from(row: server_audit::Model) -> Self {
        // What the server itself wrote as JSON.
        let read = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self {
            id: row.id,
            at: row.at,
            actor: read(row.actor),
            action: row.action,
            target: row.target,
            before: row.before.map(read),
            after: row.after.map(read),
            reason: row.reason,
        }
    }
}
