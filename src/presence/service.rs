//! What can be asked about who is there, and how it is told.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use entity::{Timestamp, UserId};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{
    model::{Found, Person, Profile, Shown, is_invisible},
    news::{Announcement, pause_after},
    registry::Registry,
    store,
};
use crate::{
    account::{Accounts, User},
    kernel::{Clock, Db, Error, Result, Tasks, error::ErrorKind},
    socket::{Caller, Delivery, Room},
};

/// How often it is written down who was seen.
const FLUSH_PERIOD: Duration = Duration::from_secs(10);
/// People noted in one transaction: the next message must not wait for a whole crowd.
const FLUSH_BATCH: usize = 200;
/// How long a count of somebody's messages is good enough. Counting reads all public messages.
const COUNT_TIME_TO_LIVE: Duration = Duration::from_mins(1);
/// Counts kept in memory.
const COUNTS: u64 = 10_000;
/// The fewest characters searched for.
const MIN_SEARCH_CHARS: usize = 2;

/// The presence service. Cheap to clone.
#[derive(Clone)]
pub struct Presence {
    db: Db,
    accounts: Accounts,
    delivery: Delivery,
    clock: Clock,
    tasks: Tasks,
    public_origin: Arc<str>,
    // Held for a few map operations, never across an await.
    registry: Arc<Mutex<Registry>>,
    news: Arc<Notify>,
    message_counts: moka::future::Cache<UserId, u64>,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Who is who.
    pub accounts: Accounts,
    /// Live sockets.
    pub delivery: Delivery,
    /// The time.
    pub clock: Clock,
    /// Where news are told and last sightings written down.
    pub tasks: Tasks,
    /// `scheme://host[:port]` of this server, for links in answers to pages from elsewhere.
    pub public_origin: Arc<str>,
}

impl Presence {
    /// The service made of `parts`, with its tasks running: they end with [`Tasks::stop`], after
    /// writing down who was there.
    pub fn start(parts: Parts) -> Self {
        let presence = Self {
            db: parts.db,
            accounts: parts.accounts,
            delivery: parts.delivery,
            clock: parts.clock,
            tasks: parts.tasks,
            public_origin: parts.public_origin,
            registry: Arc::default(),
            news: Arc::default(),
            message_counts: moka::future::Cache::builder()
                .max_capacity(COUNTS)
                .time_to_live(COUNT_TIME_TO_LIVE)
                .build(),
        };
        presence.tasks.spawn(presence.clone().tell_news());
        presence.tasks.spawn(presence.clone().keep_last_seen());
        presence
    }

    /// A socket is connected. To be called once for each, before it can leave.
    pub fn arrived(&self, caller: &Caller) {
        if self.registry().arrived(caller.user, self.clock.now()) {
            self.news.notify_one();
        }
    }

    /// A socket is gone. To be called once for each that arrived.
    pub fn left(&self, caller: &Caller) {
        if self.registry().left(caller.user, self.clock.now()) {
            self.news.notify_one();
        }
    }

    /// Whether others see `user` as being there.
    pub fn is_online(&self, user: &User) -> bool {
        self.registry().has(user.id) && !is_invisible(user)
    }

    /// How others see that `user` is there: `online`, `idle`, `dnd` or `offline`.
    pub fn status(&self, user: &User) -> &'static str {
        Shown::of(user, self.registry().has(user.id)).as_str()
    }

    /// Where links to files begin, for a page of `origin` that was loaded from this server by the
    /// name `host`: pages from elsewhere would look for a bare path on their own server.
    pub(super) fn link_base(&self, origin: Option<&str>, host: Option<&str>) -> &str {
        match origin.and_then(|origin| origin.split_once("://")) {
            Some((_, authority)) if Some(authority) != host => &self.public_origin,
            _ => "",
        }
    }

    /// The names of everybody who is there.
    pub async fn names_online(&self) -> Result<Vec<String>> {
        let people = self.online().await?.into_iter();
        Ok(people.map(|person| person.user.username.clone()).collect())
    }

    /// Everybody who is there, by name.
    pub(super) async fn online(&self) -> Result<Vec<Person>> {
        let connected = self.registry().connected();
        let now = self.clock.now();
        let mut people = Vec::with_capacity(connected.len());
        for id in connected {
            if let Some(user) = self.accounts.directory().find(id).await? {
                people.push(Person::new(user, true, now));
            }
        }
        people.retain(|person| person.shown.is_there());
        people.sort_unstable_by(|a, b| a.user.username_folded.cmp(&b.user.username_folded));
        Ok(people)
    }

    /// Everybody who has an account, by name.
    pub(super) async fn everybody(&self) -> Result<Vec<Person>> {
        Ok(self.people(self.accounts.directory().list().await?))
    }

    /// People whose name begins with `prefix`, by name. A single letter finds nobody.
    pub(super) async fn search(&self, prefix: &str, offset: u64, limit: u64) -> Result<Found> {
        if prefix.chars().count() < MIN_SEARCH_CHARS {
            return Ok(Found::default());
        }
        let directory = self.accounts.directory();
        let mut users = directory.search(prefix, offset, limit + 1).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = users.len() > limit;
        users.truncate(limit);
        Ok(Found {
            people: self.people(users),
            has_more,
        })
    }

    /// What `viewer` may know of the person called `username`.
    pub(super) async fn profile(&self, viewer: &User, username: &str) -> Result<Profile> {
        let user = self.accounts.directory().find_by_name(username).await?;
        let user = user
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "user_not_found", "User not found"))?;
        let message_count = self
            .message_counts
            .try_get_with(
                user.id,
                store::count_public_messages(self.db.reader(), user.id),
            )
            .await
            .map_err(|error| Error::internal(anyhow::anyhow!("{error}")))?;
        let dm_count = store::count_dms(self.db.reader(), viewer.id, user.id).await?;
        let connected = self.registry().has(user.id);
        Ok(Profile {
            person: Person::new(user, connected, self.clock.now()),
            message_count,
            dm_count,
        })
    }

    fn people(&self, users: Vec<User>) -> Vec<Person> {
        let connected: HashSet<_> = self.registry().connected().into_iter().collect();
        let now = self.clock.now();
        users
            .into_iter()
            .map(|user| {
                let is_connected = connected.contains(&user.id);
                Person::new(Arc::new(user), is_connected, now)
            })
            .collect()
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_announcement(&self) -> Option<Announcement> {
        self.registry().next_announcement()
    }

    /// Tells the first news at once and further ones at a pace that the number of listeners sets.
    async fn tell_news(self) {
        let stop = self.tasks.stopping();
        while stop
            .run_until_cancelled(self.news.notified())
            .await
            .is_some()
        {
            while let Some(announcement) = self.next_announcement() {
                let Some(payload) = self.payload(announcement).await else {
                    continue;
                };
                self.delivery
                    .emit(&[Room::Everyone], "user_list_refresh", &payload);
                let pause = tokio::time::sleep(pause_after(self.delivery.connected()));
                if stop.run_until_cancelled(pause).await.is_none() {
                    return;
                }
            }
        }
    }

    /// What an announcement says; nothing where somebody does not want to be seen.
    async fn payload(&self, announcement: Announcement) -> Option<Value> {
        let Announcement::Transition(id, online) = announcement else {
            return Some(json!({"cleanup": true}));
        };
        match self.accounts.directory().find(id).await {
            Ok(Some(user)) if is_invisible(&user) => None,
            Ok(Some(user)) if online => Some(json!({"online": user.username})),
            Ok(Some(user)) => Some(json!({"offline": user.username})),
            Ok(None) => Some(json!({"cleanup": true})),
            Err(error) => {
                error.log("presence");
                Some(json!({"cleanup": true}))
            }
        }
    }

    async fn keep_last_seen(self) {
        let stop = self.tasks.stopping();
        while stop
            .run_until_cancelled(tokio::time::sleep(FLUSH_PERIOD))
            .await
            .is_some()
        {
            self.flush().await;
        }
        self.registry().see_all(self.clock.now());
        self.flush().await;
    }

    async fn flush(&self) {
        let seen = self.registry().take_seen();
        for batch in seen.chunks(FLUSH_BATCH) {
            if let Err(error) = self.write_down(batch).await {
                error.log("last seen");
                self.registry().put_back(batch);
            }
        }
    }

    /// The invisible are left out: the hour they were last seen would give them away.
    async fn write_down(&self, seen: &[(UserId, Timestamp)]) -> Result<()> {
        let mut visible = Vec::with_capacity(seen.len());
        for (id, at) in seen {
            let user = self.accounts.directory().find(*id).await?;
            if user.is_some_and(|user| !is_invisible(&user)) {
                visible.push((*id, *at));
            }
        }
        self.accounts.saw(&visible).await
    }
}
