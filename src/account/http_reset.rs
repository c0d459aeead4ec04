//! Forgotten passwords over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Accounts, model::LoginSource, profile::ConnectedApps};
use crate::{
    http::{Answer, ErrorBody, Json},
    kernel::{Error, Result},
};

pub(super) fn routes() -> OpenApiRouter<Accounts> {
    OpenApiRouter::new()
        .routes(routes!(request_password_reset))
        .routes(routes!(reset_password))
}

#[derive(Deserialize, ToSchema)]
struct ResetRequest {
    #[serde(default)]
    username: String,
    /// The address of the account.
    #[serde(default)]
    email: String,
}

#[derive(Serialize, ToSchema)]
struct ResetRequested {
    message: &'static str,
    /// Always null: the token goes to the address of the account.
    token: Option<String>,
}

/// Ask for a token to set another password with.
///
/// The answer is the same whether name and address belong together or not.
#[utoipa::path(post, path = "/api/request_password_reset", tag = "account",
    request_body = ResetRequest, responses(
    (status = 200, body = Answer<ResetRequested>),
    (status = 400, description = "No name or address, or none that can be one", body = ErrorBody),
    (status = 429, description = "Too many attempts", body = ErrorBody),
))]
async fn request_password_reset(
    State(accounts): State<Accounts>,
    source: LoginSource,
    Json(request): Json<ResetRequest>,
) -> Result<Answer<ResetRequested>> {
    accounts.request_reset(request.username, request.email, &source)?;
    Ok(Answer::new(ResetRequested {
        message: "If this is the address of the account, a link to set another password is on its \
                  way to it.",
        token: None,
    }))
}

#[derive(Deserialize, ToSchema)]
struct PasswordReset {
    #[serde(default)]
    username: String,
    #[serde(default)]
    token: String,
    /// The new password.
    #[serde(default)]
    password: String,
    /// Compared with `password` where it is given.
    confirm_password: Option<String>,
    /// Whether all apps that are connected with the account lose access to it as well.
    #[serde(default)]
    revoke_connected_apps: bool,
}

#[derive(Serialize, ToSchema)]
struct PasswordWasReset {
    message: &'static str,
}

/// Set another password, with a token that came by mail. All sessions of the account end, and with
/// `revoke_connected_apps` the tokens of all apps that are connected with it.
#[utoipa::path(post, path = "/api/reset_password", tag = "account",
    request_body = PasswordReset, responses(
    (status = 200, body = Answer<PasswordWasReset>),
    (status = 400, description = "A field is missing, the passwords differ, or the token does not \
        work (any more)", body = ErrorBody),
    (status = 429, description = "Too many attempts", body = ErrorBody),
))]
async fn reset_password(
    State(accounts): State<Accounts>,
    source: LoginSource,
    Json(reset): Json<PasswordReset>,
) -> Result<Answer<PasswordWasReset>> {
    if reset.username.is_empty() || reset.token.is_empty() || reset.password.is_empty() {
        let text = "Username, token and password are required";
        return Err(Error::invalid("bad_params", text));
    }
    if reset
        .confirm_password
        .as_ref()
        .is_some_and(|confirmed| *confirmed != reset.password)
    {
        let text = "Passwords do not match";
        return Err(Error::invalid("passwords_differ", text));
    }
    let connected = ConnectedApps::revoked_if(reset.revoke_connected_apps);
    let PasswordReset {
        username,
        token,
        password,
        ..
    } = reset;
    accounts
        .reset_password(&username, &token, password, connected, &source)
        .await?;
    Ok(Answer::new(PasswordWasReset {
        message: "Your password was changed. You can sign in with it now.",
    }))
}
