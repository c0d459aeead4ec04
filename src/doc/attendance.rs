//! Who comes into an open document, and who goes.

use entity::UserId;

use super::{
    audience::Listener,
    command::{Person, unavailable},
    event::{DocJoined, DocUser, Protocol},
    memory::Hold,
    task::{Task, Text},
};
use crate::{
    kernel::{Error, Result},
    socket::{Room, Sid},
};

impl Task {
    /// Lets a socket in, and gives it what it needs to follow.
    pub(super) async fn join(&mut self, person: &Person, protocol: Protocol) -> Result<DocJoined> {
        let role = self.require_member(person.user)?;
        if !self.let_in(person, protocol)? {
            return Err(unavailable());
        }
        let content = match protocol {
            Protocol::Text => Some(self.give_text(person).await?),
            Protocol::Yjs => {
                self.forget_reader(person.sid);
                if let Some(states) = self.awareness.states() {
                    self.send_awareness(person.sid, states);
                }
                None
            }
        };
        Ok(DocJoined {
            doc_id: self.id,
            name: self.name.clone(),
            role,
            version: self.stored,
            users: self.audience.names(),
            content,
        })
    }

    /// Lets a socket out.
    pub(super) fn leave(&mut self, sid: Sid) {
        let Some((listener, is_last)) = self.audience.remove(sid) else {
            return;
        };
        self.shared.delivery.leave_socket(sid, Room::Doc(self.id));
        self.shared.note_left(sid, self.id);
        self.forget_reader(sid);
        if let Some(gone) = self.awareness.remove(sid) {
            self.relay_awareness(None, &gone);
        }
        if is_last {
            self.holds.remove(&listener.user);
            self.tell_user("doc_user_left", &listener.name);
        }
    }

    /// Lets a socket in; false when it is gone.
    pub(super) fn let_in(&mut self, person: &Person, protocol: Protocol) -> Result<bool> {
        let role = self.require_member(person.user)?;
        let delivery = &self.shared.delivery;
        if !delivery.is_connected(person.sid) {
            return Ok(false);
        }
        let is_known = self.holds.contains_key(&person.user);
        let hold = if is_known {
            None
        } else {
            Some(self.hold(person.user)?)
        };
        if !self.shared.note_joined(person.sid, self.id, role) {
            return Err(too_many());
        }
        if !delivery.join_socket(person.sid, Room::Doc(self.id)) {
            self.shared.note_left(person.sid, self.id);
            return Ok(false);
        }
        let listener = Listener {
            user: person.user,
            name: person.name.clone(),
            session: person.session.clone(),
            protocol,
        };
        if let Some(hold) = hold {
            self.holds.insert(person.user, hold);
        }
        // Who goes on with whole texts has no cursor any more.
        if protocol == Protocol::Text
            && let Some(gone) = self.awareness.remove(person.sid)
        {
            self.relay_awareness(Some(person.sid), &gone);
        }
        if self.audience.add(person.sid, listener) {
            let others = self.audience.all().into_iter();
            let event = DocUser {
                doc_id: self.id,
                username: &person.name,
            };
            for sid in others.filter(|sid| *sid != person.sid) {
                let delivery = &self.shared.delivery;
                delivery.emit_to_socket(sid, &["doc_user_joined"], &event, 0);
            }
        }
        Ok(true)
    }

    /// Notes what the document has become. When it gets tight, whoever holds too much with it is put
    /// out, and comes again as far as there is room.
    pub(super) fn note_memory(&mut self) {
        let bytes = self.text.as_ref().map_or(0, Text::memory);
        self.share.set(bytes);
        if !self.shared.memory.is_crowded() {
            return;
        }
        let mut greedy = Vec::new();
        for (user, hold) in &mut self.holds {
            if !hold.set(bytes) {
                greedy.push(*user);
            }
        }
        let sockets = greedy.into_iter().flat_map(|user| self.audience.of(user));
        for sid in sockets.collect::<Vec<_>>() {
            self.leave(sid);
            self.shared.delivery.cut(sid);
        }
    }

    fn hold(&self, user: UserId) -> Result<Hold> {
        let hold = self.shared.memory.hold(user, self.share.bytes());
        hold.ok_or_else(too_many)
    }

    fn tell_user(&self, event: &str, name: &str) {
        let data = DocUser {
            doc_id: self.id,
            username: name,
        };
        let delivery = &self.shared.delivery;
        delivery.emit(&[Room::Doc(self.id)], event, &data);
    }
}

fn too_many() -> Error {
    Error::refused("too_many_documents", "You have too many documents open")
}
