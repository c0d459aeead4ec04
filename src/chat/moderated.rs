//! What moderation needs of conversations: a message that is reported, a group that nobody has to be
//! in, and messages that go because somebody or a setting says so.

use std::sync::Arc;

use entity::{ConversationId, MessageId, Timestamp, UserId, conversation::Kind};

use super::{
    Chat,
    channels::is_outdated,
    event::Changed,
    model::{Amendment, Audience, Author, Change, Place, Reach},
    moderated_store, store,
};
use crate::{
    account::User,
    kernel::{Error, Result, error::ErrorKind},
};

/// How much of a reported message is kept with the report, in characters.
const EXCERPT_CHARS: usize = 500;
/// How many messages are looked at in one step.
const WINDOW: u64 = 500;

impl Chat {
    /// The author of a message that `reader` can read - none where no person wrote it - and how it
    /// begins, as typed.
    pub async fn readable_message(
        &self,
        reader: &Arc<User>,
        id: MessageId,
    ) -> Result<Option<(Option<UserId>, String)>> {
        let found = store::find_message(self.db.reader(), id).await?;
        let found = found.filter(|(row, _)| !row.is_deleted() && row.is_shown_to(reader.id));
        let Some((row, conversation)) = found else {
            return Ok(None);
        };
        let Some(place) = self.history.place(&conversation).await? else {
            return Ok(None);
        };
        if !self.may_read(&place.audience, reader.id).await? {
            return Ok(None);
        }
        let excerpt = row.source.chars().take(EXCERPT_CHARS).collect();
        Ok(Some((row.sender_id, excerpt)))
    }

    /// A group that still exists, whoever is in it.
    pub async fn group_as_admin(&self, id: ConversationId) -> Result<Option<Place>> {
        let group = self.groups.find(id).await?;
        Ok(group.map(|group| Place {
            id,
            audience: Audience::Gdm(group),
        }))
    }

    /// Gives a message of any kind of conversation another text, with the rights of `user`.
    pub async fn edit_any(&self, user: &Arc<User>, id: MessageId, source: &str) -> Result<Changed> {
        let kind = self.kind_of(id).await?;
        self.edit(user, kind, id, source).await
    }

    /// Deletes a message of a conversation of this kind, with the rights of `user`.
    pub async fn delete_any(&self, user: &Arc<User>, id: MessageId, kind: Kind) -> Result<Changed> {
        self.delete(user, kind, id).await
    }

    async fn kind_of(&self, id: MessageId) -> Result<Kind> {
        let found = store::find_message(self.db.reader(), id).await?;
        let found = found.filter(|(row, _)| !row.is_deleted());
        found
            .map(|(_, conversation)| conversation.kind)
            .ok_or_else(Error::not_found)
    }

    /// Looks at the next messages behind `after` and removes those of the public chat and of groups
    /// that are older than `before`. Where to go on; none when the rest is newer.
    pub async fn expire(&self, after: MessageId, before: Timestamp) -> Result<Option<MessageId>> {
        let mut window = moderated_store::window(self.db.reader(), after, WINDOW).await?;
        let is_last = window.iter().any(|one| one.created_at >= before);
        window.retain(|one| one.created_at < before);
        let end = window.last().map(|one| one.id);
        for one in &window {
            if matches!(one.kind, Kind::Public | Kind::Gdm) {
                self.remove(one.id).await?;
            }
        }
        Ok(end.filter(|_| !is_last))
    }

    /// Looks at the next messages behind `after` and removes those that `author` wrote. Where to go
    /// on; none at the end.
    pub async fn remove_of(&self, author: UserId, after: MessageId) -> Result<Option<MessageId>> {
        let window = moderated_store::window(self.db.reader(), after, WINDOW).await?;
        for one in window.iter().filter(|one| one.sender_id == Some(author)) {
            self.remove(one.id).await?;
        }
        Ok(window.last().map(|one| one.id))
    }

    /// Leaves a tombstone of a message, in order with everything that is said meanwhile.
    async fn remove(&self, id: MessageId) -> Result<()> {
        for _ in 0..super::writer::RETRIES {
            let found = store::find_message(self.db.reader(), id).await?;
            let Some((row, conversation)) = found.filter(|(row, _)| !row.is_deleted()) else {
                return Ok(());
            };
            // What was said in a deleted group or channel nobody sees any more.
            let Some(place) = self.history.place(&conversation).await? else {
                return Ok(());
            };
            let change = Change {
                place,
                message: id,
                seq: row.seq,
                written_by: (row.sender_id, row.app_id),
                by: Author::System,
                reach: row.hidden_for().map_or(Reach::Everybody, Reach::Author),
                what: Amendment::delete(row.card.as_deref()),
            };
            match self.writer.change(change).await {
                Err(error) if is_outdated(&error) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                changed => {
                    changed?;
                    self.forget_files(&row);
                    return Ok(());
                }
            }
        }
        Err(Error::busy())
    }
}
