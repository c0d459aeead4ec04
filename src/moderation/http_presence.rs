//! Who is there, over HTTP, for admins and for everybody; what a device says of itself.

use axum::extract::State;
use entity::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Moderation,
    presence::{Connected, Overview},
};
use crate::{
    account::{Administrator, CurrentUser, LoginSource, Superadministrator},
    http::{Answer, Done, ErrorBody, Json},
    kernel::{Error, Result},
    settings::Key,
};

pub(super) fn routes() -> OpenApiRouter<Moderation> {
    OpenApiRouter::new()
        .routes(routes!(people_online))
        .routes(routes!(overview))
        .routes(routes!(banned_users))
        .routes(routes!(admins_online))
        .routes(routes!(stealth, change_stealth))
        .routes(routes!(cleanup_sockets))
        .routes(routes!(device_log))
}

/// Somebody who is connected.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the shape that clients know")]
struct ConnectedPerson {
    username: String,
    role: &'static str,
    /// The address that the device says it has in its own network; may be empty.
    private: String,
    /// The address.
    public: String,
    immune: bool,
    /// The address again.
    ip: String,
    /// The device; empty when it is not known.
    client_id: String,
    device_banned: bool,
    private_banned: bool,
    public_banned: bool,
    timed_out_until: Option<Timestamp>,
    shadow_banned: bool,
}

impl From<Connected> for ConnectedPerson {
    fn from(connected: Connected) -> Self {
        let (private, client_id) = connected
            .device
            .map(|device| (device.private_address, device.client_id))
            .unwrap_or_default();
        let user = &connected.user;
        Self {
            username: user.username.clone(),
            role: user.role.as_str(),
            private,
            public: connected.address.to_string(),
            immune: user.immune || user.role.is_superadmin(),
            ip: connected.address.to_string(),
            client_id,
            device_banned: connected.device_banned,
            private_banned: connected.private_banned,
            public_banned: connected.address_banned,
            timed_out_until: user.timed_out_until,
            shadow_banned: user.shadow_banned_at.is_some(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct ConnectedPeople {
    online: Vec<ConnectedPerson>,
}

/// Who is connected, and from where; for admins.
#[utoipa::path(get, path = "/api/admin/online", tag = "admin", responses(
    (status = 200, body = Answer<ConnectedPeople>), (status = 403, body = ErrorBody),
))]
async fn people_online(
    State(moderation): State<Moderation>,
    _actor: Administrator,
) -> Result<Answer<ConnectedPeople>> {
    let online = moderation.connected().await?;
    let online = online.into_iter().map(Into::into).collect();
    Ok(Answer::new(ConnectedPeople { online }))
}

/// A device that is banned.
#[derive(Serialize, ToSchema)]
struct DeviceRow {
    client_id: String,
    /// Whose it is; empty when that is not known.
    username: String,
    created_at: Timestamp,
}

/// Somebody who may say nothing for a while.
#[derive(Serialize, ToSchema)]
struct TimedOut {
    username: String,
    until: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct Everyone {
    admins: Vec<String>,
    superadmins: Vec<String>,
    banned_users: Vec<String>,
    banned_ips: Vec<String>,
    banned_devices: Vec<DeviceRow>,
    shadow_banned: Vec<String>,
    timed_out: Vec<TimedOut>,
    immune: Vec<String>,
}

impl From<Overview> for Everyone {
    fn from(overview: Overview) -> Self {
        let devices = overview.devices.into_iter();
        let timed_out = overview.timed_out.into_iter();
        Self {
            admins: overview.admins,
            superadmins: overview.superadmins,
            banned_users: overview.banned,
            banned_ips: overview.addresses,
            banned_devices: devices
                .map(|device| DeviceRow {
                    client_id: device.client_id,
                    username: device.username.unwrap_or_default(),
                    created_at: device.banned_at,
                })
                .collect(),
            shadow_banned: overview.shadow_banned,
            timed_out: timed_out
                .map(|(username, until)| TimedOut { username, until })
                .collect(),
            immune: overview.immune,
        }
    }
}

/// Everybody and everything out of the ordinary; for superadmins.
#[utoipa::path(get, path = "/api/admin/overview", tag = "admin", responses(
    (status = 200, body = Answer<Everyone>), (status = 403, body = ErrorBody),
))]
async fn overview(
    State(moderation): State<Moderation>,
    _actor: Superadministrator,
) -> Result<Answer<Everyone>> {
    Ok(Answer::new(moderation.overview().await?.into()))
}

#[derive(Serialize, ToSchema)]
struct BannedUsers {
    banned_users: Vec<String>,
}

/// Whose account is banned; for admins.
#[utoipa::path(get, path = "/api/admin/banned_users", tag = "admin", responses(
    (status = 200, body = Answer<BannedUsers>), (status = 403, body = ErrorBody),
))]
async fn banned_users(
    State(moderation): State<Moderation>,
    _actor: Administrator,
) -> Result<Answer<BannedUsers>> {
    let banned_users = moderation.overview().await?.banned;
    Ok(Answer::new(BannedUsers { banned_users }))
}

/// An admin who is there.
#[derive(Serialize, ToSchema)]
struct StaffMember {
    username: String,
    /// `admin` or `superadmin`.
    role: &'static str,
    /// Whether a superadmin made them one.
    extra: bool,
}

#[derive(Serialize, ToSchema)]
struct Staff {
    admins: Vec<StaffMember>,
}

/// The admins who are there; nobody while `ADMINS_STEALTH` is on.
#[utoipa::path(get, path = "/api/admins/online", tag = "admin", responses(
    (status = 200, body = Answer<Staff>), (status = 401, body = ErrorBody),
))]
async fn admins_online(
    State(moderation): State<Moderation>,
    _user: CurrentUser,
) -> Result<Answer<Staff>> {
    let staff = moderation.staff_online().await?;
    let admins = staff.iter().map(|user| StaffMember {
        username: user.username.clone(),
        role: user.role.as_str(),
        extra: !user.role.is_superadmin(),
    });
    Ok(Answer::new(Staff {
        admins: admins.collect(),
    }))
}

#[derive(Serialize, ToSchema)]
struct Stealth {
    enabled: bool,
}

/// Whether admins are hidden from the list of who is there; for superadmins.
#[utoipa::path(get, path = "/api/admins/stealth", tag = "admin", responses(
    (status = 200, body = Answer<Stealth>), (status = 403, body = ErrorBody),
))]
async fn stealth(
    State(moderation): State<Moderation>,
    _actor: Superadministrator,
) -> Answer<Stealth> {
    let enabled = moderation.settings.is_on(Key::AdminsStealth);
    Answer::new(Stealth { enabled })
}

#[derive(Deserialize, ToSchema)]
struct StealthChange {
    enabled: bool,
}

/// Hide admins from the list of who is there, or no longer; for superadmins.
#[utoipa::path(post, path = "/api/admins/stealth", tag = "admin", request_body = StealthChange,
    responses(
    (status = 200, body = Answer<Stealth>), (status = 400, body = ErrorBody),
    (status = 403, body = ErrorBody),
))]
async fn change_stealth(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<StealthChange>,
) -> Result<Answer<Stealth>> {
    moderation.set_stealth(&actor, input.enabled).await?;
    Ok(Answer::new(Stealth {
        enabled: input.enabled,
    }))
}

#[derive(Serialize, ToSchema)]
struct CleanedUp {
    disconnected: usize,
    /// Always 0: nothing is kept of a socket that is gone.
    pruned: usize,
}

/// End the sockets of people who may not be there any more; for superadmins.
#[utoipa::path(post, path = "/api/admin/cleanup_sockets", tag = "admin", responses(
    (status = 200, body = Answer<CleanedUp>), (status = 403, body = ErrorBody),
))]
async fn cleanup_sockets(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
) -> Result<Answer<CleanedUp>> {
    let disconnected = moderation.clean_up_sockets(&actor).await?;
    Ok(Answer::new(CleanedUp {
        disconnected,
        pruned: 0,
    }))
}

#[derive(Deserialize, ToSchema)]
struct DeviceReport {
    /// What the device calls itself; what its cookie or its header says when absent.
    client_id: Option<String>,
    /// The addresses that it has in its own network.
    #[serde(default)]
    private_ips: Vec<String>,
    /// Ignored.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    mdns: Vec<serde_json::Value>,
}

/// Say which device one uses. It is shown to admins.
#[utoipa::path(post, path = "/api/device_log", tag = "account", request_body = DeviceReport,
    responses(
    (status = 200, body = Done), (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody),
))]
async fn device_log(
    State(moderation): State<Moderation>,
    CurrentUser(user): CurrentUser,
    source: LoginSource,
    Json(input): Json<DeviceReport>,
) -> Result<Done> {
    drop(input.mdns);
    let given = input.client_id.filter(|device| !device.is_empty());
    let device = given.or(source.device).ok_or_else(Error::bad_params)?;
    let private = input.private_ips.first().map(String::as_str);
    moderation
        .note_device(&user, source.address, (&device, private))
        .await?;
    Ok(Done::default())
}
