//! The part of the provider that programs call. No cookie is looked at here: a client proves itself
//! by its secret, and whoever asks about a person by a token.

use std::time::Duration;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Oauth,
    error::{ErrorCode, OAuthError, OAuthErrorBody, Result},
    http_authorize, http_grants,
    metadata::Metadata,
    model::{Introspection, TokenAnswer, UserInfo},
    params::Params,
};
use crate::{
    access::{Limit, OauthAccess, Pace, Subject},
    http::ClientAddress,
    kernel::Error,
};

/// What a client may ask of its own endpoints.
const PER_CLIENT: Limit = Limit::new(
    "oauth_client",
    |limits| limits.oauth_client,
    Duration::from_mins(1),
);
/// What may go wrong for one address, so that secrets and codes cannot be guessed.
const FAILURES: Limit = Limit::new(
    "oauth_failures",
    |limits| limits.oauth_failures,
    Duration::from_mins(1),
);

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::new()
        .routes(routes!(exchange_token))
        .routes(routes!(revoke_token))
        .routes(routes!(introspect_token))
        .routes(routes!(userinfo, userinfo_by_post))
        .routes(routes!(oauth_metadata))
        .merge(http_authorize::routes())
        .merge(http_grants::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(oauth: Oauth) -> OpenApiRouter {
    routes().with_state(oauth)
}

/// The parameters of the token endpoint.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "for the API document; the parameters are read by hand"
)]
struct TokenRequest {
    /// `authorization_code` or `refresh_token`.
    grant_type: String,
    /// The code.
    code: Option<String>,
    /// As in the authorization request, if it was there.
    redirect_uri: Option<String>,
    /// The secret behind the authorization request's `code_challenge`.
    code_verifier: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// With a refresh token: less than it is good for.
    scope: Option<String>,
    /// The client, unless it uses HTTP Basic.
    client_id: Option<String>,
    /// Its secret, unless it uses HTTP Basic or has none.
    client_secret: Option<String>,
}

/// The parameters of the endpoints about one token.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "for the API document; the parameters are read by hand"
)]
struct AboutToken {
    /// An access or refresh token.
    token: String,
    /// `access_token` or `refresh_token`.
    token_type_hint: Option<String>,
    /// The client, unless it uses HTTP Basic.
    client_id: Option<String>,
    /// Its secret, unless it uses HTTP Basic or has none.
    client_secret: Option<String>,
}

/// Exchange a code or a refresh token for tokens.
///
/// A refresh token is good for one exchange, which gives the next one.
#[utoipa::path(post, path = "/oauth/token", tag = "oauth",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
    (status = 200, body = TokenAnswer),
    (status = 400, description = "invalid_request, invalid_grant, invalid_scope, \
        unsupported_grant_type", body = OAuthErrorBody),
    (status = 401, description = "invalid_client", body = OAuthErrorBody),
    (status = 403, description = "suspended", body = OAuthErrorBody),
    (status = 429, description = "rate_limited", body = OAuthErrorBody),
), security(()))]
async fn exchange_token(State(oauth): State<Oauth>, call: Call) -> Result<Json<TokenAnswer>> {
    let client = call.client(&oauth).await?;
    let exchanged = oauth.exchange(client, &call.body, call.address).await;
    exchanged
        .map(Json)
        .map_err(|error| call.count(&oauth, error))
}

/// Give a token back. A refresh token ends together with all that came of it.
///
/// The answer is the same for tokens that are unknown.
#[utoipa::path(post, path = "/oauth/revoke", tag = "oauth",
    request_body(content = AboutToken, content_type = "application/x-www-form-urlencoded"),
    responses(
    (status = 200, description = "It is worth nothing now"),
    (status = 400, description = "invalid_request, unsupported_token_type", body = OAuthErrorBody),
    (status = 401, description = "invalid_client", body = OAuthErrorBody),
    (status = 403, description = "suspended", body = OAuthErrorBody),
    (status = 429, description = "rate_limited", body = OAuthErrorBody),
), security(()))]
async fn revoke_token(State(oauth): State<Oauth>, call: Call) -> Result<()> {
    let client = call.client(&oauth).await?;
    let token = call.body.require("token")?;
    match call.body.get("token_type_hint")? {
        None | Some("access_token" | "refresh_token") => {}
        Some(_) => {
            return Err(OAuthError::new(
                ErrorCode::UnsupportedTokenType,
                "token_type_hint has to be access_token or refresh_token",
            ));
        }
    }
    Ok(oauth.revoke(&client, token).await?)
}

/// Ask what a token of one's own is worth; for clients with a secret.
#[utoipa::path(post, path = "/oauth/introspect", tag = "oauth",
    request_body(content = AboutToken, content_type = "application/x-www-form-urlencoded"),
    responses(
    (status = 200, body = Introspection),
    (status = 400, description = "invalid_request", body = OAuthErrorBody),
    (status = 401, description = "invalid_client", body = OAuthErrorBody),
    (status = 403, description = "suspended", body = OAuthErrorBody),
    (status = 429, description = "rate_limited", body = OAuthErrorBody),
), security(()))]
async fn introspect_token(State(oauth): State<Oauth>, call: Call) -> Result<Json<Introspection>> {
    let client = call.client(&oauth).await?;
    if !client.is_confidential() {
        let error = OAuthError::invalid_client(super::error::Scheme::None);
        return Err(call.count(&oauth, error));
    }
    let token = call.body.require("token")?;
    Ok(Json(oauth.introspect(&client, token).await?))
}

/// Who the person is whose access token comes along.
#[utoipa::path(get, path = "/oauth/userinfo", tag = "oauth", responses(
    (status = 200, body = UserInfo),
    (status = 401, description = "invalid_token", body = OAuthErrorBody),
    (status = 403, description = "insufficient_scope, suspended", body = OAuthErrorBody),
), security(("oauth" = ["identify"])))]
async fn userinfo(State(oauth): State<Oauth>, access: OauthAccess) -> Result<Json<UserInfo>> {
    let person = oauth.person(access.user).await?;
    let person = person.ok_or_else(OAuthError::invalid_token)?;
    Ok(Json(oauth.userinfo(&person)))
}

/// Who the person is whose access token comes along. As `GET /oauth/userinfo`.
#[utoipa::path(post, path = "/oauth/userinfo", tag = "oauth", responses(
    (status = 200, body = UserInfo),
    (status = 401, description = "invalid_token", body = OAuthErrorBody),
    (status = 403, description = "insufficient_scope, suspended", body = OAuthErrorBody),
), security(("oauth" = ["identify"])))]
async fn userinfo_by_post(oauth: State<Oauth>, access: OauthAccess) -> Result<Json<UserInfo>> {
    userinfo(oauth, access).await
}

/// What this provider can do, for libraries.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth", responses(
    (status = 200, body = Metadata),
), security(()))]
async fn oauth_metadata(State(oauth): State<Oauth>) -> Json<Metadata> {
    Json(Metadata::of(oauth.issuer()))
}

/// A client's call of one of its own endpoints: a submitted form, and perhaps HTTP Basic.
struct Call {
    authorization: Option<String>,
    body: Params,
    pace: Pace,
    address: ClientAddress,
    from: Subject,
}

impl Call {
    /// The client that calls.
    async fn client(&self, oauth: &Oauth) -> Result<super::client::Client> {
        oauth.limits.peek(&self.pace, (FAILURES, self.from))?;
        let client = oauth
            .authenticate(self.authorization.as_deref(), &self.body)
            .await
            .map_err(|error| self.count(oauth, error))?;
        let bound = (PER_CLIENT, Subject::App(client.app));
        oauth.limits.check(&self.pace, &[bound])?;
        Ok(client)
    }

    /// Counts a refusal that somebody who guesses would get.
    fn count(&self, oauth: &Oauth, error: OAuthError) -> OAuthError {
        if matches!(
            error.code(),
            ErrorCode::InvalidClient | ErrorCode::InvalidGrant
        ) {
            // This one is answered as what it is; the next one will be refused.
            let _ = oauth.limits.check(&self.pace, &[(FAILURES, self.from)]);
        }
        error
    }
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let pace = Pace::from_request_parts(&mut parts, state).await;
        let pace = pace.map_err(IntoResponse::into_response)?;
        let client = parts.extensions.get::<ClientAddress>().copied();
        let client = client.ok_or_else(|| {
            Error::internal(anyhow::anyhow!("BUG: no client address")).into_response()
        })?;
        let text = |name| {
            let value: Option<&HeaderValue> = parts.headers.get(name);
            value.map(|value| value.to_str().unwrap_or_default().to_owned())
        };
        let kind = text(header::CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request(
                "the body has to be application/x-www-form-urlencoded; JSON is not taken",
            )
            .into_response());
        }
        let authorization = text(header::AUTHORIZATION);
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let body = body
            .map_err(|_| OAuthError::invalid_request("the body cannot be read").into_response())?;
        Ok(Self {
            authorization,
            body: Params::parse(&body).map_err(IntoResponse::into_response)?,
            pace,
            address: client,
            from: client.into(),
        })
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        tracing::debug!("refused: {self}");
        let mut response = (self.status(), Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        let challenge = self.www_authenticate();
        if let Some(challenge) = challenge.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
