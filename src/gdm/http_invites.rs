//! Invites to groups over HTTP, and the page behind their links.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, State},
    response::{IntoResponse, Redirect, Response},
    routing,
};
use entity::{ConversationId, Timestamp};
use http::{HeaderMap, Method, StatusCode, request::Parts};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Gdms,
    input::{CodeInput, NewInvite},
    invites::{Admission, InviteCode},
    service::{Joined, Preview},
};
use crate::{
    account::{CurrentUser, MaybeUser, User},
    http::{Answer, ErrorBody, Fields, Json, Navigation, Origins, Path, Query, escape, page},
    kernel::{Error, Result},
};

/// The routes of invites.
pub(super) fn routes() -> OpenApiRouter<Gdms> {
    OpenApiRouter::new()
        .routes(routes!(create_invite))
        .routes(routes!(join_by_link, join_by_code))
        .routes(routes!(join))
        .route("/join/{code}", routing::get(join_page))
}

#[derive(Serialize, ToSchema)]
struct CreatedInvite {
    invite_code: String,
    invite_url: String,
    expires_at: Timestamp,
    /// As `invite_code`.
    token: String,
    /// As `invite_url`.
    link: String,
}

/// Make an invite that lets one person in, once; for a group's owner.
///
/// The code is shown here and never again.
#[utoipa::path(post, path = "/api/gdm/invite/create", tag = "gdm",
    request_body = NewInvite, responses(
    (status = 200, body = Answer<CreatedInvite>), (status = 400, body = ErrorBody),
    (status = 403, description = "Not the owner", body = ErrorBody),
    (status = 404, body = ErrorBody),
))]
async fn create_invite(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<NewInvite>,
) -> Result<Answer<CreatedInvite>> {
    let thread = input.thread.id();
    let invite = gdms.invite(&user, thread, input.expires_in).await?;
    Ok(Answer::new(CreatedInvite {
        invite_code: invite.code.clone(),
        invite_url: invite.url.clone(),
        expires_at: invite.expires_at,
        token: invite.code,
        link: invite.url,
    }))
}

#[derive(Serialize, ToSchema)]
struct JoinedThread {
    thread_id: ConversationId,
    tid: ConversationId,
    thread_name: String,
}

impl From<Joined> for JoinedThread {
    fn from(joined: Joined) -> Self {
        Self {
            thread_id: joined.id,
            tid: joined.id,
            thread_name: joined.name,
        }
    }
}

/// The answer that older clients know.
#[derive(Serialize, ToSchema)]
struct JoinedGroup {
    id: ConversationId,
    name: String,
    /// Always empty: the standing code is the owner's.
    invite_code: String,
    #[serde(flatten)]
    thread: JoinedThread,
}

impl From<Joined> for JoinedGroup {
    fn from(joined: Joined) -> Self {
        Self {
            id: joined.id,
            name: joined.name.clone(),
            invite_code: String::new(),
            thread: joined.into(),
        }
    }
}

/// Join a group with a code.
///
/// Takes JSON, a submitted form or `multipart/form-data`. A form submitted by a browser is answered
/// with a redirect to the group or a page. A member is told so and spends nothing.
#[utoipa::path(post, path = "/api/gdm/invite/join", tag = "gdm",
    request_body = CodeInput, responses(
    (status = 200, body = Answer<JoinedThread>),
    (status = 400, description = "code required", body = ErrorBody),
    (status = 403, description = "banned from this group", body = ErrorBody),
    (status = 404, description = "invalid invite code", body = ErrorBody),
    (status = 410, description = "invite expired, invite already used", body = ErrorBody),
))]
async fn join_by_code(
    State(gdms): State<Gdms>,
    MaybeUser(user): MaybeUser,
    navigation: Navigation,
    Fields(input): Fields<CodeInput>,
) -> Result<Response> {
    let code = input.code("code required");
    enter::<JoinedThread>(&gdms, user, navigation, code).await
}

/// Join a group with a code, for older clients. As `POST /api/gdm/invite/join`.
#[utoipa::path(post, path = "/api/gdm/join", tag = "gdm", request_body = CodeInput, responses(
    (status = 200, body = Answer<JoinedGroup>),
    (status = 400, description = "invite code required", body = ErrorBody),
    (status = 403, description = "banned from this group", body = ErrorBody),
    (status = 404, description = "invalid invite code", body = ErrorBody),
    (status = 410, description = "invite expired, invite already used", body = ErrorBody),
))]
async fn join(
    State(gdms): State<Gdms>,
    MaybeUser(user): MaybeUser,
    navigation: Navigation,
    Fields(input): Fields<CodeInput>,
) -> Result<Response> {
    let code = input.code("invite code required");
    enter::<JoinedGroup>(&gdms, user, navigation, code).await
}

/// Join a group by link.
///
/// Only when somebody means it: HEAD requests, prefetches and links on other sites' pages spend
/// nothing. Browsers are sent on to a page with a button instead.
#[utoipa::path(get, path = "/api/gdm/invite/join", tag = "gdm", params(CodeInput), responses(
    (status = 200, body = Answer<JoinedThread>),
    (status = 400, description = "code required", body = ErrorBody),
    (status = 403, description = "banned from this group, confirmation", body = ErrorBody),
    (status = 404, description = "invalid invite code", body = ErrorBody),
    (status = 410, description = "invite expired, invite already used", body = ErrorBody),
))]
async fn join_by_link(
    State(gdms): State<Gdms>,
    MaybeUser(user): MaybeUser,
    Deliberate(deliberate): Deliberate,
    navigation: Navigation,
    Query(input): Query<CodeInput>,
) -> Result<Response> {
    let code = input.code("code required");
    match code {
        Ok(code) if !deliberate => ask_first(navigation, &code),
        code => enter::<JoinedThread>(&gdms, user, navigation, code).await,
    }
}

fn ask_first(navigation: Navigation, code: &InviteCode) -> Result<Response> {
    if navigation.0 {
        return Ok(Redirect::to(&format!("/join/{}", code.as_str())).into_response());
    }
    Err(Error::refused(
        "confirmation_required",
        "forbidden: joining by link takes a person's click",
    ))
}

/// Lets somebody in and says so in the way they asked.
async fn enter<T: From<Joined> + Serialize>(
    gdms: &Gdms,
    user: Option<Arc<User>>,
    navigation: Navigation,
    code: Result<InviteCode>,
) -> Result<Response> {
    let joined = match (user, code) {
        (None, Ok(code)) if navigation.0 => return Ok(to_login(&code)),
        (None, _) => return Err(Error::unauthenticated()),
        (Some(user), Ok(code)) => gdms.join(&user, code).await,
        (Some(_), Err(error)) => Err(error),
    };
    match joined {
        Ok(joined) if navigation.0 => Ok(Redirect::to(&chat_of(joined.id)).into_response()),
        Ok(joined) => Ok(Answer::new(T::from(joined)).into_response()),
        Err(error) if navigation.0 => Ok(refusal_page(error)),
        Err(error) => Err(error),
    }
}

/// The page behind an invite's link. Opening it joins nothing; its button does.
async fn join_page(
    State(gdms): State<Gdms>,
    MaybeUser(user): MaybeUser,
    Path(code): Path<String>,
) -> Response {
    let code = match InviteCode::parse(&code) {
        Ok(code) => code,
        Err(error) => return refusal_page(error),
    };
    let Some(user) = user else {
        return to_login(&code);
    };
    match gdms.preview(&user, &code).await {
        Ok(preview) => invitation_page(&preview, &code),
        Err(error) => refusal_page(error),
    }
}

fn to_login(code: &InviteCode) -> Response {
    Redirect::to(&format!("/login?redirect=/join/{}", code.as_str())).into_response()
}

fn chat_of(id: ConversationId) -> String {
    format!("/chat?c=gdm:{id}")
}

fn invitation_page(preview: &Preview, code: &InviteCode) -> Response {
    let name = escape(&preview.group.name);
    let body = match preview.admission {
        Admission::Granted => format!(
            "<p>You are invited to the group <strong>{name}</strong>.</p>\
             <form method=\"post\" action=\"/api/gdm/invite/join\">\
             <input type=\"hidden\" name=\"code\" value=\"{}\">\
             <button>Join the group</button></form>",
            code.as_str()
        ),
        Admission::AlreadyIn => format!(
            "<p>You are in the group <strong>{name}</strong> already.</p>\
             <a class=\"button\" href=\"{}\">Open the group</a>",
            chat_of(preview.group.id)
        ),
    };
    page(StatusCode::OK, "Invite", &body)
}

fn refusal_page(error: Error) -> Response {
    let body = format!(
        "<p role=\"alert\">This did not work: {}.</p>\
         <a class=\"button\" href=\"/chat\">Go to the chat</a>",
        escape(error.text())
    );
    let status = error.into_response().status();
    page(status, "Invite", &body)
}

/// Whether a GET is what a person wants now, rather than what a browser does ahead of time or
/// another site's page makes it do.
struct Deliberate(bool);

impl Deliberate {
    fn of(method: &Method, headers: &HeaderMap, origins: &Origins) -> Self {
        const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
        let is_ahead_of_time = PURPOSES.iter().any(|name| {
            let value = headers.get(*name).and_then(|value| value.to_str().ok());
            value.is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                ["prefetch", "prerender", "preview"]
                    .iter()
                    .any(|purpose| value.contains(purpose))
            })
        });
        Self(method != Method::HEAD && !is_ahead_of_time && origins.admit(headers))
    }
}

impl<S: Sync> FromRequestParts<S> for Deliberate {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let origins = parts.extensions.get::<Origins>();
        let origins = origins
            .ok_or_else(|| Error::internal(anyhow::anyhow!("BUG: the origins are missing")))?;
        Ok(Self::of(&parts.method, &parts.headers, origins))
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::Deliberate;
    use crate::{http::Origins, kernel::Config};

    fn deliberate(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                let name = HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            })
            .collect();
        Deliberate::of(method, &headers, &Origins::new(&Config::default())).0
    }

    #[test]
    fn only_a_person_who_means_it_spends_an_invite() {
        assert!(deliberate(&Method::GET, &[]));
        assert!(deliberate(&Method::GET, &[("sec-fetch-site", "none")]));
        assert!(deliberate(
            &Method::GET,
            &[("origin", "http://localhost:8080")]
        ));
        assert!(!deliberate(&Method::HEAD, &[]));
        for header in [
            ("purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("x-moz", "Prefetch"),
            ("x-purpose", "preview"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            assert!(!deliberate(&Method::GET, &[header]), "{header:?}");
        }
    }
}
