//! What runs of custom channels, and the commands that are typed in them.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use entity::CustomChannelId;
use http::{HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{CustomChannels, frame};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody, Json, Path, Query},
    kernel::{Error, Result},
};

/// A script to be read, and nothing else.
const READING_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

pub(super) fn routes() -> OpenApiRouter<CustomChannels> {
    OpenApiRouter::new()
        .routes(routes!(custom_channel_frame))
        .routes(routes!(custom_channel_script))
        .routes(routes!(custom_channel_source))
        .routes(routes!(custom_channel_command))
}

/// Nobody but this server's own pages takes it, and nobody keeps it.
fn answer(body: String, media_type: &'static str, policy: &str) -> Result<Response> {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        // Looking up a name would tell somebody something, too.
        (HeaderName::from_static("x-dns-prefetch-control"), "off"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = HeaderValue::from_str(policy).map_err(Error::internal)?;
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The document that a custom channel runs in, for a sandboxed frame of the web client.
#[utoipa::path(get, path = "/api/channels/custom/{id}/frame", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), responses(
    (status = 200, body = String, content_type = "text/html"),
    (status = 401, body = ErrorBody),
    (status = 403, description = "`channel_disabled`", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn custom_channel_frame(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
) -> Result<Response> {
    let (channel, script) = channels.open(&user, id).await?;
    let document = frame::document(&channel.name, &script);
    answer(
        document,
        "text/html; charset=utf-8",
        &frame::policy(&script),
    )
}

/// The script of a custom channel that runs in the page itself: for whom an admin lets it.
#[utoipa::path(get, path = "/api/channels/custom/{id}/script", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), responses(
    (status = 200, body = String, content_type = "text/javascript"),
    (status = 401, body = ErrorBody),
    (status = 403, description = "`channel_disabled`, `not_trusted`", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn custom_channel_script(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
) -> Result<Response> {
    let script = channels.open_trusted(&user, id).await?;
    answer(script, "text/javascript; charset=utf-8", READING_POLICY)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SourceQuery {
    /// Which of the channel's scripts; the one that runs when absent.
    sha256: Option<String>,
}

/// A script of a custom channel, to be read: of one's own, or of anybody's as an admin.
#[utoipa::path(get, path = "/api/channels/custom/{id}/source", tag = "custom channels",
    params(("id" = CustomChannelId, Path), SourceQuery), responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
    (status = 409, description = "`script_changed`: it is another one by now", body = ErrorBody),
))]
async fn custom_channel_source(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
    Query(query): Query<SourceQuery>,
) -> Result<Response> {
    let script = channels.show(&user, id, query.sha256.as_deref()).await?;
    answer(script, "text/plain; charset=utf-8", READING_POLICY)
}

#[derive(Deserialize, ToSchema)]
struct TypedCommand {
    /// What was typed, from the slash on.
    #[serde(default)]
    text: String,
}

#[derive(Serialize, ToSchema)]
struct CommandAnswer {
    /// What came of it, as plain text.
    text: String,
}

/// Type one of the built-in commands in a custom channel. What is none of them is the channel's own
/// to answer.
#[utoipa::path(post, path = "/api/channels/custom/{id}/command", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), request_body = TypedCommand, responses(
    (status = 200, body = Answer<CommandAnswer>),
    (status = 400, description = "`unknown_command`, `not_here`, bad params", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn custom_channel_command(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
    Json(typed): Json<TypedCommand>,
) -> Result<Answer<CommandAnswer>> {
    let text = channels.command(user, id, &typed.text).await?;
    Ok(Answer::new(CommandAnswer { text }))
}
