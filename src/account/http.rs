//! The account feature over HTTP.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing,
};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Accounts, SessionStore, http_me, http_reset,
    model::{LoginSource, User},
    return_url,
    service::Registration,
    session_store::{ADDRESS, USER, USER_AGENT},
};
use crate::{
    http::{Answer, Done, ErrorBody, Fields, Json, Navigation, assets, escape, waypoint},
    kernel::{Error, Result, error::ErrorKind},
};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Accounts> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(register))
        .routes(routes!(logout))
        .routes(routes!(store_return_url))
        .merge(http_me::routes())
        .merge(http_reset::routes())
        // The pages behind the same paths are the web client's.
        .route("/login", routing::get(assets::serve))
        .route("/register", routing::get(assets::serve))
        .route("/reset-password", routing::get(assets::serve))
        .route("/logout", routing::get(logout_link))
}

/// The routes of this feature, ready to serve.
pub fn router(accounts: Accounts) -> OpenApiRouter {
    routes().with_state(accounts)
}

#[derive(Deserialize, ToSchema)]
struct Credentials {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize, ToSchema)]
struct NewAccount {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    email: Option<String>,
    /// Only for the first account, when the server can be reached from other machines.
    setup_token: Option<String>,
}

#[derive(Deserialize)]
struct ReturnTo {
    redirect: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SignedIn {
    username: String,
    /// Where to go next.
    redirect: String,
}

/// Sign in.
///
/// Takes JSON, a submitted form or `multipart/form-data`, and sets the session cookie. A form
/// submitted by a browser is answered with a redirect or a page.
#[utoipa::path(post, path = "/login", tag = "account", request_body = Credentials, responses(
    (status = 200, body = Answer<SignedIn>),
    (status = 401, description = "Invalid username or password", body = ErrorBody),
    (status = 403, description = "You are banned", body = ErrorBody),
    (status = 429, description = "Too many attempts", body = ErrorBody),
))]
async fn login(
    State(accounts): State<Accounts>,
    session: Session,
    source: LoginSource,
    navigation: Navigation,
    uri: Uri,
    headers: HeaderMap,
    Fields(credentials): Fields<Credentials>,
) -> Result<Response> {
    let redirect = asked_for(&uri);
    let signed_in = accounts
        .sign_in(&credentials.username, credentials.password, &source)
        .await;
    let user = match signed_in {
        Ok(user) => user,
        Err(error) if navigation.0 => {
            // Whoever mistypes still gets to where they wanted to go.
            let again = redirect.as_deref().map(returning_to);
            let action = again.as_deref().unwrap_or("/login");
            return Ok(form_page("Sign in", action, &error));
        }
        Err(error) => return Err(error),
    };
    begin_session(&accounts, &session, &user, &source).await?;
    if let Err(error) = accounts.require_unchanged(&user).await {
        end_current_session(&accounts, &session).await?;
        return Err(error);
    }
    let kept = return_url::kept(&headers);
    let forget = kept.as_ref().map(|_| return_url::forget()).transpose()?;
    let redirect = redirect.or(kept).unwrap_or_else(|| "/chat".to_owned());
    let mut response = if navigation.0 {
        Redirect::to(&redirect).into_response()
    } else {
        Answer::new(SignedIn {
            username: user.username.clone(),
            redirect,
        })
        .into_response()
    };
    if let Some(forget) = forget {
        response.headers_mut().append(header::SET_COOKIE, forget);
    }
    Ok(response)
}

#[derive(Deserialize, ToSchema)]
struct ReturnUrl {
    /// A path on this server.
    #[serde(alias = "returnUrl")]
    return_url: String,
}

/// Have the next sign-in in this browser lead somewhere, such as where one was.
///
/// Kept for a quarter of an hour. `returnUrl` is taken as well.
#[utoipa::path(post, path = "/api/store-return-url", tag = "account", request_body = ReturnUrl,
    responses(
    (status = 200, body = Done),
    (status = 400, description = "Not a path on this server", body = ErrorBody),
))]
async fn store_return_url(Json(input): Json<ReturnUrl>) -> Result<Response> {
    let keep = return_url::keep(&input.return_url)?;
    let mut response = Done::default().into_response();
    response.headers_mut().append(header::SET_COOKIE, keep);
    Ok(response)
}

/// Make an account.
///
/// Does not sign in. The name is taken as typed or refused, never altered.
#[utoipa::path(post, path = "/register", tag = "account", request_body = NewAccount, responses(
    (status = 200, body = Answer<SignedIn>),
    (status = 400, description = "Invalid name, password or e-mail", body = ErrorBody),
    (status = 403, description = "Registration is invite-only", body = ErrorBody),
    (status = 409, description = "Username taken", body = ErrorBody),
))]
async fn register(
    State(accounts): State<Accounts>,
    source: LoginSource,
    navigation: Navigation,
    Fields(new): Fields<NewAccount>,
) -> Result<Response> {
    let registration = Registration {
        username: new.username,
        password: new.password,
        email: new.email,
        setup_token: new.setup_token,
    };
    match accounts.register(registration, &source).await {
        Ok(_) if navigation.0 => Ok(Redirect::to("/login").into_response()),
        Ok(user) => Ok(Answer::new(SignedIn {
            username: user.username,
            redirect: "/login".to_owned(),
        })
        .into_response()),
        Err(error) if navigation.0 => Ok(form_page("Register", "/register", &error)),
        Err(error) => Err(error),
    }
}

/// Sign out.
#[utoipa::path(post, path = "/logout", tag = "account", responses((status = 200, body = Done)))]
async fn logout(
    State(accounts): State<Accounts>,
    session: Session,
    navigation: Navigation,
) -> Result<Response> {
    end_current_session(&accounts, &session).await?;
    Ok(if navigation.0 {
        Redirect::to("/login").into_response()
    } else {
        Done::default().into_response()
    })
}

/// Signing out by link, as existing clients do. A page of another site cannot: it could otherwise
/// sign people out with an image.
async fn logout_link(
    State(accounts): State<Accounts>,
    session: Session,
    navigation: Navigation,
    headers: HeaderMap,
) -> Result<Response> {
    let site = headers
        .get("sec-fetch-site")
        .and_then(|site| site.to_str().ok());
    if site == Some("cross-site") && !headers.contains_key(header::ORIGIN) {
        return Err(Error::refused(
            "foreign_origin",
            "forbidden: request from another site",
        ));
    }
    logout(State(accounts), session, navigation).await
}

/// Signs `user` in under a new session id; what was there before, sockets included, ends.
pub(super) async fn begin_session(
    accounts: &Accounts,
    session: &Session,
    user: &User,
    source: &LoginSource,
) -> Result<()> {
    end_current_session(accounts, session).await?;
    session.cycle_id().await.map_err(Error::internal)?;
    for (key, value) in [
        (USER, serde_json::json!(user.id)),
        (ADDRESS, serde_json::json!(source.address)),
        (USER_AGENT, serde_json::json!(source.user_agent)),
    ] {
        session.insert(key, value).await.map_err(Error::internal)?;
    }
    session.save().await.map_err(Error::internal)
}

async fn end_current_session(accounts: &Accounts, session: &Session) -> Result<()> {
    let Some(id) = session.id() else {
        return Ok(());
    };
    // The row and the sockets first: that runs to its end even when the caller hangs up.
    accounts.end_session(&SessionStore::hash(id)).await?;
    session.flush().await.map_err(Error::internal)
}

/// The `redirect` that a link to the login page carries, if it stays on this server.
fn asked_for(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let target = serde_urlencoded::from_str::<ReturnTo>(query)
        .ok()?
        .redirect?;
    return_url::local(&target).map(str::to_owned)
}

/// The login page that leads to `path` afterwards.
fn returning_to(path: &str) -> String {
    let path = percent_encoding::utf8_percent_encode(path, percent_encoding::NON_ALPHANUMERIC);
    format!("/login?redirect={path}")
}

/// The form again, saying what was wrong: for browsers that submit it without JavaScript.
fn form_page(title: &str, action: &str, error: &Error) -> Response {
    let status = match error.kind() {
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    error.log("form");
    let body = format!(
        "<p role=\"alert\">{}</p><form method=\"post\" action=\"{action}\">\
         <label>Username<input name=\"username\" autocomplete=\"username\" required></label>\
         <label>Password<input name=\"password\" type=\"password\" \
         autocomplete=\"current-password\" required></label>\
         <button>{title}</button></form>",
        escape(error.text())
    );
    waypoint(status, title, &body)
}

#[cfg(test)]
mod tests {
    use super::asked_for;

    #[test]
    fn a_link_to_the_login_page_says_where_to_go_next() {
        let target = |query: &str| asked_for(&format!("/login?{query}").parse().expect("a URI"));
        assert_eq!(
            target("redirect=%2Fjoin%2FABC").as_deref(),
            Some("/join/ABC")
        );
        for foreign in ["redirect=https://evil.example", "redirect=%2F%0Ax", ""] {
            assert_eq!(target(foreign), None, "{foreign}");
        }
    }
}
