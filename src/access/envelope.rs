//! The answers of the platform's routes: one body for every refusal, and the same headers on all.
//!
//! Handlers return the errors of the kernel, as everywhere. Those leave themselves in the answer's
//! extensions, where they are found here and written as the route's documentation has it.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    declared::{Declared, Operation, Shape},
    pace::Pace,
};
use crate::{
    http::RequestId,
    kernel::{Clock, Error, error::ErrorKind},
};

/// The body of every refusal of the platform.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refused {
    /// Always false.
    ok: bool,
    /// The stable name that programs compare.
    error: String,
    /// What people are shown. Never contains a secret.
    message: String,
    /// The part of the body that is wrong, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// All that is wrong, where more than the first was looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Wrong>,
    /// Too often: seconds until it is worth trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    /// Too often: whether all of the server is meant. It never is.
    #[serde(skip_serializing_if = "Option::is_none")]
    global: Option<bool>,
    /// What the request is called in the server's log.
    #[schema(value_type = String)]
    request_id: Arc<str>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
struct Wrong {
    error: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

impl From<&Error> for Wrong {
    fn from(error: &Error) -> Self {
        Self {
            error: code_of(error),
            message: error.text().to_owned(),
            pointer: error.pointer().map(str::to_owned),
        }
    }
}

/// A refusal of an OAuth endpoint (RFC 6749, 5.2).
#[derive(Debug, Serialize)]
struct OauthRefused {
    error: String,
    error_description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
}

/// The name of an error on the platform's routes.
fn code_of(error: &Error) -> String {
    match error.code() {
        "unauthenticated" => "unauthorized".to_owned(),
        "busy" => "unavailable".to_owned(),
        "too_large" => "payload_too_large".to_owned(),
        code => code.to_owned(),
    }
}

/// The name of an error where OAuth has names of its own.
fn oauth_code_of(error: &Error) -> String {
    match (error.kind(), error.code()) {
        (ErrorKind::Internal, _) => "server_error".to_owned(),
        (ErrorKind::Unavailable, _) => "temporarily_unavailable".to_owned(),
        (_, "bad_params" | "method_not_allowed" | "unsupported_media_type" | "too_large") => {
            "invalid_request".to_owned()
        }
        _ => code_of(error),
    }
}

/// Writes the answers of the platform's routes: refusals in their shape, and what all have in
/// common.
pub async fn write_envelope(
    State((declared, clock)): State<(Declared, Clock)>,
    mut request: Request,
    next: Next,
) -> Response {
    let shape = declared.shape(&request);
    if shape == Shape::Plain {
        return next.run(request).await;
    }
    let operation = declared.operation(&request).cloned().unwrap_or_default();
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.map_or_else(|| Arc::from(""), |id| id.0);
    let pace = Pace::of(&request);
    request.extensions_mut().insert(pace.clone());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions().get::<Arc<Error>>().cloned() {
        response = refuse(response, &error, (shape, &operation), &pace, id);
    }
    let headers = response.headers_mut();
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    pace.write(headers, clock.now());
    response
}

/// The same refusal with the body that the platform has for it.
fn refuse(
    response: Response,
    error: &Error,
    (shape, operation): (Shape, &Operation),
    pace: &Pace,
    request_id: Arc<str>,
) -> Response {
    let status = response.status();
    let is_too_often = status == StatusCode::TOO_MANY_REQUESTS;
    let wait = pace.refused_for();
    let wait = wait.or_else(|| error.retry_after().map(Duration::from_secs));
    let retry_after = wait.filter(|_| is_too_often).map(seconds);
    let body = if shape == Shape::Oauth {
        let refused = OauthRefused {
            error: oauth_code_of(error),
            error_description: error.text().to_owned(),
            retry_after,
        };
        axum::Json(refused).into_response()
    } else {
        let refused = Refused {
            ok: false,
            error: code_of(error),
            message: error.text().to_owned(),
            pointer: error.pointer().map(str::to_owned),
            errors: error.all().iter().map(Into::into).collect(),
            retry_after,
            global: is_too_often.then_some(false),
            request_id,
        };
        axum::Json(refused).into_response()
    };
    let (mut parts, _) = response.into_parts();
    let (written, body) = body.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(written.headers);
    if let Some(challenge) = operation.challenge(error.code()) {
        parts.headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    Response::from_parts(parts, body)
}

/// Seconds with three decimals, rounded up.
fn seconds(wait: Duration) -> f64 {
    let ms = wait.as_nanos().div_ceil(1_000_000);
    // No wait is so long that this would lose anything.
    f64::from(u32::try_from(ms).unwrap_or(u32::MAX)) / 1000.0
}
