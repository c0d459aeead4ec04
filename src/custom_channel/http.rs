//! The registry of custom channels over HTTP; what runs of them is in `http_script`.

use axum::extract::State;
use entity::{CustomChannelId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    CustomChannels, http_script,
    model::{Channel, Mode},
    service::{Listed, NewChannel},
};
use crate::{
    account::{Administrator, CurrentUser},
    http::{Answer, Done, ErrorBody, Json, Path},
    kernel::{Error, Result},
};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<CustomChannels> {
    OpenApiRouter::new()
        .routes(routes!(list_custom_channels))
        .routes(routes!(register_custom_channel))
        .routes(routes!(delete_custom_channel))
        .routes(routes!(toggle_custom_channel))
        .routes(routes!(check_custom_channel))
        .routes(routes!(update_custom_channel))
        .routes(routes!(trust_custom_channel))
        .merge(http_script::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(channels: CustomChannels) -> OpenApiRouter {
    routes().with_state(channels)
}

/// Another script than the one that runs.
#[derive(Serialize, ToSchema)]
struct FoundScript {
    /// SHA-256 in hex.
    sha256: String,
    found_at: Timestamp,
}

impl FoundScript {
    fn of(channel: &Channel) -> Option<Self> {
        let (sha256, found_at) = channel.found_sha256.clone().zip(channel.found_at)?;
        Some(Self { sha256, found_at })
    }
}

/// A custom channel.
#[derive(Serialize, ToSchema)]
struct CustomChannelOut {
    id: CustomChannelId,
    name: String,
    url: String,
    enabled: bool,
    created_at: Timestamp,
    created_by: String,
    /// The script that runs: SHA-256 in hex.
    sha256: String,
    /// Its bytes.
    size: i64,
    /// Since when it is that one.
    pinned_at: Timestamp,
    /// When the source was looked at last.
    checked_at: Timestamp,
    /// What was found there instead of it, and runs once it is taken over.
    found: Option<FoundScript>,
    /// How it runs for the caller: `sandbox`, or `full` in the page itself.
    mode: Mode,
    /// The admin who lets it run in the page; null where nobody does.
    trusted_by: Option<String>,
}

impl From<Listed> for CustomChannelOut {
    fn from(listed: Listed) -> Self {
        let channel = listed.channel;
        Self {
            id: channel.id,
            found: FoundScript::of(&channel),
            name: channel.name,
            url: channel.url,
            enabled: channel.enabled,
            created_at: channel.created_at,
            created_by: listed.creator,
            sha256: channel.sha256,
            size: channel.size,
            pinned_at: channel.pinned_at,
            checked_at: channel.checked_at,
            mode: listed.mode,
            trusted_by: listed.trusted_by,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct CustomChannelList {
    channels: Vec<CustomChannelOut>,
}

/// All custom channels, by name.
#[utoipa::path(get, path = "/api/channels/custom/list", tag = "custom channels", responses(
    (status = 200, body = Answer<CustomChannelList>), (status = 401, body = ErrorBody),
))]
async fn list_custom_channels(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<CustomChannelList>> {
    let listed = channels.list(&user).await?;
    Ok(Answer::new(CustomChannelList {
        channels: listed.into_iter().map(CustomChannelOut::from).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
struct NewCustomChannel {
    /// Where the script is, on the public Internet: `http` or, better, `https`. It is read once, at
    /// most 512 KiB of it, and served as `text/javascript` or `text/plain`.
    #[serde(default)]
    url: String,
    /// At most 64 characters.
    #[serde(default)]
    name: String,
    /// True when absent.
    enabled: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct RegisteredCustomChannel {
    id: CustomChannelId,
}

/// Register a custom channel. Its script is read and pinned: those bytes run until somebody takes
/// over what the source serves then.
#[utoipa::path(post, path = "/api/channels/custom/register", tag = "custom channels",
    request_body = NewCustomChannel, responses(
    (status = 200, body = Answer<RegisteredCustomChannel>),
    (status = 400, description = "`url_required`, `url_invalid`, `url_not_allowed`, \
        `name_required`, `name_invalid`", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, description = "`timed_out`", body = ErrorBody),
    (status = 409, description = "`already_registered`, `too_many_custom_channels`",
        body = ErrorBody),
    (status = 413, description = "`file_too_large`", body = ErrorBody),
    (status = 422, description = "`fetch_failed`, `not_a_script`", body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn register_custom_channel(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Json(new): Json<NewCustomChannel>,
) -> Result<Answer<RegisteredCustomChannel>> {
    let new = NewChannel {
        url: new.url,
        name: new.name,
        enabled: new.enabled.unwrap_or(true),
    };
    let id = channels.register(user, new).await?;
    Ok(Answer::new(RegisteredCustomChannel { id }))
}

/// Delete a custom channel: one's own, or anybody's as an admin.
#[utoipa::path(delete, path = "/api/channels/custom/{id}", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), responses(
    (status = 200, body = Done), (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn delete_custom_channel(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
) -> Result<Done> {
    channels.delete(user, id).await?;
    Ok(Done::default())
}

#[derive(Deserialize, ToSchema)]
struct ToggleCustomChannel {
    enabled: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct ToggledCustomChannel {
    enabled: bool,
}

/// Enable or disable a custom channel: one's own, or anybody's as an admin.
#[utoipa::path(post, path = "/api/channels/custom/{id}/toggle", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), request_body = ToggleCustomChannel, responses(
    (status = 200, body = Answer<ToggledCustomChannel>),
    (status = 400, description = "bad params", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn toggle_custom_channel(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
    Json(input): Json<ToggleCustomChannel>,
) -> Result<Answer<ToggledCustomChannel>> {
    let enabled = input.enabled.ok_or_else(Error::bad_params)?;
    channels.toggle(user, id, enabled).await?;
    Ok(Answer::new(ToggledCustomChannel { enabled }))
}

#[derive(Serialize, ToSchema)]
struct CheckedCustomChannel {
    /// The script that runs.
    sha256: String,
    /// What the source serves instead of it; null where it is the same.
    found: Option<FoundScript>,
}

/// Look at the source of a custom channel now: one's own, or anybody's as an admin. Nothing that
/// runs changes.
#[utoipa::path(post, path = "/api/channels/custom/{id}/check", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), responses(
    (status = 200, body = Answer<CheckedCustomChannel>),
    (status = 400, description = "`url_not_allowed`", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
    (status = 413, description = "`file_too_large`", body = ErrorBody),
    (status = 422, description = "`fetch_failed`, `not_a_script`", body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn check_custom_channel(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
) -> Result<Answer<CheckedCustomChannel>> {
    let channel = channels.look(&user, id).await?;
    Ok(Answer::new(CheckedCustomChannel {
        found: FoundScript::of(&channel),
        sha256: channel.sha256,
    }))
}

#[derive(Deserialize, ToSchema)]
struct UpdateCustomChannel {
    /// The script that was found at the source, as it was looked at.
    #[serde(default)]
    sha256: String,
}

/// Have the script that was found at the source run from now on: of one's own channel, or of
/// anybody's as an admin. It runs in the sandbox until an admin trusts it anew.
#[utoipa::path(post, path = "/api/channels/custom/{id}/update", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), request_body = UpdateCustomChannel, responses(
    (status = 200, body = Done), (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
    (status = 409, description = "`script_changed`: it is another one by now", body = ErrorBody),
))]
async fn update_custom_channel(
    State(channels): State<CustomChannels>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<CustomChannelId>,
    Json(input): Json<UpdateCustomChannel>,
) -> Result<Done> {
    channels.take_over(user, id, input.sha256).await?;
    Ok(Done::default())
}

#[derive(Deserialize, ToSchema)]
struct TrustCustomChannel {
    trusted: Option<bool>,
    /// The script that is trusted, as it was looked at. Needed where `trusted` is true.
    sha256: Option<String>,
}

/// Let a custom channel's script run in the page itself, with all rights of whoever opens it, or
/// no longer; for admins. It holds for this script and for nobody who ranks above the admin.
#[utoipa::path(post, path = "/api/channels/custom/{id}/trust", tag = "custom channels",
    params(("id" = CustomChannelId, Path)), request_body = TrustCustomChannel, responses(
    (status = 200, body = Done),
    (status = 400, description = "bad params", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
    (status = 409, description = "`script_changed`: it is another one by now", body = ErrorBody),
))]
async fn trust_custom_channel(
    State(channels): State<CustomChannels>,
    Administrator(admin): Administrator,
    Path(id): Path<CustomChannelId>,
    Json(input): Json<TrustCustomChannel>,
) -> Result<Done> {
    let trusted = match (input.trusted, input.sha256) {
        (Some(true), Some(sha256)) => Some(sha256),
        (Some(false), _) => None,
        _ => return Err(Error::bad_params()),
    };
    channels.set_trusted(admin, id, trusted).await?;
    Ok(Done::default())
}
