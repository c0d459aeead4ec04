//! All rooms of this node, and what becomes of them: pure decisions, made one at a time.
//!
//! Who may do something at all is decided before, by the service; here it is decided what follows.

use std::collections::HashMap;

use entity::{Timestamp, UserId};
use serde_json::json;

use super::{
    event::{CallJoined, CallState, VoiceParticipants, VoiceRoom},
    model::{
        Between, Medium, Party, PeerId, Person, Reason, RoomName, is_of_call, new_call, new_peer,
    },
    news::{News, To},
    room::{Away, Call, Room, Seat},
};
use crate::{
    kernel::{Error, Result, error::ErrorKind},
    socket::Sid,
};

/// Rooms that one person can be in.
const MAX_SEATS: usize = 4;
/// Calls that one person can be rung for.
const MAX_RINGS: usize = 8;
/// Voice channels and calls in all.
const MAX_ROOMS: usize = 10_000;
/// Seconds for which somebody whose connection went may come back to their place.
pub(super) const RETURN_SECONDS: i64 = 20;

/// A call that somebody wants to make.
pub(super) struct NewCall {
    pub(super) party: Party,
    pub(super) medium: Medium,
    /// Whom to ring.
    pub(super) ring: Vec<Person>,
    /// Seconds for which they are rung.
    pub(super) ring_seconds: i64,
    /// Whether nobody else may know of it.
    pub(super) is_hidden: bool,
}

/// Who comes, through which socket, and when.
#[derive(Clone, Copy)]
pub(super) struct Comer<'a> {
    pub(super) person: &'a Person,
    pub(super) sid: Sid,
    pub(super) now: Timestamp,
}

/// The rooms.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) rooms: HashMap<RoomName, Room>,
    /// The call of each conversation; a hidden one has a place of its own.
    calls: HashMap<(Between, Option<UserId>), RoomName>,
    max_participants: usize,
}

impl Registry {
    pub(super) fn new(max_participants: usize) -> Self {
        Self {
            rooms: HashMap::new(),
            calls: HashMap::new(),
            max_participants,
        }
    }

    /// Calls, or comes into the call that the conversation has already; whether it is a new one.
    ///
    /// # Errors
    /// `too_many_calls`, `call_full`, `busy`.
    pub(super) fn call(
        &mut self,
        new: NewCall,
        by: Comer<'_>,
        news: &mut News,
    ) -> Result<(CallJoined, bool)> {
        let hidden_for = new.is_hidden.then_some(by.person.id);
        let key = (new.party.between(), hidden_for);
        if let Some(name) = self.calls.get(&key).cloned() {
            return Ok((self.answer(&name, by, news)?, false));
        }
        self.require_room_for(by.person.id)?;
        let name = new_call();
        let ringing: Vec<_> = new
            .ring
            .into_iter()
            .filter(|one| self.rings(one.id) < MAX_RINGS)
            .collect();
        self.calls.insert(key, name.clone());
        let mut room = Room::channel(name.clone());
        room.seats
            .push(Seat::new(new_peer(), by.person.clone(), by.sid));
        room.call = Some(Call {
            party: new.party,
            medium: new.medium,
            started_by: by.person.clone(),
            started_at: by.now,
            ringing,
            rings_until: by.now.plus_seconds(new.ring_seconds),
            was_answered: false,
            is_hidden: new.is_hidden,
        });
        room.tell_started(by.sid, by.person.id, news);
        let joined = joined_call(&room, by)?;
        tell_ringing(&room, news);
        room.tell_state(news);
        self.rooms.insert(name, room);
        Ok((joined, true))
    }

    /// Comes into a call, before one hears and is heard.
    ///
    /// # Errors
    /// `call_not_found`, `too_many_calls`, `call_full`.
    pub(super) fn answer(
        &mut self,
        name: &str,
        by: Comer<'_>,
        news: &mut News,
    ) -> Result<CallJoined> {
        self.sit(name, by, None, news)?;
        let room = self.rooms.get(name).ok_or_else(not_found)?;
        room.tell_state(news);
        joined_call(room, by)
    }

    /// Comes into a voice channel, which is made if there is none, or into a call, to hear and be
    /// heard. `before` is the place that one had.
    ///
    /// # Errors
    /// `call_not_found`, `too_many_calls`, `call_full`, `busy`.
    pub(super) fn join(
        &mut self,
        name: &RoomName,
        by: Comer<'_>,
        before: Option<PeerId>,
        news: &mut News,
    ) -> Result<(PeerId, VoiceParticipants)> {
        if !self.rooms.contains_key(name) {
            if is_of_call(name) {
                return Err(not_found());
            }
            self.require_room_for(by.person.id)?;
            self.rooms.insert(name.clone(), Room::channel(name.clone()));
        }
        let peer = self.sit(name, by, before, news)?;
        let room = self.rooms.get_mut(name).ok_or_else(not_found)?;
        for seat in room.seats.iter_mut().filter(|seat| seat.peer == peer) {
            seat.has_joined = true;
        }
        room.tell_participants(news);
        Ok((peer, room.participants()))
    }

    /// Leaves a room, from the tab that is in it. Whoever is not in it has left already.
    pub(super) fn leave(&mut self, name: &str, user: UserId, sid: Sid, news: &mut News) {
        let seat = self.rooms.get(name).and_then(|room| room.seat_of(user));
        if seat.is_some_and(|seat| seat.sid == sid) {
            self.hang_up(name, user, sid, news);
        }
    }

    /// Ends one's part in a room: a call of two is then over, and one that nobody is in. Whoever is
    /// being rung declines.
    pub(super) fn hang_up(&mut self, name: &str, user: UserId, sid: Sid, news: &mut News) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let Some(seat) = room.remove(user) else {
            return self.decline(name, user, sid, news);
        };
        let is_over = room.call.as_ref().is_some_and(|call| match call.party {
            Party::Two(_) => true,
            Party::Group(..) => !call.was_answered && call.started_by.id == user,
        });
        let by = &seat.person;
        if is_over {
            return self.end(name, by, Reason::HungUp, Some(sid), news);
        }
        // Other tabs of theirs show that they are in it.
        let ended = room.ended(by, Reason::HungUp);
        if room.call.is_some() {
            news.add(To::OtherSockets(by.id, sid), "call_ended", &ended);
        }
        room.tell_participants(news);
        self.end_if_empty(name, by, news);
    }

    /// Does not want to speak: a call of two is then over.
    pub(super) fn decline(&mut self, name: &str, user: UserId, sid: Sid, news: &mut News) {
        let Some(room) = self.rooms.get_mut(name) else {
            return;
        };
        let Some(call) = &mut room.call else { return };
        let Some(by) = call.ringing.iter().find(|one| one.id == user).cloned() else {
            return;
        };
        call.stop_ringing(user);
        let is_over = matches!(call.party, Party::Two(_));
        room.tell_answered(&by, false, news);
        if is_over {
            return self.end(name, &by, Reason::Declined, Some(sid), news);
        }
        let ended = room.ended(&by, Reason::DeclinedElsewhere);
        news.add(To::OtherSockets(user, sid), "call_ended", &ended);
        room.tell_state(news);
    }

    /// A socket is gone, and whoever was in a room through it.
    pub(super) fn gone(&mut self, sid: Sid, now: Timestamp, news: &mut News) {
        let has_seat = |room: &&Room| room.seats.iter().any(|seat| seat.sid == sid);
        let names: Vec<_> = self
            .rooms
            .values()
            .filter(has_seat)
            .map(|room| room.name.clone())
            .collect();
        for name in names {
            let Some(room) = self.rooms.get_mut(&name) else {
                continue;
            };
            let Some(at) = room.seats.iter().position(|seat| seat.sid == sid) else {
                continue;
            };
            let seat = room.seats.remove(at);
            // Nobody waits for somebody who called and went.
            let unanswered = room.call.as_ref().is_some_and(|call| !call.was_answered);
            if unanswered {
                self.end(&name, &seat.person, Reason::Left, None, news);
                continue;
            }
            room.away.push(Away {
                peer: seat.peer,
                user: seat.person.id,
                until: now.plus_seconds(RETURN_SECONDS),
            });
            room.tell_participants(news);
        }
    }

    /// The voice channels that somebody is in, by name.
    pub(super) fn channels(&self) -> Vec<VoiceRoom> {
        let open = self.rooms.values().filter(|room| room.call.is_none());
        let mut channels: Vec<_> = open
            .map(Room::seen_from_outside)
            .filter(|channel| !channel.participants.is_empty())
            .collect();
        channels.sort_unstable_by(|a, b| a.channel.cmp(&b.channel));
        channels
    }

    /// The calls that concern `user`; of groups, those that `is_member` says so of.
    pub(super) fn calls_of(
        &self,
        user: UserId,
        is_member: impl Fn(entity::ConversationId) -> bool,
    ) -> Vec<CallState> {
        let calls = self
            .rooms
            .values()
            .filter_map(|room| Some((room, room.call.as_ref()?)));
        let concerning = calls.filter(|(_, call)| {
            call.may_concern(user) && call.party.group().is_none_or(&is_member)
        });
        concerning
            .map(|(room, call)| room.state(call, user))
            .collect()
    }

    /// Whose call it is, for who may know of it, and whether nobody else does.
    pub(super) fn party(&self, name: &str, user: UserId) -> Option<(Party, bool)> {
        let call = self.rooms.get(name)?.call.as_ref()?;
        let concerns = call.may_concern(user);
        concerns.then(|| (call.party.clone(), call.is_hidden))
    }

    /// Whether two have a call that both know of.
    pub(super) fn is_between(&self, between: Between) -> bool {
        self.calls.contains_key(&(between, None))
    }

    /// Ends a call for everybody.
    pub(super) fn end(
        &mut self,
        name: &str,
        by: &Person,
        reason: Reason,
        except: Option<Sid>,
        news: &mut News,
    ) {
        let Some(room) = self.rooms.remove(name) else {
            return;
        };
        self.calls.retain(|_, call| call != &room.name);
        room.tell_ended(by, reason, except, news);
    }

    /// Ends a room that nobody is in nor can come back to.
    pub(super) fn end_if_empty(&mut self, name: &str, last: &Person, news: &mut News) {
        if self.rooms.get(name).is_some_and(|room| !room.is_in_use()) {
            self.end(name, last, Reason::Left, None, news);
        }
    }

    /// Gives somebody a place, or moves theirs to the socket that they come through now.
    fn sit(
        &mut self,
        name: &str,
        by: Comer<'_>,
        before: Option<PeerId>,
        news: &mut News,
    ) -> Result<PeerId> {
        let rooms = self.rooms_of(by.person.id);
        let room = self.rooms.get_mut(name).ok_or_else(not_found)?;
        if let Some(seat) = room
            .seats
            .iter_mut()
            .find(|seat| seat.person.id == by.person.id)
        {
            if seat.sid != by.sid {
                let old = std::mem::replace(seat, Seat::new(new_peer(), by.person.clone(), by.sid));
                let peer = seat.peer;
                let moved = room.ended(by.person, Reason::Moved);
                news.add(To::Socket(old.sid), "call_ended", &moved);
                return Ok(peer);
            }
            return Ok(seat.peer);
        }
        if room.seats.len() >= self.max_participants {
            return Err(full());
        }
        if rooms >= MAX_SEATS {
            return Err(too_many());
        }
        let away = room.away.iter().position(|it| it.user == by.person.id);
        let away = away.map(|at| room.away.remove(at).peer);
        let peer = away
            .filter(|peer| Some(*peer) == before)
            .unwrap_or_else(new_peer);
        room.seats.push(Seat::new(peer, by.person.clone(), by.sid));
        let Some(call) = &mut room.call else {
            return Ok(peer);
        };
        let was_rung = call.stop_ringing(by.person.id);
        if away.is_none() && call.started_by.id != by.person.id {
            call.was_answered = true;
            room.tell_answered(by.person, true, news);
            room.tell_started(by.sid, by.person.id, news);
        }
        if was_rung {
            let ended = room.ended(by.person, Reason::AnsweredElsewhere);
            let others = To::OtherSockets(by.person.id, by.sid);
            news.add(others, "call_ended", &ended);
        }
        Ok(peer)
    }

    fn require_room_for(&self, user: UserId) -> Result<()> {
        if self.rooms.len() >= MAX_ROOMS {
            return Err(Error::busy());
        }
        if self.rooms_of(user) >= MAX_SEATS {
            return Err(too_many());
        }
        Ok(())
    }

    fn rooms_of(&self, user: UserId) -> usize {
        let rooms = self.rooms.values();
        rooms.filter(|room| room.seat_of(user).is_some()).count()
    }

    fn rings(&self, user: UserId) -> usize {
        let calls = self.rooms.values().filter_map(|room| room.call.as_ref());
        calls
            .filter(|call| call.ringing.iter().any(|one| one.id == user))
            .count()
    }
}

fn joined_call(room: &Room, by: Comer<'_>) -> Result<CallJoined> {
    let call = room.call.as_ref().ok_or_else(not_found)?;
    let seat = room.seat_of(by.person.id).ok_or_else(not_found)?;
    Ok(CallJoined {
        peer_id: seat.peer,
        state: room.state(call, by.person.id),
    })
}

fn tell_ringing(room: &Room, news: &mut News) {
    let Some(call) = &room.call else { return };
    for one in &call.ringing {
        let Ok(mut incoming) = serde_json::to_value(room.state(call, one.id)) else {
            continue;
        };
        incoming["from_user"] = json!(call.started_by.name);
        news.add(To::User(one.id), "incoming_call", &incoming);
    }
}

/// There is no such call, or it is not for who asks to know of.
pub(super) fn not_found() -> Error {
    Error::new(ErrorKind::NotFound, "call_not_found", "This call is over")
}

/// As many are in it as can be. Also what somebody is told who is not to be heard.
pub(super) fn full() -> Error {
    Error::new(ErrorKind::Conflict, "call_full", "The call is full")
}

fn too_many() -> Error {
    Error::refused("too_many_calls", "You are in too many calls already")
}
