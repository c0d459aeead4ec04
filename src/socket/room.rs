//! The names of rooms: transport's word for "everybody who should get this".

use std::{borrow::Cow, fmt};

use entity::{ConversationId, DocId, ServerId, UserId};

/// A set of sockets that receive the same events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room<'a> {
    /// Every connected socket: the public chat and news for all.
    Everyone,
    /// All sockets of one person.
    User(UserId),
    /// All sockets of the members of one group, or of those who may view one restricted channel.
    Conversation(ConversationId),
    /// All sockets of admins and superadmins.
    Admins,
    /// All sockets of the members of one server.
    Server(ServerId),
    /// All sockets that have one document open.
    Doc(DocId),
    /// All sockets that came with one session (its stored hash).
    Session(&'a str),
}

impl Room<'_> {
    /// The room's name in the transport.
    pub(super) fn name(self) -> Cow<'static, str> {
        match self {
            Self::Everyone => Cow::Borrowed("everyone"),
            Self::Admins => Cow::Borrowed("admins"),
            _ => Cow::Owned(self.to_string()),
        }
    }
}

impl fmt::Display for Room<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Admins => f.write_str("admins"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Conversation(id) => write!(f, "conversation:{id}"),
            Self::Server(id) => write!(f, "server:{id}"),
            Self::Doc(id) => write!(f, "doc:{id}"),
            Self::Session(hash) => write!(f, "session:{hash}"),
        }
    }
}
