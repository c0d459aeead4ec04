//! What the server itself says: stored messages by "System", and notices that are not kept.
//!
//! A message to one person is in the DM that they have with System, and like every other one has a
//! place in history, `sync` and unread counts. No switch keeps System from speaking, no lock of a
//! group does, and nothing it says is logged as a DM. It mentions nobody.

use std::sync::Arc;

use entity::UserId;

use super::{
    Chat,
    event::{MessageOut, SYSTEM, SystemMessage},
    model::{Audience, Author, Body, NewMessage, Place},
    publish, render,
    send::{empty, require_no_control_characters, too_long},
};
use crate::{
    account::{User, username},
    kernel::{Error, Result},
    socket::Room,
};

impl Chat {
    /// Tells `user` something in the DM that they have with System, and waits until it is stored.
    /// `source` is Markdown: what people typed goes into it through [`render::escape`].
    pub async fn tell_as_system(&self, user: &Arc<User>, source: String) -> Result<MessageOut> {
        let system = self.system().await?;
        let id = self.dm_between(&system, user).await?;
        let audience = Audience::Dm([system, user.clone()]);
        self.say_as_system(Place { id, audience }, source).await
    }

    /// Says something at `place`, and waits until it is stored. `source` is Markdown.
    pub async fn say_as_system(&self, place: Place, source: String) -> Result<MessageOut> {
        let message = NewMessage {
            body: Body {
                text: render::render(&source),
                source,
                mentions: Vec::new(),
                roles: Vec::new(),
            },
            place,
            author: Author::System,
            card: None,
            attachment: None,
            reply: None,
            nonce: None,
            logged: false,
        };
        let stored = self.writer.send_and_wait(message.clone()).await?;
        let viewer = match &message.place.audience {
            Audience::Dm([_, recipient]) => recipient.id,
            _ => UserId::SYSTEM,
        };
        Ok(publish::outgoing(
            &message,
            &stored,
            viewer,
            self.files.proxy(),
        ))
    }

    /// Refuses what somebody wants System to say when it could not be a message of theirs either.
    ///
    /// # Errors
    /// `empty_message`; `bad_params` for control characters; `message_too_long` and the like.
    pub fn require_text(&self, source: &str) -> Result<()> {
        if source.trim().is_empty() {
            return Err(empty());
        }
        require_no_control_characters(source)?;
        self.antispam_settings()
            .limits
            .check(source)
            .map_err(too_long)
    }

    /// Shows a notice, plain text that is not kept, to whoever is in `rooms` now.
    pub fn notify(&self, rooms: &[Room<'_>], text: &str) {
        let notice = SystemMessage::new(text, self.clock.now());
        self.delivery.emit(rooms, "system_message", &notice);
    }

    /// The one whom a DM is with, by name: a person, or System.
    pub(super) async fn peer(&self, name: &str) -> Result<Option<Arc<User>>> {
        if username::may_be_one(name) && username::folded_of(name) == username::folded_of(SYSTEM) {
            return Ok(Some(self.system().await?));
        }
        self.directory.find_by_name(name).await
    }

    async fn system(&self) -> Result<Arc<User>> {
        let system = self.directory.find(UserId::SYSTEM).await?;
        system.ok_or_else(|| Error::internal(anyhow::anyhow!("no account of System")))
    }
}
