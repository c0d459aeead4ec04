//! Who has which document open and where their cursor is: the awareness states of Yjs editors.
//!
//! Owns the states that are there right now; nothing of it is stored. A state is what its client
//! says it is, except for who it belongs to: the server writes the person's name into it. Each
//! client id belongs to the person who used it first, for as long as the socket it was last used
//! on is there: after a cut an editor is back on a new socket before the old one is given up.
//!
//! Cost of a message: its states are parsed and encoded once, whatever the number of receivers.

use std::{collections::HashMap, sync::Arc};

use entity::UserId;
use serde_json::{Map, Value, json};
use yrs::{
    block::ClientID,
    encoding::read::{Cursor, Read},
    sync::awareness::{AwarenessUpdate, AwarenessUpdateEntry},
    updates::encoder::Encode,
};

use crate::{
    kernel::{Error, Result},
    socket::Sid,
};

/// The longest message taken, in bytes.
pub(super) const MAX_MESSAGE_BYTES: usize = 16 * 1024;
/// Who sends a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender<'a> {
    /// The socket.
    pub(super) sid: Sid,
    /// Whose it is.
    pub(super) user: UserId,
    /// What that person is called.
    pub(super) name: &'a str,
}

/// States in one message, and states of one person. An editor has one.
const MAX_CLIENTS: usize = 32;
/// Ids are what a JavaScript number holds exactly.
const MAX_CLIENT_ID: u64 = 1 << 53;
/// The state of a client that is gone.
const GONE: &str = "null";

/// The states of one document's editors.
#[derive(Debug, Default)]
pub(super) struct Awareness {
    clients: HashMap<u64, Client>,
}

#[derive(Debug)]
struct Client {
    sid: Sid,
    user: UserId,
    clock: u32,
    state: Arc<str>,
}

impl Awareness {
    /// Takes `message`; returns what the others are to be told.
    pub(super) fn receive(&mut self, sender: Sender<'_>, message: &[u8]) -> Result<Vec<u8>> {
        let entries = decode(message)?;
        let owned = self.clients.values().filter(|it| it.user == sender.user);
        let owned = owned.count();
        let mut added = 0;
        for (id, _, _) in &entries {
            match self.clients.get(id) {
                Some(client) if client.user != sender.user => return Err(not_yours()),
                Some(_) => {}
                None => added += 1,
            }
        }
        if owned + added > MAX_CLIENTS {
            return Err(malformed());
        }
        let mut relayed = Vec::with_capacity(entries.len());
        for (id, clock, state) in entries {
            let state: Arc<str> = named(&state, sender.name)?.into();
            relayed.push((id, clock, state.clone()));
        }
        for (id, clock, state) in &relayed {
            if &**state == GONE {
                self.clients.remove(id);
            } else {
                let client = Client {
                    sid: sender.sid,
                    user: sender.user,
                    clock: *clock,
                    state: state.clone(),
                };
                self.clients.insert(*id, client);
            }
        }
        Ok(encode(relayed))
    }

    /// Everybody's state, for somebody who has just come; none when nobody has one.
    pub(super) fn states(&self) -> Option<Vec<u8>> {
        if self.clients.is_empty() {
            return None;
        }
        let clients = self.clients.iter();
        Some(encode(clients.map(|(id, client)| {
            (*id, client.clock, client.state.clone())
        })))
    }

    /// Forgets the clients of the socket `sid`; what the others are to be told, if anything.
    pub(super) fn remove(&mut self, sid: Sid) -> Option<Vec<u8>> {
        let gone: Vec<_> = self
            .clients
            .extract_if(|_, client| client.sid == sid)
            // With the clock as it was: the client may come back and count on.
            .map(|(id, client)| (id, client.clock, Arc::from(GONE)))
            .collect();
        (!gone.is_empty()).then(|| encode(gone))
    }
}

/// The client id, clock and state of each entry.
///
/// By hand and not by the library, which reserves memory for as many entries as the message claims.
fn decode(message: &[u8]) -> Result<Vec<(u64, u32, String)>> {
    if message.len() > MAX_MESSAGE_BYTES {
        return Err(malformed());
    }
    let mut cursor = Cursor::new(message);
    let mut read = || -> Result<Vec<(u64, u32, String)>, yrs::encoding::read::Error> {
        let count: usize = cursor.read_var()?;
        let mut entries = Vec::new();
        for _ in 0..count.min(MAX_CLIENTS + 1) {
            let id = cursor.read_var()?;
            let clock = cursor.read_var()?;
            entries.push((id, clock, cursor.read_string()?.to_owned()));
        }
        Ok(entries)
    };
    let entries = read().map_err(|_| malformed())?;
    let is_valid = entries.len() <= MAX_CLIENTS
        && entries.iter().all(|(id, ..)| *id < MAX_CLIENT_ID)
        && !cursor.has_content();
    is_valid.then_some(entries).ok_or_else(malformed)
}

fn encode(entries: impl IntoIterator<Item = (u64, u32, Arc<str>)>) -> Vec<u8> {
    let entries = entries
        .into_iter()
        .map(|(id, clock, json)| (ClientID::new(id), AwarenessUpdateEntry { clock, json }));
    let update = AwarenessUpdate {
        clients: entries.collect(),
    };
    update.encode_v1()
}

/// The state with the name of whom it belongs to.
fn named(state: &str, name: &str) -> Result<String> {
    let state: Option<Map<String, Value>> = serde_json::from_str(state).map_err(|_| malformed())?;
    let Some(mut state) = state else {
        return Ok(GONE.to_owned());
    };
    match state.entry("user").or_insert_with(|| json!({})) {
        Value::Object(user) => {
            user.insert("name".to_owned(), name.into());
        }
        other => *other = json!({ "name": name }),
    }
    Ok(serde_json::to_string(&state)?)
}

fn malformed() -> Error {
    Error::invalid("malformed_update", "This is not an awareness update")
}

fn not_yours() -> Error {
    Error::refused("not_yours", "This client id belongs to somebody else")
}

#[cfg(test)]
mod tests {
    use yrs::updates::decoder::Decode;

    use super::*;

    fn sender(user: i64, name: &str) -> Sender<'_> {
        Sender {
            sid: Sid::new(),
            user: UserId(user),
            name,
        }
    }

    fn message(entries: &[(u64, u32, &str)]) -> Vec<u8> {
        let entries = entries.iter();
        encode(entries.map(|(id, clock, state)| (*id, *clock, Arc::from(*state))))
    }

    fn read(message: &[u8]) -> Vec<(u64, u32, Value)> {
        let update = AwarenessUpdate::decode_v1(message).expect("an update");
        let mut entries: Vec<_> = update
            .clients
            .into_iter()
            .map(|(id, entry)| {
                let state = serde_json::from_str(&entry.json).expect("json");
                (id.get(), entry.clock, state)
            })
            .collect();
        entries.sort_unstable_by_key(|(id, ..)| *id);
        entries
    }

    #[test]
    fn a_state_carries_the_name_of_its_person_whatever_it_says() {
        let mut awareness = Awareness::default();
        let (ann, bob) = (sender(1, "ann"), sender(2, "bob"));
        let state = r##"{"user":{"name":"bob","color":"#123456"},"cursor":null}"##;

        let told = awareness
            .receive(ann, &message(&[(1, 1, state)]))
            .expect("taken");
        awareness
            .receive(bob, &message(&[(2, 1, r#"{"user":"ann"}"#)]))
            .expect("taken");

        let user = json!({"name": "ann", "color": "#123456"});
        assert_eq!(read(&told), [(1, 1, json!({"user": user, "cursor": null}))]);
        let everybody = read(&awareness.states().expect("two states"));
        assert_eq!(everybody[1], (2, 1, json!({"user": {"name": "bob"}})));
    }

    #[test]
    fn a_socket_speaks_for_its_own_clients_only_and_takes_them_along() {
        let mut awareness = Awareness::default();
        let (ann, bob) = (sender(1, "ann"), sender(2, "bob"));
        awareness
            .receive(ann, &message(&[(1, 7, "{}")]))
            .expect("taken");

        let refused = awareness.receive(bob, &message(&[(2, 1, "{}"), (1, 8, "null")]));

        assert_eq!(refused.expect_err("refused").code(), "not_yours");
        assert_eq!(read(&awareness.states().expect("one")).len(), 1);
        assert_eq!(awareness.remove(bob.sid), None);
        let told = awareness.remove(ann.sid).expect("one is gone");
        assert_eq!(read(&told), [(1, 7, Value::Null)]);
        assert_eq!(awareness.states(), None);
    }

    #[test]
    fn who_comes_back_on_a_new_socket_goes_on_with_the_same_client() {
        let mut awareness = Awareness::default();
        let (before, after) = (sender(1, "ann"), sender(1, "ann"));
        awareness
            .receive(before, &message(&[(1, 1, "{}")]))
            .expect("taken");

        awareness
            .receive(after, &message(&[(1, 2, "{}")]))
            .expect("taken");

        assert_eq!(awareness.remove(before.sid), None);
        assert!(awareness.states().is_some());
    }

    #[test]
    fn a_client_can_take_itself_away() {
        let mut awareness = Awareness::default();
        let ann = sender(1, "ann");
        awareness
            .receive(ann, &message(&[(1, 1, "{}")]))
            .expect("taken");

        let told = awareness
            .receive(ann, &message(&[(1, 2, "null")]))
            .expect("taken");

        assert_eq!(read(&told), [(1, 2, Value::Null)]);
        assert_eq!(awareness.states(), None);
    }

    #[test]
    fn what_is_no_awareness_update_is_refused() {
        let mut awareness = Awareness::default();
        let too_many: Vec<_> = (0..33).map(|id| (id, 1, "{}")).collect();
        let long = format!("{:?}", "x".repeat(MAX_MESSAGE_BYTES));
        let mut trailing = message(&[(1, 1, "{}")]);
        trailing.push(0);
        for bytes in [
            Vec::new(),
            vec![0xff; 5],
            // It claims four thousand million states.
            vec![0xff, 0xff, 0xff, 0xff, 0x0f],
            message(&[(1, 1, "no json")]),
            message(&[(1, 1, "[]")]),
            message(&[(1, 1, &long)]),
            message(&too_many),
            trailing,
            // An id beyond what JavaScript can count.
            vec![
                1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1, 2, b'{', b'}',
            ],
        ] {
            let refused = awareness.receive(sender(1, "ann"), &bytes);
            assert_eq!(refused.expect_err("refused").code(), "malformed_update");
        }
        assert_eq!(awareness.states(), None);
    }
}
