//! Finding messages again.
//!
//! Owns `search_entry` and the index beside it. An entry is a message's text as it is compared:
//! [folded](fold), so that letter case and forms of characters do not matter in any script, and
//! whatever is looked for is literal: a part of a word, or one Chinese character. Storing a message
//! does not wait for its entry: the [indexer] writes entries behind the writer, at a share of the
//! machine's time, and a search looks through what it has not come to as well. Edits and deletions
//! change the entry in their own transaction.
//!
//! Cost of a search: words of three characters and more are looked up in the index of trigrams;
//! shorter ones are looked for in the newest 50,000 messages that the filters leave. Who may read
//! what is part of the query. At most two searches run at a time.

mod fold;
pub(super) mod http;
mod indexer;
mod query;
mod store;

use std::{collections::HashMap, sync::Arc};

use entity::{ConversationId, MessageId, UserId, conversation, conversation::Kind};

use self::query::Query;
pub use self::store::index_earlier;
pub(super) use self::{
    indexer::start,
    store::{forget, renew, warn_without_index},
};
use super::{
    Chat,
    event::MessageOut,
    model::{Audience, ConversationName},
    pace::Doing,
    store as messages,
};
use crate::{account::User, kernel::Result};

/// Searches that run at a time: others wait, and readers of history do not wait for them.
pub(super) const AT_A_TIME: usize = 2;
/// Messages of one page, when no number is asked for, and at most.
const PAGE: (u64, u64) = (25, 100);

/// Messages that were found, the newest first.
pub(super) struct Found {
    messages: Vec<MessageOut>,
    has_more: bool,
}

/// What a search looks through: filters, as ids.
pub(super) struct Scope {
    viewer: UserId,
    /// Conversations that the viewer may read, and that the search is about.
    places: Vec<ConversationId>,
    /// The one conversation among them, if the search named it.
    named: bool,
    from: Option<UserId>,
    /// Only messages before this one.
    before: Option<MessageId>,
    /// Only messages sent from here on, and before here, in milliseconds.
    since: Option<i64>,
    until: Option<i64>,
}

impl Chat {
    /// The messages that `user` may read and that `q` describes, older than `before`.
    pub(super) async fn search(
        &self,
        user: &Arc<User>,
        q: &str,
        limit: Option<u64>,
        before: Option<MessageId>,
    ) -> Result<Found> {
        let query = Query::parse(q)?;
        self.pace.count(user.id, Doing::Searching)?;
        let limit = usize::try_from(limit.unwrap_or(PAGE.0).clamp(1, PAGE.1)).unwrap_or(1);
        let readable = self.readable(user).await?;
        let nothing = Found {
            messages: Vec::new(),
            has_more: false,
        };
        let Some(scope) = self.scope(user, &query, &readable, before).await? else {
            return Ok(nothing);
        };
        let turn = self.searches.acquire().await;
        let mut ids = store::search(self.db.reader(), &query, &scope, limit + 1).await?;
        drop(turn);
        let has_more = ids.len() > limit;
        ids.truncate(limit);
        Ok(Found {
            messages: self.found(user, ids, &readable).await?,
            has_more,
        })
    }

    /// The conversations whose history `user` may read now.
    async fn readable(&self, user: &User) -> Result<HashMap<ConversationId, conversation::Model>> {
        let mut readable = HashMap::new();
        for conversation in store::conversations(self.db.reader(), user.id).await? {
            let hidden = conversation.kind == Kind::Channel
                && self.find_channel(user.id, conversation.id).await?.is_none();
            if !hidden {
                readable.insert(conversation.id, conversation);
            }
        }
        Ok(readable)
    }

    /// What the query's filters mean to `user`; none when they name what is not there for them.
    async fn scope(
        &self,
        user: &Arc<User>,
        query: &Query,
        readable: &HashMap<ConversationId, conversation::Model>,
        before: Option<MessageId>,
    ) -> Result<Option<Scope>> {
        let from = match query.from.as_deref() {
            None => None,
            Some("me") => Some(user.id),
            Some(name) => match self.peer(name).await? {
                Some(person) => Some(person.id),
                None => return Ok(None),
            },
        };
        let places = match query.place.as_deref() {
            None => readable.keys().copied().collect(),
            Some(name) => {
                let mut places = self.places_called(user, name, readable).await?;
                places.retain(|place| readable.contains_key(place));
                places
            }
        };
        Ok((!places.is_empty()).then_some(Scope {
            viewer: user.id,
            places,
            named: query.place.is_some(),
            from,
            before,
            since: query.since,
            until: query.until,
        }))
    }

    /// The conversations that `user` means by `name`: the name that programs use, `@` and a person,
    /// or the name of a group or channel, with or without `#`.
    async fn places_called(
        &self,
        user: &Arc<User>,
        name: &str,
        readable: &HashMap<ConversationId, conversation::Model>,
    ) -> Result<Vec<ConversationId>> {
        let parsed = match name.strip_prefix('@') {
            Some(peer) => Some(ConversationName::Dm(peer.to_owned())),
            None => ConversationName::parse(name),
        };
        if let Some(parsed) = parsed {
            let place = self.find_place(user, &parsed).await?;
            return Ok(place.map(|place| place.id).into_iter().collect());
        }
        let wanted = fold::fold(name.strip_prefix('#').unwrap_or(name));
        let mut places = Vec::new();
        for conversation in readable.values() {
            let Some(place) = self.history.place(conversation).await? else {
                continue;
            };
            let called = match &place.audience {
                Audience::Gdm(group) => Some(group.name.as_str()),
                Audience::Channel(channel) => channel
                    .server
                    .channel(channel.id)
                    .map(|channel| channel.name.as_str()),
                Audience::Public | Audience::Dm(_) => None,
            };
            if called.is_some_and(|name| fold::fold(name) == wanted) {
                places.push(place.id);
            }
        }
        Ok(places)
    }

    /// The messages themselves, in the order of `ids`, each as `user` sees it.
    async fn found(
        &self,
        user: &User,
        ids: Vec<MessageId>,
        readable: &HashMap<ConversationId, conversation::Model>,
    ) -> Result<Vec<MessageOut>> {
        let mut by_place: HashMap<ConversationId, Vec<messages::Row>> = HashMap::new();
        for row in messages::find_messages(self.db.reader(), ids).await? {
            if !row.is_deleted() {
                by_place.entry(row.conversation_id).or_default().push(row);
            }
        }
        let mut found = Vec::new();
        for (id, rows) in by_place {
            let Some(conversation) = readable.get(&id) else {
                continue;
            };
            if let Some(place) = self.history.place(conversation).await? {
                found.extend(self.history.outgoing(&place, user.id, rows).await?);
            }
        }
        found.sort_unstable_by_key(|message| std::cmp::Reverse(message.id));
        Ok(found)
    }
}
