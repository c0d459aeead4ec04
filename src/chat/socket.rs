//! The chat feature over Socket.IO: one function for each event, whatever its aliases.

use entity::{ConversationId, MessageId, conversation::Kind};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::{
    Chat,
    event::{Changed, ReadState, Synced},
    http::{ReadUpTo, Since},
    model::{Audience, ConversationName, Place},
    send::Draft,
    slash::Commanded,
    socket_channel,
};
use crate::{
    file::Inline,
    kernel::{Error, Result, error::ErrorKind},
    socket::{Ack, Caller, Routes},
};

/// Puts this feature's events into the table.
pub fn register(routes: &mut Routes, chat: &Chat) {
    socket_channel::register(routes, chat);
    routes.on_deferred("send_message", chat, send_message);
    routes.on_deferred("dm_send", chat, dm_send);
    routes.on_deferred("gdm_send", chat, gdm_send);
    routes.on("edit_message", chat, edit_public);
    routes.on("dm_edit", chat, edit_dm);
    routes.on("gdm_edit", chat, edit_gdm);
    routes.on("delete_message", chat, delete_public);
    routes.on("dm_delete", chat, delete_dm);
    routes.on("gdm_delete", chat, delete_gdm);
    routes.on("gdm_join", chat, gdm_join);
    routes.on("mark_read", chat, mark_read);
    routes.on("sync", chat, sync);
    routes.on("typing", chat, typing);
    routes.on("typing_start", chat, typing_start);
    for event in ["typing_stop", "stop_typing"] {
        routes.on(event, chat, typing_stop);
    }
    routes.on("dm_typing", chat, dm_typing);
    routes.on("dm_stop_typing", chat, dm_stop_typing);
    routes.on("gdm_typing", chat, gdm_typing);
    routes.on("gdm_stop_typing", chat, gdm_stop_typing);
}

/// A message to send, under all the names that clients give its fields.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Send {
    #[serde(default, deserialize_with = "text_or_nothing")]
    text: String,
    attachment: Option<String>,
    #[serde(default, deserialize_with = "id_or_nothing")]
    reply_to: Option<i64>,
    nonce: Option<String>,
    mode: Option<String>,
    to: Option<String>,
    peer: Option<String>,
    to_user: Option<String>,
    #[serde(default, deserialize_with = "id_or_nothing")]
    thread_id: Option<i64>,
    #[serde(default, deserialize_with = "id_or_nothing")]
    tid: Option<i64>,
    #[serde(default, deserialize_with = "id_or_nothing")]
    channel_id: Option<i64>,
    /// A file within the event, as the legacy client sends it, and what it is called.
    content: Option<String>,
    filename: Option<String>,
    /// Several of them.
    attachments: Option<Vec<FileWithin>>,
}

/// One of the files within an event.
#[derive(Clone, Debug, Deserialize)]
struct FileWithin {
    filename: Option<String>,
    content: String,
}

impl Send {
    fn recipient(&self) -> Result<&str> {
        let names = [&self.to, &self.peer, &self.to_user];
        let name = names.into_iter().flatten().find(|name| !name.is_empty());
        name.map(String::as_str)
            .ok_or_else(|| Error::invalid("bad_params", "bad params: to is missing"))
    }

    fn group(&self) -> ConversationId {
        ConversationId(self.thread_id.or(self.tid).unwrap_or(0))
    }

    /// The channel it goes to; 0 is none.
    pub(super) fn channel(&self) -> ConversationId {
        ConversationId(self.channel_id.unwrap_or(0))
    }

    fn into_draft(self) -> Draft {
        let single = self.content.filter(|content| !content.is_empty());
        let single = single.map(|content| FileWithin {
            filename: self.filename,
            content,
        });
        let all = single
            .into_iter()
            .chain(self.attachments.unwrap_or_default());
        Draft {
            source: self.text,
            attachment: self.attachment,
            files: all
                .map(|file| Inline {
                    filename: file.filename.unwrap_or_default(),
                    content: file.content,
                })
                .collect(),
            reply_to: self.reply_to.map(MessageId),
            nonce: self.nonce,
        }
    }
}

async fn send_message(chat: Chat, caller: Caller, message: Send, ack: Ack) {
    match message.mode.as_deref() {
        Some("dm") => dm_send(chat, caller, message, ack).await,
        Some("gdm") => gdm_send(chat, caller, message, ack).await,
        None | Some("" | "public") => {
            let place = chat.public();
            send(chat, caller, Ok(place), message, ack).await;
        }
        // A mistyped mode must not make public what was meant for somebody.
        Some(_) => ack.fail(&Error::invalid(
            "bad_params",
            "bad params: mode is public, dm or gdm",
        )),
    }
}

async fn dm_send(chat: Chat, caller: Caller, message: Send, ack: Ack) {
    let place = async {
        let recipient = message.recipient()?;
        let user = chat.require_user(caller.user).await?;
        let name = ConversationName::Dm(recipient.to_owned());
        if let Some(place) = chat.find_place(&user, &name).await? {
            return Ok(place);
        }
        chat.require_sendable(&user, &message.clone().into_draft())?;
        chat.dm(&user, recipient).await
    };
    let place = place.await;
    send(chat, caller, place, message, ack).await;
}

async fn gdm_send(chat: Chat, caller: Caller, message: Send, ack: Ack) {
    let place = async {
        let user = chat.require_user(caller.user).await?;
        chat.group(&user, message.group())
            .await
            .map_err(foreign_group)
    };
    let place = place.await;
    send(chat, caller, place, message, ack).await;
}

/// Sends, and answers once the message is stored; meanwhile the socket's next event has its turn.
pub(super) async fn send(
    chat: Chat,
    caller: Caller,
    place: Result<Place>,
    message: Send,
    ack: Ack,
) {
    let ready = async {
        let place = place?;
        Ok((
            chat.require_user(caller.user).await?,
            place,
            message.into_draft(),
        ))
    };
    match ready.await {
        Ok((user, place, draft)) => {
            if let Some(answer) = chat.try_command(&user, &place, &draft).await {
                return answer_command(&chat, ack, answer);
            }
            let chat_for_answer = chat.clone();
            let answer = move |result| answer_send(&chat_for_answer, ack, result);
            chat.send(user, place, draft, answer).await;
        }
        Err(error) => answer_send::<()>(&chat, ack, Err(error)),
    }
}

/// Answers a command, in words that a client without acknowledgements shows as well.
fn answer_command(chat: &Chat, ack: Ack, answer: Result<Commanded>) {
    let text = match &answer {
        Ok(done) => done.text.as_str(),
        Err(error) => error.text(),
    };
    ack.emit("system_message", &chat.notice(text));
    ack.answer(answer);
}

/// Answers a send. A refusal also arrives as a private `system_message`, which is all that clients
/// without acknowledgements show.
fn answer_send<T: Serialize>(chat: &Chat, ack: Ack, result: Result<T>) {
    match result {
        Ok(sent) => ack.succeed(&sent),
        Err(error) => {
            let is_about_file =
                error.code().starts_with("attachment_") || error.code().starts_with("image_");
            let shown = is_about_file
                || matches!(
                    error.kind(),
                    ErrorKind::RateLimited
                        | ErrorKind::TooLarge
                        | ErrorKind::Forbidden
                        | ErrorKind::NotFound
                );
            if shown {
                ack.emit("system_message", &chat.notice(error.text()));
            }
            ack.fail(&error);
        }
    }
}

/// Whether a group exists is not for outsiders to learn by sending to it.
fn foreign_group(error: Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Forbidden => {
            Error::refused("not_a_member", "You are not a member of this group")
        }
        _ => error,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Edit {
    #[serde(deserialize_with = "id")]
    id: i64,
    text: String,
}

async fn edit_public(chat: Chat, caller: Caller, edit: Edit) -> Result<Changed> {
    edit_message(chat, caller, edit, Kind::Public).await
}

async fn edit_dm(chat: Chat, caller: Caller, edit: Edit) -> Result<Changed> {
    edit_message(chat, caller, edit, Kind::Dm).await
}

async fn edit_gdm(chat: Chat, caller: Caller, edit: Edit) -> Result<Changed> {
    edit_message(chat, caller, edit, Kind::Gdm).await
}

pub(super) async fn edit_message(
    chat: Chat,
    caller: Caller,
    edit: Edit,
    kind: Kind,
) -> Result<Changed> {
    let user = chat.require_user(caller.user).await?;
    chat.edit(&user, kind, MessageId(edit.id), &edit.text).await
}

/// A bare id or `{id}`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Target {
    Bare(#[serde(deserialize_with = "id")] i64),
    Object {
        #[serde(deserialize_with = "id")]
        id: i64,
    },
}

impl Target {
    const fn id(&self) -> MessageId {
        match self {
            Self::Bare(id) | Self::Object { id } => MessageId(*id),
        }
    }
}

async fn delete_public(chat: Chat, caller: Caller, target: Target) -> Result<Changed> {
    delete_message(chat, caller, target, Kind::Public).await
}

async fn delete_dm(chat: Chat, caller: Caller, target: Target) -> Result<Changed> {
    delete_message(chat, caller, target, Kind::Dm).await
}

async fn delete_gdm(chat: Chat, caller: Caller, target: Target) -> Result<Changed> {
    delete_message(chat, caller, target, Kind::Gdm).await
}

pub(super) async fn delete_message(
    chat: Chat,
    caller: Caller,
    target: Target,
    kind: Kind,
) -> Result<Changed> {
    let user = chat.require_user(caller.user).await?;
    chat.delete(&user, kind, target.id()).await
}

#[derive(Debug, Deserialize)]
struct Thread {
    #[serde(default, deserialize_with = "id_or_nothing")]
    thread_id: Option<i64>,
    #[serde(default, deserialize_with = "id_or_nothing")]
    tid: Option<i64>,
}

impl Thread {
    fn id(&self) -> ConversationId {
        ConversationId(self.thread_id.or(self.tid).unwrap_or(0))
    }
}

/// An answer that says no more than that it was done.
#[derive(Debug, Serialize)]
pub(super) struct Nothing {}

/// Members are in their groups' rooms from the start; the legacy client asks all the same.
async fn gdm_join(chat: Chat, caller: Caller, thread: Thread) -> Result<Nothing> {
    let user = chat.require_user(caller.user).await?;
    chat.group(&user, thread.id())
        .await
        .map_err(foreign_group)?;
    Ok(Nothing {})
}

async fn mark_read(chat: Chat, caller: Caller, read: ReadUpTo) -> Result<ReadState> {
    let user = chat.require_user(caller.user).await?;
    let name = ConversationName::parse(&read.conversation).ok_or_else(Error::not_found)?;
    chat.mark_read(&user, &name, read.seq, Some(&caller)).await
}

async fn sync(chat: Chat, caller: Caller, since: Option<Since>) -> Result<Synced> {
    let user = chat.require_user(caller.user).await?;
    let since = since.unwrap_or_default();
    chat.delivery.catches_up(caller.sid).await;
    chat.sync(&user, since.since, since.limit).await
}

#[derive(Debug, Deserialize)]
struct PublicTyping {
    typing: Option<bool>,
}

/// The React client sends no payload at all and means that it started.
async fn typing(chat: Chat, caller: Caller, payload: Option<PublicTyping>) -> Result<Nothing> {
    let started = payload.and_then(|payload| payload.typing).unwrap_or(true);
    show_typing(&chat, &caller, &Audience::Public, started).await
}

async fn typing_start(chat: Chat, caller: Caller, _: de::IgnoredAny) -> Result<Nothing> {
    show_typing(&chat, &caller, &Audience::Public, true).await
}

async fn typing_stop(chat: Chat, caller: Caller, _: de::IgnoredAny) -> Result<Nothing> {
    show_typing(&chat, &caller, &Audience::Public, false).await
}

#[derive(Debug, Deserialize)]
struct TypingTo {
    to: Option<String>,
    peer: Option<String>,
    typing: Option<bool>,
}

impl TypingTo {
    /// The DM it is about; typing does not make one that is not there yet.
    async fn audience(&self, chat: &Chat, caller: &Caller) -> Result<Audience> {
        let name = self.to.as_ref().or(self.peer.as_ref());
        let name = name.ok_or_else(Error::bad_params)?;
        let user = chat.require_user(caller.user).await?;
        let peer = chat.directory.find_by_name(name).await?;
        let peer = peer.ok_or_else(Error::user_not_found)?;
        Ok(Audience::Dm([user, peer]))
    }
}

async fn dm_typing(chat: Chat, caller: Caller, typing: TypingTo) -> Result<Nothing> {
    let started = typing.typing.unwrap_or(true);
    let audience = typing.audience(&chat, &caller).await?;
    show_typing(&chat, &caller, &audience, started).await
}

async fn dm_stop_typing(chat: Chat, caller: Caller, typing: TypingTo) -> Result<Nothing> {
    let audience = typing.audience(&chat, &caller).await?;
    show_typing(&chat, &caller, &audience, false).await
}

async fn gdm_typing(chat: Chat, caller: Caller, thread: Thread) -> Result<Nothing> {
    gdm_show_typing(&chat, &caller, &thread, true).await
}

async fn gdm_stop_typing(chat: Chat, caller: Caller, thread: Thread) -> Result<Nothing> {
    gdm_show_typing(&chat, &caller, &thread, false).await
}

async fn gdm_show_typing(
    chat: &Chat,
    caller: &Caller,
    thread: &Thread,
    started: bool,
) -> Result<Nothing> {
    let user = chat.require_user(caller.user).await?;
    let place = chat
        .group(&user, thread.id())
        .await
        .map_err(foreign_group)?;
    show_typing(chat, caller, &place.audience, started).await
}

pub(super) async fn show_typing(
    chat: &Chat,
    caller: &Caller,
    audience: &Audience,
    started: bool,
) -> Result<Nothing> {
    if started {
        let user = chat.require_user(caller.user).await?;
        // Whose words nobody is shown is not seen to type either.
        if user.shadow_banned_at.is_none() && chat.require_not_timed_out(&user).is_ok() {
            chat.typing().started(audience, &user);
        }
    } else {
        chat.typing().stopped(audience, caller.user);
    }
    Ok(Nothing {})
}

/// An id as a number or as its digits.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    id_or_nothing(deserializer)?.ok_or_else(|| de::Error::custom("an id is missing"))
}

pub(super) fn id_or_nothing<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::Number(number) => number
            .as_i64()
            .map(Some)
            .ok_or_else(|| de::Error::custom(format!("{number} is not an id"))),
        Value::String(digits) if digits.is_empty() => Ok(None),
        Value::String(digits) => digits.parse().map(Some).map_err(de::Error::custom),
        _ => Err(de::Error::custom("an id is a number")),
    }
}

/// Clients that send only a file leave the text out or null.
fn text_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
