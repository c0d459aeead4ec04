//! The facts about servers that decide who may read and write in their channels.
//!
//! Reads the tables of servers and keeps what it read; the `server` feature changes them and calls
//! [`Servers::changed`]. A fact may be a moment old. So whatever was decided by it carries the
//! server's version, which moves with every change in the transaction of that change, and the
//! statement that stores a message takes it under no other version.
//!
//! Cost of a question: two look-ups in memory; after a change one query for each member who asks.

use std::sync::Arc;

use entity::{AppId, ConversationId, RoleId, ServerId, Timestamp, UserId};

use super::server_store as store;
use crate::{
    kernel::{Cache, Clock, Db, Error, Result, Tx, error::ErrorKind},
    permission::{self, ChannelRules, Overwrite, Permission, Permissions, Standing, Target},
};

/// Servers kept in memory.
const CAPACITY: u64 = 5_000;
/// Members kept in memory.
const MEMBERS: u64 = 200_000;
/// Channels whose server is kept in memory.
const CHANNELS: u64 = 100_000;
/// People whose servers are kept in memory, for when they connect.
const MEMBERSHIPS: u64 = 50_000;
/// How often facts that changed while they were read are read again.
const ATTEMPTS: usize = 20;

/// One server, its members apart.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its id.
    pub id: ServerId,
    /// Its name.
    pub name: String,
    /// Stored name of its picture.
    pub icon: Option<String>,
    /// Who owns it.
    pub owner: UserId,
    /// Moves with every change to its structure.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its roles, the default one first, then by position.
    pub roles: Vec<Role>,
    /// Its channels by position.
    pub channels: Vec<Channel>,
}

/// A role of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// What it allows.
    pub permissions: Permissions,
    /// Its place; 0 is the default role's.
    pub position: i64,
    /// Whether everybody has it.
    pub is_default: bool,
    /// The integration whose own it is.
    pub managed_by: Option<AppId>,
}

impl Role {
    /// The role as the permission engine sees it.
    pub fn rank(&self) -> permission::Role {
        permission::Role {
            id: self.id,
            position: self.position,
            permissions: self.permissions,
        }
    }
}

/// A channel of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its conversation.
    pub id: ConversationId,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// Its place in the list.
    pub position: i64,
    /// Whether only those who manage channels may speak in it.
    pub locked: bool,
    /// Where it allows or denies what the roles say.
    pub overwrites: Vec<(Target, Overwrite)>,
}

/// One person in one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What they are called there.
    pub nickname: Option<String>,
    /// Their roles, the default one left out.
    pub roles: Vec<RoleId>,
    /// Until then they only read.
    pub timed_out_until: Option<Timestamp>,
    /// When they came in.
    pub joined_at: Timestamp,
    /// The server's version as of which this holds.
    pub version: i64,
}

impl Channel {
    /// Whether it is locked for somebody who holds these permissions in it.
    pub fn is_locked_for(&self, held: Permissions) -> bool {
        self.locked && !held.contains(Permission::ManageChannels)
    }
}

impl Server {
    /// The channel with this id.
    pub fn channel(&self, id: ConversationId) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// The role with this id.
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// The role that everybody has.
    pub fn default_role(&self) -> Option<&Role> {
        self.roles.iter().find(|role| role.is_default)
    }

    /// What everybody may do, roles and channels apart.
    pub fn everyone(&self) -> Permissions {
        self.default_role()
            .map_or(Permissions::NONE, |role| role.permissions)
    }

    /// What a member is in this server at `now`.
    pub fn standing(&self, member: &Member, now: Timestamp) -> Standing {
        let ranks: Vec<_> = self
            .roles
            .iter()
            .filter(|role| member.roles.contains(&role.id))
            .map(Role::rank)
            .collect();
        Standing::new(
            self.owner == member.user,
            member.timed_out_until.is_some_and(|until| until > now),
            self.everyone(),
            &ranks,
        )
    }

    /// What a member of this `standing` may do in `channel`.
    pub fn in_channel(
        &self,
        channel: &Channel,
        member: &Member,
        standing: &Standing,
    ) -> Permissions {
        let rules = ChannelRules::of(
            channel.overwrites.iter().copied(),
            self.default_role().map_or(RoleId(0), |role| role.id),
            &member.roles,
            member.user,
        );
        standing.in_channel(&rules)
    }

    /// Whether there may be members who cannot view `channel`: then its news goes to a room of its
    /// own, else to the server's.
    pub fn is_restricted(&self, channel: &Channel) -> bool {
        let view = Permission::ViewChannel;
        let denied = |(_, overwrite): &(Target, Overwrite)| {
            overwrite.deny.contains(view) && !overwrite.allow.contains(view)
        };
        !self.everyone().contains(view) || channel.overwrites.iter().any(denied)
    }
}

/// What one member may do in a server.
#[derive(Clone, Debug)]
pub struct Access {
    /// The server.
    pub server: Arc<Server>,
    /// The member.
    pub member: Arc<Member>,
    /// What they are in it.
    pub standing: Standing,
}

impl Access {
    /// What they may do in the server, channels aside.
    pub fn permissions(&self) -> Permissions {
        self.standing.effective()
    }

    /// What they may do in a channel.
    pub fn in_channel(&self, channel: &Channel) -> Permissions {
        self.server
            .in_channel(channel, &self.member, &self.standing)
    }

    /// The channels that they may view.
    pub fn viewable(&self) -> impl Iterator<Item = &Channel> {
        let views = |channel: &&Channel| self.in_channel(channel).contains(Permission::ViewChannel);
        self.server.channels.iter().filter(views)
    }
}

/// Looks servers up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Servers {
    db: Db,
    clock: Clock,
    known: Cache<ServerId, Arc<Server>>,
    members: Cache<(ServerId, UserId), Arc<Member>>,
    channels: Cache<ConversationId, ServerId>,
    /// The servers of people, each with the number of changes as of which it holds.
    memberships: moka::sync::Cache<UserId, (u64, Arc<[ServerId]>)>,
}

impl Servers {
    /// Servers in `db`.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            known: Cache::new(CAPACITY),
            members: Cache::new(MEMBERS),
            channels: Cache::new(CHANNELS),
            memberships: moka::sync::Cache::new(MEMBERSHIPS),
        }
    }

    /// The server with this id; deleted ones are not found.
    pub async fn find(&self, id: ServerId) -> Result<Option<Arc<Server>>> {
        self.known
            .get_or_load(&id, async || {
                store::read_server(self.db.reader(), id)
                    .await
                    .map(|server| server.map(Arc::new))
            })
            .await
    }

    /// What `user` may do in the server; none when there is no such server or they are not in it.
    pub async fn access(&self, id: ServerId, user: UserId) -> Result<Option<Access>> {
        for _ in 0..ATTEMPTS {
            let Some(server) = self.find(id).await? else {
                return Ok(None);
            };
            let Some(member) = self.member(id, user).await? else {
                return Ok(None);
            };
            // Of different moments they could make somebody who never was.
            match member.version.cmp(&server.version) {
                std::cmp::Ordering::Less => self.members.invalidate(&(id, user)),
                std::cmp::Ordering::Greater => self.known.invalidate(&id),
                std::cmp::Ordering::Equal => {
                    let standing = server.standing(&member, self.clock.now());
                    return Ok(Some(Access {
                        server,
                        member,
                        standing,
                    }));
                }
            }
        }
        Err(Error::busy())
    }

    /// The same for somebody who takes being a member for granted.
    ///
    /// # Errors
    /// `server_not_found`, whether there is no such server or they are not in it.
    pub async fn require(&self, id: ServerId, user: UserId) -> Result<Access> {
        let access = self.access(id, user).await?;
        access.ok_or_else(server_not_found)
    }

    async fn member(&self, id: ServerId, user: UserId) -> Result<Option<Arc<Member>>> {
        self.members
            .get_or_load(&(id, user), async || {
                store::read_member(self.db.reader(), id, user)
                    .await
                    .map(|member| member.map(Arc::new))
            })
            .await
    }

    /// The server that a channel belongs to.
    pub async fn server_of(&self, channel: ConversationId) -> Result<Option<ServerId>> {
        self.channels
            .get_or_load(&channel, || store::server_of(self.db.reader(), channel))
            .await
    }

    /// The servers that `user` is in.
    pub async fn of(&self, user: UserId) -> Result<Arc<[ServerId]>> {
        let changes = self.changes();
        if let Some((as_of, servers)) = self.memberships.get(&user)
            && as_of == changes
        {
            return Ok(servers);
        }
        let servers: Arc<[ServerId]> = store::servers_of(self.db.reader(), user).await?.into();
        self.memberships.insert(user, (changes, servers.clone()));
        Ok(servers)
    }

    /// The database that the facts are read from.
    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    /// A number that is another one after every change.
    pub fn changes(&self) -> u64 {
        self.known.invalidations()
    }

    /// To be called after every committed change to a server, its channels, roles or members.
    /// Members who are kept in memory tell by the version that they are of before.
    pub fn changed(&self, id: ServerId) {
        self.known.invalidate(&id);
    }

    /// To be called after a channel was deleted.
    pub fn channel_deleted(&self, id: ConversationId) {
        self.channels.invalidate(&id);
    }
}

/// The server as `tx` sees it, for whoever changes it.
pub async fn read(tx: &Tx, id: ServerId) -> Result<Option<Server>> {
    store::read_server(tx, id).await
}

/// One of its members, likewise.
pub async fn read_member(tx: &Tx, id: ServerId, user: UserId) -> Result<Option<Member>> {
    store::read_member(tx, id, user).await
}

/// There is no such server, or it is not for the caller to know of.
pub fn server_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "server_not_found", "server not found")
}

/// There is no such channel, or it is not for the caller to know of.
pub fn channel_not_found() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "channel_not_found",
        "channel not found",
    )
}

/// The channel is locked: only those who manage channels may speak in it.
pub fn channel_locked() -> Error {
    Error::refused("channel_locked", "This channel is locked")
}
