//! What ends by itself: ringing, waiting for who went, and being in a call that one may not be in any
//! more.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use entity::{ConversationId, Timestamp, UserId};

use super::{
    model::{Party, Person, Reason, RoomName},
    news::{News, To},
    registry::Registry,
    room::Room,
    service::{Calls, is_unheard},
};
use crate::{chat::Group, kernel::Result};

/// How often it is looked. Changes of groups are looked at at once.
const LOOK: Duration = Duration::from_secs(1);

/// Who may be in calls by now.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The names of people; none for those who may not speak. Nothing is known of others.
    pub(super) people: HashMap<UserId, Option<String>>,
    /// Groups; none for those that are gone. Nothing is known of others.
    pub(super) groups: HashMap<ConversationId, Option<Arc<Group>>>,
}

impl Facts {
    /// Whether somebody may stay in a room.
    fn allow(&self, room: &Room, user: UserId) -> bool {
        let may_speak = self.people.get(&user).is_none_or(Option::is_some);
        let group = room.call.as_ref().and_then(|call| call.party.group());
        let known = group.and_then(|id| self.groups.get(&id)?.as_ref());
        may_speak && known.is_none_or(|group| group.has(user))
    }
}

impl Calls {
    pub(super) async fn keep_up(self) {
        let stop = self.tasks.stopping();
        let mut changes = self.groups.watch();
        loop {
            let look = async {
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    // Never an error: this service holds the sender.
                    _ = changes.changed() => {}
                }
            };
            if stop.run_until_cancelled(look).await.is_none() {
                return;
            }
            if let Err(error) = self.look().await {
                error.log("looking after calls");
            }
        }
    }

    async fn look(&self) -> Result<()> {
        let (people, groups) = self.read(Registry::concerned);
        if people.is_empty() {
            return Ok(());
        }
        let mut facts = Facts::default();
        for id in people {
            let user = self.directory.find(id).await?;
            let may_speak = user.filter(|user| {
                user.deleted_at.is_none()
                    && user.banned_at.is_none()
                    && self.chat.require_not_timed_out(user).is_ok()
                    && !is_unheard(user)
            });
            facts
                .people
                .insert(id, may_speak.map(|user| user.username.clone()));
        }
        for id in groups {
            facts.groups.insert(id, self.groups.find(id).await?);
        }
        let now = self.clock.now();
        self.decide(|registry, news| registry.review(&facts, now, news));
        Ok(())
    }
}

impl Registry {
    /// The people and groups that rooms have to do with. In hidden ones nobody is disturbed.
    pub(super) fn concerned(&self) -> (HashSet<UserId>, HashSet<ConversationId>) {
        let (mut people, mut groups) = (HashSet::new(), HashSet::new());
        for room in self.rooms.values() {
            people.extend(room.seats.iter().map(|seat| seat.person.id));
            people.extend(room.away.iter().map(|away| away.user));
            if let Some(call) = &room.call {
                people.extend(call.ringing.iter().map(|one| one.id));
                groups.extend(call.party.group());
            }
        }
        (people, groups)
    }

    /// Lets end what is to end by `now`.
    pub(super) fn review(&mut self, facts: &Facts, now: Timestamp, news: &mut News) {
        let names: Vec<RoomName> = self.rooms.keys().cloned().collect();
        for name in names {
            if let Some(room) = self.rooms.get_mut(&name) {
                let is_hidden = room.call.as_ref().is_some_and(|call| call.is_hidden);
                let mut changed = !is_hidden && room.follow(facts, news);
                let before = room.away.len();
                room.away.retain(|away| away.until > now);
                changed |= room.away.len() < before;
                changed |= room.stop_ringing_at(now, news);
                if changed {
                    room.tell_participants(news);
                }
            }
            self.end_if_over(&name, facts, now, news);
        }
    }

    fn end_if_over(&mut self, name: &str, facts: &Facts, now: Timestamp, news: &mut News) {
        let Some(room) = self.rooms.get(name) else {
            return;
        };
        let Some(call) = &room.call else {
            if !room.is_in_use() {
                self.rooms.remove(name);
            }
            return;
        };
        let group = call.party.group().and_then(|id| facts.groups.get(&id));
        let reason = if group.is_some_and(Option::is_none) {
            Reason::Removed
        } else if !call.was_answered && (call.rings_until <= now || room.seats.is_empty()) {
            Reason::Unanswered
        } else if !room.is_in_use()
            || (matches!(call.party, Party::Two(_))
                && call.was_answered
                && room.seats.len() + room.away.len() < 2)
        {
            Reason::Left
        } else {
            return;
        };
        let by = call.started_by.clone();
        self.end(name, &by, reason, None, news);
    }
}

impl Room {
    /// Puts out who may not be in it any more and calls the others by their present names; whether
    /// anything changed.
    fn follow(&mut self, facts: &Facts, news: &mut News) -> bool {
        let before = self.seats.len() + self.away.len();
        let gone: Vec<_> = self
            .seats
            .iter()
            .filter(|seat| !facts.allow(self, seat.person.id))
            .map(|seat| (seat.sid, seat.person.clone()))
            .collect();
        for (sid, person) in &gone {
            let ended = self.ended(person, Reason::Removed);
            news.add(To::Socket(*sid), "call_ended", &ended);
            self.remove(person.id);
        }
        let mut away = std::mem::take(&mut self.away);
        away.retain(|it| facts.allow(self, it.user));
        self.away = away;
        let mut changed = self.seats.len() + self.away.len() < before;
        changed |= self.follow_ringing(facts, news);
        for seat in &mut self.seats {
            changed |= rename(&mut seat.person, facts);
        }
        if let Some(call) = &mut self.call {
            changed |= call.ringing.iter_mut().any(|one| rename(one, facts));
            changed |= rename(&mut call.started_by, facts);
            if let Party::Two(pair) = &mut call.party {
                changed |= pair.iter_mut().any(|one| rename(one, facts));
            }
        }
        changed
    }

    fn follow_ringing(&mut self, facts: &Facts, news: &mut News) -> bool {
        let Some(call) = &self.call else { return false };
        let gone: Vec<_> = call
            .ringing
            .iter()
            .filter(|one| !facts.allow(self, one.id))
            .cloned()
            .collect();
        for person in &gone {
            let ended = self.ended(person, Reason::Removed);
            news.add(To::User(person.id), "call_ended", &ended);
            if let Some(call) = &mut self.call {
                call.stop_ringing(person.id);
            }
        }
        !gone.is_empty()
    }

    /// Rings nobody any more once it is time; whether anybody was rung. A call that somebody answered
    /// goes on.
    fn stop_ringing_at(&mut self, now: Timestamp, news: &mut News) -> bool {
        let Some(call) = &mut self.call else {
            return false;
        };
        if call.rings_until > now || !call.was_answered {
            return false;
        }
        let rung = std::mem::take(&mut call.ringing);
        let by = call.started_by.clone();
        let ended = self.ended(&by, Reason::Unanswered);
        for one in &rung {
            news.add(To::User(one.id), "call_ended", &ended);
        }
        !rung.is_empty()
    }
}

/// Whether somebody is called something else by now.
fn rename(person: &mut Person, facts: &Facts) -> bool {
    match facts.people.get(&person.id) {
        Some(Some(name)) if *name != person.name => {
            person.name.clone_from(name);
            true
        }
        _ => false,
    }
}
