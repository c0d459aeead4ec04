//! What one can ask and change about oneself.

use axum::extract::State;
use entity::Timestamp;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Accounts, CurrentUser, MaybeUser, SessionStore,
    http::begin_session,
    model::{LoginSource, User},
    profile::{self, ConnectedApps, ProfileChange},
};
use crate::{
    http::{Answer, Done, ErrorBody, Json, Path},
    kernel::{Error, Result},
};

/// The routes about oneself.
pub(super) fn routes() -> OpenApiRouter<Accounts> {
    OpenApiRouter::new()
        .routes(routes!(whoami))
        .routes(routes!(my_role))
        .routes(routes!(my_sessions))
        .routes(routes!(end_my_session))
        .routes(routes!(change_my_password))
        .routes(routes!(change_settings))
}

#[derive(Serialize, ToSchema)]
struct WhoAmI {
    authenticated: bool,
    username: Option<String>,
    user_id: Option<i64>,
    session: String,
    /// The name one acts under; empty when nobody is signed in.
    effective: String,
    is_superadmin: bool,
    /// False for superadmins: the two flags exclude each other.
    is_admin: bool,
    role: Option<&'static str>,
    /// A name relative to `/uploads/`.
    avatar: Option<String>,
    bio: String,
    status: String,
    presence: String,
    theme: String,
    language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

impl WhoAmI {
    fn of(user: Option<&User>) -> Self {
        let name = user.map(|user| user.username.clone());
        let text = |get: fn(&User) -> &String| user.map(get).cloned().unwrap_or_default();
        Self {
            authenticated: user.is_some(),
            user_id: user.map(|user| user.id.0),
            session: name.clone().unwrap_or_default(),
            effective: name.clone().unwrap_or_default(),
            username: name,
            is_superadmin: user.is_some_and(|user| user.role.is_superadmin()),
            is_admin: user.is_some_and(|user| user.role.is_admin() && !user.role.is_superadmin()),
            role: user.map(|user| user.role.as_str()),
            avatar: user.and_then(|user| user.avatar.clone()),
            bio: text(|user| &user.bio),
            status: text(|user| &user.custom_status),
            presence: text(|user| &user.presence),
            theme: text(|user| &user.theme),
            language: text(|user| &user.language),
            // The React settings page fails on an address whose local part is a single letter.
            email: user.and_then(|user| user.email.clone()).filter(|email| {
                email
                    .split_once('@')
                    .is_some_and(|(local, _)| local.chars().count() >= 2)
            }),
        }
    }
}

/// Who one is. Answers strangers too.
#[utoipa::path(get, path = "/api/whoami", tag = "account",
    responses((status = 200, body = Answer<WhoAmI>)))]
async fn whoami(MaybeUser(user): MaybeUser) -> Answer<WhoAmI> {
    Answer::new(WhoAmI::of(user.as_deref()))
}

#[derive(Serialize, ToSchema)]
struct MyRole {
    username: String,
    is_superadmin: bool,
    /// False for superadmins: the two flags exclude each other.
    is_admin: bool,
    role: &'static str,
}

/// One's role.
#[utoipa::path(get, path = "/api/me/role", tag = "account", responses(
    (status = 200, body = Answer<MyRole>), (status = 401, body = ErrorBody),
))]
async fn my_role(CurrentUser(user): CurrentUser) -> Answer<MyRole> {
    Answer::new(MyRole {
        username: user.username.clone(),
        is_superadmin: user.role.is_superadmin(),
        is_admin: user.role.is_admin() && !user.role.is_superadmin(),
        role: user.role.as_str(),
    })
}

#[derive(Serialize, ToSchema)]
struct SessionOut {
    /// Names the session in `DELETE /api/me/sessions/{id}`; opens nothing.
    id: String,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
    address: String,
    user_agent: String,
    /// Whether this very request came with it.
    current: bool,
}

#[derive(Serialize, ToSchema)]
struct Sessions {
    sessions: Vec<SessionOut>,
}

/// How much of a session's hash names it to its owner.
const SESSION_NAME_CHARS: usize = 16;

/// Where one is signed in.
#[utoipa::path(get, path = "/api/me/sessions", tag = "account", responses(
    (status = 200, body = Answer<Sessions>), (status = 401, body = ErrorBody),
))]
async fn my_sessions(
    State(accounts): State<Accounts>,
    CurrentUser(user): CurrentUser,
    session: Session,
) -> Result<Answer<Sessions>> {
    let current = session.id().map(SessionStore::hash);
    let sessions = accounts.sessions(user.id).await?.into_iter();
    Ok(Answer::new(Sessions {
        sessions: sessions
            .map(|row| SessionOut {
                current: current.as_ref() == Some(&row.id_hash),
                id: row.id_hash.chars().take(SESSION_NAME_CHARS).collect(),
                created_at: row.created_at,
                last_used_at: row.last_used_at,
                expires_at: row.expires_at,
                address: row.address,
                user_agent: row.user_agent,
            })
            .collect(),
    }))
}

/// End one of one's sessions, with its sockets.
#[utoipa::path(delete, path = "/api/me/sessions/{id}", tag = "account",
    params(("id" = String, Path, description = "As listed")), responses(
    (status = 200, body = Done), (status = 404, body = ErrorBody),
))]
async fn end_my_session(
    State(accounts): State<Accounts>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<String>,
) -> Result<Done> {
    let sessions = accounts.sessions(user.id).await?;
    let session = sessions
        .iter()
        .find(|session| id.len() == SESSION_NAME_CHARS && session.id_hash.starts_with(&id))
        .ok_or_else(Error::not_found)?;
    accounts.end_session(&session.id_hash).await?;
    Ok(Done::default())
}

#[derive(Deserialize, ToSchema)]
struct PasswordChange {
    current_password: String,
    new_password: String,
    /// Whether all apps that are connected with the account lose access to it as well.
    #[serde(default)]
    revoke_connected_apps: bool,
}

impl From<PasswordChange> for profile::PasswordChange {
    fn from(change: PasswordChange) -> Self {
        Self {
            current: change.current_password,
            new: change.new_password,
            connected: ConnectedApps::revoked_if(change.revoke_connected_apps),
        }
    }
}

/// Change one's password; every other session ends, and with `revoke_connected_apps` the tokens of
/// all apps that are connected with the account are dead when this is answered.
#[utoipa::path(post, path = "/api/me/password", tag = "account",
    request_body = PasswordChange, responses(
    (status = 200, body = Done),
    (status = 403, description = "invalid current password", body = ErrorBody),
))]
async fn change_my_password(
    State(accounts): State<Accounts>,
    CurrentUser(user): CurrentUser,
    session: Session,
    source: LoginSource,
    Json(change): Json<PasswordChange>,
) -> Result<Done> {
    // A new id, and with it a new session: the old one may be what was stolen.
    let old = session.id().map(SessionStore::hash).unwrap_or_default();
    accounts
        .change_password(&user, change.into(), &old, &source)
        .await?;
    begin_session(&accounts, &session, &user, &source).await?;
    Ok(Done::default())
}

/// What one changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
struct SettingsChange {
    new_username: Option<String>,
    /// Needed for a new password.
    #[serde(default)]
    current_password: Option<String>,
    new_password: Option<String>,
    /// With a new password: whether all apps that are connected with the account lose access to it
    /// as well.
    #[serde(default)]
    revoke_connected_apps: bool,
    /// `light` or `dark`; others are ignored.
    theme: Option<String>,
    /// 300 characters of it are kept.
    bio: Option<String>,
    /// `online`, `idle`, `dnd` or `offline`: the presence. Anything else is the text beside one's
    /// name, of which 100 characters are kept.
    status: Option<String>,
    /// The presence, or empty to follow one's connections.
    presence: Option<String>,
    /// One of the languages there are; others are ignored.
    language: Option<String>,
    /// Empty: none. An address with `*` in it is ignored, since some clients send back a masked one.
    email: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Renamed {
    username: String,
}

/// Change one's name, profile, preferences or password; all of it or nothing.
///
/// A new password ends every other session, and with `revoke_connected_apps` what apps were allowed
/// to know. Everybody is told of what they see with
/// `user_list_refresh`.
#[utoipa::path(post, path = "/api/settings", operation_id = "change_own_settings", tag = "account",
    request_body = SettingsChange, responses(
    (status = 200, body = Answer<Renamed>),
    (status = 400, description = "Invalid name, e-mail, password or text", body = ErrorBody),
    (status = 403, description = "invalid current password", body = ErrorBody),
    (status = 409, description = "username taken", body = ErrorBody),
))]
async fn change_settings(
    State(accounts): State<Accounts>,
    CurrentUser(user): CurrentUser,
    session: Session,
    source: LoginSource,
    Json(change): Json<SettingsChange>,
) -> Result<Answer<Renamed>> {
    let new = change.new_password.filter(|password| !password.is_empty());
    if change.revoke_connected_apps && new.is_none() {
        return Err(Error::invalid(
            "bad_params",
            "bad params: revoke_connected_apps goes with a new_password",
        ));
    }
    let current = change.current_password.unwrap_or_default();
    let connected = ConnectedApps::revoked_if(change.revoke_connected_apps);
    let passwords = new.map(|new| profile::PasswordChange {
        current,
        new,
        connected,
    });
    let change = ProfileChange {
        username: change.new_username,
        passwords,
        theme: change.theme,
        bio: change.bio,
        status: change.status,
        presence: change.presence,
        language: change.language,
        email: change.email,
    };
    let has_password = change.passwords.is_some();
    let old = session.id().map(SessionStore::hash).unwrap_or_default();
    let user = accounts
        .change_profile(&user, change, &old, &source)
        .await?;
    if has_password {
        // A new id, and with it a new session: the old one may be what was stolen.
        begin_session(&accounts, &session, &user, &source).await?;
    }
    Ok(Answer::new(Renamed {
        username: user.username,
    }))
}
