//! What people see of the apps that they have connected with their account, and how they part.

use axum::extract::State;
use entity::AppId;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Oauth, model::ConnectedApp};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody, Path},
    kernel::Result,
};

/// The routes of connected apps.
pub(super) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::new()
        .routes(routes!(list_grants, revoke_grants))
        .routes(routes!(revoke_grant))
}

#[derive(Serialize, ToSchema)]
struct ConnectedApps {
    grants: Vec<ConnectedApp>,
}

/// The apps that know who you are.
#[utoipa::path(get, path = "/oauth/grants", tag = "oauth", responses(
    (status = 200, body = Answer<ConnectedApps>),
    (status = 401, body = ErrorBody),
), security(("session" = [])))]
async fn list_grants(
    State(oauth): State<Oauth>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<ConnectedApps>> {
    let grants = oauth.connected_apps(user.id).await?;
    Ok(Answer::new(ConnectedApps { grants }))
}

/// Part with all apps. Their tokens are dead when the answer arrives.
#[utoipa::path(delete, path = "/oauth/grants", tag = "oauth", responses(
    (status = 204, description = "Done"),
    (status = 401, body = ErrorBody),
), security(("session" = [])))]
async fn revoke_grants(
    State(oauth): State<Oauth>,
    CurrentUser(user): CurrentUser,
) -> Result<StatusCode> {
    oauth.disconnect(user.id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Part with an app. Its tokens are dead when the answer arrives.
#[utoipa::path(delete, path = "/oauth/grants/{appId}", tag = "oauth", params(
    ("appId" = i64, Path, description = "The app"),
), responses(
    (status = 204, description = "Done"),
    (status = 401, body = ErrorBody),
    (status = 404, description = "Not connected", body = ErrorBody),
), security(("session" = [])))]
async fn revoke_grant(
    State(oauth): State<Oauth>,
    CurrentUser(user): CurrentUser,
    Path(app): Path<AppId>,
) -> Result<StatusCode> {
    oauth.disconnect(user.id, Some(app)).await?;
    Ok(StatusCode::NO_CONTENT)
}
