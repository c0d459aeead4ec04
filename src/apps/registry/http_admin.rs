//! What admins do with apps, over HTTP.

use axum::extract::State;
use entity::AppId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Registry, input::Suspension, model::Suspend};
use crate::{
    account::Administrator,
    http::{Done, ErrorBody, Json, Path},
    kernel::Result,
    server::{Author, Reasoned},
};

pub(super) fn routes() -> OpenApiRouter<Registry> {
    OpenApiRouter::new()
        .routes(routes!(suspend_app))
        .routes(routes!(unsuspend_app))
}

/// Suspend an app; for admins. Whatever it asks for is refused when this is answered.
#[utoipa::path(post, path = "/api/admin/apps/{appId}/suspend", tag = "admin",
    security(("session" = [])), params(("appId" = AppId, Path)), request_body = Suspension,
    responses(
    (status = 200, body = Done),
    (status = 400, description = "reason_too_long, reason_invalid", body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, description = "app_not_found", body = ErrorBody),
))]
async fn suspend_app(
    State(registry): State<Registry>,
    Administrator(admin): Administrator,
    Path(id): Path<AppId>,
    Reasoned(header): Reasoned,
    Json(input): Json<Suspension>,
) -> Result<Done> {
    let told = header.as_ref().map(|reason| reason.as_str().to_owned());
    let reason = input.reason()?.or(told);
    let admin = Author {
        user: admin.id,
        reason: header,
    };
    registry.suspend(admin, id, Suspend::On { reason }).await?;
    Ok(Done::default())
}

/// Suspend an app no more; for admins.
#[utoipa::path(post, path = "/api/admin/apps/{appId}/unsuspend", tag = "admin",
    security(("session" = [])), params(("appId" = AppId, Path)), request_body = Suspension,
    responses(
    (status = 200, body = Done),
    (status = 400, description = "reason_too_long, reason_invalid", body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, description = "app_not_found", body = ErrorBody),
))]
async fn unsuspend_app(
    State(registry): State<Registry>,
    Administrator(admin): Administrator,
    Path(id): Path<AppId>,
    Reasoned(reason): Reasoned,
) -> Result<Done> {
    let user = admin.id;
    let admin = Author { user, reason };
    registry.suspend(admin, id, Suspend::Off).await?;
    Ok(Done::default())
}
