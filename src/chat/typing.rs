//! Who is typing where. Never stored; forgotten three seconds after the last sign of it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dashmap::{DashMap, mapref::entry::Entry};
use entity::{ConversationId, ServerId, UserId};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    ChannelPlace, Servers,
    model::{Audience, other},
};
use crate::{
    account::User,
    kernel::Tasks,
    socket::{Delivery, Room},
};

/// How long a sign of typing holds.
const HOLDS: Duration = Duration::from_secs(3);
/// A person's typing is passed on at most this often.
const PASSED_ON_EVERY: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_millis(500);

/// `user_typing` and `user_stop_typing`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserTyping {
    /// Who.
    pub username: String,
    /// Where.
    pub conversation: String,
    /// DM: the other person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Group: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<ConversationId>,
    /// Channel: its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// Channel: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ConversationId>,
}

/// Which conversation it is. A DM need not exist yet: its first message is being typed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Where {
    Public,
    Dm(UserId, UserId),
    Gdm(ConversationId),
    Channel(ConversationId),
}

impl Where {
    fn of(audience: &Audience) -> Self {
        match audience {
            Audience::Public => Self::Public,
            Audience::Dm([one, two]) => Self::Dm(one.id.min(two.id), one.id.max(two.id)),
            Audience::Gdm(group) => Self::Gdm(group.id),
            Audience::Channel(channel) => Self::Channel(channel.id),
        }
    }
}

struct Entered {
    audience: Audience,
    user: Arc<User>,
    until: Instant,
    passed_on: Instant,
    /// Whether others believe that this person is typing.
    told: bool,
}

/// Keeps track of who is typing. Cheap to clone.
#[derive(Clone)]
pub struct Typing {
    delivery: Delivery,
    servers: Servers,
    tasks: Tasks,
    entries: Arc<DashMap<(Where, UserId), Entered>>,
}

impl Typing {
    /// Starts keeping track.
    pub fn start(delivery: Delivery, servers: Servers, tasks: &Tasks) -> Self {
        let typing = Self {
            delivery,
            servers,
            tasks: tasks.clone(),
            entries: Arc::default(),
        };
        let sweeping = typing.clone();
        tasks.every(SWEEP_EVERY, move || {
            sweeping.sweep(Instant::now());
            std::future::ready(())
        });
        typing
    }

    /// `user` gave a sign of typing in a conversation.
    pub fn started(&self, audience: &Audience, user: &Arc<User>) {
        let now = Instant::now();
        let pass_on = match self.entries.entry((Where::of(audience), user.id)) {
            Entry::Occupied(mut entry) => {
                let entered = entry.get_mut();
                entered.until = now + HOLDS;
                let due = now >= entered.passed_on + PASSED_ON_EVERY;
                if due {
                    entered.passed_on = now;
                    entered.told = true;
                }
                due
            }
            Entry::Vacant(entry) => {
                entry.insert(Entered {
                    audience: audience.clone(),
                    user: user.clone(),
                    until: now + HOLDS,
                    passed_on: now,
                    told: true,
                });
                true
            }
        };
        if pass_on {
            self.tell_started(audience, user);
        }
    }

    /// `user` stopped typing in a conversation, or was not typing at all.
    pub fn stopped(&self, audience: &Audience, user: UserId) {
        if let Some((_, user)) = self.end(&(Where::of(audience), user)) {
            self.tell_stopped(audience, &user);
        }
    }

    /// Ends a sign of typing; whose, and where as of when it began, if others know of it. When it was
    /// passed on just now the entry stays, untold, so that starting and stopping over and over
    /// passes on no more than typing does.
    fn end(&self, key: &(Where, UserId)) -> Option<(Audience, Arc<User>)> {
        let mut entered = self.entries.get_mut(key).filter(|entered| entered.told)?;
        entered.told = false;
        entered.until = Instant::now();
        Some((entered.audience.clone(), entered.user.clone()))
    }

    /// Tells of an end that nobody has looked the place up for. A channel may have been hidden since
    /// the beginning: its room is that of now.
    fn tell_ended(&self, audience: Audience, user: Arc<User>) {
        let Audience::Channel(channel) = audience else {
            return self.tell_stopped(&audience, &user);
        };
        let typing = self.clone();
        self.tasks.spawn(async move {
            match typing.servers.find(channel.server.id).await {
                Ok(server) => {
                    let now = server.and_then(|server| ChannelPlace::of(server, channel.id));
                    if let Some(channel) = now {
                        typing.tell_stopped(&Audience::Channel(channel), &user);
                    }
                }
                Err(error) => error.log("telling that somebody stopped typing"),
            }
        });
    }

    /// `user` sent what was being typed.
    pub(super) fn sent(&self, audience: &Audience, user: UserId) {
        // The common case is that nobody waits for news of it; the map is then not even locked.
        if !self.entries.is_empty() {
            self.stopped(audience, user);
        }
    }

    /// `user` has no socket left.
    pub fn left(&self, user: UserId) {
        let places: Vec<_> = self.entries.iter().map(|entry| *entry.key()).collect();
        for key in places.iter().filter(|(_, typing)| *typing == user) {
            if let Some((audience, user)) = self.end(key) {
                self.tell_ended(audience, user);
            }
        }
    }

    fn sweep(&self, now: Instant) {
        let expired: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.until <= now)
            .map(|entry| *entry.key())
            .collect();
        for key in expired {
            let is_over = |entered: &Entered| {
                entered.until <= now && entered.passed_on + PASSED_ON_EVERY <= now
            };
            let removed = self.entries.remove_if(&key, |_, entered| is_over(entered));
            if let Some((_, entered)) = removed.filter(|(_, entered)| entered.told) {
                self.tell_ended(entered.audience, entered.user);
            }
        }
    }

    fn tell_started(&self, audience: &Audience, user: &Arc<User>) {
        let from = &user.username;
        match audience {
            Audience::Public => self.tell_public(),
            Audience::Dm(pair) => {
                let to = other(pair, user.id);
                let news = json!({
                    "from": from, "to": to.username, "username": from, "peer": from,
                    "conversation": format!("dm:{from}"),
                });
                self.delivery.emit(&[Room::User(to.id)], "dm_typing", &news);
            }
            Audience::Gdm(group) => {
                let news = json!({
                    "from": from, "username": from, "thread_id": group.id, "tid": group.id,
                    "group_name": group.name, "conversation": format!("gdm:{}", group.id),
                });
                let members = [Room::Conversation(group.id)];
                self.delivery
                    .emit_except(&members, Room::User(user.id), "gdm_typing", &news);
            }
            // `user_typing` is all that their clients know.
            Audience::Channel(_) => {}
        }
        self.tell(audience, user, "user_typing");
    }

    fn tell_stopped(&self, audience: &Audience, user: &Arc<User>) {
        if let Audience::Public = audience {
            self.tell_public();
        }
        self.tell(audience, user, "user_stop_typing");
    }

    /// The complete list of those who are typing in public.
    fn tell_public(&self) {
        let mut users: Vec<String> = self
            .entries
            .iter()
            .filter(|entry| entry.key().0 == Where::Public && entry.told)
            .map(|entry| entry.user.username.clone())
            .collect();
        users.sort_unstable();
        self.delivery
            .emit(&[Room::Everyone], "typing", &json!({"users": users}));
    }

    fn tell(&self, audience: &Audience, user: &Arc<User>, event: &str) {
        let mut news = UserTyping {
            username: user.username.clone(),
            conversation: audience.name_for(UserId(0)).to_string(),
            peer: None,
            tid: None,
            server_id: None,
            channel_id: None,
        };
        let room = match audience {
            Audience::Public => Room::Everyone,
            Audience::Gdm(group) => {
                news.tid = Some(group.id);
                Room::Conversation(group.id)
            }
            Audience::Channel(channel) => {
                news.server_id = Some(channel.server_id());
                news.channel_id = Some(channel.id);
                channel.room()
            }
            Audience::Dm(pair) => {
                let to = other(pair, user.id);
                news.peer = Some(user.username.clone());
                news.conversation = audience.name_for(to.id).to_string();
                Room::User(to.id)
            }
        };
        self.delivery
            .emit_except(&[room], Room::User(user.id), event, &news);
    }
}
