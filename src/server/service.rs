//! What can be done with servers.

use std::sync::Arc;

use entity::{ServerId, Timestamp, UserId, server_invite};
use serde_json::json;

use super::{
    audit::Entry,
    caller::By,
    http_input::Author,
    invites::{invite_expired, is_code},
    live::Live,
    model::{MAX_JOINED, MAX_OWNED, invite_not_found, too_many},
    names::{Name, Reason, Topic},
    store, store_members,
    work::{Applied, Change, Effects, Moves, What, Work},
};
use crate::{
    access::Access,
    account::Directory,
    chat::servers::{self, Servers, server_not_found},
    kernel::{Clock, Db, Error, Result, Tasks, Tx},
    permission::Standing,
    presence::Presence,
    socket::Delivery,
};

/// The servers service. Cheap to clone: every request has a handle of its own.
#[derive(Clone)]
pub struct Communities(Arc<Inner>);

impl std::ops::Deref for Communities {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) directory: Directory,
    pub(super) presence: Presence,
    pub(super) live: Live,
    pub(super) public_url: Arc<str>,
    pub(super) access: Access,
    tasks: Tasks,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Who is there.
    pub presence: Presence,
    /// What the chat knows of servers.
    pub servers: Servers,
    /// Who calls, how often.
    pub access: Access,
    /// Live sockets.
    pub delivery: Delivery,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
    /// What this installation is called in links.
    pub public_url: Arc<str>,
}

impl Communities {
    /// The service made of `parts`.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            db: parts.db,
            clock: parts.clock,
            directory: parts.directory,
            presence: parts.presence,
            access: parts.access,
            live: Live {
                servers: parts.servers,
                delivery: parts.delivery,
            },
            public_url: parts.public_url.trim_end_matches('/').into(),
            tasks: parts.tasks,
        }))
    }

    /// The facts about servers, for questions.
    pub fn facts(&self) -> &Servers {
        &self.live.servers
    }

    /// Moves the version of the server in `tx`, so that what was decided by what is about to change
    /// there is not done any more. After the commit, [`Servers::changed`] is to be called.
    pub async fn outdate(&self, tx: &Tx, id: ServerId) -> Result<()> {
        store::bump_version(tx, id).await
    }

    /// Makes `change` to the server `id`, and records it with the `reason` that was given.
    ///
    /// # Errors
    /// `server_not_found` for people who are not in it, and whatever the change refuses with.
    pub(super) async fn make<C: Change>(
        &self,
        by: By,
        id: ServerId,
        reason: Option<Reason>,
        change: C,
    ) -> Result<C::Answer> {
        let communities = self.clone();
        let work = async move { communities.make_now(by, id, reason, change).await };
        // Some changes are large, and it is passed on several times.
        self.tasks.complete(Box::pin(work)).await
    }

    /// As [`make`](Self::make), for changes of other features that people ask for.
    pub async fn change<C: Change>(
        &self,
        author: Author,
        id: ServerId,
        change: C,
    ) -> Result<C::Answer> {
        let by = By::User(author.user);
        self.make(by, id, author.reason, change).await
    }

    async fn make_now<C: Change>(
        &self,
        by: By,
        id: ServerId,
        reason: Option<Reason>,
        change: C,
    ) -> Result<C::Answer> {
        // Keeps requests about nothing away from the one writing connection.
        self.asked(&by, id).await?;
        let _turn = self.live.servers.turn(id).await;
        let tx = self.db.begin().await?;
        if !store::lock_server(&tx, id).await? {
            return Err(server_not_found());
        }
        let server = servers::read(&tx, id).await?;
        let server = server.ok_or_else(server_not_found)?;
        let work = Work::new(tx, server, by, self.clock.now()).await?;
        let Applied { answer, effects } = change.apply(&work).await?;
        match effects {
            Some(effects) => self.live.finish(work, effects, reason).await?,
            // Its answer may have been kept, for when the request comes again.
            None => work.tx.commit().await?,
        }
        Ok(answer)
    }

    /// Makes a server with one channel, of which `owner` is the only member.
    pub(super) async fn create(&self, owner: Author, name: Name) -> Result<ServerId> {
        let communities = self.clone();
        let work = async move { communities.create_now(owner, name).await };
        self.tasks.complete(work).await
    }

    async fn create_now(&self, owner: Author, name: Name) -> Result<ServerId> {
        let Author {
            user: owner,
            reason,
        } = owner;
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        store::lock_person(&tx, owner).await?;
        if store::count_owned(&tx, owner).await? >= MAX_OWNED {
            return Err(too_many("servers", MAX_OWNED));
        }
        let id = store::insert_server(&tx, &name, owner, now).await?;
        let general = Name::parse("general")?;
        store::insert_channel(&tx, id, &general, &Topic::default(), 0, now).await?;
        store_members::insert_member(&tx, id, owner, now).await?;
        require_room(&tx, owner).await?;
        let server = servers::read(&tx, id).await?;
        let server = server.ok_or_else(server_not_found)?;
        let entry = Entry {
            action: "server.create",
            target: format!("server:{id}"),
            before: None,
            after: Some(json!({"name": name.as_str()})),
        };
        let work = Work {
            tx,
            server,
            by: By::User(owner),
            actor: None,
            standing: Standing::default(),
            now,
        };
        // No turn is taken: nobody else knows of the server yet.
        let effects = Effects::new(What::Server, entry).with(joins(owner));
        self.live.finish(work, effects, reason).await?;
        Ok(id)
    }

    /// Lets somebody in with the invite `code`; into which server. A member spends no use.
    pub(super) async fn accept(&self, guest: Author, code: String) -> Result<ServerId> {
        let communities = self.clone();
        let work = async move { communities.accept_now(guest, &code).await };
        self.tasks.complete(work).await
    }

    async fn accept_now(&self, guest: Author, code: &str) -> Result<ServerId> {
        let Author { user, reason } = guest;
        if !is_code(code) {
            return Err(invite_not_found());
        }
        let invite = store_members::find_invite(self.db.reader(), code).await?;
        let id = invite.ok_or_else(invite_not_found)?.server_id;
        let _turn = self.live.servers.turn(id).await;
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        if !store::lock_server(&tx, id).await? {
            return Err(invite_not_found());
        }
        // Again, now that nobody else can spend it.
        let invite = store_members::find_invite(&tx, code).await?;
        let invite = invite.ok_or_else(invite_not_found)?;
        if servers::read_member(&tx, id, user).await?.is_some() {
            return Ok(id);
        }
        if store_members::find_ban(&tx, id, user).await?.is_some() {
            return Err(Error::refused("banned", "you are banned from this server"));
        }
        require_usable(&invite, now)?;
        if !store_members::redeem(&tx, invite.id, now).await? {
            return Err(invite_expired());
        }
        store_members::insert_member(&tx, id, user, now).await?;
        store::lock_person(&tx, user).await?;
        require_room(&tx, user).await?;
        let server = servers::read(&tx, id).await?;
        let server = server.ok_or_else(invite_not_found)?;
        let entry = Entry {
            action: "member.join",
            target: format!("user:{user}"),
            before: None,
            after: Some(json!({"inviteId": invite.id})),
        };
        let work = Work {
            tx,
            server,
            by: By::User(user),
            actor: None,
            standing: Standing::default(),
            now,
        };
        let effects = Effects::new(What::Members, entry).with(joins(user));
        self.live.finish(work, effects, reason).await?;
        Ok(id)
    }
}

/// Refuses what puts somebody, who is locked, into more servers than one can be in.
async fn require_room(tx: &Tx, user: UserId) -> Result<()> {
    if store_members::count_joined(tx, user).await? > MAX_JOINED {
        return Err(too_many("memberships", MAX_JOINED));
    }
    Ok(())
}

fn require_usable(invite: &server_invite::Model, now: Timestamp) -> Result<()> {
    if invite.expires_at <= now || invite.uses >= invite.max_uses {
        return Err(invite_expired());
    }
    Ok(())
}

fn joins(user: UserId) -> Moves {
    Moves {
        joined: vec![user],
        ..Moves::default()
    }
}
