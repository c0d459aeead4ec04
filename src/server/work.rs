//! One change to one server, as the transaction that makes it sees it.

use std::future::Future;

use entity::{ConversationId, ServerId, Timestamp, UserId};

use super::{
    audit::Entry,
    caller::{By, standing_of},
    model,
};
use crate::{
    access::require_current,
    chat::servers::{self, Channel, Member, Role, Server},
    kernel::{Result, Tx},
    permission::{Permission, Standing},
};

/// A change that can be made to a server.
///
/// It is applied while the server is locked, so whatever [`Work`] says is true until the change is
/// committed. It decides whether it may be made, and writes itself down; the version, the audit
/// log, live sockets and the news are seen to by whoever runs it.
pub trait Change: Send + 'static {
    /// What whoever asked for it is told.
    type Answer: Send + 'static;

    /// Makes the change, or refuses it.
    fn apply(self, work: &Work) -> impl Future<Output = Result<Applied<Self::Answer>>> + Send;
}

/// What became of a change.
#[derive(Debug)]
pub struct Applied<T> {
    pub(super) answer: T,
    /// None when it changed nothing: then nothing is recorded or told, and nothing is written
    /// but an answer that is kept.
    pub(super) effects: Option<Effects>,
}

impl<T> Applied<T> {
    /// It was done, with `effects`.
    pub const fn done(answer: T, effects: Effects) -> Self {
        Self {
            answer,
            effects: Some(effects),
        }
    }

    /// Everything was so already.
    pub const fn unchanged(answer: T) -> Self {
        Self {
            answer,
            effects: None,
        }
    }
}

/// What a change did beyond what it wrote.
#[derive(Debug)]
pub struct Effects {
    pub(super) what: What,
    /// What else is to be fetched again.
    pub(super) besides: Option<What>,
    pub(super) entry: Entry,
    pub(super) moves: Moves,
}

impl Effects {
    /// A change of `what` that moved nobody, and how it is recorded.
    pub fn new(what: What, entry: Entry) -> Self {
        Self {
            what,
            besides: None,
            entry,
            moves: Moves::default(),
        }
    }

    /// The same, and another thing is to be fetched again.
    pub(super) fn besides(self, what: What) -> Self {
        Self {
            besides: Some(what),
            ..self
        }
    }

    pub(super) fn with(self, moves: Moves) -> Self {
        Self { moves, ..self }
    }

    /// As [`Effects::new`], for a change after which these may view other channels.
    pub(super) fn viewing(self, views: Views) -> Self {
        self.with(Moves {
            views,
            ..Moves::default()
        })
    }
}

/// What clients should fetch again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The server itself.
    Server,
    /// Its channels.
    Channels,
    /// Its roles.
    Roles,
    /// Its members.
    Members,
    /// Who is banned: only those who may ban are told.
    Bans,
    /// Its invites.
    Invites,
    /// Its apps.
    Apps,
    /// Its widgets.
    Widgets,
    /// Nothing: it is gone.
    Deleted,
}

impl What {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Channels => "channels",
            Self::Roles => "roles",
            Self::Members => "members",
            Self::Bans => "bans",
            Self::Invites => "invites",
            Self::Apps => "apps",
            Self::Widgets => "widgets",
            Self::Deleted => "deleted",
        }
    }

    /// What a member has to be allowed to be told of it; none: all are.
    pub(super) const fn needs(self) -> Option<Permission> {
        match self {
            Self::Bans => Some(Permission::BanMembers),
            _ => None,
        }
    }
}

/// Who is where after a change.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// Who is in the server who was not.
    pub(super) joined: Vec<UserId>,
    /// Who is not in it any more.
    pub(super) left: Vec<UserId>,
    /// Who may view other channels than before.
    pub(super) views: Views,
    /// A channel that is gone.
    pub(super) gone: Option<ConversationId>,
    /// Whether the server is gone, and everybody with it.
    pub(super) is_deleted: bool,
}

/// Who may view other channels than before.
#[derive(Debug, Default)]
pub(super) enum Views {
    /// Nobody.
    #[default]
    Same,
    /// At most these.
    Of(Vec<UserId>),
    /// Anybody.
    All,
}

/// A server that is locked, and who is about to change it.
#[derive(Debug)]
pub struct Work {
    pub(super) tx: Tx,
    pub(super) server: Server,
    pub(super) by: By,
    /// The person themselves, unless it is an integration.
    pub(super) actor: Option<Member>,
    pub(super) standing: Standing,
    pub(super) now: Timestamp,
}

impl Work {
    /// Looks up, within `tx`, what whoever is there `by` name may do in the locked `server`.
    pub(super) async fn new(tx: Tx, server: Server, by: By, now: Timestamp) -> Result<Self> {
        let (actor, standing) = match &by {
            By::User(user) => {
                let member = servers::read_member(&tx, server.id, *user).await?;
                let member = member.ok_or_else(servers::server_not_found)?;
                let standing = server.standing(&member, now);
                (Some(member), standing)
            }
            By::Integration(token) => {
                require_current(&tx, token, now).await?;
                let creator = servers::read_member(&tx, server.id, token.creator).await?;
                let creator = creator.map(|creator| server.standing(&creator, now));
                (None, standing_of(token, &server, creator.as_ref())?)
            }
        };
        Ok(Self {
            tx,
            server,
            by,
            actor,
            standing,
            now,
        })
    }

    /// The transaction.
    pub fn tx(&self) -> &Tx {
        &self.tx
    }

    /// The server as it was before the change.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// When the change is made.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Refuses what needs a permission that whoever asks does not hold.
    pub fn require(&self, permission: Permission) -> Result<()> {
        Ok(self.standing.require(permission)?)
    }

    pub(super) fn id(&self) -> ServerId {
        self.server.id
    }

    /// Whether `user` is who makes the change.
    pub(super) fn is_self(&self, user: UserId) -> bool {
        self.by.is(user)
    }

    /// The person who is responsible.
    pub(super) fn person(&self) -> UserId {
        self.by.person()
    }

    pub(super) async fn find_member(&self, user: UserId) -> Result<Option<Member>> {
        servers::read_member(&self.tx, self.id(), user).await
    }

    /// The member with this id.
    pub(super) async fn member(&self, user: UserId) -> Result<Member> {
        let member = self.find_member(user).await?;
        member.ok_or_else(model::membership_not_found)
    }

    /// The role with this id.
    pub(super) fn role(&self, id: entity::RoleId) -> Result<&Role> {
        self.server.role(id).ok_or_else(model::role_not_found)
    }

    /// What whoever asks may do in `channel`.
    pub(super) fn in_channel(&self, channel: &Channel) -> crate::permission::Permissions {
        match &self.actor {
            Some(member) => self.server.in_channel(channel, member, &self.standing),
            None => self.standing.effective(),
        }
    }

    /// The channel with this id, if whoever asks may know of it.
    pub fn channel(&self, id: ConversationId) -> Result<&Channel> {
        let channel = self.server.channel(id);
        channel
            .filter(|channel| self.in_channel(channel).contains(Permission::ViewChannel))
            .ok_or_else(servers::channel_not_found)
    }

    pub(super) fn standing_of(&self, member: &Member) -> Standing {
        self.server.standing(member, self.now)
    }
}
