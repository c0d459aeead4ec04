//! News of a conversation, out to those whom it concerns.
//!
//! Every change goes out under all the names that clients know it by: the documented ones, those of
//! the React client and those of the legacy client.

use entity::{ConversationId, RoleId, ServerId, UserId, conversation::Kind};
use serde::Serialize;
use serde_json::value::to_raw_value;

use super::{
    event::{
        AuthorKind, AuthorOut, ChangedAt, MessageDeleted, MessageEdited, MessageOut, SYSTEM,
        SYSTEM_AVATAR,
    },
    model::{
        Amendment, Audience, Author, Body, Card, Change, NewMessage, Place, Reach, Stored, other,
    },
    pictures,
    typing::Typing,
};
use crate::{
    file::PictureProxy,
    socket::{Delivery, Room},
};

/// Publishes what the writer has stored. Cheap to clone.
#[derive(Clone)]
pub(super) struct Publisher {
    delivery: Delivery,
    typing: Typing,
    proxy: PictureProxy,
}

impl Publisher {
    pub(super) fn new(delivery: Delivery, typing: Typing, proxy: PictureProxy) -> Self {
        Self {
            delivery,
            typing,
            proxy,
        }
    }

    /// A message was stored.
    pub(super) fn sent(&self, message: &NewMessage, stored: &Stored) {
        if let Some(sender) = message.author.user_id() {
            self.typing.sent(&message.place.audience, sender);
        }
        let events: &[&str] = match message.place.audience {
            Audience::Public => &["new_message"],
            Audience::Dm(_) => &["dm_new", "new_dm"],
            Audience::Gdm(_) => &["gdm_new"],
            Audience::Channel(_) => &["channel_new"],
        };
        if let Some(author) = message.hidden_for() {
            return self.emit(
                Room::User(author),
                events,
                &outgoing(message, stored, author, &self.proxy),
            );
        }
        self.tell(&message.place, events, |viewer| {
            outgoing(message, stored, viewer, &self.proxy)
        });
    }

    /// A message was edited or deleted.
    pub(super) fn changed(&self, change: &Change, stored: &Stored) {
        let (edited, deleted) = match change.place.audience {
            Audience::Public => ("edit_message", "delete_message"),
            Audience::Dm(_) => ("dm_edit", "dm_delete"),
            Audience::Gdm(_) => ("gdm_edit", "gdm_delete"),
            Audience::Channel(_) => ("channel_edit", "channel_delete"),
        };
        let place = &change.place;
        match &change.what {
            Amendment::Edit(body, card) => {
                let news = |viewer| self.edit(change, (body, card.as_deref()), stored, viewer);
                let events = ["message_edited", edited];
                match change.reach {
                    Reach::Everybody => self.tell(place, &events, news),
                    Reach::Author(author) => {
                        self.emit(Room::User(author), &events, &news(author));
                    }
                    Reach::Withdrawn(author) => {
                        self.emit(Room::User(author), &events, &news(author));
                        let gone = |viewer| deletion(change, stored, viewer);
                        self.tell_others(place, author, "message_deleted", gone);
                        self.tell_others(place, author, deleted, |_| stored.id);
                    }
                }
            }
            Amendment::Delete(_) => {
                let news = |viewer| deletion(change, stored, viewer);
                match change.reach {
                    Reach::Everybody => {
                        self.tell(place, &["message_deleted"], news);
                        self.tell(place, &[deleted], |_| stored.id);
                    }
                    Reach::Author(author) | Reach::Withdrawn(author) => {
                        let room = Room::User(author);
                        self.emit(room, &["message_deleted"], &news(author));
                        self.emit(room, &[deleted], &stored.id);
                    }
                }
            }
        }
    }

    fn edit(
        &self,
        change: &Change,
        (body, card): (&Body, Option<&Card>),
        stored: &Stored,
        viewer: UserId,
    ) -> MessageEdited {
        let (everyone, roles) = called(&change.place, &body.roles).unzip();
        MessageEdited {
            id: stored.id,
            content: body.source.clone(),
            text: body.text.clone(),
            source: body.source.clone(),
            edited_at: stored.at,
            edited_by: change.by.name().to_owned(),
            mentions: body.mentions.iter().map(|(_, name)| name.clone()).collect(),
            mention_everyone: everyone,
            mention_roles: roles,
            embeds: card.map(|card| pictures::shown(&self.proxy, &card.embeds)),
            at: changed_at(&change.place, stored, viewer),
        }
    }

    /// Sends `payload(viewer)` to everybody concerned but `author`.
    fn tell_others<T: Serialize>(
        &self,
        place: &Place,
        author: UserId,
        event: &str,
        payload: impl Fn(UserId) -> T,
    ) {
        let (room, viewer) = match &place.audience {
            Audience::Public => (Room::Everyone, UserId(0)),
            Audience::Gdm(group) => (Room::Conversation(group.id), UserId(0)),
            Audience::Channel(channel) => (channel.room(), UserId(0)),
            Audience::Dm(pair) => {
                let peer = other(pair, author).id;
                (Room::User(peer), peer)
            }
        };
        let payload = payload(viewer);
        self.delivery
            .emit_except(&[room], Room::User(author), event, &payload);
    }

    /// Sends `payload(viewer)` as each of `events` to everybody concerned. It is encoded once for
    /// all, or once for each side of a DM, who call the conversation by different names.
    pub(super) fn tell<T: Serialize>(
        &self,
        place: &Place,
        events: &[&str],
        payload: impl Fn(UserId) -> T,
    ) {
        match &place.audience {
            Audience::Public => self.emit(Room::Everyone, events, &payload(UserId(0))),
            Audience::Gdm(group) => {
                self.emit(Room::Conversation(group.id), events, &payload(UserId(0)));
            }
            Audience::Channel(channel) => self.emit(channel.room(), events, &payload(UserId(0))),
            Audience::Dm([one, two]) => {
                let second = Some(two.id).filter(|two| *two != one.id);
                for viewer in [Some(one.id), second].into_iter().flatten() {
                    if viewer != UserId::SYSTEM {
                        self.emit(Room::User(viewer), events, &payload(viewer));
                    }
                }
            }
        }
    }

    /// Sends `payload` as each of `events` to `room`.
    pub(super) fn emit<T: Serialize>(&self, room: Room<'_>, events: &[&str], payload: &T) {
        match to_raw_value(payload) {
            Ok(data) => self.delivery.emit_raw(&[room], events, &data, None),
            Err(error) => tracing::error!(?events, %error, "an event could not be encoded"),
        }
    }
}

/// A freshly stored message as `viewer` sees it.
pub(super) fn outgoing(
    message: &NewMessage,
    stored: &Stored,
    viewer: UserId,
    proxy: &PictureProxy,
) -> MessageOut {
    let username = message.author.name().to_owned();
    let (kind, tid) = kind_and_tid(&message.place);
    let to_user = match &message.place.audience {
        Audience::Dm(pair) => {
            let sender = message.author.user_id().unwrap_or(UserId::SYSTEM);
            Some(other(pair, sender).username.clone())
        }
        _ => None,
    };
    let channel = message.place.audience.channel();
    let reply = message.reply.as_ref();
    let (mention_everyone, mention_roles) = called(&message.place, &message.body.roles).unzip();
    MessageOut {
        id: stored.id,
        conversation: message.place.audience.name_for(viewer).to_string(),
        kind,
        seq: stored.seq,
        rev: stored.rev,
        user_id: message.author.user_id().map_or(0, |sender| sender.0),
        from_user: to_user.is_some().then(|| username.clone()),
        to_user,
        username,
        thread_id: tid,
        tid,
        server_id: channel.map(super::ChannelPlace::server_id),
        channel_id: channel.map(|channel| channel.id),
        author: channel.map(|_| author(&message.author, proxy)),
        embeds: channel.map(|_| {
            let card = message.card.as_ref();
            card.map_or_else(Vec::new, |card| pictures::shown(proxy, &card.embeds))
        }),
        silent: message.card.as_ref().is_some_and(|card| card.silent),
        text: message.body.text.clone(),
        source: message.body.source.clone(),
        attachment: message.attachment.clone(),
        created_at: stored.at,
        edited: 0,
        edited_at: None,
        edited_by: None,
        reply_to: reply.map(|reply| reply.id),
        reply_username: reply.map(|reply| reply.username.clone()),
        reply_snippet: reply.map(|reply| reply.snippet.clone()),
        mentions: message
            .body
            .mentions
            .iter()
            .map(|(_, name)| name.clone())
            .collect(),
        mention_everyone,
        mention_roles,
        reactions: Vec::new(),
        avatar: matches!(message.author, Author::System).then_some(SYSTEM_AVATAR),
        nonce: message
            .nonce
            .as_ref()
            .filter(|_| message.author.user_id().is_some())
            .map(|nonce| nonce.as_str().to_owned()),
        deleted: false,
    }
}

fn deletion(change: &Change, stored: &Stored, viewer: UserId) -> MessageDeleted {
    MessageDeleted {
        id: stored.id,
        deleted_by: change.by.name().to_owned(),
        at: changed_at(&change.place, stored, viewer),
    }
}

fn author(author: &Author, proxy: &PictureProxy) -> AuthorOut {
    match author {
        Author::User(user) => AuthorOut {
            kind: AuthorKind::User,
            id: user.id.0,
            name: user.username.clone(),
            avatar_url: None,
            proxy_avatar_url: None,
            avatar_emoji: None,
        },
        Author::App(app) => AuthorOut {
            kind: AuthorKind::Webhook,
            id: app.app.0,
            name: app.name.clone(),
            proxy_avatar_url: app.avatar_url.as_deref().and_then(|url| proxy.path_of(url)),
            avatar_url: app.avatar_url.clone(),
            avatar_emoji: app.avatar_emoji.clone(),
        },
        Author::System => AuthorOut {
            kind: AuthorKind::System,
            id: 0,
            name: SYSTEM.to_owned(),
            avatar_url: None,
            proxy_avatar_url: None,
            avatar_emoji: None,
        },
    }
}

/// Where a change is, as `viewer` calls it, and in which order it came.
pub(super) fn changed_at(place: &Place, stored: &Stored, viewer: UserId) -> ChangedAt {
    let (kind, tid) = kind_and_tid(place);
    let peer = match &place.audience {
        Audience::Dm(pair) => Some(other(pair, viewer).username.clone()),
        _ => None,
    };
    ChangedAt {
        kind,
        peer,
        tid,
        server_id: server_of(place),
        channel_id: place.audience.channel().map(|channel| channel.id),
        conversation: place.audience.name_for(viewer).to_string(),
        seq: stored.seq,
        rev: stored.rev,
    }
}

/// What kind of conversation it is and, of a group, its id.
pub(super) fn kind_and_tid(place: &Place) -> (Kind, Option<ConversationId>) {
    match &place.audience {
        Audience::Public => (Kind::Public, None),
        Audience::Dm(_) => (Kind::Dm, None),
        Audience::Gdm(group) => (Kind::Gdm, Some(group.id)),
        Audience::Channel(_) => (Kind::Channel, None),
    }
}

/// Whether a message of a channel mentions everybody, and which roles besides. Roles that were
/// deleted are left out.
pub(super) fn called(place: &Place, roles: &[RoleId]) -> Option<(bool, Vec<RoleId>)> {
    let server = &place.audience.channel()?.server;
    let known = roles.iter().filter_map(|id| server.role(*id));
    let (default, others): (Vec<_>, Vec<_>) = known.partition(|role| role.is_default);
    let others = others.into_iter().map(|role| role.id);
    Some((!default.is_empty(), others.collect()))
}

/// The server that a channel belongs to.
pub(super) fn server_of(place: &Place) -> Option<ServerId> {
    place.audience.channel().map(super::ChannelPlace::server_id)
}
