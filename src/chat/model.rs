//! What the chat feature speaks of, apart from how it is stored or sent.

use std::sync::Arc;

use entity::{AppId, ConversationId, MessageId, RoleId, ServerId, Timestamp, UserId};

use serde::{Deserialize, Serialize};

use super::{
    Group,
    event::SYSTEM,
    servers::{Server, channel_locked},
};
use crate::{account::User, kernel::Error, permission::Permissions, socket::Room};

/// The longest key a client may give a message, in bytes.
const MAX_NONCE_BYTES: usize = 64;

/// A conversation as clients name it, which for a DM depends on who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConversationName {
    /// `public`
    Public,
    /// `dm:<the other person's name>`
    Dm(String),
    /// `gdm:<id>`
    Gdm(ConversationId),
    /// `channel:<id>`
    Channel(ConversationId),
}

impl ConversationName {
    /// Reads a name; none when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "public" {
            return Some(Self::Public);
        }
        match text.split_once(':')? {
            ("dm", name) if !name.is_empty() => Some(Self::Dm(name.to_owned())),
            ("gdm", id) => id.parse().ok().map(|id| Self::Gdm(ConversationId(id))),
            ("channel", id) => id.parse().ok().map(|id| Self::Channel(ConversationId(id))),
            _ => None,
        }
    }
}

impl std::fmt::Display for ConversationName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Dm(name) => write!(f, "dm:{name}"),
            Self::Gdm(id) => write!(f, "gdm:{id}"),
            Self::Channel(id) => write!(f, "channel:{id}"),
        }
    }
}

/// A conversation together with whom its news concerns.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its id.
    pub id: ConversationId,
    /// Whom its news concerns.
    pub audience: Audience,
}

/// Whom a conversation's news concerns.
#[derive(Clone, Debug)]
pub enum Audience {
    /// Everybody.
    Public,
    /// These two (the same person twice, for notes to oneself).
    Dm([Arc<User>; 2]),
    /// The members of a group.
    Gdm(Arc<Group>),
    /// Those who may view a channel of a server.
    Channel(ChannelPlace),
}

/// A channel, as of one version of its server.
#[derive(Clone, Debug)]
pub struct ChannelPlace {
    /// The channel.
    pub id: ConversationId,
    /// Its server.
    pub server: Arc<Server>,
    /// Whether some members may not view it.
    pub restricted: bool,
}

impl ChannelPlace {
    /// The channel `id` of `server`, if it has it.
    pub fn of(server: Arc<Server>, id: ConversationId) -> Option<Self> {
        let restricted = server.is_restricted(server.channel(id)?);
        Some(Self {
            id,
            server,
            restricted,
        })
    }

    /// Refuses who holds these permissions in it while it is locked for them.
    ///
    /// # Errors
    /// `channel_locked`.
    pub(super) fn require_open(&self, held: Permissions) -> Result<(), Error> {
        let channel = self.server.channel(self.id);
        if channel.is_some_and(|channel| channel.is_locked_for(held)) {
            return Err(channel_locked());
        }
        Ok(())
    }

    /// The server it belongs to.
    pub fn server_id(&self) -> ServerId {
        self.server.id
    }

    /// Where its news goes.
    pub fn room(&self) -> Room<'static> {
        if self.restricted {
            Room::Conversation(self.id)
        } else {
            Room::Server(self.server.id)
        }
    }
}

impl Audience {
    /// What `viewer` calls the conversation.
    pub fn name_for(&self, viewer: UserId) -> ConversationName {
        match self {
            Self::Public => ConversationName::Public,
            Self::Dm(pair) => ConversationName::Dm(other(pair, viewer).username.clone()),
            Self::Gdm(group) => ConversationName::Gdm(group.id),
            Self::Channel(channel) => ConversationName::Channel(channel.id),
        }
    }

    /// The channel, if it is one.
    pub fn channel(&self) -> Option<&ChannelPlace> {
        match self {
            Self::Channel(channel) => Some(channel),
            _ => None,
        }
    }
}

/// The other one of a DM's two people.
pub(super) fn other(pair: &[Arc<User>; 2], viewer: UserId) -> &Arc<User> {
    if pair[0].id == viewer {
        &pair[1]
    } else {
        &pair[0]
    }
}

/// A sender's own key for a message: sending it again stores nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Nonce(String);

impl Nonce {
    /// Checks a nonce from a client.
    pub(super) fn parse(text: String) -> Result<Self, Error> {
        // `#` and a digit at the end is how the parts of a split message are told apart.
        let is_part = text
            .rsplit_once('#')
            .is_some_and(|(_, part)| part.parse::<u8>().is_ok());
        let fits = (1..=MAX_NONCE_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && !is_part;
        if fits {
            Ok(Self(text))
        } else {
            Err(Error::invalid(
                "bad_params",
                "bad params: nonce must be 1-64 visible ASCII characters and not end in #1",
            ))
        }
    }

    /// The key of an app's message, which its feature has checked.
    pub(super) fn of_app(key: String) -> Self {
        Self(key)
    }

    /// The key of the `index`-th part of a message that is sent in several.
    #[must_use]
    pub(super) fn part(&self, index: usize) -> Self {
        if index == 0 {
            self.clone()
        } else {
            Self(format!("{}#{index}", self.0))
        }
    }

    /// The key's text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Its id.
    pub id: MessageId,
    /// Its author; none for System.
    pub user: Option<UserId>,
    /// Its author's name.
    pub username: String,
    /// How it begins.
    pub snippet: String,
}

/// A message's text in its two forms, and whom it mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// What was typed.
    pub source: String,
    /// The sanitised HTML made from it.
    pub text: String,
    /// Whom it mentions, by id and name.
    pub mentions: Vec<(UserId, String)>,
    /// Which roles it mentions, in a channel.
    pub roles: Vec<RoleId>,
}

impl Body {
    /// The people whom it mentions.
    pub(super) fn people(&self) -> Vec<UserId> {
        self.mentions.iter().map(|(id, _)| *id).collect()
    }
}

/// Who says something.
#[derive(Clone, Debug)]
pub(super) enum Author {
    /// A person.
    User(Arc<User>),
    /// An app, under the name and with the picture that it gave this message.
    App(AppAuthor),
    /// The server itself.
    System,
}

/// An app as the author of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppAuthor {
    /// The app.
    pub app: AppId,
    /// The name it goes by in this message.
    pub name: String,
    /// The picture it gave this message.
    pub avatar_url: Option<String>,
    /// The emoji it gave this message for a picture.
    pub avatar_emoji: Option<String>,
}

impl Author {
    /// The person, if it is one.
    pub(super) fn user(&self) -> Option<&Arc<User>> {
        match self {
            Self::User(user) => Some(user),
            Self::App(_) | Self::System => None,
        }
    }

    /// The person's id, if it is one.
    pub(super) fn user_id(&self) -> Option<UserId> {
        self.user().map(|user| user.id)
    }

    /// The app, if it is one.
    pub(super) fn app(&self) -> Option<&AppAuthor> {
        match self {
            Self::App(app) => Some(app),
            Self::User(_) | Self::System => None,
        }
    }

    /// The name that people are shown.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::User(user) => &user.username,
            Self::App(app) => &app.name,
            Self::System => SYSTEM,
        }
    }
}

/// What an app gave a message beside its text. The column `message.card` has it as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The name it goes by in this message.
    pub username: String,
    /// The picture it goes by, if it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// The emoji it goes by instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_emoji: Option<String>,
    /// Whether it comes without a sound.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// What is shown below the text, as the app's feature made it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub embeds: Vec<serde_json::Value>,
    /// SHA-256 of the request, to tell a repeat from another one with the same key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_hash: Option<String>,
}

/// A message that is authorised and ready to be stored.
#[derive(Clone, Debug)]
pub(super) struct NewMessage {
    /// Where it goes.
    pub place: Place,
    /// Who says it.
    pub author: Author,
    /// What an app gave it beside its text.
    pub card: Option<Arc<Card>>,
    /// What it says.
    pub body: Body,
    /// Stored name of a file.
    pub attachment: Option<String>,
    /// What it answers.
    pub reply: Option<Reply>,
    /// The sender's key for it.
    pub nonce: Option<Nonce>,
    /// Whether it goes into the DM log.
    pub logged: bool,
}

/// What a stored message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// Its id.
    pub id: MessageId,
    /// Its place in the conversation.
    pub seq: i64,
    /// The conversation's change counter at this change.
    pub rev: i64,
    /// When it was stored.
    pub at: Timestamp,
}

/// A change to a message that is there already.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// Where the message is.
    pub place: Place,
    /// The message.
    pub message: MessageId,
    /// Its place in the conversation.
    pub seq: i64,
    /// Who changes it.
    pub by: Author,
    /// What changes.
    pub what: Amendment,
}

/// What changes about a message.
#[derive(Clone, Debug)]
pub(super) enum Amendment {
    /// It gets another text, and one that an app wrote another card.
    Edit(Body, Option<Arc<Card>>),
    /// It becomes a tombstone, with what is left of its card, as JSON.
    Delete(Option<String>),
}

impl Amendment {
    /// The deletion of a message with this card. Of it stay the name that its app went by, and what
    /// tells a repeat of the request from another one with its key.
    pub(super) fn delete(card: Option<&str>) -> Self {
        let card: Option<Card> = card.and_then(|card| serde_json::from_str(card).ok());
        let left = card.map(|card| Card {
            username: card.username,
            request_hash: card.request_hash,
            ..Card::default()
        });
        Self::Delete(left.and_then(|left| serde_json::to_string(&left).ok()))
    }
}

#[cfg(test)]
mod tests {
    use entity::ConversationId;

    use super::{ConversationName, Nonce};

    #[test]
    fn conversation_names_read_as_they_are_written() {
        for (text, name) in [
            ("public", ConversationName::Public),
            ("dm:Bob Smith", ConversationName::Dm("Bob Smith".into())),
            ("gdm:7", ConversationName::Gdm(ConversationId(7))),
            ("channel:8", ConversationName::Channel(ConversationId(8))),
        ] {
            assert_eq!(ConversationName::parse(text), Some(name.clone()));
            assert_eq!(name.to_string(), text);
        }
        for text in ["", "dm:", "gdm:x", "channel:", "channel:x", "PUBLIC"] {
            assert_eq!(ConversationName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_split_message_have_different_nonces() {
        let nonce = Nonce::parse("n1".into()).expect("valid");
        assert_eq!(nonce.part(0), nonce);
        assert_eq!(nonce.part(2).as_str(), "n1#2");
        for bad in ["", "with space", "n#1", "\u{e9}", &"x".repeat(65)] {
            assert!(Nonce::parse(bad.into()).is_err(), "{bad}");
        }
    }
}
