//! What is particular to conversations that are channels of servers: who may do what in them, and
//! what apps say there.

use std::sync::Arc;

use entity::{AppId, ConversationId, MessageId, ServerId, UserId};

use super::{
    Chat, Mentioned, Turn, attachment,
    event::{Changed, MessageOut, Sent},
    model::{
        Amendment, AppAuthor, Audience, Author, Card, Change, ChannelPlace, ConversationName,
        NewMessage, Nonce, Place, Reach, Stored,
    },
    publish,
    send::Draft,
    servers::{Servers, channel_not_found},
    standing, store,
};
use crate::{
    account::User,
    kernel::{Error, Result, error::ErrorKind},
    permission::{Permission, Permissions},
};

/// What an app wants to say in a channel. Whoever calls has checked that it may.
#[derive(Clone, Debug)]
pub struct AppMessage {
    /// Who says it.
    pub author: AppAuthor,
    /// Markdown.
    pub source: String,
    /// What is shown below the text.
    pub embeds: Vec<serde_json::Value>,
    /// Stored names of files.
    pub files: Vec<String>,
    /// Who of those named in it are mentioned.
    pub mentions: Mentioned,
    /// Whether it comes without a sound.
    pub silent: bool,
    /// The message it answers, which must be in the same channel.
    pub reply_to: Option<MessageId>,
    /// Whether the author of that one is mentioned too.
    pub mentions_answered: bool,
    /// The key under which it is stored only once, and the hash of its request.
    pub key: Option<(String, String)>,
}

/// What an app said under a key before.
#[derive(Clone, Debug)]
pub struct SaidBefore {
    /// The message as it is now.
    pub message: MessageOut,
    /// The hash of the request that it came with.
    pub request_hash: Option<String>,
}

impl Chat {
    /// The facts about servers.
    pub fn servers(&self) -> &Servers {
        &self.servers
    }

    /// The channel `id`, for a member who may view it.
    ///
    /// # Errors
    /// `channel_not_found`, whether there is no such channel or it is not for `user` to see.
    pub async fn channel(&self, user: UserId, id: ConversationId) -> Result<Place> {
        let server = self.servers.server_of(id).await?;
        let server = server.ok_or_else(channel_not_found)?;
        let access = self.servers.access(server, user).await?;
        let access = access.ok_or_else(channel_not_found)?;
        let viewable = access.viewable().any(|channel| channel.id == id);
        let channel = ChannelPlace::of(access.server, id).filter(|_| viewable);
        Ok(place(channel.ok_or_else(channel_not_found)?))
    }

    /// The same for who may also read what was said there before.
    ///
    /// # Errors
    /// `channel_not_found`, or `forbidden` without the permission `read_history`.
    pub async fn channel_history(&self, user: UserId, id: ConversationId) -> Result<Place> {
        let found = self.channel(user, id).await?;
        let readable = self.history.readable_channel(user, id).await?;
        if readable.is_none() {
            return Err(missing(Permission::ReadHistory));
        }
        Ok(found)
    }

    /// For what was refused as [outdated](is_outdated) again and again: keeps the server of a channel
    /// as it is until the turn is dropped.
    pub async fn turn_in(&self, channel: ConversationId) -> Result<Option<Turn>> {
        Ok(match self.servers.server_of(channel).await? {
            Some(server) => Some(self.servers.turn(server).await),
            None => None,
        })
    }

    /// The channel, if `user` may read what was said there.
    pub(super) async fn find_channel(
        &self,
        user: UserId,
        id: ConversationId,
    ) -> Result<Option<Place>> {
        self.history.readable_channel(user, id).await
    }

    /// What `user` may do in a channel, as of now.
    pub(super) async fn in_channel(
        &self,
        channel: &ChannelPlace,
        user: UserId,
    ) -> Result<Permissions> {
        let access = self.servers.access(channel.server.id, user).await?;
        Ok(access.map_or(Permissions::NONE, |access| {
            let found = access.server.channel(channel.id);
            found.map_or(Permissions::NONE, |channel| access.in_channel(channel))
        }))
    }

    /// Whether `user` may read what is said there.
    pub(super) async fn may_read(&self, audience: &Audience, user: UserId) -> Result<bool> {
        Ok(match audience {
            Audience::Public => true,
            Audience::Dm(pair) => pair.iter().any(|one| one.id == user),
            Audience::Gdm(group) => group.has(user),
            Audience::Channel(channel) => {
                let permissions = self.in_channel(channel, user).await?;
                permissions.contains(Permission::ViewChannel)
            }
        })
    }

    /// The message that `user` wants to answer, unless they may not read what was said before: its
    /// beginning is shown with the answer.
    pub(super) async fn readable_answered(
        &self,
        user: &User,
        place: &Place,
        answered: Option<MessageId>,
    ) -> Result<Option<MessageId>> {
        let (Some(_), Some(channel)) = (answered, place.audience.channel()) else {
            return Ok(answered);
        };
        let permissions = self.in_channel(channel, user.id).await?;
        Ok(answered.filter(|_| permissions.contains(Permission::ReadHistory)))
    }

    /// Refuses who may not say `draft` in the channel. The decision holds for the version of the
    /// server that `channel` has: under another one the statement stores nothing.
    pub(super) async fn require_may_speak(
        &self,
        user: &User,
        channel: &ChannelPlace,
        draft: &Draft,
    ) -> Result<()> {
        let access = self.servers.access(channel.server.id, user.id).await?;
        let access = access.ok_or_else(channel_not_found)?;
        let permissions = access
            .server
            .channel(channel.id)
            .map_or(Permissions::NONE, |channel| access.in_channel(channel));
        if !permissions.contains(Permission::ViewChannel) {
            return Err(channel_not_found());
        }
        if access.server.version != channel.server.version {
            return Err(super::writer::outdated());
        }
        if access.standing.timed_out && !permissions.contains(Permission::SendMessages) {
            return Err(Error::refused("timed_out", "You are timed out here"));
        }
        let needed = [
            Some(Permission::SendMessages),
            draft.has_file().then_some(Permission::AttachFiles),
        ];
        let lacking = needed
            .into_iter()
            .flatten()
            .find(|permission| !permissions.contains(*permission));
        lacking.map_or(Ok(()), |permission| Err(missing(permission)))?;
        channel.require_open(permissions)
    }

    /// Says `draft` in the channel and waits until it is stored.
    ///
    /// # Errors
    /// Those of sending, and `channel_not_found`.
    pub async fn say_in_channel(
        &self,
        user: &Arc<User>,
        id: ConversationId,
        draft: Draft,
    ) -> Result<Sent> {
        let place = self.channel(user.id, id).await?;
        self.say_at(user, place, draft).await
    }

    /// Says `draft` in the public chat, or in the channel that `user` means by its name or by
    /// `channel:<id>`, and waits until it is stored.
    ///
    /// # Errors
    /// Those of sending, and `channel_not_found`.
    pub async fn say_in(&self, user: &Arc<User>, name: &str, draft: Draft) -> Result<Sent> {
        let bare = name.strip_prefix('#').unwrap_or(name);
        if bare == "public" {
            return self.say_at(user, self.public(), draft).await;
        }
        if let Some(ConversationName::Channel(id)) = ConversationName::parse(name) {
            return self.say_in_channel(user, id, draft).await;
        }
        for server in self.servers.of(user.id).await?.iter() {
            let Some(access) = self.servers.access(*server, user.id).await? else {
                continue;
            };
            let called = access.viewable().find(|channel| channel.name == bare);
            if let Some(id) = called.map(|channel| channel.id) {
                return self.say_in_channel(user, id, draft).await;
            }
        }
        Err(channel_not_found())
    }

    async fn say_at(&self, user: &Arc<User>, place: Place, draft: Draft) -> Result<Sent> {
        let (sender, stored) = tokio::sync::oneshot::channel();
        let answer = move |result| drop(sender.send(result));
        self.send(user.clone(), place, draft, answer).await;
        stored.await.unwrap_or_else(|_| Err(Error::busy()))
    }

    /// Messages by their ids, as `viewer`, a member of their channel, sees them.
    pub async fn messages(
        &self,
        place: &Place,
        viewer: UserId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageOut>> {
        let mut rows = store::find_messages(self.db.reader(), ids).await?;
        rows.retain(|row| row.conversation_id == place.id);
        self.history.outgoing(place, viewer, rows).await
    }

    /// A channel for an app to act in, as of now: what is decided by it holds as long as its server
    /// stays as it is, and so must be decided after this call.
    ///
    /// # Errors
    /// None is answered when there is no such channel any more.
    pub async fn app_channel(&self, id: ConversationId) -> Result<Option<Place>> {
        Ok(self.history.channel(id).await?.map(place))
    }

    /// Says something as an app.
    ///
    /// # Errors
    /// `channel_locked`; `reply_to_not_found`; [`is_outdated`] when the server changed since `place` was looked up,
    /// upon which the app is to be authorised anew; those of the writer.
    pub async fn say_as_app(&self, place: Place, message: AppMessage) -> Result<MessageOut> {
        self.require_no_maintenance()?;
        require_open_for_apps(&place)?;
        let reply = self.reply(&place, message.reply_to, None).await?;
        if message.reply_to.is_some() && reply.is_none() {
            return Err(Error::invalid(
                "reply_to_not_found",
                "reply_to is not a message of this channel",
            )
            .at("/reply_to"));
        }
        let mut body = self
            .app_body(&place, message.source, &message.mentions)
            .await?;
        if let Some(reply) = reply.as_ref().filter(|_| message.mentions_answered)
            && let Some(id) = reply.user
            && body.mentions.iter().all(|(mentioned, _)| *mentioned != id)
            && self.may_read(&place.audience, id).await?
        {
            body.mentions.push((id, reply.username.clone()));
        }
        let attachment = match attachment::of_names(&message.files)? {
            Some(names) => Some(attachment::check(&self.files, names).await?),
            None => None,
        };
        let (nonce, request_hash) = message.key.unzip();
        let card = Card {
            username: message.author.name.clone(),
            avatar_url: message.author.avatar_url.clone(),
            avatar_emoji: message.author.avatar_emoji.clone(),
            silent: message.silent,
            embeds: message.embeds,
            request_hash,
        };
        let new = NewMessage {
            body,
            place,
            author: Author::App(message.author),
            card: Some(Arc::new(card)),
            attachment,
            reply,
            nonce: nonce.map(Nonce::of_app),
            logged: false,
        };
        let stored = self.writer.send_and_wait(new.clone()).await?;
        Ok(publish::outgoing(
            &new,
            &stored,
            UserId(0),
            self.files.proxy(),
        ))
    }

    /// What an app said under a key before.
    pub async fn said_by_app(&self, app: AppId, key: &str) -> Result<Option<SaidBefore>> {
        let found = store::find_by_app_nonce(self.db.reader(), app, key).await?;
        let Some(row) = found else { return Ok(None) };
        let place = self.app_channel(row.conversation_id).await?;
        let Some(place) = place else { return Ok(None) };
        let card: Option<Card> = row
            .card
            .as_deref()
            .and_then(|card| serde_json::from_str(card).ok());
        let message = self
            .history
            .outgoing(&place, UserId(0), vec![row])
            .await?
            .pop();
        Ok(message.map(|message| SaidBefore {
            message,
            request_hash: card.and_then(|card| card.request_hash),
        }))
    }

    /// Lets keys that are older than `before` be used again.
    pub async fn forget_app_keys(&self, before: entity::Timestamp) -> Result<()> {
        store::forget_app_nonces(self.db.writer(), before).await
    }

    /// Gives a message of an app another text, and other embeds where `embeds` are given.
    ///
    /// # Errors
    /// `message_not_found` for what is not this app's in the server of `near`; see
    /// [`Chat::say_as_app`].
    pub async fn edit_as_app(
        &self,
        near: &Place,
        author: AppAuthor,
        id: MessageId,
        (source, embeds): (Option<String>, Option<Vec<serde_json::Value>>),
        mentions: &Mentioned,
    ) -> Result<MessageOut> {
        let (place, row) = self.app_message(near, author.app, id).await?;
        require_open_for_apps(&place)?;
        let mut card: Card = match row.card.as_deref() {
            Some(card) => serde_json::from_str(card)?,
            None => Card::default(),
        };
        if let Some(embeds) = embeds {
            card.embeds = embeds;
        }
        let source = source.unwrap_or_else(|| row.source.clone());
        if source.trim().is_empty() && card.embeds.is_empty() && row.attachment.is_none() {
            return Err(Error::invalid("content_required", "content is required"));
        }
        let body = self.app_body(&place, source, mentions).await?;
        let what = Amendment::Edit(body, Some(Arc::new(card)));
        self.amend_as_app(&place, author, &row, what).await?;
        let edited = self.messages(&place, UserId(0), vec![id]).await?.pop();
        edited.ok_or_else(message_not_found)
    }

    /// Leaves only a tombstone of a message of an app.
    ///
    /// # Errors
    /// See [`Chat::edit_as_app`].
    pub async fn delete_as_app(
        &self,
        near: &Place,
        author: AppAuthor,
        id: MessageId,
    ) -> Result<Changed> {
        let (place, row) = self.app_message(near, author.app, id).await?;
        let stored = self
            .amend_as_app(&place, author, &row, Amendment::delete(row.card.as_deref()))
            .await?;
        self.forget_files(&row);
        Ok(Changed {
            id: stored.id,
            rev: stored.rev,
            conversation: Some(place.audience.name_for(UserId(0)).to_string()),
        })
    }

    async fn amend_as_app(
        &self,
        place: &Place,
        author: AppAuthor,
        row: &store::Row,
        what: Amendment,
    ) -> Result<Stored> {
        let change = Change {
            place: place.clone(),
            message: row.id,
            seq: row.seq,
            written_by: (row.sender_id, row.app_id),
            by: Author::App(author),
            reach: Reach::Everybody,
            what,
        };
        self.writer.change(change).await
    }

    /// A message of an app, and its channel in the server of `near`: an app that was moved has spoken
    /// in others before.
    async fn app_message(
        &self,
        near: &Place,
        app: AppId,
        id: MessageId,
    ) -> Result<(Place, store::Row)> {
        let row = store::find_messages(self.db.reader(), vec![id])
            .await?
            .pop()
            .filter(|row| row.app_id == Some(app) && !row.is_deleted())
            .ok_or_else(message_not_found)?;
        let server = near.audience.channel().map(|channel| &channel.server);
        let there = server.and_then(|server| ChannelPlace::of(server.clone(), row.conversation_id));
        Ok((place(there.ok_or_else(message_not_found)?), row))
    }

    /// What is unread in the channels of `user`'s servers: messages, and mentions among them.
    pub async fn unread_by_server(
        &self,
        user: UserId,
    ) -> Result<std::collections::HashMap<ServerId, (i64, i64)>> {
        let mut unread = std::collections::HashMap::new();
        for standing in standing::standings(self.db.reader(), user, None).await? {
            let of_channel = standing.kind == entity::conversation::Kind::Channel;
            if of_channel && let Some(place) = self.find_channel(user, standing.id).await? {
                let server = publish::server_of(&place).unwrap_or(ServerId(0));
                let counts: &mut (i64, i64) = unread.entry(server).or_default();
                counts.0 += standing.unread();
                counts.1 += standing.mentions;
            }
        }
        Ok(unread)
    }
}

/// Whether something was refused because the server changed after its caller was authorised: then
/// the caller is to be authorised again.
pub fn is_outdated(error: &Error) -> bool {
    error.code() == super::writer::OUTDATED
}

/// Apps manage no channels: in a locked one they say nothing.
fn require_open_for_apps(place: &Place) -> Result<()> {
    let channel = place.audience.channel();
    channel.map_or(Ok(()), |channel| channel.require_open(Permissions::NONE))
}

fn place(channel: ChannelPlace) -> Place {
    Place {
        id: channel.id,
        audience: Audience::Channel(channel),
    }
}

/// `forbidden`, for want of this permission.
pub(super) fn missing(permission: Permission) -> Error {
    let text = format!("this needs the permission {}", permission.as_str());
    Error::refused("forbidden", text)
}

fn message_not_found() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "message_not_found",
        "message not found",
    )
}
