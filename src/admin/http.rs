//! The admin feature over HTTP.

use std::{borrow::Cow, collections::BTreeMap};

use axum::extract::State;
use entity::{AuditEntryId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Admin,
    model::{Audited, LogPage, LoggedDm, SettingChanges},
};
use crate::{
    account::{Administrator, CurrentUser, Superadministrator},
    http::{Answer, Done, ErrorBody, Json, Query, TypedGet},
    kernel::{Error, Result},
    settings::Key,
};

/// Settings that concern everybody, so that clients can show what is switched off or recorded.
const PUBLIC: [Key; 8] = [
    Key::PublicEnabled,
    Key::DmEnabled,
    Key::GdmEnabled,
    Key::MaintenanceMode,
    Key::AnnouncementsOnly,
    Key::InviteOnlyMode,
    Key::GdSaveDmLogs,
    Key::GdOwnerControls,
];
const DEFAULT_LOGS: u64 = 200;
const MAX_LOGS: u64 = 1000;
const DEFAULT_ENTRIES: u64 = 100;
const MAX_ENTRIES: u64 = 1000;

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(public_settings))
        .routes(routes!(app_settings, change_app_settings))
        .routes(routes!(change_toggles))
        .routes(routes!(change_settings))
        .routes(routes!(change_role))
        .routes(routes!(dm_logs))
        .routes(routes!(audit))
        .merge(super::http_system::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(admin: Admin) -> OpenApiRouter {
    routes().with_state(admin)
}

type Values = BTreeMap<Cow<'static, str>, String>;

#[derive(Serialize, ToSchema)]
struct PublicSettings {
    #[schema(value_type = BTreeMap<String, String>)]
    settings: Values,
}

/// The settings that concern everybody.
#[utoipa::path(get, path = "/api/settings/public", tag = "admin", responses(
    (status = 200, body = Answer<PublicSettings>), (status = 401, body = ErrorBody),
))]
async fn public_settings(State(admin): State<Admin>, _user: CurrentUser) -> Answer<PublicSettings> {
    let values = admin.settings();
    let settings = PUBLIC.iter().map(|key| {
        let value = values.get(*key).to_owned();
        (Cow::Borrowed(key.name()), value)
    });
    Answer::new(PublicSettings {
        settings: settings.collect(),
    })
}

#[derive(Serialize, ToSchema)]
struct AppSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    settings: Option<Values>,
    #[serde(flatten)]
    #[schema(value_type = BTreeMap<String, String>)]
    flat: Values,
}

/// All settings; for superadmins.
///
/// Flat, and again under `settings`. A GET with `Content-Type: application/json` gets the flat
/// values alone: its client shows every key there is, and sends all of it back.
#[utoipa::path(get, path = "/api/admin/app_settings", tag = "admin", responses(
    (status = 200, body = AppSettings), (status = 403, body = ErrorBody),
))]
async fn app_settings(
    State(admin): State<Admin>,
    _user: Superadministrator,
    TypedGet(typed): TypedGet,
) -> axum::Json<AppSettings> {
    let flat = admin.settings().all();
    axum::Json(AppSettings {
        ok: (!typed).then_some(true),
        settings: (!typed).then(|| flat.clone()),
        flat,
    })
}

async fn change(
    admin: &Admin,
    actor: Superadministrator,
    sent: Map<String, Value>,
) -> Result<Done> {
    let changes = SettingChanges::parse(sent)?;
    admin.change_settings(actor.0, changes).await?;
    Ok(Done::default())
}

/// Change settings, flat or under `settings`; for superadmins.
///
/// Flat keys win, unknown ones are ignored. A value that makes no sense changes nothing at all.
#[utoipa::path(post, path = "/api/admin/app_settings", tag = "admin",
    request_body = BTreeMap<String, String>, responses(
    (status = 200, body = Done),
    (status = 400, description = "bad params, with the key", body = ErrorBody),
    (status = 403, body = ErrorBody),
))]
async fn change_app_settings(
    State(admin): State<Admin>,
    actor: Superadministrator,
    Json(sent): Json<Map<String, Value>>,
) -> Result<Done> {
    change(&admin, actor, sent).await
}

/// As `POST /api/admin/app_settings`.
#[utoipa::path(post, path = "/api/admin/toggles", tag = "admin",
    request_body = BTreeMap<String, String>, responses(
    (status = 200, body = Done),
    (status = 400, description = "bad params, with the key", body = ErrorBody),
    (status = 403, body = ErrorBody),
))]
async fn change_toggles(
    State(admin): State<Admin>,
    actor: Superadministrator,
    Json(sent): Json<Map<String, Value>>,
) -> Result<Done> {
    change(&admin, actor, sent).await
}

/// As `POST /api/admin/app_settings`.
#[utoipa::path(post, path = "/api/admin/settings", tag = "admin",
    request_body = BTreeMap<String, String>, responses(
    (status = 200, body = Done),
    (status = 400, description = "bad params, with the key", body = ErrorBody),
    (status = 403, body = ErrorBody),
))]
async fn change_settings(
    State(admin): State<Admin>,
    actor: Superadministrator,
    Json(sent): Json<Map<String, Value>>,
) -> Result<Done> {
    change(&admin, actor, sent).await
}

#[derive(Deserialize, ToSchema)]
struct RoleChange {
    /// `add` or `remove`.
    action: String,
    /// `admin`.
    role: String,
    username: String,
}

impl RoleChange {
    /// Whether the person is to be an admin.
    fn is_admin(&self) -> Result<bool> {
        match (self.action.as_str(), self.role.as_str()) {
            ("add", "admin") => Ok(true),
            ("remove", "admin") => Ok(false),
            _ => Err(Error::bad_params()),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Admins {
    /// Superadmins are not among them.
    admins: Vec<String>,
}

/// Make somebody an admin, or an ordinary user again; for superadmins.
#[utoipa::path(post, path = "/api/admin/role", tag = "admin", request_body = RoleChange, responses(
    (status = 200, body = Answer<Admins>),
    (status = 400, body = ErrorBody),
    (status = 403, description = "forbidden, not allowed", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn change_role(
    State(admin): State<Admin>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<RoleChange>,
) -> Result<Answer<Admins>> {
    let is_admin = input.is_admin()?;
    let admins = admin.set_admin(actor, &input.username, is_admin).await?;
    Ok(Answer::new(Admins { admins }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// Whose direct messages.
    peer: Option<String>,
    /// Messages at most: 200 when absent, never more than 1000.
    limit: Option<u64>,
    /// Only messages older than the one with this id.
    before: Option<MessageId>,
}

/// A direct message as it was sent.
#[derive(Serialize, ToSchema)]
struct LoggedDmOut {
    id: MessageId,
    from_user: String,
    to_user: String,
    /// Sanitised HTML.
    text: String,
    created_at: Timestamp,
}

impl From<LoggedDm> for LoggedDmOut {
    fn from(dm: LoggedDm) -> Self {
        Self {
            id: dm.id,
            from_user: dm.from,
            to_user: dm.to,
            text: dm.text,
            created_at: dm.created_at,
        }
    }
}

/// The logged direct messages of one person, oldest first; for admins.
///
/// The newest of them unless `before` says otherwise. Every read is audited.
#[utoipa::path(get, path = "/api/admin/dm_logs", tag = "admin", params(LogQuery), responses(
    (status = 200, body = Vec<LoggedDmOut>),
    (status = 400, description = "No peer", body = ErrorBody),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn dm_logs(
    State(admin): State<Admin>,
    Administrator(actor): Administrator,
    Query(query): Query<LogQuery>,
) -> Result<axum::Json<Vec<LoggedDmOut>>> {
    let page = LogPage {
        before: query.before,
        limit: query.limit.unwrap_or(DEFAULT_LOGS).clamp(1, MAX_LOGS),
    };
    let dms = admin.dm_logs(&actor, query.peer.as_deref(), page).await?;
    Ok(axum::Json(dms.into_iter().map(Into::into).collect()))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Only entries older than the one with this id.
    before: Option<AuditEntryId>,
    /// Entries at most: 100 when absent, never more than 1000.
    limit: Option<u64>,
}

/// One thing that somebody did.
#[derive(Serialize, ToSchema)]
struct AuditEntryOut {
    id: AuditEntryId,
    at: Timestamp,
    /// None: the command line.
    actor: Option<String>,
    action: String,
    target: String,
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<Audited> for AuditEntryOut {
    fn from(entry: Audited) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            target: entry.target,
            detail: entry.detail,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct AuditEntries {
    entries: Vec<AuditEntryOut>,
}

/// What admins did, the newest first; for admins.
#[utoipa::path(get, path = "/api/admin/audit", tag = "admin", params(AuditQuery), responses(
    (status = 200, body = Answer<AuditEntries>), (status = 403, body = ErrorBody),
))]
async fn audit(
    State(admin): State<Admin>,
    _actor: Administrator,
    Query(query): Query<AuditQuery>,
) -> Result<Answer<AuditEntries>> {
    let limit = query.limit.unwrap_or(DEFAULT_ENTRIES).clamp(1, MAX_ENTRIES);
    let entries = admin.audited(query.before, limit).await?;
    let entries = entries.into_iter().map(Into::into).collect();
    Ok(Answer::new(AuditEntries { entries }))
}
