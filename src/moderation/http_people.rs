//! Timeouts, shadow bans, immunity and accounts over HTTP.

use axum::extract::State;
use entity::user::Role;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Moderation;
use crate::{
    account::{Administrator, Superadministrator},
    http::{Answer, Done, ErrorBody, Json, Path, Query},
    kernel::{Error, Result},
};

/// A timeout unless it says otherwise, in minutes.
const DEFAULT_MINUTES: u32 = 5;

pub(super) fn routes() -> OpenApiRouter<Moderation> {
    OpenApiRouter::new()
        .routes(routes!(timeout))
        .routes(routes!(undo_timeout))
        .routes(routes!(shadow))
        .routes(routes!(toggle_immunity))
        .routes(routes!(create_user))
        .routes(routes!(reset_password_of))
        .routes(routes!(delete_user))
        .routes(routes!(user_search))
}

#[derive(Deserialize, ToSchema)]
struct Timeout {
    /// A user name.
    user: String,
    /// 1 to 525600; 5 when absent.
    #[serde(default, deserialize_with = "minutes")]
    minutes: Option<u32>,
}

/// A number of minutes, as a number or as its digits.
fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let refused = || de::Error::custom("minutes is a number");
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => text.parse().map(Some).map_err(|_| refused()),
        Value::Number(number) => {
            let whole = number.as_u64().and_then(|whole| u32::try_from(whole).ok());
            whole.map(Some).ok_or_else(refused)
        }
        _ => Err(refused()),
    }
}

/// Keep somebody from saying anything for a while; for admins.
#[utoipa::path(post, path = "/api/admin/timeout", tag = "admin", request_body = Timeout,
    responses(
    (status = 200, body = Done),
    (status = 400, body = ErrorBody),
    (status = 403, description = "forbidden, not allowed, disabled", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn timeout(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<Timeout>,
) -> Result<Done> {
    let minutes = input.minutes.unwrap_or(DEFAULT_MINUTES);
    moderation.time_out(&actor, &input.user, minutes).await?;
    Ok(Done::default())
}

#[derive(Default, Deserialize, ToSchema)]
struct UndoneTimeout {
    /// Whose timeout; the one that was imposed last when absent.
    user: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Released {
    user: String,
}

/// Let somebody speak again; for superadmins.
#[utoipa::path(post, path = "/api/admin/undo_timeout", tag = "admin",
    request_body = UndoneTimeout, responses(
    (status = 200, body = Answer<Released>),
    (status = 400, description = "no timeout to undo", body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn undo_timeout(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<UndoneTimeout>,
) -> Result<Answer<Released>> {
    let user = match input.user.filter(|name| !name.is_empty()) {
        Some(name) => moderation.lift_timeout(&actor, &name).await?,
        None => moderation.undo_timeout(&actor).await?,
    };
    Ok(Answer::new(Released { user }))
}

#[derive(Deserialize, ToSchema)]
struct Shadow {
    /// A user name.
    user: String,
    /// `add` or `remove`.
    action: String,
}

/// Hide from others what somebody says from now on, or no longer do; for admins.
///
/// The person is not told, and nobody else is.
#[utoipa::path(post, path = "/api/admin/shadow", tag = "admin", request_body = Shadow, responses(
    (status = 200, body = Done),
    (status = 400, body = ErrorBody),
    (status = 403, description = "forbidden, not allowed, disabled", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn shadow(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Json(input): Json<Shadow>,
) -> Result<Done> {
    let banned = match input.action.as_str() {
        "add" => true,
        "remove" => false,
        _ => return Err(Error::bad_params()),
    };
    moderation
        .set_shadow_banned(&actor, &input.user, banned)
        .await?;
    Ok(Done::default())
}

#[derive(Serialize, ToSchema)]
struct Immunity {
    immune: bool,
}

/// Exempt somebody from bans of addresses, or no longer do; for superadmins.
#[utoipa::path(post, path = "/api/admin/toggle_immunity/{username}", tag = "admin",
    params(("username" = String, Path, description = "In any letter case")), responses(
    (status = 200, body = Answer<Immunity>),
    (status = 400, description = "cannot_toggle_superadmin", body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn toggle_immunity(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Path(username): Path<String>,
) -> Result<Answer<Immunity>> {
    let immune = moderation.toggle_immunity(&actor, &username).await?;
    Ok(Answer::new(Immunity { immune }))
}

#[derive(Deserialize, ToSchema)]
struct AccountToMake {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    /// Whether it is to be an admin's.
    #[serde(default)]
    is_admin: bool,
}

#[derive(Serialize, ToSchema)]
struct Made {
    username: String,
}

/// Make an account for somebody; for superadmins.
#[utoipa::path(post, path = "/api/admin/create_user", tag = "admin",
    request_body = AccountToMake, responses(
    (status = 200, body = Answer<Made>),
    (status = 400, description = "Invalid username (max 20 characters), Provide password, \
        Reserved username, or a password that is too short", body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 409, description = "Username taken", body = ErrorBody),
))]
async fn create_user(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<AccountToMake>,
) -> Result<Answer<Made>> {
    let role = if input.is_admin {
        Role::Admin
    } else {
        Role::User
    };
    let username = moderation
        .create_user(&actor, &input.username, input.password, role)
        .await?;
    Ok(Answer::new(Made { username }))
}

#[derive(Deserialize, ToSchema)]
struct PasswordReset {
    #[serde(default)]
    username: String,
    /// The new password; may be called `password`.
    #[serde(alias = "password")]
    new_password: Option<String>,
}

/// Give somebody a new password; for superadmins. All sessions of the person end.
#[utoipa::path(post, path = "/api/admin/reset_password", tag = "admin",
    request_body = PasswordReset, responses(
    (status = 200, body = Done),
    (status = 400, description = "missing username or password, or one that is too short",
        body = ErrorBody),
    (status = 403, description = "Also for another superadmin", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
))]
async fn reset_password_of(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<PasswordReset>,
) -> Result<Done> {
    let password = input.new_password.unwrap_or_default();
    moderation
        .reset_password(&actor, &input.username, password)
        .await?;
    Ok(Done::default())
}

#[derive(Deserialize, ToSchema)]
struct DoomedAccount {
    username: String,
}

#[derive(Serialize, ToSchema)]
struct Deleted {
    /// Says so when there was no such account.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

/// End somebody's account, and remove what they said; for superadmins.
#[utoipa::path(post, path = "/api/admin/delete_user", tag = "admin",
    request_body = DoomedAccount, responses(
    (status = 200, body = Answer<Deleted>),
    (status = 400, description = "Cannot delete another superadmin", body = ErrorBody),
    (status = 403, body = ErrorBody),
))]
async fn delete_user(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<DoomedAccount>,
) -> Result<Answer<Deleted>> {
    let was_there = moderation.delete_user(&actor, &input.username).await?;
    let note = (!was_there).then_some("user already deleted");
    Ok(Answer::new(Deleted { note }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// A part of the name.
    #[serde(default)]
    q: String,
}

#[derive(Serialize, ToSchema)]
struct PeopleFound {
    users: Vec<String>,
}

/// Find people by a part of their name, banned ones too; for admins. At most 50.
#[utoipa::path(get, path = "/api/admin/user_search", tag = "admin", params(PeopleQuery),
    responses(
    (status = 200, body = Answer<PeopleFound>),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
))]
async fn user_search(
    State(moderation): State<Moderation>,
    _actor: Administrator,
    Query(query): Query<PeopleQuery>,
) -> Result<Answer<PeopleFound>> {
    let users = moderation.find_people(&query.q).await?;
    Ok(Answer::new(PeopleFound { users }))
}
