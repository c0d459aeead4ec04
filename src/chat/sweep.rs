//! Deleting much at once: everything of one's own, the newest messages of a place, or all of them.
//!
//! Each message becomes a tombstone as by itself, with a `rev` of its own, a hundred in one
//! transaction; what others say meanwhile is stored in between. Who hears of it is sent
//! `message_deleted` for each and, since older clients know that, `messages_deleted` for all.

use std::{sync::Arc, time::Duration};

use entity::{MessageId, conversation::Kind};
use serde_json::json;

use super::{
    Chat, amendment, change_store,
    event::MessageDeleted,
    http_pin::Removed,
    model::{Amendment, Audience, Author, Change, Place, Reach, Stored},
    publish::changed_at,
    store, sweep_store as sweeps,
    writer::Turn,
};
use crate::{
    account::User,
    kernel::{Error, Result},
    socket::Room,
};

/// Messages of one transaction.
const CHUNK: usize = 100;
/// Between two transactions: a client's buffer holds a thousand events.
const BREATH: Duration = Duration::from_millis(200);

impl Chat {
    /// Clears what is `user`'s own. Answers how much it was.
    pub(super) async fn clear_all_of(&self, user: &Arc<User>) -> Result<Removed> {
        let (chat, user) = (self.clone(), user.clone());
        // To the end, whether or not the one who asked waits for it.
        self.tasks
            .complete(async move { chat.clear_all_now(&user).await })
            .await
    }

    async fn clear_all_now(&self, user: &Arc<User>) -> Result<Removed> {
        self.require_no_maintenance()?;
        let mut removed = Removed {
            public: 0,
            dm: 0,
            gdm: 0,
        };
        for conversation in sweeps::with_messages_of(self.db.reader(), user.id).await? {
            let Some(place) = self.history.place(&conversation).await? else {
                continue;
            };
            let locked = matches!(&place.audience, Audience::Gdm(group) if group.locked);
            if locked && !user.role.is_superadmin() {
                continue;
            }
            let own = sweeps::of_sender(self.db.reader(), place.id, user.id).await?;
            let count = self.sweep(user, &place, own).await?;
            match conversation.kind {
                Kind::Public => removed.public += count,
                _ => removed.gdm += count,
            }
        }
        let by = user.id;
        removed.dm = self
            .writer
            .in_turn(move |turn| async move { sweeps::clear_dms(turn.db.writer(), by).await })
            .await?;
        self.delivery
            .emit(&[Room::User(user.id)], "clear_all", &json!({}));
        Ok(removed)
    }

    /// Deletes the newest `count` messages of a place, or all of them.
    ///
    /// Whoever calls has checked that `user` may.
    pub async fn purge(&self, user: &Arc<User>, place: &Place, count: Option<u64>) -> Result<u64> {
        let newest = sweeps::newest(self.db.reader(), place.id, count).await?;
        let swept = self.sweep(user, place, newest).await?;
        if count.is_none() {
            let (events, payload) = match &place.audience {
                Audience::Public => ("clear_all", json!({})),
                Audience::Gdm(group) => ("gdm_cleared", json!({"thread_id": group.id})),
                // A channel's clients know of nothing but its messages.
                Audience::Channel(_) => return Ok(swept),
                Audience::Dm(_) => {
                    self.publisher.tell(place, &["dm_cleared"], |viewer| {
                        let peer = place.audience.name_for(viewer).to_string();
                        json!({"peer": peer.trim_start_matches("dm:")})
                    });
                    return Ok(swept);
                }
            };
            self.publisher.tell(place, &[events], |_| payload.clone());
        }
        Ok(swept)
    }

    /// Deletes messages of one place, by ascending `seq`. Answers how many there were.
    async fn sweep(
        &self,
        user: &Arc<User>,
        place: &Place,
        ids: Vec<(i64, MessageId)>,
    ) -> Result<u64> {
        let mut swept = 0;
        for (at, chunk) in ids.chunks(CHUNK).enumerate() {
            if at > 0 {
                tokio::time::sleep(BREATH).await;
            }
            let chunk: Vec<MessageId> = chunk.iter().map(|(_, id)| *id).collect();
            let (place, by) = (place.clone(), user.clone());
            let rows = self
                .writer
                .in_turn(move |turn| async move { sweep_chunk(&turn, &place, &by, chunk).await })
                .await?;
            swept += rows.len() as u64;
            for row in &rows {
                self.forget_files(row);
            }
        }
        Ok(swept)
    }
}

async fn sweep_chunk(
    turn: &Turn,
    place: &Place,
    by: &Arc<User>,
    ids: Vec<MessageId>,
) -> Result<Vec<store::Row>> {
    let tx = turn.db.begin().await?;
    // The lock first: what is read behind it stays as it is.
    change_store::next_rev(&tx, place.id, 0).await?;
    let mut rows = store::find_messages(&tx, ids).await?;
    rows.retain(|row| !row.is_deleted() && row.conversation_id == place.id);
    rows.sort_unstable_by_key(|row| row.seq);
    let count = i64::try_from(rows.len()).map_err(Error::internal)?;
    let last = change_store::next_rev(&tx, place.id, count).await?;
    let at = turn.clock.now();
    let mut stored = Vec::with_capacity(rows.len());
    for (rev, row) in (last - count + 1..).zip(&rows) {
        let change = Change {
            place: place.clone(),
            message: row.id,
            seq: row.seq,
            written_by: (row.sender_id, row.app_id),
            by: Author::User(by.clone()),
            reach: row.hidden_for().map_or(Reach::Everybody, Reach::Author),
            what: Amendment::delete(row.card.as_deref()),
        };
        amendment::apply(&tx, &change, rev, at).await?;
        stored.push(Stored {
            id: row.id,
            seq: row.seq,
            rev,
            at,
        });
    }
    tx.commit().await?;
    // Of what only its author was shown only they are told.
    let mut ids = Vec::with_capacity(stored.len());
    for (one, row) in stored.iter().zip(&rows) {
        let news = |viewer| MessageDeleted {
            id: one.id,
            deleted_by: by.username.clone(),
            at: changed_at(place, one, viewer),
        };
        let event = ["message_deleted"];
        if let Some(author) = row.hidden_for() {
            let room = Room::User(author);
            turn.publisher.emit(room, &event, &news(author));
        } else {
            turn.publisher.tell(place, &event, news);
            ids.push(one.id);
        }
    }
    if !ids.is_empty() {
        turn.publisher.tell(place, &["messages_deleted"], |viewer| {
            let conversation = place.audience.name_for(viewer).to_string();
            json!({"ids": ids, "conversation": conversation})
        });
    }
    Ok(rows)
}
