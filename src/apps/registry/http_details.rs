//! What belongs to single apps, over HTTP: tokens, signing secrets, and what came in.

use axum::extract::State;
use entity::{AppId, AppTokenId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Registry,
    http::OneApp,
    input_details::{DeliveryPage, NewSigning, NewToken},
    view::{AppView, DeliveryView, TokenView},
};
use crate::{
    access::Refused,
    account::CurrentUser,
    http::{Answer, JsonObject, Path, Query},
    kernel::Result,
    server::Author,
};

pub(super) fn routes() -> OpenApiRouter<Registry> {
    OpenApiRouter::new()
        .routes(routes!(list_tokens, create_token))
        .routes(routes!(revoke_app_token))
        .routes(routes!(adopt_app))
        .routes(routes!(sign_app, unsign_app))
        .routes(routes!(list_deliveries))
}

#[derive(Serialize, ToSchema)]
struct Tokens {
    tokens: Vec<TokenView>,
}

/// A new token, and what is shown of it once.
#[derive(Serialize, ToSchema)]
struct CreatedToken {
    token: TokenView,
    /// The token itself, for `Authorization: Bearer`.
    secret: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Signed {
    app: AppView,
    /// What posts are to be signed with.
    signing_secret: String,
}

#[derive(Serialize, ToSchema)]
struct DeliveryLog {
    /// The newest first.
    deliveries: Vec<DeliveryView>,
}

/// The tokens of an integration, for its managers.
#[utoipa::path(get, path = "/apps/{appId}/tokens", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:read"])),
    params(("appId" = AppId, Path)), responses(
    (status = 200, body = Answer<Tokens>),
    (status = 400, description = "not_applicable", body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn list_tokens(
    State(registry): State<Registry>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<AppId>,
) -> Result<Answer<Tokens>> {
    let tokens = registry.tokens(user.id, id).await?;
    Ok(Answer::new(Tokens { tokens }))
}

/// Make a token for an integration, which is shown this once. It can do no more than its scopes,
/// the integration's own role and whoever makes it.
#[utoipa::path(post, path = "/apps/{appId}/tokens", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path)), request_body = NewToken, responses(
    (status = 201, body = Answer<CreatedToken>),
    (status = 400, description = "name_required, name_too_long, name_invalid, scopes_required, \
        unknown_scope:<name>, expires_in_days_invalid, not_applicable, too_many_tokens",
        body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn create_token(
    State(registry): State<Registry>,
    author: Author,
    Path(id): Path<AppId>,
    JsonObject(input): JsonObject<NewToken>,
) -> Result<(StatusCode, Answer<CreatedToken>)> {
    let (token, secret) = registry.create_token(author, id, input.read()?).await?;
    let secret = secret.expose().to_owned();
    let created = CreatedToken { token, secret };
    Ok((StatusCode::CREATED, Answer::new(created)))
}

/// Revoke a token of an integration. It is dead when this is answered.
#[utoipa::path(delete, path = "/apps/{appId}/tokens/{tokenId}", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path), ("tokenId" = AppTokenId, Path)), responses(
    (status = 204), (status = 403, body = Refused),
    (status = 404, description = "app_not_found, token_not_found", body = Refused),
))]
async fn revoke_app_token(
    State(registry): State<Registry>,
    author: Author,
    Path((id, token)): Path<(AppId, AppTokenId)>,
) -> Result<StatusCode> {
    registry.revoke_token(author, id, token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take over an integration's tokens whose creators do not manage the server any more, so that they
/// can be used again.
#[utoipa::path(post, path = "/apps/{appId}/adopt", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path)), responses(
    (status = 200, body = Answer<OneApp>),
    (status = 400, description = "not_applicable", body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn adopt_app(
    State(registry): State<Registry>,
    author: Author,
    Path(id): Path<AppId>,
) -> Result<Answer<OneApp>> {
    let app = registry.adopt(author, id).await?;
    Ok(Answer::new(OneApp { app }))
}

/// Take only signed posts to a webhook, with a secret that is shown this once. The one before it
/// holds as well, so that it can be replaced without a gap.
#[utoipa::path(post, path = "/apps/{appId}/signing", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path)), request_body = NewSigning, responses(
    (status = 201, body = Answer<Signed>),
    (status = 400, description = "secret_invalid, not_applicable", body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn sign_app(
    State(registry): State<Registry>,
    author: Author,
    Path(id): Path<AppId>,
    JsonObject(input): JsonObject<NewSigning>,
) -> Result<(StatusCode, Answer<Signed>)> {
    let (app, signing_secret) = registry.sign(author, id, input.secret()?).await?;
    let signed = Signed {
        app,
        signing_secret,
    };
    Ok((StatusCode::CREATED, Answer::new(signed)))
}

/// Take posts to a webhook without signatures again.
#[utoipa::path(delete, path = "/apps/{appId}/signing", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:write"])),
    params(("appId" = AppId, Path)), responses(
    (status = 200, body = Answer<OneApp>),
    (status = 400, description = "not_applicable", body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn unsign_app(
    State(registry): State<Registry>,
    author: Author,
    Path(id): Path<AppId>,
) -> Result<Answer<OneApp>> {
    let app = registry.unsign(author, id).await?;
    Ok(Answer::new(OneApp { app }))
}

/// What came in from an app in the last seven days, without what it said; for its managers.
#[utoipa::path(get, path = "/apps/{appId}/deliveries", tag = "apps",
    security(("session" = []), ("oauth" = ["apps:read"])),
    params(("appId" = AppId, Path), DeliveryPage), responses(
    (status = 200, body = Answer<DeliveryLog>),
    (status = 403, body = Refused),
    (status = 404, description = "app_not_found", body = Refused),
))]
async fn list_deliveries(
    State(registry): State<Registry>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<AppId>,
    Query(page): Query<DeliveryPage>,
) -> Result<Answer<DeliveryLog>> {
    let limit = page.limit();
    let deliveries = registry.deliveries(user.id, id, page.before, limit).await?;
    Ok(Answer::new(DeliveryLog { deliveries }))
}
