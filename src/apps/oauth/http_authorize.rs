//! The part of the provider that people see: `/oauth/authorize`.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Bytes,
    extract::{FromRequestParts, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use tower_sessions::Session;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Oauth,
    authorize::{Refusal, Request, Step},
    client::Client,
    csrf,
    error::{ErrorCode, OAuthError},
    page::{self, Page, Person, Question},
    params::Params,
};
use crate::{
    access::{Limit, Pace, Subject},
    account::{MaybeUser, User},
    http::{ClientAddress, waypoint},
    kernel::{Error, Result},
};

/// How often one person, or an address where nobody is signed in, may come.
const VISITS: Limit = Limit::new(
    "oauth_authorize",
    |limits| limits.oauth_authorize,
    Duration::from_mins(1),
);

/// The routes that people see.
pub(super) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::new().routes(routes!(authorize, decide_authorization))
}

/// Ask a person to sign in to an app.
///
/// A person's browser is sent here by the app. They sign in, agree, and are sent back to the app's
/// redirect URI with `code`, `state` and `iss`, or with `error`. What is wrong with `client_id` or
/// `redirect_uri` is shown to the person instead.
#[utoipa::path(get, path = "/oauth/authorize", tag = "oauth", params(
    ("response_type" = String, Query, description = "`code`"),
    ("client_id" = String, Query, description = "The app"),
    ("redirect_uri" = Option<String>, Query, description = "One that the app has registered; may \
        be left out if there is only one"),
    ("scope" = Option<String>, Query, description = "`identify`, which is also the default. \
        The developer portal's own client can ask for `apps:read`, `apps:write` and `servers:read`"),
    ("state" = Option<String>, Query, description = "Sent back as it is, at most 2048 bytes"),
    ("code_challenge" = Option<String>, Query, description = "PKCE; public clients have to"),
    ("code_challenge_method" = Option<String>, Query, description = "`S256`"),
    ("prompt" = Option<String>, Query, description = "`none`, `login`, `consent`"),
    ("login_hint" = Option<String>, Query, description = "The name to fill the form in with"),
), responses(
    (status = 200, description = "A page: sign in, or agree", content_type = "text/html"),
    (status = 303, description = "Back to the app"),
    (status = 400, description = "A page: the app made a mistake", content_type = "text/html"),
    (status = 403, description = "A page: the app is suspended", content_type = "text/html"),
    (status = 429, description = "A page: too often", content_type = "text/html"),
), security(("session" = []), ()))]
async fn authorize(
    State(oauth): State<Oauth>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    match Visit::begin(&oauth, visitor, query.as_bytes()).await {
        Ok(visit) => visit.go_on().await.unwrap_or_else(failed),
        Err(refused) => refused,
    }
}

/// Answer what the page of `GET /oauth/authorize` asks.
///
/// Only that page can: it carries a proof that it was shown in this session.
#[utoipa::path(post, path = "/oauth/authorize", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Back to the app"),
    (status = 400, description = "A page: the app made a mistake", content_type = "text/html"),
    (status = 403, description = "A page: not from the page that asks", content_type = "text/html"),
    (status = 429, description = "A page: too often", content_type = "text/html"),
), security(("session" = []), ()))]
async fn decide_authorization(
    State(oauth): State<Oauth>,
    visitor: Visitor,
    body: Bytes,
) -> Response {
    match Visit::begin(&oauth, visitor, &body).await {
        Ok(visit) => visit.decide().await.unwrap_or_else(failed),
        Err(refused) => refused,
    }
}

/// Whoever came, and how often they may.
struct Visitor {
    /// Nobody, or who they are; an error for somebody who is banned.
    user: Result<MaybeUser>,
    session: Session,
    pace: Pace,
    from: Subject,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let user = MaybeUser::from_request_parts(parts, state).await;
        let session = Session::from_request_parts(parts, state).await;
        let pace = Pace::from_request_parts(parts, state).await;
        let address = Extension::<ClientAddress>::from_request_parts(parts, state).await;
        let Extension(address) = address.map_err(IntoResponse::into_response)?;
        Ok(Self {
            user,
            session: session.map_err(IntoResponse::into_response)?,
            pace: pace.map_err(failed)?,
            from: address.into(),
        })
    }
}

/// A person who came with a request that can be answered.
struct Visit<'a> {
    oauth: &'a Oauth,
    client: Client,
    request: Request,
    params: Params,
    /// Who they are, with the secret of their session, once they are signed in.
    person: Option<(Arc<User>, String)>,
}

impl<'a> Visit<'a> {
    /// Reads the request, or answers it where there is nothing to go on with.
    async fn begin(oauth: &'a Oauth, visitor: Visitor, encoded: &[u8]) -> Result<Self, Response> {
        let MaybeUser(user) = visitor.user.map_err(failed)?;
        let whose = user
            .as_ref()
            .map_or(visitor.from, |user| Subject::User(user.id));
        let counted = oauth.limits.check(&visitor.pace, &[(VISITS, whose)]);
        counted.map_err(failed)?;
        let params = Params::parse(encoded).map_err(|error| mistake(&error))?;
        let client_id = params
            .require("client_id")
            .map_err(|error| mistake(&error))?;
        let client = oauth.client(client_id).await.map_err(failed)?;
        let unknown = || mistake(&OAuthError::invalid_request("there is no such client_id"));
        let client = client.ok_or_else(unknown)?;
        if client.is_suspended {
            let text = "This app is suspended.";
            return Err(show(StatusCode::FORBIDDEN, page::failure(text)));
        }
        let request = match Request::read(&params, &client) {
            Ok(request) => request,
            Err(Refusal::Page(error)) => return Err(mistake(&error)),
            Err(Refusal::Redirect(destination, error)) => {
                let back = destination.with_error(&error, oauth.issuer());
                let knows = knows(oauth, user.as_deref(), &client).await;
                let sends = is_silent(&params) || knows.map_err(failed)?;
                return Err(if sends {
                    send(&back)
                } else {
                    let page = page::error_of(&error, &client.card, (&destination, &back));
                    show(StatusCode::BAD_REQUEST, page)
                });
            }
        };
        let session = visitor.session.id().map(|id| id.to_string());
        Ok(Self {
            oauth,
            client,
            request,
            params,
            person: user.zip(session),
        })
    }

    async fn go_on(self) -> Result<Response> {
        let has_consented = match &self.person {
            Some((user, _)) => {
                let request = &self.request;
                let consented = self.oauth.has_consented(user.id, &self.client, request);
                consented.await?
            }
            None => false,
        };
        match (
            self.request.next(self.person.is_some(), has_consented),
            &self.person,
        ) {
            (Step::Refuse(error), _) => Ok(self.send_back(&error)),
            (Step::Grant, Some((user, _))) => self.grant(user).await,
            (Step::Consent, Some((user, session))) => self.ask(user, session).await,
            _ => self.sign_in().await,
        }
    }

    async fn decide(self) -> Result<Response> {
        let Some((user, session)) = &self.person else {
            return self.sign_in().await;
        };
        let sent = |name| self.params.get(name).ok().flatten();
        let proof = sent("csrf").unwrap_or_default();
        if !csrf::is_valid(proof, session, &self.request) {
            let text = "This page is out of date. Go back to the app and begin again.";
            return Ok(show(StatusCode::FORBIDDEN, page::failure(text)));
        }
        match sent("decision") {
            Some("allow") => self.grant(user).await,
            _ => Ok(self.send_back(&denied())),
        }
    }

    async fn ask(&self, user: &User, session: &str) -> Result<Response> {
        let page = page::consent(&Question {
            request: &self.request,
            card: &self.client.card,
            owner: &self.oauth.owner_of(&self.client).await?,
            is_portal: self.client.first_party,
            person: Person {
                username: &user.username,
            },
            csrf: &csrf::token(session, &self.request),
        });
        Ok(show(StatusCode::OK, page))
    }

    async fn sign_in(&self) -> Result<Response> {
        let owner = self.oauth.owner_of(&self.client).await?;
        let destination = &self.request.destination;
        let cancel = destination.with_error(&denied(), self.oauth.issuer());
        let page = page::sign_in(&self.request, &self.client.card, &owner, &cancel);
        Ok(show(StatusCode::OK, page))
    }

    async fn grant(&self, user: &User) -> Result<Response> {
        let code = self.oauth.allow(user.id, &self.client, &self.request);
        let code = code.await?;
        let destination = &self.request.destination;
        Ok(send(&destination.with_code(&code, self.oauth.issuer())))
    }

    fn send_back(&self, error: &OAuthError) -> Response {
        let destination = &self.request.destination;
        send(&destination.with_error(error, self.oauth.issuer()))
    }
}

/// Whether somebody has allowed the client anything. Anybody can register one: who has nothing to do
/// with it is not sent to its address unasked (RFC 9700, 4.11.2).
async fn knows(oauth: &Oauth, user: Option<&User>, client: &Client) -> Result<bool> {
    match user {
        Some(user) => oauth.is_connected(user.id, client).await,
        None => Ok(false),
    }
}

/// Whether the client wants its answer without anything being shown.
fn is_silent(params: &Params) -> bool {
    let prompt = params.get("prompt").ok().flatten();
    prompt.is_some_and(|prompt| prompt.split(' ').any(|word| word == "none"))
}

fn denied() -> OAuthError {
    OAuthError::new(ErrorCode::AccessDenied, "the person said no")
}

fn mistake(error: &OAuthError) -> Response {
    show(StatusCode::BAD_REQUEST, page::error(error))
}

fn failed(error: Error) -> Response {
    let page = page::failure(&format!("{}.", error.text()));
    let refused = error.into_response();
    let mut response = show(refused.status(), page);
    if let Some(seconds) = refused.headers().get(header::RETRY_AFTER) {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, seconds.clone());
    }
    response
}

/// A page that nobody can frame.
fn show(status: StatusCode, page: Page) -> Response {
    let mut response = waypoint(status, &page.title, &page.body.into_string());
    let headers = response.headers_mut();
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    keep_private(&mut response);
    response
}

/// Sends the browser on with a GET, whatever it came with.
fn send(url: &str) -> Response {
    let mut response = Redirect::to(url).into_response();
    keep_private(&mut response);
    response
}

/// Neither caches nor other sites learn of the address, which holds codes. The page itself says
/// `same-origin`, which comes to the same but lets browsers say where its form comes from.
fn keep_private(response: &mut Response) {
    const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
}
