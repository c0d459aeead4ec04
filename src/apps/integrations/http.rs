//! What integrations ask about themselves.

use axum::extract::State;
use entity::{AppId, AppTokenId, ServerId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    access::{Integration, Limits, Pace, Refused, Scopes, invalid_token},
    chat::servers::{self, Servers},
    http::Answer,
    kernel::Result,
    permission::{Permissions, Role},
};

/// What is asked about integrations. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Integrations {
    /// The facts about servers.
    pub servers: Servers,
    /// How often one may ask.
    pub limits: Limits,
}

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Integrations> {
    OpenApiRouter::new().routes(routes!(integration_whoami))
}

/// The routes of this feature, ready to serve.
pub fn router(integrations: Integrations) -> OpenApiRouter {
    routes().with_state(integrations)
}

#[derive(Serialize, ToSchema)]
struct AppRef {
    id: AppId,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct ServerRef {
    id: ServerId,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct TokenRef {
    id: AppTokenId,
    name: String,
}

/// What a token is, and what it can do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Whoami {
    app: AppRef,
    server: ServerRef,
    token: TokenRef,
    #[schema(value_type = Vec<crate::access::Scope>)]
    scopes: Scopes,
    /// What it may do in the server now: what its scopes, its role and its creator all allow.
    permissions: Permissions,
    /// Null: until it is revoked.
    #[serde(with = "entity::timestamp::millis::option")]
    expires_at: Option<Timestamp>,
}

/// Which app the token is of, for which server, and what it may be used for.
#[utoipa::path(get, path = "/integrations/me", tag = "integrations",
    security(("integration" = [])), responses(
    (status = 200, body = Answer<Whoami>),
    (status = 401, description = "unauthorized, invalid_token", body = Refused),
    (status = 403, description = "suspended, creator_lost_permission", body = Refused),
    (status = 429, description = "rate_limited", body = Refused),
))]
async fn integration_whoami(
    State(integrations): State<Integrations>,
    integration: Integration,
    pace: Pace,
) -> Result<Answer<Whoami>> {
    integration.count_read(&integrations.limits, &pace)?;
    let server = integrations.servers.find(integration.server).await?;
    let server = server.ok_or_else(invalid_token)?;
    let creator = integrations
        .servers
        .access(integration.server, integration.creator)
        .await?;
    let creator = creator.map(|access| access.standing);
    let role = server.role(integration.role);
    let role = role.map_or(NO_ROLE, servers::Role::rank);
    let standing = integration.standing(&role, creator.as_ref())?;
    Ok(Answer::new(Whoami {
        app: AppRef {
            id: integration.app,
            name: integration.name,
        },
        server: ServerRef {
            id: server.id,
            name: server.name.clone(),
        },
        token: TokenRef {
            id: integration.token,
            name: integration.token_name,
        },
        scopes: integration.scopes,
        permissions: standing.effective(),
        expires_at: integration.expires_at,
    }))
}

/// The role of an integration whose own is gone: it allows nothing.
const NO_ROLE: Role = Role {
    id: entity::RoleId(0),
    position: 0,
    permissions: Permissions::NONE,
};
