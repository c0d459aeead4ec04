//! Stored messages as people see them: history, the list of conversations, and sync.
//!
//! Cost of a page: one query by key, plus names from memory.

use std::{collections::HashMap, sync::Arc};

use entity::{ConversationId, MessageId, UserId};

use super::{
    Chat,
    event::{ConversationOut, MessageOut, Synced, SyncedConversation},
    model::{Audience, ConversationName, Place, other},
    publish::{kind_and_tid, server_of},
    standing::{self, Standing},
    store::{self, Row, Span},
    sweep_store,
};
use crate::{
    account::User,
    kernel::{Error, Result},
};

/// The most messages of one history page.
pub(super) const MAX_PAGE: u64 = 1000;
/// Messages of one history page when no number is asked for.
pub(super) const DEFAULT_PAGE: u64 = 200;
/// Messages shown of a conversation that a `sync` did not name.
const SNAPSHOT: u64 = 50;
/// The most conversations that one `sync` may name.
const MAX_NAMED: usize = 1000;

impl Chat {
    /// A page of `place`'s history, oldest first, and whether there are more messages beyond it.
    pub(super) async fn page(
        &self,
        place: &Place,
        viewer: UserId,
        span: Span,
        limit: Option<u64>,
    ) -> Result<(Vec<MessageOut>, bool)> {
        let limit = limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
        let cleared = match &place.audience {
            Audience::Dm(_) => sweep_store::cleared(self.db.reader(), place.id, viewer).await?,
            _ => 0,
        };
        let (rows, more) =
            store::history(self.db.reader(), place.id, viewer, (span, cleared), limit).await?;
        Ok((self.history.outgoing(place, viewer, rows).await?, more))
    }

    /// The people with whom `user` has exchanged messages, by name.
    pub(super) async fn dm_peers(&self, user: UserId) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for id in store::dm_peers(self.db.reader(), user).await? {
            names.push(self.directory.name(id).await?);
        }
        names.sort_by_key(|name| name.to_lowercase());
        Ok(names)
    }

    /// All conversations of `user`, the one with the newest message first.
    pub(super) async fn conversations(&self, user: UserId) -> Result<Vec<ConversationOut>> {
        let standings = standing::standings(self.db.reader(), user, None).await?;
        let ids = standings
            .iter()
            .filter_map(|standing| standing.last_message_id);
        let newest = store::find_messages(self.db.reader(), ids.collect()).await?;
        let mut newest: HashMap<ConversationId, Row> = newest
            .into_iter()
            .map(|row| (row.conversation_id, row))
            .collect();
        let mut conversations = Vec::with_capacity(standings.len());
        for standing in standings {
            let place = self.history.standing_place(user, &standing).await?;
            let Some(place) = place else { continue };
            let row = newest.remove(&standing.id).into_iter().collect();
            let last = self.history.outgoing(&place, user, row).await?.pop();
            conversations.push(self.conversation(&place, user, &standing, last).await?);
        }
        Ok(conversations)
    }

    async fn conversation(
        &self,
        place: &Place,
        user: UserId,
        standing: &Standing,
        last_message: Option<MessageOut>,
    ) -> Result<ConversationOut> {
        let (kind, tid) = kind_and_tid(place);
        let name = place.audience.name_for(user);
        let mut out = ConversationOut {
            conversation: name.to_string(),
            kind,
            name: "Public chat".to_owned(),
            peer: None,
            tid,
            server_id: server_of(place),
            channel_id: place.audience.channel().map(|channel| channel.id),
            locked: None,
            created_by: None,
            members: None,
            last_seq: standing.last_seq,
            last_rev: standing.last_rev,
            read_seq: standing.read_seq,
            unread: standing.unread(),
            mentions: standing.mentions,
            last_message,
        };
        match &place.audience {
            Audience::Public => {}
            Audience::Channel(channel) => {
                if let Some(channel) = channel.server.channel(channel.id) {
                    out.locked = Some(channel.locked);
                    out.name.clone_from(&channel.name);
                }
            }
            Audience::Dm(pair) => {
                out.name.clone_from(&other(pair, user).username);
                out.peer = Some(out.name.clone());
            }
            Audience::Gdm(group) => {
                let mut members = Vec::with_capacity(group.members.len());
                for member in &group.members {
                    members.push(self.directory.name(*member).await?);
                }
                out.name.clone_from(&group.name);
                out.locked = Some(group.locked);
                out.created_by = Some(self.directory.name(group.owner).await?);
                out.members = Some(members);
            }
        }
        Ok(out)
    }

    /// What changed since the caller last looked: state, not a log of events, so it works after
    /// any absence. At most `limit` messages an answer.
    pub(super) async fn sync(
        &self,
        user: &Arc<User>,
        since: HashMap<String, i64>,
        limit: Option<u64>,
    ) -> Result<Synced> {
        if since.values().any(|rev| *rev < 0) {
            return Err(Error::invalid(
                "bad_params",
                "bad params: a rev is never negative",
            ));
        }
        if since.len() > MAX_NAMED {
            return Err(Error::invalid(
                "bad_params",
                format!("bad params: at most {MAX_NAMED} conversations at once"),
            ));
        }
        let mut left = limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
        let (mut known, gone) = self.resolve(user, since).await?;
        let mut answer = Synced {
            conversations: Vec::new(),
            gone,
            more: false,
        };
        for standing in standing::standings(self.db.reader(), user.id, None).await? {
            let since = known.remove(&standing.id);
            if since.is_some_and(|since| since >= standing.last_rev) {
                continue;
            }
            if left == 0 {
                answer.more = true;
                break;
            }
            let place = self.history.standing_place(user.id, &standing).await?;
            let Some(place) = place else { continue };
            let synced = self.sync_one(user, &place, &standing, since, left).await?;
            left = left.saturating_sub(synced.messages.len() as u64);
            answer.more |= synced.more;
            answer.conversations.push(synced);
        }
        Ok(answer)
    }

    /// The ids of the named conversations with the `rev` each is known up to, and the names of
    /// those that the caller cannot see any more.
    async fn resolve(
        &self,
        user: &Arc<User>,
        since: HashMap<String, i64>,
    ) -> Result<(HashMap<ConversationId, i64>, Vec<String>)> {
        let (mut known, mut gone) = (HashMap::new(), Vec::new());
        for (name, rev) in since {
            let place = match ConversationName::parse(&name) {
                Some(parsed) => self.find_place(user, &parsed).await?,
                None => None,
            };
            match place {
                Some(place) => {
                    known.insert(place.id, rev);
                }
                None => gone.push(name),
            }
        }
        gone.sort_unstable();
        Ok((known, gone))
    }

    async fn sync_one(
        &self,
        user: &Arc<User>,
        place: &Place,
        standing: &Standing,
        since: Option<i64>,
        limit: u64,
    ) -> Result<SyncedConversation> {
        let reader = self.db.reader();
        let (mut rows, rev, more) = if let Some(since) = since {
            let rows = store::changed_since(reader, place.id, user.id, since, limit).await?;
            // A full page may be all there is; the caller asks once more and learns it.
            let more = rows.len() as u64 >= limit;
            let rev = rows.last().map_or(standing.last_rev, |row| row.rev);
            (
                rows,
                if more {
                    rev
                } else {
                    rev.max(standing.last_rev)
                },
                more,
            )
        } else {
            let size = SNAPSHOT.min(limit);
            let span = (Span::Newest, standing.cleared_seq);
            let (rows, _) = store::history(reader, place.id, user.id, span, size).await?;
            (rows, standing.last_rev, false)
        };
        rows.retain(|row| row.seq > standing.cleared_seq);
        Ok(SyncedConversation {
            conversation: place.audience.name_for(user.id).to_string(),
            server_id: server_of(place),
            last_seq: standing.last_seq,
            last_rev: standing.last_rev,
            read_seq: standing.read_seq,
            unread: standing.unread(),
            mentions: standing.mentions,
            rev,
            snapshot: since.is_none(),
            more,
            messages: self.history.outgoing(place, user.id, rows).await?,
        })
    }
}

/// A page's direction from its query.
pub(super) fn span(before: Option<MessageId>, after: Option<MessageId>) -> Result<Span> {
    match (before, after) {
        (None, None) => Ok(Span::Newest),
        (Some(before), None) => Ok(Span::Before(before)),
        (None, Some(after)) => Ok(Span::After(after)),
        (Some(_), Some(_)) => Err(Error::invalid(
            "bad_params",
            "bad params: before and after exclude each other",
        )),
    }
}
