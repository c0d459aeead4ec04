//! What people can do in conversations: everything that can be refused is refused here.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use dashmap::DashMap;
use entity::{ConversationId, UserId};
use tokio::sync::{Notify, Semaphore};

use super::{
    Groups, Servers,
    antispam::AntispamState,
    event::SystemMessage,
    model::{Audience, ConversationName, Place},
    pace::Pace,
    publish::Publisher,
    search,
    slash::Commands,
    store,
    typing::Typing,
    view::History,
    writer::Writer,
};
use crate::{
    account::{Directory, User},
    file::Files,
    kernel::{Cache, Clock, Db, Error, Result, Tasks, error::ErrorKind},
    settings::Settings,
    socket::{Arrival, Delivery, Room},
};

/// DMs whose id is kept in memory.
const DM_CAPACITY: u64 = 100_000;
/// Nonces that are remembered as accepted, and for how long clients may resend them.
const ACCEPTED: u64 = 100_000;
const ACCEPTED_FOR: Duration = Duration::from_mins(5);
/// How often the memory of quiet senders is given up.
const ANTISPAM_SWEEP: Duration = Duration::from_mins(1);

/// The chat service. Cheap to clone: every event has a handle of its own.
#[derive(Clone)]
pub struct Chat(Arc<Inner>);

impl std::ops::Deref for Chat {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) groups: Groups,
    pub(super) servers: Servers,
    pub(super) history: History,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    pub(super) delivery: Delivery,
    pub(super) writer: Writer,
    pub(super) publisher: Publisher,
    pub(super) tasks: Tasks,
    pub(super) pace: Pace,
    pub(super) searches: Semaphore,
    pub(super) commands: OnceLock<Commands>,
    /// Commands that were done lately, by the keys their clients gave them.
    pub(super) commanded: moka::sync::Cache<(UserId, String), ()>,
    typing: Typing,
    pub(super) files: Files,
    public: ConversationId,
    dms: Cache<(UserId, UserId), ConversationId>,
    /// None while limits are off.
    pub(super) antispam: Option<Arc<DashMap<UserId, AntispamState>>>,
    /// Nonces that anti-spam let through lately.
    pub(super) accepted: moka::sync::Cache<(UserId, String), ()>,
    pub(super) started: Instant,
}

/// The rooms of groups and servers that a socket is in, and as of which changes to
/// [groups](Groups::changes) and [servers](Servers::changes).
#[derive(Clone, Debug, Default)]
pub struct Joined {
    as_of: (u64, u64),
    rooms: Vec<Room<'static>>,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Who is in which group.
    pub groups: Groups,
    /// Who may do what in which server.
    pub servers: Servers,
    /// Switches.
    pub settings: Settings,
    /// Live sockets.
    pub delivery: Delivery,
    /// Background tasks.
    pub tasks: Tasks,
    /// Uploaded files.
    pub files: Files,
    /// Whether anti-spam is on.
    pub limits: bool,
}

impl Chat {
    /// Starts the service.
    pub async fn start(parts: Parts) -> Result<Self> {
        let public = store::public_conversation(parts.db.reader()).await?;
        let typing = Typing::start(parts.delivery.clone(), parts.servers.clone(), &parts.tasks);
        let publisher = Publisher::new(
            parts.delivery.clone(),
            typing.clone(),
            parts.files.proxy().clone(),
        );
        let stored = Arc::new(Notify::new());
        search::warn_without_index(parts.db.reader()).await?;
        search::start(parts.db.clone(), stored.clone(), &parts.tasks);
        let writer = Writer::start(
            parts.db.clone(),
            parts.clock.clone(),
            publisher.clone(),
            stored,
            &parts.tasks,
        );
        let chat = Self(Arc::new(Inner {
            history: History::new(
                parts.directory.clone(),
                parts.groups.clone(),
                parts.servers.clone(),
                parts.files.proxy().clone(),
            ),
            db: parts.db,
            directory: parts.directory,
            groups: parts.groups,
            servers: parts.servers,
            clock: parts.clock,
            settings: parts.settings,
            delivery: parts.delivery,
            writer,
            publisher,
            searches: Semaphore::new(search::AT_A_TIME),
            commands: OnceLock::new(),
            commanded: moka::sync::Cache::builder()
                .max_capacity(ACCEPTED)
                .time_to_live(ACCEPTED_FOR)
                .build(),
            pace: Pace::start(parts.limits, &parts.tasks),
            tasks: parts.tasks.clone(),
            typing,
            files: parts.files,
            public,
            dms: Cache::new(DM_CAPACITY),
            antispam: parts.limits.then(Arc::default),
            accepted: moka::sync::Cache::builder()
                .max_capacity(ACCEPTED)
                .time_to_live(ACCEPTED_FOR)
                .build(),
            started: Instant::now(),
        }));
        let sweeping = chat.clone();
        parts.tasks.every(ANTISPAM_SWEEP, move || {
            sweeping.forget_quiet_senders();
            std::future::ready(())
        });
        Ok(chat)
    }

    /// Who is typing.
    pub fn typing(&self) -> &Typing {
        &self.typing
    }

    /// The account behind a caller, for as long as it may act.
    pub async fn require_user(&self, id: UserId) -> Result<Arc<User>> {
        let user = self.directory.find(id).await?;
        let user = user
            .filter(|user| user.deleted_at.is_none())
            .ok_or_else(Error::unauthenticated)?;
        if user.banned_at.is_some() {
            return Err(Error::refused(
                "banned",
                "You are banned and cannot send messages",
            ));
        }
        Ok(user)
    }

    /// Puts a new socket into the rooms of its person's groups and servers, having `joined` some
    /// before.
    pub async fn join_rooms(&self, arrival: &Arrival, mut joined: Joined) -> Result<Joined> {
        loop {
            let as_of = self.changes();
            let rooms = self.rooms_of(arrival.caller.user).await?;
            // Never out of a room that it belongs in: what is said meanwhile would be skipped.
            for room in joined.rooms.iter().filter(|room| !rooms.contains(room)) {
                arrival.leave(*room);
            }
            for room in &rooms {
                arrival.join(*room);
            }
            joined = Joined { as_of, rooms };
            // A change that fell between the look-up and the joining may have been missed.
            if self.changes() == as_of {
                return Ok(joined);
            }
        }
    }

    fn changes(&self) -> (u64, u64) {
        (self.groups.changes(), self.servers.changes())
    }

    /// The rooms of a person's groups, of their servers, and of the restricted channels that they
    /// may view.
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room<'static>>> {
        let groups = self.groups.of(user).await?;
        let mut rooms: Vec<_> = groups.iter().copied().map(Room::Conversation).collect();
        for id in self.servers.of(user).await?.iter() {
            let Some(access) = self.servers.access(*id, user).await? else {
                continue;
            };
            rooms.push(Room::Server(*id));
            let restricted = access
                .viewable()
                .filter(|channel| access.server.is_restricted(channel));
            rooms.extend(restricted.map(|channel| Room::Conversation(channel.id)));
        }
        Ok(rooms)
    }

    /// Joins again when memberships changed after the first time: from now on changes find the
    /// socket by themselves, but one in between may have missed it.
    pub fn join_again(&self, arrival: Arrival, joined: Joined) {
        if self.changes() != joined.as_of {
            let chat = self.clone();
            self.tasks.spawn(async move {
                if let Err(error) = chat.join_rooms(&arrival, joined).await {
                    error.log("connect");
                }
            });
        }
    }

    /// The public chat.
    pub fn public(&self) -> Place {
        Place {
            id: self.public,
            audience: Audience::Public,
        }
    }

    /// The DM of `user` with the person called `peer`, made if there is none.
    pub async fn dm(&self, user: &Arc<User>, peer: &str) -> Result<Place> {
        let peer = self
            .directory
            .find_by_name(peer)
            .await?
            .ok_or_else(Error::user_not_found)?;
        Ok(Place {
            id: self.dm_between(user, &peer).await?,
            audience: Audience::Dm([user.clone(), peer]),
        })
    }

    /// The DM of two, made if there is none.
    pub(super) async fn dm_between(&self, one: &User, two: &User) -> Result<ConversationId> {
        let pair = (one.id.min(two.id), one.id.max(two.id));
        let opened = self
            .dms
            .get_or_load(&pair, async || {
                if let Some(id) = store::find_dm(self.db.reader(), pair).await? {
                    return Ok(Some(id));
                }
                let tx = self.db.begin().await?;
                let id = store::open_dm(&tx, pair, self.clock.now()).await?;
                tx.commit().await?;
                Ok::<_, Error>(Some(id))
            })
            .await?;
        opened.ok_or_else(Error::not_found)
    }

    /// The group `id`, for one of its members.
    pub async fn group(&self, user: &User, id: ConversationId) -> Result<Place> {
        let group = self.groups.require_member(id, user.id).await?;
        Ok(Place {
            id,
            audience: Audience::Gdm(group),
        })
    }

    /// The conversation that `user` calls `name`, if it exists and they may read it. Unlike
    /// [`Chat::dm`] it makes nothing.
    pub async fn find_place(
        &self,
        user: &Arc<User>,
        name: &ConversationName,
    ) -> Result<Option<Place>> {
        match name {
            ConversationName::Public => Ok(Some(self.public())),
            ConversationName::Gdm(id) => match self.group(user, *id).await {
                Ok(place) => Ok(Some(place)),
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) =>
                {
                    Ok(None)
                }
                Err(error) => Err(error),
            },
            ConversationName::Channel(id) => self.find_channel(user.id, *id).await,
            ConversationName::Dm(peer) => {
                let Some(peer) = self.peer(peer).await? else {
                    return Ok(None);
                };
                let pair = (user.id.min(peer.id), user.id.max(peer.id));
                let found = self
                    .dms
                    .get_or_load(&pair, || store::find_dm(self.db.reader(), pair))
                    .await?;
                Ok(found.map(|id| Place {
                    id,
                    audience: Audience::Dm([user.clone(), peer]),
                }))
            }
        }
    }

    /// The person called `name`.
    pub async fn find_user(&self, name: &str) -> Result<Option<Arc<User>>> {
        self.directory.find_by_name(name).await
    }

    /// The name of a person.
    pub async fn name_of_user(&self, id: UserId) -> Result<String> {
        self.directory.name(id).await
    }

    /// A private notice for one socket.
    pub(super) fn notice(&self, text: &str) -> SystemMessage {
        SystemMessage::new(text, self.clock.now())
    }
}
