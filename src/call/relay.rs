//! Between whom something is relayed: sockets that are in the same room.

use entity::{ConversationId, UserId};

use super::{
    model::{PeerId, Person, RoomName},
    registry::Registry,
    room::{Room, Seat},
};
use crate::{
    account::username,
    kernel::{Error, Result},
    socket::Sid,
};

/// For whom something is, of those who are in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Everybody else.
    Others,
    /// Who has this place.
    Peer(PeerId),
    /// Who is called so.
    Named(String),
}

/// What may be relayed, and to where.
#[derive(Debug)]
pub(super) struct Route {
    /// Who speaks, and from which place.
    pub(super) from: Person,
    pub(super) peer: PeerId,
    /// The sockets that get it, never none.
    pub(super) to: Vec<Sid>,
    /// The people behind them, in the same order.
    pub(super) people: Vec<UserId>,
    /// The group whose members alone may be in the room.
    pub(super) group: Option<ConversationId>,
}

impl Registry {
    /// The way of something that the socket `sid` says within the room `name`.
    ///
    /// # Errors
    /// `not_in_call` when it does not hear and is not heard there, or nobody does whom it is for.
    pub(super) fn route(&self, name: &str, sid: Sid, target: &Target) -> Result<Route> {
        let room = self.rooms.get(name).ok_or_else(not_in_call)?;
        let from = room.joined_at(sid).ok_or_else(not_in_call)?;
        let others = room.joined().filter(|seat| seat.sid != sid);
        Route::of(room, from, others.filter(|seat| target.means(seat)))
    }

    /// The same, without a name: to the person called `to` in the call that both are in, whether they
    /// have joined its voices or only answered.
    ///
    /// # Errors
    /// `not_in_call` when there is none.
    pub(super) fn route_in_calls(&self, sid: Sid, to: &str) -> Result<(RoomName, Route)> {
        let target = Target::Named(to.to_owned());
        let calls = self.rooms.values().filter(|room| room.call.is_some());
        let mut routes = calls.filter_map(|room| {
            let from = room.seats.iter().find(|seat| seat.sid == sid)?;
            let others = room.seats.iter().filter(|seat| seat.sid != sid);
            let route = Route::of(room, from, others.filter(|seat| target.means(seat)));
            Some((room.name.clone(), route.ok()?))
        });
        routes.next().ok_or_else(not_in_call)
    }

    /// Notes whether somebody's microphone and camera are on; theirs, and who is to hear of it.
    ///
    /// # Errors
    /// `not_in_call`.
    pub(super) fn mute(
        &mut self,
        name: &str,
        sid: Sid,
        (muted, video): (bool, Option<bool>),
    ) -> Result<(Seat, Vec<Sid>)> {
        let room = self.rooms.get_mut(name).ok_or_else(not_in_call)?;
        let seat = room
            .seats
            .iter_mut()
            .find(|seat| seat.sid == sid && seat.has_joined)
            .ok_or_else(not_in_call)?;
        seat.muted = muted;
        seat.video = video.unwrap_or(seat.video);
        let seat = seat.clone();
        Ok((seat, room.joined().map(|seat| seat.sid).collect()))
    }
}

impl Target {
    fn means(&self, seat: &Seat) -> bool {
        match self {
            Self::Others => true,
            Self::Peer(peer) => seat.peer == *peer,
            Self::Named(name) => {
                username::may_be_one(name)
                    && username::folded_of(name) == username::folded_of(&seat.person.name)
            }
        }
    }
}

impl Route {
    fn of<'a>(room: &Room, from: &Seat, to: impl Iterator<Item = &'a Seat>) -> Result<Self> {
        let (to, people): (Vec<_>, Vec<_>) = to.map(|seat| (seat.sid, seat.person.id)).unzip();
        if to.is_empty() {
            return Err(not_in_call());
        }
        Ok(Self {
            from: from.person.clone(),
            peer: from.peer,
            to,
            people,
            group: room.call.as_ref().and_then(|call| call.party.group()),
        })
    }
}

/// They are not in a room together.
pub(super) fn not_in_call() -> Error {
    Error::refused("not_in_call", "You are not in a call with them")
}
