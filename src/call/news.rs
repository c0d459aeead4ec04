//! What is to be told to whom, in order.

use std::collections::VecDeque;

use entity::{ConversationId, UserId};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::socket::{Delivery, Room, Sid};

/// Who hears of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// One socket.
    Socket(Sid),
    /// All sockets of a person.
    User(UserId),
    /// All sockets of a person but one.
    OtherSockets(UserId, Sid),
    /// The members of a group.
    Group(ConversationId),
    /// Whoever is connected.
    Everyone,
}

/// What was decided and is yet to be told. It is told before the next decision is made, so that
/// nobody hears of two in the wrong order.
#[derive(Debug, Default)]
pub(super) struct News(VecDeque<(To, &'static str, Box<RawValue>)>);

impl News {
    pub(super) fn add<T: Serialize>(&mut self, to: To, event: &'static str, data: &T) {
        match to_raw_value(data) {
            Ok(data) => self.0.push_back((to, event, data)),
            Err(error) => tracing::error!(event, %error, "an event could not be encoded"),
        }
    }

    pub(super) fn tell(self, delivery: &Delivery) {
        for (to, event, data) in self.0 {
            let emit = |room, except| delivery.emit_raw(&[room], &[event], &data, except);
            match to {
                To::Socket(sid) => {
                    delivery.emit_to_socket(sid, &[event], &data, data.get().len());
                }
                To::User(user) => emit(Room::User(user), None),
                To::OtherSockets(user, sid) => emit(Room::User(user), Some(sid)),
                To::Group(id) => emit(Room::Conversation(id), None),
                To::Everyone => emit(Room::Everyone, None),
            }
        }
    }

    /// What is to be told, as `(to, event, data)`.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<(To, &'static str, serde_json::Value)> {
        let parsed = |data: &RawValue| serde_json::from_str(data.get()).expect("JSON");
        let all = self.0.iter();
        all.map(|(to, event, data)| (to.clone(), *event, parsed(data)))
            .collect()
    }
}
