//! Channels over HTTP: what was said there, and saying something.

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use entity::{ConversationId, MessageId, ServerId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Chat, Draft, event::MessageOut, history::span, model::Place, servers::channel_not_found,
};
use crate::{
    account::CurrentUser,
    http::{Answer, JsonObject, Path, Query},
    kernel::{Error, Result},
};

/// Messages of one page when no number is asked for, and at most.
const PAGE: (u64, u64) = (50, 200);

/// The routes of channels, for [`channel_router`] and for the API document.
pub fn channel_routes() -> OpenApiRouter<Chat> {
    OpenApiRouter::new().routes(routes!(list_messages, post_message))
}

/// The routes of channels, ready to serve.
pub fn channel_router(chat: Chat) -> OpenApiRouter {
    channel_routes().with_state(chat)
}

/// Which part of the history: the newest, or what is next to a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// Messages at most: 50 when absent, never more than 200.
    limit: Option<u64>,
    /// Only messages older than the one with this id.
    before: Option<MessageId>,
    /// Only messages newer than the one with this id.
    after: Option<MessageId>,
}

/// Messages of a channel.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelMessages {
    /// Oldest first.
    messages: Vec<MessageOut>,
    /// Whether there are more beyond the page.
    has_more: bool,
}

/// What was said in a channel, oldest first.
#[utoipa::path(get, path = "/servers/{serverId}/channels/{channelId}/messages", tag = "servers",
    params(("serverId" = i64, Path), ("channelId" = i64, Path), Page),
    security(("session" = [])),
    responses(
        (status = 200, body = Answer<ChannelMessages>),
        (status = 403, description = "Without the permission read_history"),
        (status = 404, description = "No such channel, or not for the caller to see"),
    ))]
async fn list_messages(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Path((server, channel)): Path<(ServerId, ConversationId)>,
    Query(page): Query<Page>,
) -> Result<Answer<ChannelMessages>> {
    require_in(&chat, user.id, server, channel).await?;
    let place = chat.channel_history(user.id, channel).await?;
    let limit = page.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let span = span(page.before, page.after)?;
    let (messages, has_more) = chat.page(&place, user.id, span, Some(limit)).await?;
    Ok(Answer::new(ChannelMessages { messages, has_more }))
}

/// A message for a channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewChannelMessage {
    /// Markdown.
    #[serde(default)]
    content: String,
    /// The message it answers.
    #[schema(value_type = Option<i64>)]
    reply_to: Option<MessageId>,
    /// Stored name of a file.
    attachment: Option<String>,
    /// The sender's own key for it: sending it again stores nothing.
    nonce: Option<String>,
}

/// One message of a channel.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelMessage {
    /// The message; of one that was sent in parts, the last part.
    message: MessageOut,
}

/// Say something in a channel.
#[utoipa::path(post, path = "/servers/{serverId}/channels/{channelId}/messages", tag = "servers",
    params(("serverId" = i64, Path), ("channelId" = i64, Path)),
    request_body = NewChannelMessage,
    security(("session" = [])),
    responses(
        (status = 201, body = Answer<ChannelMessage>),
        (status = 400, description = "What is said is empty or malformed"),
        (status = 403, description = "Without the permission send_messages; timed_out; channel_locked for \
            who does not manage channels"),
        (status = 404, description = "No such channel, or not for the caller to see"),
        (status = 413, description = "Too long, also for several messages"),
    ))]
async fn post_message(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Path((server, channel)): Path<(ServerId, ConversationId)>,
    JsonObject(new): JsonObject<NewChannelMessage>,
) -> Result<impl IntoResponse> {
    require_in(&chat, user.id, server, channel).await?;
    let draft = Draft {
        source: new.content,
        attachment: new.attachment,
        reply_to: new.reply_to,
        nonce: new.nonce,
        files: Vec::new(),
    };
    let sent = chat.say_in_channel(&user, channel, draft).await?;
    let place: Place = chat.channel(user.id, channel).await?;
    let stored = chat.messages(&place, vec![sent.id]).await?.pop();
    let message = stored.ok_or_else(|| Error::internal(anyhow::anyhow!("BUG: it was stored")))?;
    Ok((StatusCode::CREATED, Answer::new(ChannelMessage { message })))
}

/// Refuses a server that the caller is not in, and a channel of another server than the path says.
async fn require_in(
    chat: &Chat,
    user: UserId,
    server: ServerId,
    channel: ConversationId,
) -> Result<()> {
    chat.servers().require(server, user).await?;
    if chat.servers().server_of(channel).await? == Some(server) {
        Ok(())
    } else {
        Err(channel_not_found())
    }
}
