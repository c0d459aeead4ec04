//! Speaking as System, over HTTP.

use axum::extract::State;
use entity::MessageId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Admin;
use crate::{
    account::Administrator,
    http::{Answer, ErrorBody, Json},
    kernel::Result,
};

pub(super) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::new().routes(routes!(dm_as_system))
}

#[derive(Deserialize, ToSchema)]
struct SystemDm {
    /// A user name.
    to: String,
    /// Markdown.
    text: String,
}

#[derive(Serialize, ToSchema)]
struct Told {
    id: MessageId,
}

/// Write to somebody as System; for admins. It is audited, with its text.
#[utoipa::path(post, path = "/api/admin/dm_as_system", tag = "admin", request_body = SystemDm,
    responses(
    (status = 200, body = Answer<Told>),
    (status = 400, description = "bad params, empty message", body = ErrorBody),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "user not found", body = ErrorBody),
    (status = 413, description = "The text is longer than messages may be", body = ErrorBody),
))]
async fn dm_as_system(
    State(admin): State<Admin>,
    Administrator(actor): Administrator,
    Json(input): Json<SystemDm>,
) -> Result<Answer<Told>> {
    let id = admin.dm_as_system(&actor, &input.to, input.text).await?;
    Ok(Answer::new(Told { id }))
}
