//! Reactions: an emoji that somebody puts under a message.
//!
//! A reaction changes its message, so it takes the conversation's next `rev` like an edit does and
//! `sync` brings it after any absence; `seq` stays, so nothing becomes unread. Cost: a transaction
//! in the writer's turn, and one small event, however many have reacted before.

use std::{collections::HashMap, sync::Arc};

use entity::{MessageId, UserId, conversation::Kind};

use super::{
    Chat, change_store,
    channels::{is_outdated, missing},
    event::{ReactionChanged, ReactionOut},
    model::{Audience, Place, Stored},
    pace::Doing,
    publish::changed_at,
    reaction_store as reactions,
    servers::channel_locked,
    store, writer,
    writer::Turn,
};
use crate::{
    account::{Directory, User},
    kernel::{Db, Error, Result},
    permission::Permission,
    settings::Key,
    socket::Room,
};

/// Different emoji under one message.
const MOST_KINDS: usize = 20;
/// Different emoji of one person under one message.
const MOST_OWN: usize = 10;
/// People who are shown with an emoji in a message; more are only counted.
const MOST_SHOWN: i64 = 50;
/// People who are named to who asks for all of them.
const MOST_NAMED: i64 = 1000;

/// Somebody puts an emoji under a message, or takes it away.
struct Reaction {
    place: Place,
    message: MessageId,
    seq: i64,
    /// Whose eyes the message is for alone, if it is not for everybody there.
    hidden_for: Option<UserId>,
    user: Arc<User>,
    emoji: &'static str,
    added: bool,
}

impl Chat {
    /// Puts `emoji` under a message for `user`, or takes it away.
    ///
    /// # Errors
    /// `not_found` for what `user` cannot see, a tombstone included; `bad_emoji`; `forbidden`
    /// without `add_reactions`; `too_many_reactions`; where nothing may be said, why not.
    pub(super) async fn react(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
        emoji: &str,
        added: bool,
    ) -> Result<()> {
        self.pace.count(user.id, Doing::Reacting)?;
        // The form that people's keyboards agree on least is the fully qualified one of Unicode.
        let emoji = emojis::get(emoji).ok_or_else(bad_emoji)?.as_str();
        for _ in 0..writer::RETRIES {
            let (place, row) = self.visible(user, kind, id).await?;
            if added {
                self.require_may_react(user, &place).await?;
            } else {
                self.require_no_maintenance()?;
            }
            let reaction = Reaction {
                place,
                message: id,
                seq: row.seq,
                hidden_for: row.hidden_for(),
                user: user.clone(),
                emoji,
                added,
            };
            match self.writer.in_turn(move |turn| reaction.apply(turn)).await {
                Err(error) if is_outdated(&error) => {}
                outcome => return outcome,
            }
        }
        Err(Error::busy())
    }

    /// Who put what under a message.
    pub(super) async fn reactions(
        &self,
        user: &Arc<User>,
        kind: Kind,
        id: MessageId,
    ) -> Result<Vec<(String, Vec<String>)>> {
        self.visible(user, kind, id).await?;
        let shown = reactions::of_messages(self.db.reader(), &[id], user.id, MOST_NAMED).await?;
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for one in shown {
            let name = self.directory.name(one.user_id).await?;
            match all.last_mut() {
                Some((emoji, names)) if *emoji == one.emoji => names.push(name),
                _ => all.push((one.emoji, vec![name])),
            }
        }
        Ok(all)
    }

    /// A message that `user` can look up now, and where it is. Any other one is not found, like one
    /// that does not exist: also what is in a channel without the permission to read its history.
    pub(super) async fn visible(
        &self,
        user: &User,
        kind: Kind,
        id: MessageId,
    ) -> Result<(Place, store::Row)> {
        let found = store::find_message(self.db.reader(), id).await?;
        let (row, conversation) = found
            .filter(|(row, conversation)| conversation.kind == kind && !row.is_deleted())
            .filter(|(row, _)| row.is_shown_to(user.id))
            .ok_or_else(Error::not_found)?;
        let place = match kind {
            Kind::Channel => self.find_channel(user.id, conversation.id).await?,
            _ => match self.history.place(&conversation).await? {
                Some(place) if self.may_read(&place.audience, user.id).await? => Some(place),
                _ => None,
            },
        };
        Ok((place.ok_or_else(Error::not_found)?, row))
    }

    /// Where nothing may be said nothing may be pointed at either, except that announcements may be
    /// applauded.
    async fn require_may_react(&self, user: &User, place: &Place) -> Result<()> {
        match &place.audience {
            Audience::Public => self.require_switched_on(Key::PublicEnabled),
            Audience::Dm(_) => self.require_switched_on(Key::DmEnabled),
            Audience::Gdm(group) => {
                self.require_switched_on(Key::GdmEnabled)?;
                if group.may_send(user) {
                    Ok(())
                } else {
                    Err(Error::refused("locked", "This group is locked"))
                }
            }
            Audience::Channel(channel) => {
                self.require_no_maintenance()?;
                let permissions = self.in_channel(channel, user.id).await?;
                let found = channel.server.channel(channel.id);
                if found.is_some_and(|found| found.is_locked_for(permissions)) {
                    return Err(channel_locked());
                }
                if permissions.contains(Permission::AddReactions) {
                    Ok(())
                } else {
                    Err(missing(Permission::AddReactions))
                }
            }
        }
    }
}

impl Reaction {
    async fn apply(self, turn: Turn) -> Result<()> {
        let Some((stored, count)) = self.store(&turn).await? else {
            return Ok(());
        };
        let event = if self.added {
            "reaction_added"
        } else {
            "reaction_removed"
        };
        let news = |viewer| ReactionChanged {
            id: self.message,
            emoji: self.emoji,
            username: self.user.username.clone(),
            count,
            at: changed_at(&self.place, &stored, viewer),
        };
        match self.hidden_for {
            Some(author) => turn
                .publisher
                .emit(Room::User(author), &[event], &news(author)),
            None => turn.publisher.tell(&self.place, &[event], news),
        }
        Ok(())
    }

    /// Stores it, unless it is so already. Answers how many have chosen the emoji then.
    async fn store(&self, turn: &Turn) -> Result<Option<(Stored, i64)>> {
        let tx = turn.db.begin().await?;
        let rev = change_store::next_rev(&tx, self.place.id, 1).await?;
        if let Some(channel) = self.place.audience.channel() {
            change_store::require_version(&tx, channel).await?;
        }
        let (message, user) = (self.message, self.user.id);
        let tallies = reactions::tallies(&tx, message, user).await?;
        let known = tallies.iter().find(|tally| tally.emoji == self.emoji);
        let was = known.map_or(0, |tally| tally.people);
        if known.is_some_and(reactions::Tally::is_own) == self.added {
            return Ok(None);
        }
        let at = turn.clock.now();
        let more = if self.added {
            let own = tallies.iter().filter(|tally| tally.is_own()).count();
            if own >= MOST_OWN || (known.is_none() && tallies.len() >= MOST_KINDS) {
                return Err(too_many());
            }
            reactions::insert(&tx, message, self.emoji, user, at).await?;
            1
        } else {
            reactions::remove(&tx, message, self.emoji, user).await?;
            -1
        };
        if !reactions::count(&tx, message, rev, more).await? {
            return Err(Error::not_found());
        }
        tx.commit().await?;
        let stored = Stored {
            id: message,
            seq: self.seq,
            rev,
            at,
        };
        Ok(Some((stored, was + more)))
    }
}

/// What is under each of `rows`, as `viewer` sees it. Asks for nothing where nothing is.
pub(super) async fn under(
    db: &Db,
    directory: &Directory,
    rows: &[store::Row],
    viewer: UserId,
) -> Result<HashMap<MessageId, Vec<ReactionOut>>> {
    let reacted: Vec<MessageId> = rows
        .iter()
        .filter(|row| row.reactions > 0)
        .map(|row| row.id)
        .collect();
    let mut under: HashMap<MessageId, Vec<ReactionOut>> = HashMap::new();
    for one in reactions::of_messages(db.reader(), &reacted, viewer, MOST_SHOWN).await? {
        let all = under.entry(one.message_id).or_default();
        if all.last().is_none_or(|last| last.emoji != one.emoji) {
            all.push(ReactionOut {
                emoji: one.emoji,
                users: Vec::new(),
                count: one.people,
                me: false,
            });
        }
        if let Some(last) = all.last_mut() {
            last.users.push(directory.name(one.user_id).await?);
            last.me |= one.user_id == viewer;
        }
    }
    Ok(under)
}

/// The kind that a `message_type` names.
pub(super) fn kind_of(message_type: &str) -> Option<Kind> {
    [Kind::Public, Kind::Dm, Kind::Gdm, Kind::Channel]
        .into_iter()
        .find(|kind| kind.as_str() == message_type)
}

fn bad_emoji() -> Error {
    Error::invalid("bad_emoji", "emoji is one emoji")
}

fn too_many() -> Error {
    let text = format!("At most {MOST_KINDS} different emoji, and {MOST_OWN} of one person.");
    Error::invalid("too_many_reactions", text)
}
