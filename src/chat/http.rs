//! The chat feature over HTTP: what was said, and catching up.

use std::collections::HashMap;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use entity::{ConversationId, MessageId};
use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Chat,
    event::{ConversationOut, MessageOut, ReadState, Synced},
    history::span,
    http_pin, http_reaction,
    model::{ConversationName, Place},
    search,
};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody, Json, Query},
    kernel::{Error, Result},
};

const HAS_MORE: HeaderName = HeaderName::from_static("x-has-more");

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Chat> {
    OpenApiRouter::new()
        .routes(routes!(public_messages))
        .routes(routes!(dm_messages))
        .routes(routes!(gdm_messages))
        .routes(routes!(dm_peers))
        .routes(routes!(conversations))
        .routes(routes!(sync))
        .routes(routes!(mark_read))
        .merge(http_pin::routes())
        .merge(http_reaction::routes())
        .merge(search::http::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(chat: Chat) -> OpenApiRouter {
    routes().with_state(chat)
}

/// Which part of the history: the newest, or what is next to a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// Messages at most: 200 when absent, never more than 1000.
    limit: Option<u64>,
    /// Only messages older than the one with this id.
    before: Option<MessageId>,
    /// Only messages newer than the one with this id.
    after: Option<MessageId>,
}

/// What was said in public, oldest first.
///
/// The header `X-Has-More` tells whether there are more messages beyond the page.
#[utoipa::path(get, path = "/api/messages", tag = "chat", params(Page), responses(
    (status = 200, body = Vec<MessageOut>), (status = 401, body = ErrorBody),
))]
async fn public_messages(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Query(page): Query<Page>,
) -> Result<Response> {
    respond(&chat, &chat.public(), user.id, &page).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Peer {
    /// The other person's name.
    peer: Option<String>,
}

/// What was said between oneself and `peer`, oldest first; empty when nothing was.
///
/// The header `X-Has-More` tells whether there are more messages beyond the page.
#[utoipa::path(get, path = "/api/dm/messages", tag = "chat", params(Peer, Page), responses(
    (status = 200, body = Vec<MessageOut>), (status = 401, body = ErrorBody),
))]
async fn dm_messages(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Query(Peer { peer }): Query<Peer>,
    Query(page): Query<Page>,
) -> Result<Response> {
    let name = ConversationName::Dm(peer.unwrap_or_default());
    match chat.find_place(&user, &name).await? {
        Some(place) => respond(&chat, &place, user.id, &page).await,
        None => Ok(axum::Json(Vec::<MessageOut>::new()).into_response()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Thread {
    /// The group.
    tid: Option<String>,
    /// The group, by its other name.
    thread_id: Option<String>,
}

/// What was said in a group, oldest first.
///
/// The header `X-Has-More` tells whether there are more messages beyond the page.
#[utoipa::path(get, path = "/api/gdm/messages", tag = "chat", params(Thread, Page), responses(
    (status = 200, body = Vec<MessageOut>),
    (status = 401, body = ErrorBody),
    (status = 403, description = "One is not in this group", body = ErrorBody),
    (status = 404, description = "There is no such group", body = ErrorBody),
))]
async fn gdm_messages(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Query(thread): Query<Thread>,
    Query(page): Query<Page>,
) -> Result<Response> {
    let tid = thread.tid.or(thread.thread_id).unwrap_or_default();
    let tid = ConversationId(tid.trim().parse().unwrap_or(0));
    let place = chat.group(&user, tid).await?;
    respond(&chat, &place, user.id, &page).await
}

async fn respond(
    chat: &Chat,
    place: &Place,
    viewer: entity::UserId,
    page: &Page,
) -> Result<Response> {
    let span = span(page.before, page.after)?;
    let (messages, more) = chat.page(place, viewer, span, page.limit).await?;
    let mut response = axum::Json(messages).into_response();
    let more = HeaderValue::from_static(if more { "true" } else { "false" });
    response.headers_mut().insert(HAS_MORE, more);
    Ok(response)
}

/// The people one has DMs with, by name.
#[utoipa::path(get, path = "/api/dm/peers", tag = "chat", responses(
    (status = 200, body = Vec<String>), (status = 401, body = ErrorBody),
))]
async fn dm_peers(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
) -> Result<axum::Json<Vec<String>>> {
    Ok(axum::Json(chat.dm_peers(user.id).await?))
}

#[derive(Debug, Serialize, ToSchema)]
struct Conversations {
    /// The one with the newest message first.
    conversations: Vec<ConversationOut>,
}

/// One's conversations, with what is unread.
#[utoipa::path(get, path = "/api/conversations", tag = "chat", responses(
    (status = 200, body = Answer<Conversations>), (status = 401, body = ErrorBody),
))]
async fn conversations(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<Conversations>> {
    let conversations = chat.conversations(user.id).await?;
    Ok(Answer::new(Conversations { conversations }))
}

/// How far a client knows its conversations.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub(super) struct Since {
    /// The `rev` up to which each conversation is known, by name.
    #[serde(default)]
    pub(super) since: HashMap<String, i64>,
    /// Messages at most: 200 when absent, never more than 1000.
    pub(super) limit: Option<u64>,
}

/// Everything that changed since one last looked.
#[utoipa::path(post, path = "/api/sync", tag = "chat", request_body = Since, responses(
    (status = 200, body = Answer<Synced>), (status = 401, body = ErrorBody),
))]
async fn sync(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Json(since): Json<Since>,
) -> Result<Answer<Synced>> {
    let synced = chat.sync(&user, since.since, since.limit).await?;
    Ok(Answer::new(synced))
}

/// How far one has read.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(super) struct ReadUpTo {
    /// The conversation's name.
    pub(super) conversation: String,
    /// `seq` of the last message read.
    pub(super) seq: i64,
}

/// Note how far one has read a conversation; it only moves forward.
#[utoipa::path(post, path = "/api/read", tag = "chat", request_body = ReadUpTo, responses(
    (status = 200, body = Answer<ReadState>),
    (status = 404, description = "One has no such conversation", body = ErrorBody),
))]
async fn mark_read(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Json(read): Json<ReadUpTo>,
) -> Result<Answer<ReadState>> {
    let name = ConversationName::parse(&read.conversation).ok_or_else(Error::not_found)?;
    let state = chat.mark_read(&user, &name, read.seq, None).await?;
    Ok(Answer::new(state))
}
