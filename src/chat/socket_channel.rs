//! The events of channels. What is said there passes the same way as everything that is said.

use entity::{ConversationId, conversation::Kind};
use serde::Deserialize;

use super::{
    Chat,
    event::Changed,
    socket::{self, Edit, Nothing, Send, Target},
};
use crate::{
    kernel::{Error, Result},
    permission::Permission,
    socket::{Ack, Caller, Routes},
};

/// Puts the events of channels into the table.
pub(super) fn register(routes: &mut Routes, chat: &Chat) {
    routes.on_deferred("channel_send", chat, channel_send);
    routes.on("channel_edit", chat, channel_edit);
    routes.on("channel_delete", chat, channel_delete);
    routes.on("channel_typing", chat, channel_typing);
    routes.on("channel_stop_typing", chat, channel_stop_typing);
}

async fn channel_send(chat: Chat, caller: Caller, message: Send, ack: Ack) {
    let place = async {
        let user = chat.require_user(caller.user).await?;
        chat.channel(user.id, message.channel()).await
    };
    let place = place.await;
    socket::send(chat, caller, place, message, ack).await;
}

async fn channel_edit(chat: Chat, caller: Caller, edit: Edit) -> Result<Changed> {
    socket::edit_message(chat, caller, edit, Kind::Channel).await
}

async fn channel_delete(chat: Chat, caller: Caller, target: Target) -> Result<Changed> {
    socket::delete_message(chat, caller, target, Kind::Channel).await
}

#[derive(Debug, Deserialize)]
struct InChannel {
    #[serde(deserialize_with = "socket::id")]
    channel_id: i64,
}

async fn channel_typing(chat: Chat, caller: Caller, typing: InChannel) -> Result<Nothing> {
    show_typing(&chat, &caller, &typing, true).await
}

async fn channel_stop_typing(chat: Chat, caller: Caller, typing: InChannel) -> Result<Nothing> {
    show_typing(&chat, &caller, &typing, false).await
}

/// Who may not speak does not look as if they were about to.
async fn show_typing(
    chat: &Chat,
    caller: &Caller,
    typing: &InChannel,
    started: bool,
) -> Result<Nothing> {
    let user = chat.require_user(caller.user).await?;
    let id = ConversationId(typing.channel_id);
    let place = chat.channel(user.id, id).await?;
    if let Some(channel) = place.audience.channel() {
        let permissions = chat.in_channel(channel, user.id).await?;
        if !permissions.contains(Permission::SendMessages) {
            return Err(Error::forbidden());
        }
        channel.require_open(permissions)?;
    }
    socket::show_typing(chat, caller, &place.audience, started).await
}
