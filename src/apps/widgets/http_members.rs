//! The part of widgets that is for the members of a server.

use axum::extract::State;
use entity::{AppId, ServerId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Widgets,
    manage::{Pin, SetBadge},
    model::WidgetView,
};
use crate::{
    access::Refused,
    account::CurrentUser,
    http::Path,
    kernel::{Error, Result},
    server::Author,
};

/// The routes for members.
pub(super) fn routes() -> OpenApiRouter<Widgets> {
    OpenApiRouter::new()
        .routes(routes!(list_widgets))
        .routes(routes!(pin_widget, unpin_widget))
        .routes(routes!(create_badge, delete_badge))
}

#[derive(Serialize, ToSchema)]
struct WidgetList {
    widgets: Vec<WidgetView>,
}

/// The widgets of a server, the oldest first; hidden ones only for who may manage the server.
#[utoipa::path(get, path = "/servers/{serverId}/widgets", tag = "widgets",
    params(("serverId" = ServerId, Path)), responses(
    (status = 200, body = WidgetList), (status = 401, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
), security(("session" = [])))]
async fn list_widgets(
    State(widgets): State<Widgets>,
    CurrentUser(user): CurrentUser,
    Path(server): Path<ServerId>,
) -> Result<axum::Json<WidgetList>> {
    let widgets = widgets.list(user.id, server).await?;
    Ok(axum::Json(WidgetList { widgets }))
}

/// Show a widget under the header of its server, instead of the one that was there.
#[utoipa::path(put, path = "/servers/{serverId}/widgets/{appId}/pin", tag = "widgets",
    params(("serverId" = ServerId, Path), ("appId" = AppId, Path)), responses(
    (status = 204, description = "It is pinned"), (status = 401, body = Refused),
    (status = 403, description = "forbidden", body = Refused),
    (status = 404, description = "server_not_found, widget_not_found", body = Refused),
    (status = 409, description = "widget_invisible", body = Refused),
), security(("session" = []), ("oauth" = ["apps:write"])))]
async fn pin_widget(
    State(widgets): State<Widgets>,
    author: Author,
    Path((server, app)): Path<(ServerId, AppId)>,
) -> Result<StatusCode> {
    let pinned = true;
    widgets.change(author, server, Pin { app, pinned }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a widget from under the header of its server.
#[utoipa::path(delete, path = "/servers/{serverId}/widgets/{appId}/pin", tag = "widgets",
    params(("serverId" = ServerId, Path), ("appId" = AppId, Path)), responses(
    (status = 204, description = "It is not pinned"), (status = 401, body = Refused),
    (status = 403, description = "forbidden", body = Refused),
    (status = 404, description = "server_not_found, widget_not_found", body = Refused),
), security(("session" = []), ("oauth" = ["apps:write"])))]
async fn unpin_widget(
    State(widgets): State<Widgets>,
    author: Author,
    Path((server, app)): Path<(ServerId, AppId)>,
) -> Result<StatusCode> {
    let pinned = false;
    widgets.change(author, server, Pin { app, pinned }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
struct BadgeUrl {
    /// Where the badge is read; shown this once.
    url: String,
}

/// Give a widget's badge an address. The one before, if there was one, is dead.
#[utoipa::path(post, path = "/servers/{serverId}/widgets/{appId}/badge", tag = "widgets",
    params(("serverId" = ServerId, Path), ("appId" = AppId, Path)), responses(
    (status = 201, body = BadgeUrl), (status = 401, body = Refused),
    (status = 403, description = "forbidden", body = Refused),
    (status = 404, description = "server_not_found, widget_not_found", body = Refused),
), security(("session" = []), ("oauth" = ["apps:write"])))]
async fn create_badge(
    State(widgets): State<Widgets>,
    author: Author,
    Path((server, app)): Path<(ServerId, AppId)>,
) -> Result<(StatusCode, axum::Json<BadgeUrl>)> {
    let readable = true;
    let change = SetBadge { app, readable };
    let token = widgets.change(author, server, change).await?;
    let token = token.ok_or_else(Error::not_found)?;
    let url = format!(
        "{}/widgets/{app}/badge.json?token={}",
        widgets.public_url,
        token.expose()
    );
    Ok((StatusCode::CREATED, axum::Json(BadgeUrl { url })))
}

/// Take the address of a widget's badge away.
#[utoipa::path(delete, path = "/servers/{serverId}/widgets/{appId}/badge", tag = "widgets",
    params(("serverId" = ServerId, Path), ("appId" = AppId, Path)), responses(
    (status = 204, description = "It has none"), (status = 401, body = Refused),
    (status = 403, description = "forbidden", body = Refused),
    (status = 404, description = "server_not_found, widget_not_found", body = Refused),
), security(("session" = []), ("oauth" = ["apps:write"])))]
async fn delete_badge(
    State(widgets): State<Widgets>,
    author: Author,
    Path((server, app)): Path<(ServerId, AppId)>,
) -> Result<StatusCode> {
    let readable = false;
    let change = SetBadge { app, readable };
    widgets.change(author, server, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
