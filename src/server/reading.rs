//! What can be asked about servers. Nothing here changes anything.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use entity::{ConversationId, ServerId, UserId};
use serde_json::value::RawValue;

use super::{
    Communities,
    caller::By,
    etag::etag,
    model::membership_not_found,
    store_members,
    store_members::Which,
    store_reading::{self, Unread},
    view::{
        AuditView, BanView, ChannelView, InviteRow, Me, MembershipView, PersonView, PinnedWidget,
        RoleView, ServerRow, ServerView, Snapshot, WholeServer, roles_of_member,
    },
};
use crate::{
    account::User,
    chat::servers::{Access, Channel, Member, Server},
    kernel::{Error, Result},
    permission::{Permission, Standing},
};

impl Communities {
    /// The servers that `user` is in, the oldest first.
    pub(super) async fn list(&self, user: UserId) -> Result<Vec<ServerRow>> {
        let mut ids = self.live.servers.of(user).await?.to_vec();
        ids.sort_unstable();
        let reader = self.db.reader();
        let sizes = store_members::sizes(reader, user).await?;
        let mut unread: HashMap<_, Vec<_>> = HashMap::new();
        for row in store_reading::unread(reader, user, None).await? {
            unread.entry(row.server_id).or_default().push(row);
        }
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(access) = self.live.servers.access(id, user).await? else {
                continue;
            };
            let unread = unread.remove(&id).unwrap_or_default();
            let size = sizes.get(&id).copied().unwrap_or_default();
            rows.push(self.row(&access, &unread, size));
        }
        Ok(rows)
    }

    fn row(&self, access: &Access, unread: &[Unread], size: i64) -> ServerRow {
        let viewable: HashSet<_> = access.viewable().map(|channel| channel.id).collect();
        let unread = unread.iter();
        let unread = unread.filter(|row| viewable.contains(&row.conversation_id));
        ServerRow {
            server: self.view(&access.server, size),
            unread: unread.map(|row| row.messages.max(0)).sum(),
            permissions: access.permissions(),
        }
    }

    /// One server, for one of its members.
    pub(super) async fn server(&self, user: UserId, id: ServerId) -> Result<ServerView> {
        let access = self.live.servers.require(id, user).await?;
        let size = store_members::size(self.db.reader(), id).await?;
        Ok(self.view(&access.server, size))
    }

    /// One server with what is in it, for one of its members.
    pub(super) async fn whole(&self, user: UserId, id: ServerId) -> Result<WholeServer> {
        let access = self.live.servers.require(id, user).await?;
        let reader = self.db.reader();
        let now = self.clock.now();
        let member = &access.member;
        let size = store_members::size(reader, id).await?;
        let unread = store_reading::unread(reader, user, Some(id)).await?;
        Ok(WholeServer {
            server: self.row(&access, &unread, size),
            channels: channels_of(&access, &unread),
            roles: access.server.roles.iter().map(RoleView::from).collect(),
            me: Me {
                permissions: access.permissions(),
                role_ids: member.roles.clone(),
                top_position: access.standing.top,
                timed_out_until: member.timed_out_until.filter(|until| *until > now),
            },
            pinned_widget: self.pinned_widget(id).await?,
        })
    }

    /// The channels that `user` may view.
    pub(super) async fn channels(&self, user: UserId, id: ServerId) -> Result<Vec<ChannelView>> {
        let access = self.live.servers.require(id, user).await?;
        let unread = store_reading::unread(self.db.reader(), user, Some(id)).await?;
        Ok(channels_of(&access, &unread))
    }

    async fn pinned_widget(&self, id: ServerId) -> Result<Option<PinnedWidget>> {
        let found = store_reading::find_pinned_widget(self.db.reader(), id).await?;
        let Some((widget, app)) = found else {
            return Ok(None);
        };
        let snapshot = match (widget.rows, widget.updated_at) {
            (Some(rows), Some(updated_at)) => Some(Snapshot {
                version: widget.version,
                ttl_seconds: widget.ttl_seconds,
                updated_at,
                rows: RawValue::from_string(rows)?,
            }),
            _ => None,
        };
        Ok(Some(PinnedWidget {
            app_id: app.id,
            name: app.name,
            description: app.description,
            pinned: widget.pinned,
            visible: widget.visible,
            snapshot,
        }))
    }

    /// The roles of a server, the default one first, then by position.
    pub(super) async fn roles(&self, by: &By, id: ServerId) -> Result<Vec<RoleView>> {
        let (server, _) = self.asked(by, id).await?;
        Ok(server.roles.iter().map(RoleView::from).collect())
    }

    /// Up to `limit` members behind `after`, by id.
    pub(super) async fn memberships(
        &self,
        by: &By,
        id: ServerId,
        after: UserId,
        limit: u64,
    ) -> Result<Vec<MembershipView>> {
        let (server, _) = self.asked(by, id).await?;
        let page = Which::Page { after, limit };
        let members = store_members::list_members(self.db.reader(), id, page).await?;
        let mut views = Vec::with_capacity(members.len());
        for member in &members {
            let user = self.user(member.user).await?;
            views.push(self.membership_view(&server, member, &user));
        }
        Ok(views)
    }

    /// One member, and the tag of what they are, by the facts of a moment ago.
    pub(super) async fn membership(
        &self,
        by: &By,
        id: ServerId,
        user: UserId,
    ) -> Result<(MembershipView, String)> {
        self.asked(by, id).await?;
        let found = self.live.servers.access(id, user).await?;
        let Access { server, member, .. } = found.ok_or_else(membership_not_found)?;
        let user = self.user(user).await?;
        let view = self.membership_view(&server, &member, &user);
        Ok((view, etag(&member)))
    }

    /// The account behind a membership.
    pub(super) async fn user(&self, id: UserId) -> Result<Arc<User>> {
        let user = self.directory.find(id).await?;
        user.ok_or_else(membership_not_found)
    }

    /// Refuses an account that is banned, and so could never do what it is to be trusted with.
    pub(super) async fn require_welcome(&self, id: UserId) -> Result<()> {
        match self.user(id).await?.banned_at {
            None => Ok(()),
            Some(_) => Err(Error::refused("banned", "this account is banned")),
        }
    }

    pub(super) fn membership_view(
        &self,
        server: &Server,
        member: &Member,
        user: &User,
    ) -> MembershipView {
        let now = self.clock.now();
        let avatar = user.avatar.as_deref();
        let mut role_ids = member.roles.clone();
        role_ids.sort_unstable();
        MembershipView {
            user_id: user.id,
            username: user.username.clone(),
            name: user.username.clone(),
            nickname: member.nickname.clone(),
            avatar_url: avatar.map(|file| self.file_url(file)),
            roles: roles_of_member(server, &role_ids),
            role_ids,
            joined_at: member.joined_at,
            timed_out_until: member.timed_out_until.filter(|until| *until > now),
            status: self.presence.status(user),
            is_owner: server.owner == user.id,
        }
    }

    /// The audit log before one of its entries, the newest first, for who may read it. Of channels
    /// that they may not view they learn that something was done, not what.
    pub(super) async fn audit(
        &self,
        by: &By,
        id: ServerId,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<AuditView>> {
        let (server, standing) = self.asked(by, id).await?;
        standing.require(Permission::ViewAuditLog)?;
        let hidden = self.hidden_channels(by, &server, &standing).await?;
        let rows = store_reading::list_audit(self.db.reader(), id, before, limit).await?;
        let entries = rows.into_iter().map(AuditView::from);
        Ok(entries.map(|entry| entry.hiding(&hidden)).collect())
    }

    /// The channels of a server that whoever asks may not view; an integration, which is no member,
    /// views what everybody may.
    async fn hidden_channels(
        &self,
        by: &By,
        server: &Server,
        standing: &Standing,
    ) -> Result<HashSet<ConversationId>> {
        let access = match by {
            By::User(user) => self.live.servers.access(server.id, *user).await?,
            By::Integration(_) => None,
        };
        let is_hidden = |channel: &&Channel| {
            let viewable = access.as_ref().map_or_else(
                || standing.is_admin() || !server.is_restricted(channel),
                |access| {
                    let permissions = access.in_channel(channel);
                    permissions.contains(Permission::ViewChannel)
                },
            );
            !viewable
        };
        let hidden = server.channels.iter().filter(is_hidden);
        Ok(hidden.map(|channel| channel.id).collect())
    }

    /// The invites of a server that can be used, for who manages it.
    pub(super) async fn invites(&self, user: UserId, id: ServerId) -> Result<Vec<InviteRow>> {
        let access = self.live.servers.require(id, user).await?;
        access.standing.require(Permission::ManageServer)?;
        let now = self.clock.now();
        let mut rows = Vec::new();
        for invite in store_reading::list_invites(self.db.reader(), id, now).await? {
            rows.push(InviteRow {
                id: invite.id,
                expires_at: invite.expires_at,
                max_uses: invite.max_uses,
                uses: invite.uses,
                created_by: self.person(invite.created_by).await?,
                created_at: invite.created_at,
            });
        }
        Ok(rows)
    }

    /// Up to `limit` of those who are banned, behind `after`, by id; for who may ban.
    pub(super) async fn bans(
        &self,
        user: UserId,
        id: ServerId,
        after: UserId,
        limit: u64,
    ) -> Result<Vec<BanView>> {
        let access = self.live.servers.require(id, user).await?;
        access.standing.require(Permission::BanMembers)?;
        let mut views = Vec::new();
        for ban in store_reading::list_bans(self.db.reader(), id, after, limit).await? {
            views.push(BanView {
                user_id: ban.user_id,
                username: self.directory.name(ban.user_id).await?,
                reason: ban.reason,
                banned_by: self.person(ban.banned_by).await?,
                banned_at: ban.banned_at,
            });
        }
        Ok(views)
    }

    async fn person(&self, id: UserId) -> Result<PersonView> {
        let username = self.directory.name(id).await?;
        Ok(PersonView { id, username })
    }

    fn view(&self, server: &Server, size: i64) -> ServerView {
        let icon = server.icon.as_deref();
        ServerView {
            id: server.id,
            name: server.name.clone(),
            icon_url: icon.map(|file| self.file_url(file)),
            owner_id: server.owner,
            member_count: size,
            created_at: server.created_at,
        }
    }

    fn file_url(&self, file: &str) -> String {
        format!("{}/uploads/{file}", self.public_url)
    }
}

/// The channels that a member may view, with what they have not read in them.
fn channels_of(access: &Access, unread: &[Unread]) -> Vec<ChannelView> {
    let unread = unread.iter();
    let unread: HashMap<_, _> = unread
        .map(|row| (row.conversation_id, row.messages.max(0)))
        .collect();
    let views = access.viewable().map(|channel| {
        let unread = unread.get(&channel.id).copied().unwrap_or_default();
        let held = access.in_channel(channel);
        ChannelView::new(&access.server, channel, held, unread)
    });
    views.collect()
}
