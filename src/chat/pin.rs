//! Pins: messages that everybody in a conversation is to find again.
//!
//! Pinning changes nothing about the message, so `rev` stays: a client reads the list when it shows
//! it, and `pin_update` says that it is another one. Admins pin in public, and in groups their owner
//! does, too. What is deleted is unpinned in the same transaction.

use std::{collections::HashMap, sync::Arc};

use entity::{ConversationId, MessageId, UserId, conversation::Kind};

use super::{
    Chat,
    event::{PinUpdate, Pinned},
    model::{Audience, Place},
    pin_store as pins, store,
    writer::Turn,
};
use crate::{
    account::User,
    kernel::{Error, Result},
    settings::Key,
};

/// Pins of one conversation.
const MOST: u64 = 100;

impl Chat {
    /// The pinned messages of a place, the newest pin first.
    pub(super) async fn pinned(&self, place: &Place, viewer: UserId) -> Result<Vec<Pinned>> {
        let pins = pins::list(self.db.reader(), place.id, MOST).await?;
        let ids = pins.iter().map(|pin| pin.message_id).collect();
        let rows = store::find_messages(self.db.reader(), ids).await?;
        let rows = rows.into_iter();
        let rows = rows.filter(|row| !row.is_deleted() && row.is_shown_to(viewer));
        let rows = rows.collect();
        let messages = self.history.outgoing(place, viewer, rows).await?;
        let mut messages: HashMap<MessageId, _> = messages
            .into_iter()
            .map(|message| (message.id, message))
            .collect();
        let mut pinned = Vec::with_capacity(pins.len());
        for pin in pins {
            if let Some(message) = messages.remove(&pin.message_id) {
                pinned.push(Pinned {
                    message,
                    pinned_at: pin.pinned_at,
                    pinned_by: self.directory.name(pin.pinned_by).await?,
                });
            }
        }
        Ok(pinned)
    }

    /// Pins a message or unpins it. Answers whether it was otherwise before.
    ///
    /// # Errors
    /// `forbidden`, `disabled`; `not_found`; `too_many_pins`.
    pub(super) async fn set_pinned(
        &self,
        user: &Arc<User>,
        kind: Kind,
        thread: Option<ConversationId>,
        id: MessageId,
        pinned: bool,
    ) -> Result<bool> {
        let (place, _, _) = match self.changeable(user, kind, id).await {
            // Whether there is such a message is not for everybody to learn.
            Err(_) if kind == Kind::Public && !user.role.is_admin() => {
                return Err(Error::forbidden());
            }
            found => found?,
        };
        let may = match &place.audience {
            Audience::Gdm(group) => user.role.is_admin() || group.owner == user.id,
            _ => user.role.is_admin(),
        };
        if !may {
            return Err(Error::forbidden());
        }
        if !self.settings.is_on(Key::McPinMessage) {
            return Err(Error::disabled());
        }
        if thread.is_some_and(|thread| thread != place.id) {
            return Err(Error::not_found());
        }
        let work = {
            let (place, by) = (place.clone(), user.id);
            move |turn: Turn| async move { store_pin(&turn, &place, id, by, pinned).await }
        };
        let changed = self.writer.in_turn(work).await?;
        if changed {
            self.tell_pin(&place, id, pinned).await?;
        }
        Ok(changed)
    }

    async fn tell_pin(&self, place: &Place, id: MessageId, pinned: bool) -> Result<()> {
        let rows = store::find_messages(self.db.reader(), vec![id]).await?;
        let message = self.history.outgoing(place, UserId(-1), rows).await?.pop();
        let (kind, thread_id) = super::publish::kind_and_tid(place);
        let update = PinUpdate {
            kind,
            action: if pinned { "pin" } else { "unpin" },
            id,
            thread_id,
            conversation: place.audience.name_for(UserId(-1)).to_string(),
            message: message.filter(|_| pinned),
        };
        self.publisher.tell(place, &["pin_update"], |_| &update);
        Ok(())
    }
}

async fn store_pin(
    turn: &Turn,
    place: &Place,
    id: MessageId,
    by: UserId,
    pinned: bool,
) -> Result<bool> {
    let tx = turn.db.begin().await?;
    let changed = if pinned {
        let row = store::find_messages(&tx, vec![id]).await?.pop();
        // It may have been deleted meanwhile.
        if row.is_none_or(|row| row.is_deleted()) {
            return Err(Error::not_found());
        }
        if pins::is_pinned(&tx, id).await? {
            return Ok(false);
        }
        if pins::count(&tx, place.id).await? >= MOST {
            let text = format!("At most {MOST} messages can be pinned here.");
            return Err(Error::invalid("too_many_pins", text));
        }
        pins::insert(&tx, (id, place.id), by, turn.clock.now()).await?;
        true
    } else {
        pins::forget(&tx, &[id]).await?
    };
    tx.commit().await?;
    Ok(changed)
}
