//! Warnings, broadcasts and the banner, over HTTP.

use axum::extract::State;
use entity::ConversationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Moderation, words::Scope};
use crate::{
    account::Administrator,
    http::{Answer, Done, ErrorBody, Json},
    kernel::{Error, Result},
    settings::Key,
};

pub(super) fn routes() -> OpenApiRouter<Moderation> {
    OpenApiRouter::new()
        .routes(routes!(alerts))
        .routes(routes!(warn))
        .routes(routes!(broadcast))
}

#[derive(Serialize, ToSchema)]
struct Banner {
    enabled: bool,
    text: String,
}

/// The banner that everybody is shown.
#[utoipa::path(get, path = "/api/alerts", tag = "settings", responses(
    (status = 200, body = Answer<Banner>),
))]
async fn alerts(State(moderation): State<Moderation>) -> Answer<Banner> {
    let settings = moderation.settings.current();
    Answer::new(Banner {
        enabled: settings.is_on(Key::AlertsEnabled),
        text: settings.get(Key::AlertsText).to_owned(),
    })
}

#[derive(Deserialize, ToSchema)]
struct Warning {
    /// A user name.
    user: String,
    /// Markdown.
    #[serde(default)]
    message: String,
}

/// Warn somebody: they are told why, and everybody that they were; for admins.
#[utoipa::path(post, path = "/api/admin/warn", tag = "admin", request_body = Warning, responses(
    (status = 200, body = Done),
    (status = 400, description = "bad params, empty message", body = ErrorBody),
    (status = 403, description = "forbidden, not allowed, disabled", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
    (status = 413, body = ErrorBody),
))]
async fn warn(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<Warning>,
) -> Result<Done> {
    moderation.warn(&actor, &input.user, input.message).await?;
    Ok(Done::default())
}

#[derive(Deserialize, ToSchema)]
struct Broadcast {
    /// Markdown.
    #[serde(default)]
    text: String,
    /// `public` (unless said), `dm` or `gdm`.
    scope: Option<String>,
    /// `dm`: to whom.
    to_user: Option<String>,
    /// `gdm`: the group.
    thread_id: Option<ConversationId>,
}

/// Say something as System; for admins.
#[utoipa::path(post, path = "/api/admin/broadcast", tag = "admin", request_body = Broadcast,
    responses(
    (status = 200, body = Done),
    (status = 400, description = "bad params, empty message", body = ErrorBody),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "user not found, not found", body = ErrorBody),
    (status = 413, body = ErrorBody),
))]
async fn broadcast(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<Broadcast>,
) -> Result<Done> {
    let scope = match (input.scope.as_deref(), input.to_user, input.thread_id) {
        (None | Some("" | "public"), ..) => Scope::Public,
        (Some("dm"), Some(name), _) => Scope::Dm(name),
        (Some("gdm"), _, Some(id)) => Scope::Gdm(id),
        _ => return Err(Error::bad_params()),
    };
    moderation.broadcast(&actor, scope, input.text).await?;
    Ok(Done::default())
}
