//! One room: who is in it, and what it looks like from outside.

use entity::{Timestamp, UserId};
use serde::Serialize;

use super::{
    event::{CallEnded, CallState, Peer, VoiceParticipants, VoiceRoom},
    model::{Medium, Party, PeerId, Person, Reason, RoomName},
    news::{News, To},
};
use crate::socket::Sid;

/// A voice channel, or a call.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: RoomName,
    /// None: a voice channel, which everybody may come into.
    pub(super) call: Option<Call>,
    /// Who is in it, in the order in which they came.
    pub(super) seats: Vec<Seat>,
    /// Whose connection went just now.
    pub(super) away: Vec<Away>,
}

/// What makes a room a call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) party: Party,
    pub(super) medium: Medium,
    pub(super) started_by: Person,
    pub(super) started_at: Timestamp,
    pub(super) ringing: Vec<Person>,
    /// When nobody is rung any more.
    pub(super) rings_until: Timestamp,
    pub(super) was_answered: bool,
    /// Whether nobody but who called may know of it.
    pub(super) is_hidden: bool,
}

/// Somebody's place.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) peer: PeerId,
    pub(super) person: Person,
    pub(super) sid: Sid,
    /// Whether they asked to hear and be heard (`voice_join`), rather than only answered.
    pub(super) has_joined: bool,
    pub(super) muted: bool,
    pub(super) video: bool,
}

impl Seat {
    pub(super) fn new(peer: PeerId, person: Person, sid: Sid) -> Self {
        Self {
            peer,
            person,
            sid,
            has_joined: false,
            muted: false,
            video: false,
        }
    }
}

/// The place of somebody whose connection went.
#[derive(Debug)]
pub(super) struct Away {
    pub(super) peer: PeerId,
    pub(super) user: UserId,
    /// When it is lost.
    pub(super) until: Timestamp,
}

/// `call_answered`
#[derive(Serialize)]
struct Answered<'a> {
    call_id: &'a str,
    by_user: &'a str,
    answer: bool,
}

impl Room {
    /// A voice channel that nobody is in yet.
    pub(super) fn channel(name: RoomName) -> Self {
        Self {
            name,
            call: None,
            seats: Vec::new(),
            away: Vec::new(),
        }
    }

    /// Whether somebody is in it or may be back.
    pub(super) fn is_in_use(&self) -> bool {
        !self.seats.is_empty() || !self.away.is_empty()
    }

    pub(super) fn seat_of(&self, user: UserId) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.person.id == user)
    }

    /// The place of the socket `sid`, if it hears and is heard.
    pub(super) fn joined_at(&self, sid: Sid) -> Option<&Seat> {
        self.joined().find(|seat| seat.sid == sid)
    }

    pub(super) fn joined(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(|seat| seat.has_joined)
    }

    /// Takes somebody's place away; whether they had one.
    pub(super) fn remove(&mut self, user: UserId) -> Option<Seat> {
        self.away.retain(|away| away.user != user);
        let at = self.seats.iter().position(|seat| seat.person.id == user)?;
        Some(self.seats.remove(at))
    }

    pub(super) fn participants(&self) -> VoiceParticipants {
        let peers = self.joined().map(|seat| Peer {
            id: seat.peer,
            username: seat.person.name.clone(),
            muted: seat.muted,
            video: seat.video,
        });
        VoiceParticipants {
            channel: self.name.to_string(),
            participants: self.names(),
            peers: peers.collect(),
            away: self.away.iter().map(|away| away.peer).collect(),
        }
    }

    /// A voice channel, for those who are not in it.
    pub(super) fn seen_from_outside(&self) -> VoiceRoom {
        VoiceRoom {
            channel: self.name.to_string(),
            participants: self.names(),
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.joined().map(|seat| seat.person.name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// The call as `viewer` sees it.
    pub(super) fn state(&self, call: &Call, viewer: UserId) -> CallState {
        let names = |people: &[Person]| people.iter().map(|one| one.name.clone()).collect();
        let mut state = CallState {
            call_id: self.name.to_string(),
            kind: "gdm",
            conversation: String::new(),
            peer: None,
            thread_id: None,
            group_name: None,
            call_type: call.medium,
            started_by: call.started_by.name.clone(),
            started_at: call.started_at,
            answered: call.was_answered,
            participants: self.seats.iter().map(|it| it.person.name.clone()).collect(),
            ringing: names(&call.ringing),
        };
        match &call.party {
            Party::Two([one, two]) => {
                let peer = if one.id == viewer { two } else { one };
                state.kind = "dm";
                state.conversation = format!("dm:{}", peer.name);
                state.peer = Some(peer.name.clone());
            }
            Party::Group(id, name) => {
                state.conversation = format!("gdm:{id}");
                state.thread_id = Some(*id);
                state.group_name = Some(name.clone());
            }
        }
        state
    }

    /// Tells everybody who hears and is heard who they are, and the others that something changed.
    pub(super) fn tell_participants(&self, news: &mut News) {
        let now = self.participants();
        for seat in self.joined() {
            news.add(To::Socket(seat.sid), "voice_participants", &now);
        }
        if self.call.is_none() {
            news.add(To::Everyone, "voice_channel", &self.seen_from_outside());
        }
        self.tell_state(news);
    }

    /// Tells those whose call it is how it stands.
    pub(super) fn tell_state(&self, news: &mut News) {
        let Some(call) = &self.call else { return };
        for (to, viewer) in call.audience() {
            news.add(to, "call_state", &self.state(call, viewer));
        }
    }

    /// Tells one socket that it is in the call.
    pub(super) fn tell_started(&self, sid: Sid, viewer: UserId, news: &mut News) {
        if let Some(call) = &self.call {
            news.add(To::Socket(sid), "call_started", &self.state(call, viewer));
        }
    }

    /// Tells those who are in the call what somebody else answered.
    pub(super) fn tell_answered(&self, by: &Person, answer: bool, news: &mut News) {
        let answered = Answered {
            call_id: &self.name,
            by_user: &by.name,
            answer,
        };
        for seat in self.seats.iter().filter(|seat| seat.person.id != by.id) {
            news.add(To::Socket(seat.sid), "call_answered", &answered);
        }
    }

    /// What tells somebody that it is over.
    pub(super) fn ended(&self, by: &Person, reason: Reason) -> CallEnded {
        CallEnded {
            call_id: self.name.to_string(),
            by_user: by.name.clone(),
            reason,
        }
    }

    /// Tells those whose call it was that it is over; not the socket through which `by` ended it.
    pub(super) fn tell_ended(
        &self,
        by: &Person,
        reason: Reason,
        except: Option<Sid>,
        news: &mut News,
    ) {
        let Some(call) = &self.call else { return };
        let ended = self.ended(by, reason);
        for (to, _) in call.audience() {
            let to = match (to, except) {
                (To::User(user), Some(sid)) if user == by.id => To::OtherSockets(user, sid),
                (to, _) => to,
            };
            news.add(to, "call_ended", &ended);
        }
    }
}

impl Call {
    /// Who hears of the call, and for whom it is then told.
    fn audience(&self) -> Vec<(To, UserId)> {
        let by = self.started_by.id;
        match &self.party {
            _ if self.is_hidden => vec![(To::User(by), by)],
            Party::Two(pair) => pair.iter().map(|it| (To::User(it.id), it.id)).collect(),
            Party::Group(id, _) => vec![(To::Group(*id), by)],
        }
    }

    /// Whether `user` may know of it, as far as the call itself can tell: of a group, its members may.
    pub(super) fn may_concern(&self, user: UserId) -> bool {
        match &self.party {
            _ if self.is_hidden => self.started_by.id == user,
            Party::Two(pair) => pair.iter().any(|one| one.id == user),
            Party::Group(..) => true,
        }
    }

    /// Rings somebody no longer; whether they were rung.
    pub(super) fn stop_ringing(&mut self, user: UserId) -> bool {
        let before = self.ringing.len();
        self.ringing.retain(|one| one.id != user);
        self.ringing.len() < before
    }
}
