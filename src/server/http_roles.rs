//! Roles of servers over HTTP.

use axum::extract::State;
use entity::{RoleId, ServerId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Communities,
    caller::By,
    http::InServer,
    http_input::{NewRole, Reasoned, RolePatch},
    roles::{CreateRole, DeleteRole, UpdateRole},
    view::RoleView,
};
use crate::{
    access::{Actor, Pace, Refused},
    account::CurrentUser,
    http::{Answer, JsonObject, Path},
    kernel::Result,
};

pub(super) fn routes() -> OpenApiRouter<Communities> {
    OpenApiRouter::new()
        .routes(routes!(list_roles, create_role))
        .routes(routes!(update_role, delete_role))
}

#[derive(Serialize, ToSchema)]
struct Roles {
    roles: Vec<RoleView>,
}

#[derive(Serialize, ToSchema)]
struct OneRole {
    role: RoleView,
}

/// The roles of a server, the default one first, then by position; for its members.
#[utoipa::path(get, path = "/servers/{serverId}/roles", tag = "servers",
    security(("session" = []), ("integration" = ["read_roles"])), params(("serverId" = ServerId, Path)), responses(
    (status = 200, body = Answer<Roles>),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn list_roles(
    State(communities): State<Communities>,
    actor: Actor,
    pace: Pace,
    Path(id): Path<ServerId>,
) -> Result<Answer<Roles>> {
    let by = By::from(actor);
    communities.count_read(&pace, &by)?;
    let roles = communities.roles(&by, id).await?;
    Ok(Answer::new(Roles { roles }))
}

/// Make a role, below one's own and with permissions that one has; needs `manage_roles`.
#[utoipa::path(post, path = "/servers/{serverId}/roles", tag = "servers",
    security(("session" = [])), params(("serverId" = ServerId, Path)), request_body = NewRole,
    responses(
    (status = 201, body = Answer<OneRole>),
    (status = 400, description = "name_required, name_too_long, name_invalid, color_invalid, \
        unknown_permission:<name>, too_many_roles", body = Refused),
    (status = 403, description = "forbidden, permission_not_held, position_above_you",
        body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn create_role(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(server): Path<ServerId>,
    Reasoned(reason): Reasoned,
    JsonObject(input): JsonObject<NewRole>,
) -> Result<(StatusCode, Answer<OneRole>)> {
    let change = CreateRole {
        name: input.name()?,
        color: input.color()?,
        permissions: input.permissions()?,
        position: input.position,
    };
    let by = By::User(user.id);
    let role = communities.make(by, server, reason, change).await?;
    let role = RoleView::from(&role);
    Ok((StatusCode::CREATED, Answer::new(OneRole { role })))
}

/// Change a role below one's own; needs `manage_roles`.
#[utoipa::path(patch, path = "/servers/{serverId}/roles/{roleId}", tag = "servers",
    security(("session" = [])), params(("serverId" = ServerId, Path), ("roleId" = RoleId, Path)),
    request_body = RolePatch, responses(
    (status = 200, body = Answer<OneRole>),
    (status = 400, description = "role_is_default and those of a new one", body = Refused),
    (status = 403, description = "forbidden, role_hierarchy:<id>, permission_not_held, \
        position_above_you, last_admin", body = Refused),
    (status = 404, description = "server_not_found, role_not_found", body = Refused),
))]
async fn update_role(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, id)): Path<InServer<RoleId>>,
    Reasoned(reason): Reasoned,
    JsonObject(input): JsonObject<RolePatch>,
) -> Result<Answer<OneRole>> {
    let change = UpdateRole {
        id,
        name: input.name()?,
        color: input.color()?,
        permissions: input.permissions()?,
        position: input.position,
    };
    let by = By::User(user.id);
    let role = communities.make(by, server, reason, change).await?;
    let role = RoleView::from(&role);
    Ok(Answer::new(OneRole { role }))
}

/// Delete a role below one's own; needs `manage_roles`.
#[utoipa::path(delete, path = "/servers/{serverId}/roles/{roleId}", tag = "servers",
    security(("session" = [])), params(("serverId" = ServerId, Path), ("roleId" = RoleId, Path)),
    responses(
    (status = 204),
    (status = 400, description = "role_is_default, role_managed:<id>", body = Refused),
    (status = 403, description = "forbidden, role_hierarchy:<id>, last_admin", body = Refused),
    (status = 404, description = "server_not_found, role_not_found", body = Refused),
))]
async fn delete_role(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, id)): Path<InServer<RoleId>>,
    Reasoned(reason): Reasoned,
) -> Result<StatusCode> {
    let by = By::User(user.id);
    let change = DeleteRole(id);
    communities.make(by, server, reason, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
