//! The door: nobody from banned addresses comes in, and during a downtime superadmins alone.
//!
//! It stands within the layers that write CORS headers and answer preflights, so that pages can
//! read why they are refused, and asks for the session of those alone whom it would turn away.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::json;

use crate::{
    account::{Bans, MaybeUser, User},
    http::{ClientAddress, Cookieless, Navigation, escape, page},
    kernel::{Error, error::ErrorKind},
    settings::{Key, Settings},
};

/// What the door needs to know.
#[derive(Clone)]
pub struct Gate {
    /// Who may not come in.
    pub bans: Bans,
    /// Whether there is a downtime.
    pub settings: Settings,
}

/// Lets a request pass or refuses it.
pub async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ClientAddress>();
    let is_banned = address.is_some_and(|address| gate.bans.has_address(address.0));
    let is_down = gate.settings.is_on(Key::DowntimeEnabled) && !is_open(&request);
    if (!is_banned && !is_down) || *request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // Who is signing in is told by that itself, once it is known who they are.
    let is_banned = is_banned && !is_door(&parts.uri, &parts.method);
    let user = if parts.extensions.get::<Cookieless>().is_some() {
        None
    } else {
        match MaybeUser::from_request_parts(&mut parts, &()).await {
            Ok(MaybeUser(user)) => user,
            // Somebody whose account is banned as well.
            Err(error) if error.kind() == ErrorKind::Forbidden => None,
            Err(error) => return error.into_response(),
        }
    };
    if is_banned && !passes_bans(user.as_ref()) {
        return banned(&parts.headers, parts.uri.path());
    }
    if is_down && !user.is_some_and(|user| user.role.is_superadmin()) {
        let reason = gate.settings.current();
        let reason = reason.get(Key::DowntimeReason);
        return down(&parts.headers, parts.uri.path(), reason);
    }
    next.run(Request::from_parts(parts, body)).await
}

fn passes_bans(user: Option<&Arc<User>>) -> bool {
    user.is_some_and(|user| user.role.is_superadmin() || user.immune)
}

/// What stays open during a downtime: files, what the operator asks, and the way in and out.
fn is_open(request: &Request) -> bool {
    let path = request.uri().path();
    path.starts_with("/uploads/")
        || matches!(path, "/readyz" | "/metrics" | "/logout")
        || (path == "/login" && *request.method() == Method::POST)
}

/// Where one comes in: who it is shows only there.
fn is_door(uri: &http::Uri, method: &Method) -> bool {
    *method == Method::POST && matches!(uri.path(), "/login" | "/register")
}

/// Paths whose answers are never pages.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/socket.io/")
}

fn banned(headers: &HeaderMap, path: &str) -> Response {
    if !is_for_programs(path) && Navigation::of(headers).0 {
        let body = "<p>Nobody can use this server from your IP address.</p>";
        return page(StatusCode::FORBIDDEN, "IP address banned", body);
    }
    Error::refused("ip_banned", "IP address banned").into_response()
}

fn down(headers: &HeaderMap, path: &str, reason: &str) -> Response {
    if !is_for_programs(path) && Navigation::of(headers).0 {
        let body = format!(
            "<p>{}</p><details><summary>Sign in as a superadmin</summary>\
             <form method=\"post\" action=\"/login\">\
             <label>Username<input name=\"username\" autocomplete=\"username\" required></label>\
             <label>Password<input name=\"password\" type=\"password\" \
             autocomplete=\"current-password\" required></label>\
             <button>Sign in</button></form></details>",
            escape(if reason.is_empty() {
                "We are back soon."
            } else {
                reason
            })
        );
        return page(
            StatusCode::SERVICE_UNAVAILABLE,
            "Down for maintenance",
            &body,
        );
    }
    let error = Error::new(
        ErrorKind::Unavailable,
        "maintenance",
        "server in maintenance",
    );
    let body = json!({
        "ok": false, "error": error.text(), "code": error.code(), "reason": reason,
    });
    // The platform's routes have a body of their own, which is written further out.
    let (mut parts, _) = error.into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut answer = (parts.status, axum::Json(body)).into_response();
    *answer.extensions_mut() = parts.extensions;
    answer
}
