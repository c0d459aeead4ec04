//! Apps over HTTP: what the developer portal calls. Tokens and what came in are in `http_details`,
//! what admins do in `http_admin`.

use axum::extract::State;
use entity::{AppId, ServerId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Registry,
    create::CreateApp,
    http_admin, http_details,
    input::{AppPatch, NewApp, NewClient, Rotation},
    model::Revealed,
    view::AppView,
};
use crate::{
    access::Refused,
    account::CurrentUser,
    http::{Answer, JsonObject, Path},
    kernel::Result,
    server::Author,
};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Registry> {
    OpenApiRouter::new()
        .routes(routes!(list_apps, create_client))
        .routes(routes!(list_server_apps, create_app))
        .routes(routes!(get_app, update_app, delete_app))
        .routes(routes!(rotate_app))
        .merge(http_details::routes())
        .merge(http_admin::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(registry: Registry) -> OpenApiRouter {
    routes().with_state(registry)
}

#[derive(Serialize, ToSchema)]
struct Apps {
    apps: Vec<AppView>,
}

/// An app.
#[derive(Serialize, ToSchema)]
pub(super) struct OneApp {
    pub(super) app: AppView,
}

/// What is shown once.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Secret {
    /// The address of a webhook or a widget.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The secret of a confidential OAuth client.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl Secret {
    fn new(registry: &Registry, revealed: Revealed) -> Self {
        match revealed {
            Revealed::Url(app, token) => Self {
                url: Some(registry.url(app, &token)),
                ..Self::default()
            },
            Revealed::ClientSecret(secret) => Self {
                client_secret: Some(secret.expose().to_owned()),
                ..Self::default()
            },
            Revealed::Nothing => Self::default(),
        }
    }
}

/// A new app, and what is shown of it once.
#[derive(Serialize, ToSchema)]
struct CreatedApp {
    app: AppView,
    #[serde(flatten)]
    secret: Secret,
}

/// The apps that one may manage: those of one's servers, and one's own OAuth clients.
#[utoipa::path(get, path = "/apps", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:read"])), responses(
    (status = 200, body = Answer<Apps>), (status = 401, body = Refused),
    (status = 403, description = "insufficient_scope", body = Refused),
))]
async fn list_apps(
    State(registry): State<Registry>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<Apps>> {
    let apps = registry.list_mine(user.id).await?;
    Ok(Answer::new(Apps { apps }))
}

/// Make an OAuth client. The secret of a confidential one is shown this once.
#[utoipa::path(post, path = "/apps", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    request_body = NewClient, responses(
    (status = 201, body = Answer<CreatedApp>),
    (status = 400, description = "kind_required, kind_invalid, name_required, name_too_long, \
        name_invalid, redirect_uris_required, redirect_uri_invalid, client_type_invalid, pkce_required, \
        url_invalid, description_too_long, description_invalid, too_many_apps", body = Refused),
))]
async fn create_client(
    State(registry): State<Registry>,
    author: Author,
    JsonObject(input): JsonObject<NewClient>,
) -> Result<(StatusCode, Answer<CreatedApp>)> {
    let (spec, uris) = (input.read()?, input.redirect_uris()?);
    let owner = author.user;
    let (id, revealed) = registry.create_client(author, spec, &uris).await?;
    let created = CreatedApp {
        app: registry.get(owner, id).await?,
        secret: Secret::new(&registry, revealed),
    };
    Ok((StatusCode::CREATED, Answer::new(created)))
}

/// The apps of a server; needs `manage_server`.
#[utoipa::path(get, path = "/servers/{serverId}/apps", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:read"])),
    params(("serverId" = ServerId, Path)), responses(
    (status = 200, body = Answer<Apps>),
    (status = 403, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn list_server_apps(
    State(registry): State<Registry>,
    CurrentUser(user): CurrentUser,
    Path(server): Path<ServerId>,
) -> Result<Answer<Apps>> {
    let apps = registry.list_of_server(user.id, server).await?;
    Ok(Answer::new(Apps { apps }))
}

/// Make a webhook, an integration or a widget; needs `manage_server`. The URL of a webhook or a
/// widget is shown this once.
#[utoipa::path(post, path = "/servers/{serverId}/apps", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("serverId" = ServerId, Path)), request_body = NewApp, responses(
    (status = 201, body = Answer<CreatedApp>),
    (status = 400, description = "kind_invalid, name_required, name_too_long, name_invalid, \
        description_too_long, description_invalid, channel_required, not_applicable, \
        too_many_apps, too_many_roles", body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "server_not_found, channel_not_found", body = Refused),
))]
async fn create_app(
    State(registry): State<Registry>,
    author: Author,
    Path(server): Path<ServerId>,
    JsonObject(input): JsonObject<NewApp>,
) -> Result<(StatusCode, Answer<CreatedApp>)> {
    let (name, description, kind) = input.read()?;
    let change = CreateApp {
        by: author.user,
        name,
        description,
        kind,
    };
    let (app, revealed) = registry.create(author, server, change).await?;
    let secret = Secret::new(&registry, revealed);
    let created = CreatedApp { app, secret };
    Ok((StatusCode::CREATED, Answer::new(created)))
}

/// An app, for whoever manages it.
#[utoipa::path(get, path = "/apps/{appId}", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:read"])),
    params(("appId" = AppId, Path)), responses(
    (status = 200, body = Answer<OneApp>),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn get_app(
    State(registry): State<Registry>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<AppId>,
) -> Result<Answer<OneApp>> {
    let app = registry.get(user.id, id).await?;
    Ok(Answer::new(OneApp { app }))
}

/// Change an app, for whoever manages it.
#[utoipa::path(patch, path = "/apps/{appId}", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path)), request_body = AppPatch, responses(
    (status = 200, body = Answer<OneApp>),
    (status = 400, description = "not_applicable with the field, and those of making one",
        body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found, channel_not_found", body = Refused),
))]
async fn update_app(
    State(registry): State<Registry>,
    author: Author,
    Path(id): Path<AppId>,
    JsonObject(patch): JsonObject<AppPatch>,
) -> Result<Answer<OneApp>> {
    let app = registry.update(author, id, patch).await?;
    Ok(Answer::new(OneApp { app }))
}

/// Delete an app, for whoever manages it. What it could do, it cannot when this is answered.
#[utoipa::path(delete, path = "/apps/{appId}", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path)), responses(
    (status = 204), (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn delete_app(
    State(registry): State<Registry>,
    author: Author,
    Path(id): Path<AppId>,
) -> Result<StatusCode> {
    registry.delete(author, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replace the URL or the client secret, for whoever manages the app. The new one is shown this
/// once; the old one is dead when this is answered, unless it is given a grace.
#[utoipa::path(post, path = "/apps/{appId}/rotate", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path)), request_body = Rotation, responses(
    (status = 200, body = Answer<Secret>),
    (status = 400, description = "grace_invalid, nothing_to_rotate", body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn rotate_app(
    State(registry): State<Registry>,
    author: Author,
    Path(id): Path<AppId>,
    JsonObject(rotation): JsonObject<Rotation>,
) -> Result<Answer<Secret>> {
    let revealed = registry.rotate(author, id, rotation.grace()?).await?;
    Ok(Answer::new(Secret::new(&registry, revealed)))
}
