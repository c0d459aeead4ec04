//! Pins over HTTP, and clearing everything of one's own.

use axum::extract::State;
use entity::{ConversationId, MessageId, conversation::Kind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Chat,
    event::{MessageOut, Pinned},
    socket::id_or_nothing,
};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody, Json, Query},
    kernel::{Error, Result},
};

pub(super) fn routes() -> OpenApiRouter<Chat> {
    OpenApiRouter::new()
        .routes(routes!(pinned))
        .routes(routes!(pin))
        .routes(routes!(clear_all))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PinsOf {
    /// `public` (when absent) or `gdm`.
    r#type: Option<String>,
    /// The group.
    thread_id: Option<String>,
    /// `true`: all of them, and not only the newest.
    all: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PinnedOut {
    /// The message that was pinned last, if there is one.
    message: Option<MessageOut>,
    /// With `all`: every one, the newest pin first.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<Pinned>>,
}

/// What is pinned in public or in a group that one is in.
#[utoipa::path(get, path = "/api/pinned", tag = "chat", params(PinsOf), responses(
    (status = 200, body = Answer<PinnedOut>),
    (status = 400, description = "bad params", body = ErrorBody),
    (status = 403, description = "One is not in this group", body = ErrorBody),
    (status = 404, description = "There is no such group", body = ErrorBody),
))]
async fn pinned(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Query(of): Query<PinsOf>,
) -> Result<Answer<PinnedOut>> {
    let place = match of.r#type.as_deref() {
        None | Some("public") => chat.public(),
        Some("gdm") => {
            let id = of.thread_id.and_then(|id| id.trim().parse().ok());
            let id = ConversationId(id.ok_or_else(Error::bad_params)?);
            chat.group(&user, id).await?
        }
        Some(_) => return Err(Error::bad_params()),
    };
    let pins = chat.pinned(&place, user.id).await?;
    let all = matches!(of.all.as_deref(), Some("true" | "1"));
    Ok(Answer::new(PinnedOut {
        message: pins.first().map(|pin| pin.message.clone()),
        messages: all.then_some(pins),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct PinIn {
    /// `public` or `gdm`.
    #[schema(value_type = String)]
    r#type: Option<String>,
    /// The message.
    #[serde(default, deserialize_with = "id_or_nothing")]
    #[schema(value_type = i64)]
    id: Option<i64>,
    /// `pin` or `unpin`.
    #[schema(value_type = String)]
    action: Option<String>,
    /// The group that the message is in.
    #[serde(default, deserialize_with = "id_or_nothing")]
    #[schema(value_type = Option<i64>)]
    thread_id: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PinOut {
    /// `Already pinned` or `Not pinned`, when nothing was to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

/// Pin a message or unpin it: admins, and in a group its owner.
///
/// Everybody who could read the message is sent `pin_update`.
#[utoipa::path(post, path = "/api/admin/pin", tag = "chat", request_body = PinIn, responses(
    (status = 200, body = Answer<PinOut>),
    (status = 400, description = "bad params, bad action, too_many_pins", body = ErrorBody),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "There is no such message for the caller", body = ErrorBody),
))]
async fn pin(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<PinIn>,
) -> Result<Answer<PinOut>> {
    let kind = match input.r#type.as_deref() {
        Some("public") => Kind::Public,
        Some("gdm") => Kind::Gdm,
        _ => return Err(Error::bad_params()),
    };
    let id = MessageId(input.id.ok_or_else(Error::bad_params)?);
    let (pinned, otherwise) = match input.action.as_deref() {
        Some("pin") => (true, "Already pinned"),
        Some("unpin") => (false, "Not pinned"),
        _ => return Err(Error::invalid("bad_params", "bad action")),
    };
    let thread = input.thread_id.map(ConversationId);
    let changed = chat.set_pinned(&user, kind, thread, id, pinned).await?;
    Ok(Answer::new(PinOut {
        message: (!changed).then_some(otherwise),
    }))
}

/// How much was cleared, by kind of conversation.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct Removed {
    pub(super) public: u64,
    pub(super) dm: u64,
    pub(super) gdm: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Cleared {
    removed: Removed,
}

/// Delete one's own messages in public and in groups, and clear one's side of all DMs.
///
/// Nobody else's messages are deleted, and the others keep their side of the DMs. Groups that are
/// locked stay as they are. One's own sockets are sent `clear_all`.
#[utoipa::path(post, path = "/api/clear/all", tag = "chat", responses(
    (status = 200, body = Answer<Cleared>), (status = 401, body = ErrorBody),
))]
async fn clear_all(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<Cleared>> {
    let removed = chat.clear_all_of(&user).await?;
    Ok(Answer::new(Cleared { removed }))
}
