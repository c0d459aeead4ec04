//! The sockets that have one document open.
//!
//! Owns who they belong to and which protocol each speaks. It is the only list that edits go out
//! by: whoever is not in it any more gets nothing more, from the next edit on.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use entity::UserId;

use super::event::Protocol;
use crate::socket::Sid;

/// One socket in a document.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    /// Whose it is.
    pub(super) user: UserId,
    /// What that person is called.
    pub(super) name: Arc<str>,
    /// The session that it came with.
    pub(super) session: Arc<str>,
    /// What it speaks.
    pub(super) protocol: Protocol,
}

/// The sockets in a document.
#[derive(Debug, Default)]
pub(super) struct Audience {
    sockets: HashMap<Sid, Listener>,
}

impl Audience {
    /// Adds a socket, or gives it another protocol; whether it is the person's first.
    pub(super) fn add(&mut self, sid: Sid, listener: Listener) -> bool {
        let is_first = !self.has_person(listener.user);
        self.sockets.insert(sid, listener);
        is_first
    }

    /// Takes a socket out; it, and whether it was the person's last.
    pub(super) fn remove(&mut self, sid: Sid) -> Option<(Listener, bool)> {
        let listener = self.sockets.remove(&sid)?;
        let is_last = !self.has_person(listener.user);
        Some((listener, is_last))
    }

    /// One socket, if it is here.
    pub(super) fn get(&self, sid: Sid) -> Option<&Listener> {
        self.sockets.get(&sid)
    }

    /// The sockets of one person.
    pub(super) fn of(&self, user: UserId) -> Vec<Sid> {
        let sockets = self.sockets.iter();
        let theirs = sockets.filter(|(_, listener)| listener.user == user);
        theirs.map(|(sid, _)| *sid).collect()
    }

    /// All sockets.
    pub(super) fn all(&self) -> Vec<Sid> {
        self.sockets.keys().copied().collect()
    }

    /// The sockets that speak `protocol`, but not `except`.
    pub(super) fn speaking(
        &self,
        protocol: Protocol,
        except: Option<Sid>,
    ) -> impl Iterator<Item = Sid> {
        let sockets = self.sockets.iter();
        sockets
            .filter(move |(sid, listener)| listener.protocol == protocol && except != Some(**sid))
            .map(|(sid, _)| *sid)
    }

    /// The people's names, each once, sorted.
    pub(super) fn names(&self) -> Vec<Arc<str>> {
        let names: BTreeSet<_> = self.sockets.values().map(|it| it.name.clone()).collect();
        names.into_iter().collect()
    }

    /// Whether nobody is here.
    pub(super) fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    fn has_person(&self, user: UserId) -> bool {
        self.sockets.values().any(|listener| listener.user == user)
    }
}
