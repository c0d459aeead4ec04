//! What a document's task can be asked.

use std::sync::Arc;

use bytes::Bytes;
use entity::{DocId, RevisionId, UserId};
use tokio::sync::oneshot;

use super::{
    event::{DocEdited, DocSynced, Protocol},
    model::{DocName, MemberChange, RevisionName},
    rights::access_denied,
};
use crate::{
    account::User,
    kernel::{Error, Result, error::ErrorKind},
    socket::{Ack, Caller, Sid},
};

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T>>;

/// The text of a document at one moment.
#[derive(Clone, Debug)]
pub(super) struct Content {
    /// The text.
    pub(super) text: Arc<str>,
    /// The version that it is.
    pub(super) version: i64,
}

/// Somebody at a socket.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The account.
    pub(super) user: UserId,
    /// What they are called.
    pub(super) name: Arc<str>,
    /// The socket.
    pub(super) sid: Sid,
    /// The session that it came with.
    pub(super) session: Arc<str>,
}

impl Person {
    /// `user` at the socket of `caller`.
    pub(super) fn new(user: &User, caller: &Caller) -> Self {
        Self {
            user: user.id,
            name: user.username.as_str().into(),
            sid: caller.sid,
            session: caller.session.clone(),
        }
    }
}

/// A request to one document. Answered in the order of asking.
pub(super) enum Command {
    /// A socket opens the document. Answered within the turn, so that whoever comes next is told of
    /// after the list of who is here; the last is told when that is done.
    Join(Person, Protocol, Ack, oneshot::Sender<()>),
    /// A socket closes it, or is gone.
    Leave(Sid, Reply<()>),
    /// A whole text, and the version that it was made from, if the client knows.
    Edit {
        person: Person,
        content: String,
        base_version: Option<i64>,
        reply: Reply<DocEdited>,
    },
    /// A message of the Yjs sync protocol.
    Sync(Person, Bytes, Reply<DocSynced>),
    /// A message of the Yjs awareness protocol.
    Awareness(Person, Bytes, Reply<()>),
    /// What is its text?
    Content(Reply<Content>),
    /// Somebody's role changes; the second is who wants it.
    ChangeMembers(MemberChange, UserId, Reply<()>),
    /// It gets another name.
    Rename(DocName, UserId, Reply<()>),
    /// It goes away.
    Delete(UserId, Reply<()>),
    /// The text as it is now is kept under a name.
    KeepRevision(RevisionName, UserId, Reply<RevisionId>),
    /// The text becomes again what it was; answered with the version.
    Restore(RevisionId, UserId, Reply<i64>),
}

/// Why a command is not carried out by a task that has no document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Absence {
    /// There is no such document, or not any more.
    Gone,
    /// It could not be read.
    Unreadable,
}

impl Command {
    /// Answers without doing anything.
    pub(super) fn refuse(self, why: Absence) {
        // Whether it exists is not for strangers at sockets to learn.
        let (at_socket, elsewhere) = match why {
            Absence::Gone => (
                access_denied as fn() -> Error,
                Error::not_found as fn() -> Error,
            ),
            Absence::Unreadable => (unavailable as fn() -> Error, unavailable as fn() -> Error),
        };
        // Who does not wait any more needs no answer.
        match self {
            Self::Join(_, _, ack, _) => ack.fail(&at_socket()),
            Self::Leave(_, reply) => drop(reply.send(Ok(()))),
            Self::Edit { reply, .. } => drop(reply.send(Err(at_socket()))),
            Self::Sync(_, _, reply) => drop(reply.send(Err(at_socket()))),
            Self::Awareness(_, _, reply) => drop(reply.send(Err(at_socket()))),
            Self::Content(reply) => drop(reply.send(Err(elsewhere()))),
            Self::ChangeMembers(_, _, reply)
            | Self::Rename(_, _, reply)
            | Self::Delete(_, reply) => drop(reply.send(Err(elsewhere()))),
            Self::KeepRevision(_, _, reply) => drop(reply.send(Err(elsewhere()))),
            Self::Restore(_, _, reply) => drop(reply.send(Err(elsewhere()))),
        }
    }
}

/// The document cannot be read or written at the moment.
pub(super) fn unavailable() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "unavailable",
        "The document is not available at the moment. Please try again.",
    )
}

/// Asked of a socket that has not opened the document.
pub(super) fn not_joined(doc: DocId) -> Error {
    Error::new(
        ErrorKind::Conflict,
        "not_joined",
        format!("Open document {doc} with doc_join first"),
    )
}
