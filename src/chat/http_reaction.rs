//! Reactions over HTTP.

use std::collections::BTreeMap;

use axum::extract::State;
use entity::{MessageId, conversation::Kind};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Chat, reaction::kind_of, socket::id_or_nothing};
use crate::{
    account::CurrentUser,
    http::{Done, ErrorBody, Json, Path},
    kernel::{Error, Result},
};

pub(super) fn routes() -> OpenApiRouter<Chat> {
    OpenApiRouter::new()
        .routes(routes!(add_reaction))
        .routes(routes!(remove_reaction))
        .routes(routes!(list_reactions))
}

/// An emoji under a message.
#[derive(Debug, Deserialize, ToSchema)]
struct ReactionIn {
    /// The message.
    #[serde(default, deserialize_with = "id_or_nothing")]
    #[schema(value_type = i64)]
    message_id: Option<i64>,
    /// `public`, `dm`, `gdm` or `channel`.
    #[schema(value_type = String)]
    message_type: Option<String>,
    /// One emoji.
    #[schema(value_type = String)]
    emoji: Option<String>,
}

impl ReactionIn {
    fn read(self) -> Result<(Kind, MessageId, String)> {
        let fields = self.message_id.zip(self.message_type).zip(self.emoji);
        let ((id, kind), emoji) = fields.ok_or_else(missing_fields)?;
        if kind.is_empty() || emoji.is_empty() {
            return Err(missing_fields());
        }
        let kind = kind_of(&kind).ok_or_else(Error::bad_params)?;
        Ok((kind, MessageId(id), emoji))
    }
}

/// Put an emoji under a message that one can see.
///
/// Everybody who sees the message is sent `reaction_added`. Doing it again changes nothing. In
/// channels it takes the permission `add_reactions`.
#[utoipa::path(post, path = "/api/reactions/add", tag = "chat", request_body = ReactionIn, responses(
    (status = 200, body = Done),
    (status = 400, description = "missing fields, bad_emoji, too_many_reactions", body = ErrorBody),
    (status = 403, description = "disabled, locked, forbidden", body = ErrorBody),
    (status = 404, description = "There is no such message for the caller", body = ErrorBody),
))]
async fn add_reaction(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<ReactionIn>,
) -> Result<Done> {
    let (kind, id, emoji) = input.read()?;
    chat.react(&user, kind, id, &emoji, true).await?;
    Ok(Done::default())
}

/// Take away an emoji that one put under a message.
///
/// Everybody who sees the message is sent `reaction_removed`. Doing it again changes nothing.
#[utoipa::path(post, path = "/api/reactions/remove", tag = "chat", request_body = ReactionIn, responses(
    (status = 200, body = Done),
    (status = 400, description = "missing fields, bad_emoji", body = ErrorBody),
    (status = 404, description = "There is no such message for the caller", body = ErrorBody),
))]
async fn remove_reaction(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<ReactionIn>,
) -> Result<Done> {
    let (kind, id, emoji) = input.read()?;
    chat.react(&user, kind, id, &emoji, false).await?;
    Ok(Done::default())
}

/// Who put what under a message: names by emoji, at most 1000 of each.
#[utoipa::path(get, path = "/api/reactions/{message_id}/{message_type}", tag = "chat",
    params(("message_id" = i64, Path), ("message_type" = String, Path)),
    responses(
        (status = 200, body = BTreeMap<String, Vec<String>>),
        (status = 404, description = "There is no such message for the caller", body = ErrorBody),
    ))]
async fn list_reactions(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Path((id, kind)): Path<(MessageId, String)>,
) -> Result<axum::Json<BTreeMap<String, Vec<String>>>> {
    let kind = kind_of(&kind).ok_or_else(Error::bad_params)?;
    let reactions = chat.reactions(&user, kind, id).await?;
    Ok(axum::Json(reactions.into_iter().collect()))
}

fn missing_fields() -> Error {
    Error::invalid("missing_fields", "missing fields")
}
