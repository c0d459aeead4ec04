//! Stored messages as people see them: history, the list of conversations, and sync.
//!
//! Cost of a page: one query by key, plus names from memory.

use std::{collections::HashMap, sync::Arc};

use entity::{ConversationId, MessageId, UserId, conversation, conversation::Kind};

use super::{
    Chat, Groups,
    event::{ConversationOut, MessageOut, SYSTEM, SYSTEM_AVATAR, Synced, SyncedConversation},
    model::{Audience, ConversationName, Place, other},
    publish::kind_and_tid,
    store::{self, Row, Span, Standing},
};
use crate::{
    account::{Directory, User},
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

/// Turns stored rows into what people see. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct History {
    directory: Directory,
}

/// The names of the people on one page.
#[derive(Default)]
struct Names(HashMap<UserId, String>);

impl History {
    pub(super) fn new(directory: Directory) -> Self {
        Self { directory }
    }

    /// The name of a message's author.
    pub(super) async fn author(&self, id: Option<UserId>) -> Result<String> {
        match id {
            Some(id) => self.directory.name(id).await,
            None => Ok(SYSTEM.to_owned()),
        }
    }

    /// The place that a stored conversation is; none for a deleted group.
    pub(super) async fn place(
        &self,
        groups: &Groups,
        conversation: &conversation::Model,
    ) -> Result<Option<Place>> {
        let audience = match (conversation.kind, conversation.dm_low, conversation.dm_high) {
            (Kind::Public, ..) => Some(Audience::Public),
            (Kind::Gdm, ..) => groups.find(conversation.id).await?.map(Audience::Gdm),
            (Kind::Dm, Some(low), Some(high)) => self.pair(low, high).await?.map(Audience::Dm),
            (Kind::Dm | Kind::Channel, ..) => None,
        };
        Ok(audience.map(|audience| Place {
            id: conversation.id,
            audience,
        }))
    }

    async fn pair(&self, one: UserId, two: UserId) -> Result<Option<[Arc<User>; 2]>> {
        let (one, two) = (
            self.directory.find(one).await?,
            self.directory.find(two).await?,
        );
        Ok(one.zip(two).map(|(one, two)| [one, two]))
    }

    async fn standing_place(&self, groups: &Groups, standing: &Standing) -> Result<Option<Place>> {
        let conversation = conversation::Model {
            id: standing.id,
            kind: standing.kind,
            dm_low: standing.dm_low,
            dm_high: standing.dm_high,
            last_seq: standing.last_seq,
            last_rev: standing.last_rev,
            created_at: entity::Timestamp::default(),
        };
        self.place(groups, &conversation).await
    }

    async fn names(&self, rows: &[Row]) -> Result<Names> {
        let mut names = Names::default();
        for row in rows {
            let people = [row.sender_id, row.reply_user_id, row.edited_by];
            for id in people.into_iter().flatten().chain(mentioned(row)) {
                if let std::collections::hash_map::Entry::Vacant(entry) = names.0.entry(id) {
                    entry.insert(self.directory.name(id).await?);
                }
            }
        }
        Ok(names)
    }

    /// Rows of one conversation as `viewer` sees them.
    pub(super) async fn outgoing(
        &self,
        place: &Place,
        viewer: UserId,
        rows: Vec<Row>,
    ) -> Result<Vec<MessageOut>> {
        let names = self.names(&rows).await?;
        let conversation = place.audience.name_for(viewer).to_string();
        Ok(rows
            .into_iter()
            .map(|row| names.outgoing(place, &conversation, row))
            .collect())
    }
}

impl Names {
    fn of(&self, id: UserId) -> String {
        self.0.get(&id).cloned().unwrap_or_default()
    }

    fn outgoing(&self, place: &Place, conversation: &str, row: Row) -> MessageOut {
        let username = row
            .sender_id
            .map_or_else(|| SYSTEM.to_owned(), |id| self.of(id));
        let (kind, tid) = kind_and_tid(place);
        let to_user = match (&place.audience, row.sender_id) {
            (Audience::Dm(pair), Some(sender)) => Some(other(pair, sender).username.clone()),
            (Audience::Dm(pair), None) => Some(pair[1].username.clone()),
            _ => None,
        };
        let (deleted, created_at, edited_at) =
            (row.is_deleted(), row.created_at(), row.edited_at());
        MessageOut {
            id: row.id,
            conversation: conversation.to_owned(),
            kind,
            seq: row.seq,
            rev: row.rev,
            user_id: row.sender_id.map_or(0, |id| id.0),
            from_user: to_user.is_some().then(|| username.clone()),
            to_user,
            username,
            thread_id: tid,
            tid,
            mentions: mentioned(&row).map(|id| self.of(id)).collect(),
            text: row.text,
            source: row.source,
            attachment: row.attachment,
            created_at,
            edited: u8::from(edited_at.is_some()),
            edited_at,
            edited_by: row.edited_by.map(|id| self.of(id)),
            reply_username: row.reply_to.map(|_| {
                row.reply_user_id
                    .map_or_else(|| SYSTEM.to_owned(), |id| self.of(id))
            }),
            reply_to: row.reply_to,
            reply_snippet: row.reply_snippet,
            reactions: Vec::new(),
            avatar: row.sender_id.is_none().then_some(SYSTEM_AVATAR),
            nonce: row.nonce,
            deleted,
        }
    }
}

/// The ids in the column `mentions`, which only the writer fills.
fn mentioned(row: &Row) -> impl Iterator<Item = UserId> + use<> {
    let ids: Vec<UserId> = row
        .mentions
        .as_deref()
        .and_then(|ids| serde_json::from_str(ids).ok())
        .unwrap_or_default();
    ids.into_iter()
}

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
        let (rows, more) = store::history(self.db.reader(), place.id, span, limit).await?;
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
        let standings = store::standings(self.db.reader(), user, None).await?;
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
            let place = self.history.standing_place(&self.groups, &standing).await?;
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
        for standing in store::standings(self.db.reader(), user.id, None).await? {
            let since = known.remove(&standing.id);
            if since.is_some_and(|since| since >= standing.last_rev) {
                continue;
            }
            if left == 0 {
                answer.more = true;
                break;
            }
            let place = self.history.standing_place(&self.groups, &standing).await?;
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
        let (rows, rev, more) = if let Some(since) = since {
            let rows = store::changed_since(reader, place.id, since, limit).await?;
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
            let (rows, _) = store::history(reader, place.id, Span::Newest, size).await?;
            (rows, standing.last_rev, false)
        };
        Ok(SyncedConversation {
            conversation: place.audience.name_for(user.id).to_string(),
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
