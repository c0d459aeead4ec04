//! Editing, deleting and reading: what happens to messages that are there.

use std::sync::Arc;

use entity::{MessageId, UserId, conversation::Kind};

use super::{
    Chat, Turn,
    channels::is_outdated,
    event::{Changed, ReadState},
    model::{Amendment, Audience, Author, Change, ConversationName, Place, Reach},
    rights::{self, MessageFacts},
    send::too_long,
    standing::{self, Standing},
    store, writer,
};
use crate::{
    account::User,
    kernel::{Error, Result},
    permission::Permissions,
    socket::{Caller, Room},
};

impl Chat {
    /// Gives a message another text.
    pub(super) async fn edit(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
        source: &str,
    ) -> Result<Changed> {
        for left in (0..writer::RETRIES).rev() {
            let _turn = self.turn_for(id, left).await?;
            match self.edit_once(user, kind, id, source).await {
                Err(error) if is_outdated(&error) => {}
                outcome => return outcome,
            }
        }
        Err(Error::busy())
    }

    async fn edit_once(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
        source: &str,
    ) -> Result<Changed> {
        self.require_not_timed_out(user)?;
        let (place, facts, row) = self.changeable(user, kind, id).await?;
        rights::require_edit(user, &facts, &self.settings.current())?;
        if source.trim().is_empty() {
            return Err(Error::invalid("empty_message", "message is empty"));
        }
        let antispam = self.antispam_settings();
        antispam.limits.check(source).map_err(too_long)?;
        if row.source == source {
            return Ok(Changed {
                id,
                rev: row.rev,
                conversation: self.name_of(&place, user.id).await?,
            });
        }
        let body = self.body(user, &place, source.to_owned()).await?;
        self.amend(user, place, &row, Amendment::Edit(body, None))
            .await
    }

    /// Leaves only a tombstone of a message.
    pub(super) async fn delete(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
    ) -> Result<Changed> {
        for left in (0..writer::RETRIES).rev() {
            let _turn = self.turn_for(id, left).await?;
            match self.delete_once(user, kind, id).await {
                Err(error) if is_outdated(&error) => {}
                outcome => return outcome,
            }
        }
        Err(Error::busy())
    }

    async fn delete_once(&self, user: &Arc<User>, kind: Kind, id: MessageId) -> Result<Changed> {
        let (place, facts, row) = self.changeable(user, kind, id).await?;
        rights::require_delete(user, &facts, &self.settings.current())?;
        let delete = Amendment::delete(row.card.as_deref());
        let deleted = self.amend(user, place, &row, delete).await?;
        self.forget_files(&row);
        Ok(deleted)
    }

    /// For the last attempt to change a message: nobody changes its server meanwhile.
    async fn turn_for(&self, message: MessageId, left: usize) -> Result<Option<Turn>> {
        if left > 0 {
            return Ok(None);
        }
        match store::find_message(self.db.reader(), message).await? {
            Some((row, _)) => self.turn_in(row.conversation_id).await,
            None => Ok(None),
        }
    }

    async fn amend(
        &self,
        user: &Arc<User>,
        place: Place,
        row: &store::Row,
        mut what: Amendment,
    ) -> Result<Changed> {
        let conversation = self.name_of(&place, user.id).await?;
        let own = row.sender_id == Some(user.id);
        let edits = matches!(what, Amendment::Edit(..));
        let reach = match row.hidden_for() {
            Some(author) => Reach::Author(author),
            // Others must not be spoken to by way of what they have read already.
            None if own && edits && user.shadow_banned_at.is_some() => Reach::Withdrawn(user.id),
            None => Reach::Everybody,
        };
        if reach != Reach::Everybody
            && let Amendment::Edit(body, _) = &mut what
        {
            body.calls_nobody();
        }
        let change = Change {
            place,
            message: row.id,
            seq: row.seq,
            written_by: (row.sender_id, row.app_id),
            by: Author::User(user.clone()),
            reach,
            what,
        };
        let stored = self.writer.change(change).await?;
        Ok(Changed {
            id: stored.id,
            rev: stored.rev,
            conversation,
        })
    }

    /// A message that `user` may know of, and what its rights depend on. One they may not know of
    /// is not found, like one that does not exist.
    pub(super) async fn changeable(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
    ) -> Result<(Place, MessageFacts, store::Row)> {
        let found = store::find_message(self.db.reader(), id).await?;
        let (row, conversation) = found
            .filter(|(row, conversation)| conversation.kind == kind && !row.is_deleted())
            .filter(|(row, _)| row.is_shown_to(user.id) || user.role.is_admin())
            .ok_or_else(Error::not_found)?;
        let place = self.history.place(&conversation).await?;
        let place = place.ok_or_else(Error::not_found)?;
        let author = match row.sender_id {
            Some(id) => self.directory.find(id).await?,
            None => None,
        };
        let in_channel = match place.audience.channel() {
            Some(channel) => self.in_channel(channel, user.id).await?,
            None => Permissions::NONE,
        };
        let facts = MessageFacts {
            kind,
            author: row.sender_id,
            author_is_admin: author.is_some_and(|author| author.role.is_admin()),
            group: match &place.audience {
                Audience::Gdm(group) => Some(group.clone()),
                _ => None,
            },
            in_channel,
            channel_locked: place
                .audience
                .channel()
                .is_some_and(|channel| channel.require_open(in_channel).is_err()),
            readable: self.may_read(&place.audience, user.id).await?,
        };
        if !facts.readable && !user.role.is_admin() {
            return Err(Error::not_found());
        }
        Ok((place, facts, row))
    }

    /// What `user` calls the place; of other people's DMs they have no name.
    async fn name_of(&self, place: &Place, user: UserId) -> Result<Option<String>> {
        let named = !matches!(place.audience, Audience::Dm(_))
            || self.may_read(&place.audience, user).await?;
        Ok(named.then(|| place.audience.name_for(user).to_string()))
    }

    /// Notes that `user` has read up to `seq`, and tells their other sockets.
    pub async fn mark_read(
        &self,
        user: &Arc<User>,
        name: &ConversationName,
        seq: i64,
        caller: Option<&Caller>,
    ) -> Result<ReadState> {
        if seq < 0 {
            return Err(Error::invalid(
                "bad_params",
                "bad params: seq is never negative",
            ));
        }
        let place = match name {
            // What is said now is heard without the permission to read what was said before.
            ConversationName::Channel(id) => self.channel(user.id, *id).await?,
            name => {
                let place = self.find_place(user, name).await?;
                place.ok_or_else(Error::not_found)?
            }
        };
        self.writer.mark_read(place.id, user.id, seq).await?;
        let standings = standing::standings(self.db.reader(), user.id, Some(&[place.id])).await?;
        let state = ReadState {
            conversation: place.audience.name_for(user.id).to_string(),
            read_seq: standings.first().map_or(0, |standing| standing.read_seq),
            unread: standings.first().map_or(0, Standing::unread),
            mentions: standings.first().map_or(0, |standing| standing.mentions),
        };
        let room = [Room::User(user.id)];
        match caller {
            Some(caller) => self
                .delivery
                .emit_to_others(&room, "read_state", &state, caller),
            None => self.delivery.emit(&room, "read_state", &state),
        }
        Ok(state)
    }
}
