//! Stored messages as people see them: names for ids, and the place that a conversation is.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use entity::{ConversationId, MessageId, RoleId, UserId, conversation, conversation::Kind};
use serde::de::DeserializeOwned;

use super::{
    Card, ChannelPlace, Groups, Servers,
    event::{AuthorKind, AuthorOut, MessageOut, ReactionOut, SYSTEM, SYSTEM_AVATAR},
    model::{Audience, Place, other},
    pictures,
    publish::{called, kind_and_tid, server_of},
    reaction,
    standing::Standing,
    store::{self, Row},
};
use crate::{
    account::{Directory, User},
    file::PictureProxy,
    kernel::Result,
    permission::Permission,
};

/// Turns stored rows into what people see. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct History {
    directory: Directory,
    groups: Groups,
    servers: Servers,
    proxy: PictureProxy,
}

/// The names on one page.
#[derive(Default)]
struct Names {
    people: HashMap<UserId, String>,
    /// The authors of answered messages that no person wrote.
    answered: HashMap<MessageId, String>,
    /// Answered messages that were deleted since.
    gone: HashSet<MessageId>,
    reactions: HashMap<MessageId, Vec<ReactionOut>>,
}

impl History {
    pub(super) fn new(
        directory: Directory,
        groups: Groups,
        servers: Servers,
        proxy: PictureProxy,
    ) -> Self {
        Self {
            directory,
            groups,
            servers,
            proxy,
        }
    }

    /// The name of a message's author.
    pub(super) async fn author(&self, row: &Row) -> Result<String> {
        match row.sender_id {
            Some(id) => self.directory.name(id).await,
            None => Ok(app_name(row).unwrap_or_else(|| SYSTEM.to_owned())),
        }
    }

    /// The place that a stored conversation is; none for a deleted group or channel.
    pub(super) async fn place(&self, conversation: &conversation::Model) -> Result<Option<Place>> {
        let audience = match (conversation.kind, conversation.dm_low, conversation.dm_high) {
            (Kind::Public, ..) => Some(Audience::Public),
            (Kind::Gdm, ..) => self.groups.find(conversation.id).await?.map(Audience::Gdm),
            (Kind::Dm, Some(low), Some(high)) => self.pair(low, high).await?.map(Audience::Dm),
            (Kind::Channel, ..) => self.channel(conversation.id).await?.map(Audience::Channel),
            (Kind::Dm, ..) => None,
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

    /// A channel as it is now.
    pub(super) async fn channel(&self, id: ConversationId) -> Result<Option<ChannelPlace>> {
        let Some(server) = self.servers.server_of(id).await? else {
            return Ok(None);
        };
        let server = self.servers.find(server).await?;
        Ok(server.and_then(|server| ChannelPlace::of(server, id)))
    }

    /// The place of a conversation that `viewer` is in; none for what they may not read now.
    pub(super) async fn standing_place(
        &self,
        viewer: UserId,
        standing: &Standing,
    ) -> Result<Option<Place>> {
        if standing.kind == Kind::Channel {
            return self.readable_channel(viewer, standing.id).await;
        }
        let conversation = conversation::Model {
            id: standing.id,
            kind: standing.kind,
            dm_low: standing.dm_low,
            dm_high: standing.dm_high,
            last_seq: standing.last_seq,
            last_rev: standing.last_rev,
            created_at: entity::Timestamp::default(),
        };
        self.place(&conversation).await
    }

    /// A channel whose history `viewer` may read.
    pub(super) async fn readable_channel(
        &self,
        viewer: UserId,
        id: ConversationId,
    ) -> Result<Option<Place>> {
        let Some(server) = self.servers.server_of(id).await? else {
            return Ok(None);
        };
        let Some(access) = self.servers.access(server, viewer).await? else {
            return Ok(None);
        };
        let may_read = access
            .server
            .channel(id)
            .is_some_and(|channel| access.in_channel(channel).contains(Permission::ReadHistory));
        let channel = ChannelPlace::of(access.server, id).filter(|_| may_read);
        Ok(channel.map(|channel| Place {
            id,
            audience: Audience::Channel(channel),
        }))
    }

    async fn names(&self, place: &Place, viewer: UserId, rows: &[Row]) -> Result<Names> {
        let db = self.servers.db();
        let answered = rows.iter().filter_map(|row| row.reply_to).collect();
        let mut names = Names {
            gone: store::tombstones(db.reader(), answered).await?,
            reactions: reaction::under(db, &self.directory, rows, viewer).await?,
            ..Names::default()
        };
        for row in rows {
            let people = [row.sender_id, row.reply_user_id, row.edited_by];
            for id in people.into_iter().flatten().chain(mentioned(row)) {
                if let std::collections::hash_map::Entry::Vacant(entry) = names.people.entry(id) {
                    entry.insert(self.directory.name(id).await?);
                }
            }
        }
        if place.audience.channel().is_some() {
            let answered = rows.iter().filter(|row| row.reply_user_id.is_none());
            let answered = answered.filter_map(|row| row.reply_to).collect();
            for row in store::find_messages(db.reader(), answered).await? {
                names
                    .answered
                    .extend(app_name(&row).map(|name| (row.id, name)));
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
        let rows: Vec<Row> = rows.into_iter().map(|row| row.shown_to(viewer)).collect();
        let mut names = self.names(place, viewer, &rows).await?;
        let conversation = place.audience.name_for(viewer).to_string();
        Ok(rows
            .into_iter()
            .map(|row| names.outgoing(place, &conversation, row, &self.proxy))
            .collect())
    }
}

impl Names {
    fn of(&self, id: UserId) -> String {
        self.people.get(&id).cloned().unwrap_or_default()
    }

    /// Who wrote the message that another one answers.
    fn answered(&self, message: MessageId, user: Option<UserId>) -> String {
        match user {
            Some(user) => self.of(user),
            None => self
                .answered
                .get(&message)
                .cloned()
                .unwrap_or_else(|| SYSTEM.to_owned()),
        }
    }

    fn outgoing(
        &mut self,
        place: &Place,
        conversation: &str,
        row: Row,
        proxy: &PictureProxy,
    ) -> MessageOut {
        let card: Option<Card> = row
            .card
            .as_deref()
            .and_then(|card| serde_json::from_str(card).ok());
        let username = match (row.sender_id, &card) {
            (Some(id), _) => self.of(id),
            (None, Some(card)) => card.username.clone(),
            (None, None) => SYSTEM.to_owned(),
        };
        let channel = place.audience.channel();
        let author = channel.map(|_| author(&row, &username, card.as_ref(), proxy));
        let (kind, tid) = kind_and_tid(place);
        let to_user = match &place.audience {
            Audience::Dm(pair) => {
                let sender = row.sender_id.unwrap_or(UserId::SYSTEM);
                Some(other(pair, sender).username.clone())
            }
            _ => None,
        };
        let roles: Vec<RoleId> = ids(row.role_mentions.as_deref());
        let (mention_everyone, mention_roles) = called(place, &roles).unzip();
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
            server_id: server_of(place),
            channel_id: channel.map(|channel| channel.id),
            silent: card.as_ref().is_some_and(|card| card.silent),
            embeds: channel
                .map(|_| card.map_or_else(Vec::new, |card| pictures::shown(proxy, &card.embeds))),
            mentions: mentioned(&row).map(|id| self.of(id)).collect(),
            mention_everyone,
            mention_roles,
            text: row.text,
            source: row.source,
            attachment: row.attachment,
            created_at,
            edited: u8::from(edited_at.is_some()),
            edited_at,
            edited_by: row.edited_by.map(|id| self.of(id)),
            reply_username: row.reply_to.map(|id| self.answered(id, row.reply_user_id)),
            reply_to: row.reply_to,
            // What is deleted is not to be read in what answers it either.
            reply_snippet: row
                .reply_snippet
                .filter(|_| !row.reply_to.is_some_and(|id| self.gone.contains(&id))),
            reactions: self.reactions.remove(&row.id).unwrap_or_default(),
            avatar: (row.sender_id.is_none() && row.app_id.is_none()).then_some(SYSTEM_AVATAR),
            author,
            // The key of an app is between the app and the server.
            nonce: row.nonce.filter(|_| row.app_id.is_none()),
            deleted,
        }
    }
}

/// The name that an app gave a message.
fn app_name(row: &Row) -> Option<String> {
    let card: Card = serde_json::from_str(row.card.as_deref()?).ok()?;
    Some(card.username)
}

fn author(row: &Row, name: &str, card: Option<&Card>, proxy: &PictureProxy) -> AuthorOut {
    let (kind, id) = match (row.sender_id, row.app_id) {
        (Some(user), _) => (AuthorKind::User, user.0),
        (None, Some(app)) => (AuthorKind::Webhook, app.0),
        (None, None) => (AuthorKind::System, 0),
    };
    let avatar_url = card.and_then(|card| card.avatar_url.as_deref());
    AuthorOut {
        kind,
        id,
        name: name.to_owned(),
        proxy_avatar_url: avatar_url.and_then(|url| proxy.path_of(url)),
        avatar_url: avatar_url.map(str::to_owned),
        avatar_emoji: card.and_then(|card| card.avatar_emoji.clone()),
    }
}

fn mentioned(row: &Row) -> impl Iterator<Item = UserId> + use<> {
    ids(row.mentions.as_deref()).into_iter()
}

/// The ids in a column that only the writer fills.
fn ids<Id: DeserializeOwned>(column: Option<&str>) -> Vec<Id> {
    let ids = column.and_then(|ids| serde_json::from_str(ids).ok());
    ids.unwrap_or_default()
}
