//! Servers over HTTP. Channels, roles and people have files of their own: `http_*`.

use axum::extract::State;
use entity::{ServerId, UserId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Communities,
    caller::By,
    changes::{DeleteServer, UpdateServer},
    http_channels,
    http_input::{AuditPage, Author, NewServer, Reasoned, ServerPatch},
    http_invites, http_members, http_roles,
    view::{AuditView, ServerRow, ServerView, WholeServer},
};
use crate::{
    access::{Actor, Pace, Refused},
    account::CurrentUser,
    http::{Answer, JsonObject, Path, Query},
    kernel::Result,
};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Communities> {
    OpenApiRouter::new()
        .routes(routes!(list_servers, create_server))
        .routes(routes!(get_server, update_server, delete_server))
        .routes(routes!(list_audit))
        .merge(http_channels::routes())
        .merge(http_roles::routes())
        .merge(http_members::routes())
        .merge(http_invites::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(communities: Communities) -> OpenApiRouter {
    routes().with_state(communities)
}

#[derive(Serialize, ToSchema)]
struct Servers {
    servers: Vec<ServerRow>,
}

/// A server.
#[derive(Serialize, ToSchema)]
pub(super) struct OneServer {
    pub(super) server: ServerView,
}

#[derive(Serialize, ToSchema)]
struct AuditLog {
    entries: Vec<AuditView>,
}

/// The servers that one is in.
#[utoipa::path(get, path = "/servers", tag = "servers",
    security(("session" = []), ("oauth" = ["servers:read"])), responses(
    (status = 200, body = Answer<Servers>), (status = 401, body = Refused),
    (status = 403, description = "insufficient_scope", body = Refused),
))]
async fn list_servers(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<Servers>> {
    let servers = communities.list(user.id).await?;
    Ok(Answer::new(Servers { servers }))
}

/// Make a server, with a channel called general.
#[utoipa::path(post, path = "/servers", tag = "servers", security(("session" = [])),
    request_body = NewServer, responses(
    (status = 201, body = Answer<OneServer>),
    (status = 400, description = "name_required, name_too_long, name_invalid, too_many_servers, \
        too_many_memberships", body = Refused),
))]
async fn create_server(
    State(communities): State<Communities>,
    owner: Author,
    JsonObject(input): JsonObject<NewServer>,
) -> Result<(StatusCode, Answer<OneServer>)> {
    let user = owner.user;
    let id = communities.create(owner, input.name()?).await?;
    let server = communities.server(user, id).await?;
    Ok((StatusCode::CREATED, Answer::new(OneServer { server })))
}

/// A server with its channels and roles, and what one is in it; for its members.
#[utoipa::path(get, path = "/servers/{serverId}", tag = "servers",
    security(("session" = []), ("oauth" = ["servers:read"])),
    params(("serverId" = ServerId, Path)), responses(
    (status = 200, body = Answer<WholeServer>),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn get_server(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<ServerId>,
) -> Result<Answer<WholeServer>> {
    Ok(Answer::new(communities.whole(user.id, id).await?))
}

/// Rename a server, or hand it over; needs `manage_server`, and to hand it over to be the owner.
#[utoipa::path(patch, path = "/servers/{serverId}", tag = "servers", security(("session" = [])),
    params(("serverId" = ServerId, Path)), request_body = ServerPatch, responses(
    (status = 200, body = Answer<OneServer>),
    (status = 403, body = Refused),
    (status = 404, description = "server_not_found, membership_not_found", body = Refused),
))]
async fn update_server(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<ServerId>,
    Reasoned(reason): Reasoned,
    JsonObject(input): JsonObject<ServerPatch>,
) -> Result<Answer<OneServer>> {
    if let Some(owner) = input.owner_id {
        communities.require_welcome(owner).await?;
    }
    let change = UpdateServer {
        name: input.name()?,
        owner: input.owner_id,
    };
    let by = By::User(user.id);
    communities.make(by, id, reason, change).await?;
    let server = communities.server(user.id, id).await?;
    Ok(Answer::new(OneServer { server }))
}

/// Delete a server for everybody; for its owner.
#[utoipa::path(delete, path = "/servers/{serverId}", tag = "servers", security(("session" = [])),
    params(("serverId" = ServerId, Path)), responses(
    (status = 204), (status = 403, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn delete_server(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<ServerId>,
    Reasoned(reason): Reasoned,
) -> Result<StatusCode> {
    let by = By::User(user.id);
    communities.make(by, id, reason, DeleteServer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was done in a server, the newest first; needs `view_audit_log`.
#[utoipa::path(get, path = "/servers/{serverId}/audit", tag = "servers",
    security(("session" = []), ("integration" = ["read_audit_log"])), params(("serverId" = ServerId, Path), AuditPage), responses(
    (status = 200, body = Answer<AuditLog>), (status = 403, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn list_audit(
    State(communities): State<Communities>,
    actor: Actor,
    pace: Pace,
    Path(id): Path<ServerId>,
    Query(span): Query<AuditPage>,
) -> Result<Answer<AuditLog>> {
    let by = By::from(actor);
    communities.count_read(&pace, &by)?;
    let entries = communities.audit(&by, id, span.before, span.limit());
    let entries = entries.await?;
    Ok(Answer::new(AuditLog { entries }))
}

/// A path to a person in a server.
pub(super) type InServer<T = UserId> = (ServerId, T);
