//! Invites to servers over HTTP.

use axum::extract::State;
use entity::{ServerId, ServerInviteId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Communities,
    caller::By,
    http::{InServer, OneServer},
    http_input::{Author, NewInvite, Reasoned},
    invites::{CreateInvite, DeleteInvite},
    view::{InviteRow, InviteView},
};
use crate::{
    access::Refused,
    account::CurrentUser,
    http::{Answer, JsonObject, Path},
    kernel::Result,
};

pub(super) fn routes() -> OpenApiRouter<Communities> {
    OpenApiRouter::new()
        .routes(routes!(list_server_invites, create_server_invite))
        .routes(routes!(delete_server_invite))
        .routes(routes!(accept_invite))
}

#[derive(Serialize, ToSchema)]
struct OneInvite {
    invite: InviteView,
}

/// Make an invite; needs `create_invite`. Its code is shown this once.
#[utoipa::path(post, path = "/servers/{serverId}/invites", tag = "servers",
    security(("session" = [])), params(("serverId" = ServerId, Path)), request_body = NewInvite,
    responses(
    (status = 201, body = Answer<OneInvite>),
    (status = 400, description = "expires_in_invalid, max_uses_invalid, too_many_invites",
        body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn create_server_invite(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<ServerId>,
    Reasoned(reason): Reasoned,
    JsonObject(input): JsonObject<NewInvite>,
) -> Result<(StatusCode, Answer<OneInvite>)> {
    let change = CreateInvite::parse(input.expires_in, input.max_uses)?;
    let by = By::User(user.id);
    let invited = communities.make(by, id, reason, change).await?;
    let invite = InviteView::new(invited, &communities.public_url);
    Ok((StatusCode::CREATED, Answer::new(OneInvite { invite })))
}

#[derive(Serialize, ToSchema)]
struct Invites {
    invites: Vec<InviteRow>,
}

/// The invites of a server that can be used, without their codes; needs `manage_server`.
#[utoipa::path(get, path = "/servers/{serverId}/invites", tag = "servers",
    security(("session" = [])), params(("serverId" = ServerId, Path)), responses(
    (status = 200, body = Answer<Invites>), (status = 403, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn list_server_invites(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<ServerId>,
) -> Result<Answer<Invites>> {
    let invites = communities.invites(user.id, id).await?;
    Ok(Answer::new(Invites { invites }))
}

/// End an invite; needs `manage_server` unless one made it oneself.
#[utoipa::path(delete, path = "/servers/{serverId}/invites/{inviteId}", tag = "servers",
    security(("session" = [])),
    params(("serverId" = ServerId, Path), ("inviteId" = ServerInviteId, Path)), responses(
    (status = 204), (status = 403, body = Refused),
    (status = 404, description = "server_not_found, invite_not_found", body = Refused),
))]
async fn delete_server_invite(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, id)): Path<InServer<ServerInviteId>>,
    Reasoned(reason): Reasoned,
) -> Result<StatusCode> {
    let by = By::User(user.id);
    let change = DeleteInvite(id);
    communities.make(by, server, reason, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Come into a server with an invite. Who is in it already spends none of its uses.
#[utoipa::path(post, path = "/invites/{code}/accept", tag = "servers",
    security(("session" = [])), params(("code" = String, Path)), responses(
    (status = 200, body = Answer<OneServer>),
    (status = 400, description = "too_many_memberships", body = Refused),
    (status = 403, description = "banned", body = Refused),
    (status = 404, description = "invite_not_found", body = Refused),
    (status = 410, description = "invite_expired", body = Refused),
))]
async fn accept_invite(
    State(communities): State<Communities>,
    guest: Author,
    Path(code): Path<String>,
) -> Result<Answer<OneServer>> {
    let user = guest.user;
    let id = communities.accept(guest, code).await?;
    let server = communities.server(user, id).await?;
    Ok(Answer::new(OneServer { server }))
}
