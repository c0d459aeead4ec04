//! Bans over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Moderation,
    bans::AddressTarget,
    model::{TrueBan, TrueUnban},
};
use crate::{
    account::Administrator,
    http::{Answer, Done, ErrorBody, Json},
    kernel::{Error, Result},
};

pub(super) fn routes() -> OpenApiRouter<Moderation> {
    OpenApiRouter::new()
        .routes(routes!(ban))
        .routes(routes!(true_ban))
        .routes(routes!(true_unban))
        .routes(routes!(ban_device))
        .routes(routes!(unban_devices_for_user))
}

#[derive(Deserialize, ToSchema)]
struct Ban {
    /// `user` or `ip`.
    r#type: String,
    /// `ban` or `unban`.
    action: String,
    /// A user name, or an address.
    value: Option<String>,
    /// `ip`: whose address, where none is given.
    username: Option<String>,
}

/// Whether something is to be banned.
fn is_ban(action: &str) -> Result<bool> {
    match action {
        "ban" => Ok(true),
        "unban" => Ok(false),
        _ => Err(Error::invalid("bad_params", "unknown action")),
    }
}

/// Ban somebody or an address, or lift a ban; for admins.
///
/// Superadmins cannot be banned, admins by superadmins only. All sessions of a banned person end.
/// From a banned address - of IPv6 its whole /64 - only superadmins and the immune come in.
#[utoipa::path(post, path = "/api/admin/ban", tag = "admin", request_body = Ban, responses(
    (status = 200, body = Done),
    (status = 400, description = "bad params, unknown action, refuse loopback, ip in use by an \
        admin/superadmin, no ip for user <x> (offline)", body = ErrorBody),
    (status = 403, description = "forbidden, not allowed, disabled", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn ban(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<Ban>,
) -> Result<Done> {
    match input.r#type.as_str() {
        "user" => {
            let banned = is_ban(&input.action)?;
            let name = input.value.as_deref().unwrap_or_default();
            moderation.set_banned(&actor, name, banned).await?;
        }
        "ip" => {
            let banned = is_ban(&input.action)?;
            let target = AddressTarget {
                address: input.value,
                username: input.username,
            };
            moderation
                .set_address_banned(&actor, target, banned)
                .await?;
        }
        _ => return Err(Error::bad_params()),
    }
    Ok(Done::default())
}

#[derive(Deserialize, ToSchema)]
struct Everything {
    /// A user name.
    user: String,
    /// The device; the one that was used last when absent.
    client_id: Option<String>,
}

/// Ban somebody's account, device and addresses; for admins.
///
/// The addresses are those from which they came, apart from this machine's and those of admins.
#[utoipa::path(post, path = "/api/admin/true_ban", tag = "admin", request_body = Everything,
    responses(
    (status = 200, body = Answer<TrueBan>),
    (status = 400, body = ErrorBody),
    (status = 403, description = "forbidden, not allowed", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn true_ban(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<Everything>,
) -> Result<Answer<TrueBan>> {
    let device = input.client_id.as_deref();
    let banned = moderation.true_ban(&actor, &input.user, device).await?;
    Ok(Answer::new(banned))
}

/// Lift the bans of somebody's account, devices and addresses; for admins.
#[utoipa::path(post, path = "/api/admin/true_unban", tag = "admin", request_body = Everything,
    responses(
    (status = 200, body = Answer<TrueUnban>),
    (status = 400, body = ErrorBody),
    (status = 403, description = "forbidden, not allowed", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn true_unban(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<Everything>,
) -> Result<Answer<TrueUnban>> {
    let device = input.client_id.as_deref();
    let lifted = moderation.true_unban(&actor, &input.user, device).await?;
    Ok(Answer::new(lifted))
}

#[derive(Deserialize, ToSchema)]
struct DeviceBan {
    /// `ban` (unless said) or `unban`.
    action: Option<String>,
    /// The device.
    client_id: Option<String>,
    /// Whose device: the one that they used last, where none is given.
    username: Option<String>,
}

/// Ban a device and the account that used it last, or lift both bans; for admins.
#[utoipa::path(post, path = "/api/admin/ban_device", tag = "admin", request_body = DeviceBan,
    responses(
    (status = 200, body = Done),
    (status = 400, description = "client_id_or_username_required, unknown action",
        body = ErrorBody),
    (status = 403, description = "forbidden, not allowed", body = ErrorBody),
    (status = 404, description = "user not found, no_client_id_for_user", body = ErrorBody),
))]
async fn ban_device(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<DeviceBan>,
) -> Result<Done> {
    let banned = is_ban(input.action.as_deref().unwrap_or("ban"))?;
    let target = (input.client_id.as_deref(), input.username.as_deref());
    moderation.set_device_banned(&actor, target, banned).await?;
    Ok(Done::default())
}

#[derive(Deserialize, Serialize, ToSchema)]
struct DeviceOwner {
    /// A user name.
    username: String,
}

/// Lift the bans of all devices of somebody; for admins. Their account stays as it is.
#[utoipa::path(post, path = "/api/admin/unban_devices_for_user", tag = "admin",
    request_body = DeviceOwner, responses(
    (status = 200, body = Done),
    (status = 400, body = ErrorBody),
    (status = 403, description = "forbidden, not allowed", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn unban_devices_for_user(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<DeviceOwner>,
) -> Result<Done> {
    moderation.unban_devices_of(&actor, &input.username).await?;
    Ok(Done::default())
}
