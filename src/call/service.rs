//! Who may call whom, and come into what.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    event::{CallJoined, CallState, VoiceParticipants, VoiceRoom},
    ice::{self, IceServer},
    model::{Between, Medium, Party, PeerId, Person, RoomName, channel_name, is_of_call},
    news::News,
    pace::Pace,
    registry::{Comer, NewCall, Registry, full, not_found},
};
use crate::{
    account::{Directory, User},
    chat::{Audience, Chat, Groups},
    kernel::{Clock, Error, Result, Tasks, config, error::ErrorKind},
    presence::Presence,
    socket::{Caller, Delivery},
};
use entity::{ConversationId, UserId};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Calls(Arc<Inner>);

impl std::ops::Deref for Calls {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    pub(super) chat: Chat,
    presence: Presence,
    pub(super) directory: Directory,
    pub(super) groups: Groups,
    pub(super) clock: Clock,
    pub(super) delivery: Delivery,
    pub(super) tasks: Tasks,
    pub(super) pace: Pace,
    config: config::Calls,
    pub(super) public_url: Box<str>,
    // Held for a few map operations and for telling what they did, never across an await.
    registry: Mutex<Registry>,
}

/// The parts the service is made of.
pub struct Parts {
    /// Conversations, and what System says in them.
    pub chat: Chat,
    /// Who can be rung.
    pub presence: Presence,
    /// Who is who.
    pub directory: Directory,
    /// Who is in which group.
    pub groups: Groups,
    /// The time.
    pub clock: Clock,
    /// Live sockets.
    pub delivery: Delivery,
    /// Background tasks.
    pub tasks: Tasks,
    /// How calls connect.
    pub config: config::Calls,
    /// Whether anybody is kept to a pace.
    pub limits: bool,
    /// Where links begin.
    pub public_url: Box<str>,
}

/// Where somebody comes in.
enum Entrance {
    Call,
    Channel,
}

impl Calls {
    /// The service made of `parts`, with its upkeep running.
    pub fn start(parts: Parts) -> Self {
        let calls = Self(Arc::new(Inner {
            chat: parts.chat,
            presence: parts.presence,
            directory: parts.directory,
            groups: parts.groups,
            clock: parts.clock,
            delivery: parts.delivery,
            pace: Pace::start(parts.limits, &parts.tasks),
            tasks: parts.tasks,
            registry: Mutex::new(Registry::new(parts.config.max_participants)),
            config: parts.config,
            public_url: parts.public_url,
        }));
        calls.tasks.spawn(calls.clone().keep_up());
        calls
    }

    /// Calls the person called `to`, or comes into the call that the two have.
    ///
    /// # Errors
    /// `cannot_call_yourself`, `user_not_online`, `timed_out`, and those of coming in.
    pub(super) async fn call_person(
        &self,
        caller: &Caller,
        to: &str,
        medium: Medium,
    ) -> Result<CallJoined> {
        let user = self.speaker(caller).await?;
        let peer = self.directory.find_by_name(to).await?;
        let peer = peer.ok_or_else(not_online)?;
        if peer.id == user.id {
            return Err(Error::invalid(
                "cannot_call_yourself",
                "Cannot call yourself",
            ));
        }
        let between = Between::two(user.id, peer.id);
        let is_going_on = self.read(|registry| registry.is_between(between));
        if !is_going_on && !self.presence.is_online(&peer) {
            return Err(not_online());
        }
        let is_hidden = is_unheard(&user) || is_unheard(&peer);
        let people = [Person::of(&user), Person::of(&peer)];
        let new = NewCall {
            ring: if is_hidden {
                Vec::new()
            } else {
                vec![people[1].clone()]
            },
            party: Party::Two(people),
            medium,
            ring_seconds: self.ring_seconds(),
            is_hidden,
        };
        let (joined, is_new) = self.place(caller, &user, new)?;
        if is_new {
            let calls = self.clone();
            let id = joined.state.call_id.clone();
            self.tasks.spawn(async move {
                if let Err(error) = calls.note_call(&user, &peer, is_hidden, &id).await {
                    error.log("telling of a call");
                }
            });
        }
        Ok(joined)
    }

    /// Calls the members of a group who are there, or comes into the group's call.
    ///
    /// # Errors
    /// `not_a_member`, `locked`, `timed_out`, and those of coming in.
    pub(super) async fn call_group(
        &self,
        caller: &Caller,
        id: ConversationId,
        medium: Medium,
    ) -> Result<CallJoined> {
        let user = self.speaker(caller).await?;
        let place = self.chat.group(&user, id).await.map_err(foreign_group)?;
        let Audience::Gdm(group) = &place.audience else {
            return Err(Error::not_found());
        };
        let is_going_on = self.read(|registry| registry.is_between(Between::Group(id)));
        if !is_going_on && !group.may_send(&user) {
            return Err(Error::refused("locked", "This group is locked"));
        }
        let is_hidden = is_unheard(&user);
        if is_going_on && is_hidden {
            return Err(full());
        }
        let mut ring = Vec::new();
        for member in group
            .members
            .iter()
            .filter(|id| !is_hidden && **id != user.id)
        {
            let member = self.directory.find(*member).await?;
            let member = member.filter(|it| self.presence.is_online(it) && !is_unheard(it));
            ring.extend(member.map(|member| Person::of(&member)));
        }
        let new = NewCall {
            party: Party::Group(id, group.name.clone()),
            medium,
            ring,
            ring_seconds: self.ring_seconds(),
            is_hidden,
        };
        let (joined, is_new) = self.place(caller, &user, new)?;
        if is_new && !is_hidden {
            let (calls, call) = (self.clone(), joined.state.call_id.clone());
            let place = place.clone();
            self.tasks.spawn(async move {
                if let Err(error) = calls.note_group_call(&user, place, &call).await {
                    error.log("telling of a call");
                }
            });
        }
        Ok(joined)
    }

    fn place(&self, caller: &Caller, user: &User, new: NewCall) -> Result<(CallJoined, bool)> {
        self.enter(caller, user, |registry, by, news| {
            registry.call(new, by, news)
        })
    }

    /// Comes into a call, before one hears and is heard.
    ///
    /// # Errors
    /// `call_not_found`, `call_full`, `too_many_calls`, `timed_out`.
    pub(super) async fn answer(&self, caller: &Caller, call: &str) -> Result<CallJoined> {
        let user = self.speaker(caller).await?;
        match self.entrance(&user, call).await? {
            Entrance::Channel => Err(not_found()),
            Entrance::Call => self.enter(caller, &user, |registry, by, news| {
                registry.answer(call, by, news)
            }),
        }
    }

    /// Comes into a call or a voice channel, to hear and be heard.
    ///
    /// # Errors
    /// Those of [`Calls::answer`]; `bad_channel`, `busy`.
    pub(super) async fn join(
        &self,
        caller: &Caller,
        name: &str,
        before: Option<PeerId>,
    ) -> Result<(PeerId, VoiceParticipants)> {
        let user = self.speaker(caller).await?;
        let room: RoomName = match self.entrance(&user, name).await? {
            Entrance::Call => name.into(),
            Entrance::Channel => channel_name(name)?,
        };
        self.enter(caller, &user, |registry, by, news| {
            registry.join(&room, by, before, news)
        })
    }

    /// What `name` leads into, for who may come in.
    async fn entrance(&self, user: &User, name: &str) -> Result<Entrance> {
        if !is_of_call(name) {
            let unheard = is_unheard(user).then(full);
            return unheard.map_or(Ok(Entrance::Channel), Err);
        }
        let party = self.read(|registry| registry.party(name, user.id));
        let (party, is_hidden) = party.ok_or_else(not_found)?;
        if let Some(group) = party.group() {
            let member = self.chat.group(user, group).await;
            member.map_err(|error| match error.kind() {
                ErrorKind::NotFound | ErrorKind::Forbidden => not_found(),
                _ => error,
            })?;
        }
        if is_unheard(user) && !is_hidden {
            return Err(full());
        }
        Ok(Entrance::Call)
    }

    /// Leaves a room from the tab that is in it.
    pub(super) fn leave(&self, caller: &Caller, name: &str) {
        self.decide(|registry, news| registry.leave(name.trim(), caller.user, caller.sid, news));
    }

    /// Ends one's part in a call, or declines it.
    pub(super) fn hang_up(&self, caller: &Caller, call: &str) {
        self.decide(|registry, news| registry.hang_up(call, caller.user, caller.sid, news));
    }

    /// Does not answer a call.
    pub(super) fn decline(&self, caller: &Caller, call: &str) {
        self.decide(|registry, news| registry.decline(call, caller.user, caller.sid, news));
    }

    /// A socket is gone.
    pub fn left(&self, caller: &Caller) {
        let now = self.clock.now();
        self.decide(|registry, news| registry.gone(caller.sid, now, news));
    }

    /// The voice channels that somebody is in.
    pub(super) fn channels(&self) -> Vec<VoiceRoom> {
        self.read(Registry::channels)
    }

    /// The calls that `user` may be in.
    pub(super) async fn calls_of(&self, user: UserId) -> Result<Vec<CallState>> {
        let groups = self.groups.of(user).await?;
        Ok(self.read(|registry| registry.calls_of(user, |group| groups.contains(&group))))
    }

    /// The servers through which `user`'s browser finds others, and how long they can be used, in
    /// seconds.
    pub(super) fn ice_servers(&self, user: UserId) -> (Vec<IceServer>, u32) {
        let servers = ice::servers(&self.config, user, self.clock.now());
        (servers, self.config.turn_seconds.get())
    }

    /// How many can be in one room.
    pub(super) fn max_participants(&self) -> usize {
        self.config.max_participants
    }

    /// Whoever may say something, at the pace at which people come into rooms.
    async fn speaker(&self, caller: &Caller) -> Result<Arc<User>> {
        let user = self.chat.require_user(caller.user).await?;
        self.chat.require_not_timed_out(&user)?;
        self.pace.enter(user.id)?;
        Ok(user)
    }

    /// Decides that somebody comes in. What a socket said before it went may be looked at after
    /// [`Calls::left`]: nobody would take them out again.
    fn enter<T>(
        &self,
        caller: &Caller,
        user: &User,
        decision: impl FnOnce(&mut Registry, Comer<'_>, &mut News) -> Result<T>,
    ) -> Result<T> {
        let person = Person::of(user);
        let by = Comer {
            person: &person,
            sid: caller.sid,
            now: self.clock.now(),
        };
        self.decide(|registry, news| {
            if self.delivery.is_connected(caller.sid) {
                decision(registry, by, news)
            } else {
                Err(not_found())
            }
        })
    }

    fn ring_seconds(&self) -> i64 {
        self.config.ring_seconds.get().into()
    }

    pub(super) fn decide<T>(&self, decision: impl FnOnce(&mut Registry, &mut News) -> T) -> T {
        let mut registry = self.registry();
        let mut news = News::default();
        let decided = decision(&mut registry, &mut news);
        news.tell(&self.delivery);
        decided
    }

    pub(super) fn read<T>(&self, question: impl FnOnce(&Registry) -> T) -> T {
        question(&self.registry())
    }

    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether nobody is to notice what somebody says.
pub(super) fn is_unheard(user: &User) -> bool {
    user.shadow_banned_at.is_some()
}

fn not_online() -> Error {
    Error::new(ErrorKind::NotFound, "user_not_online", "User is not online")
}

/// Whether a group exists is not for outsiders to learn by calling it.
fn foreign_group(error: Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Forbidden => {
            Error::refused("not_a_member", "You are not a member of this group")
        }
        _ => error,
    }
}
