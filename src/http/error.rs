//! Errors as HTTP: a status and a JSON body.
//!
//! The error itself stays with the answer, in its extensions, for layers that write it otherwise:
//! the platform's routes have a body of their own.

use std::{any::Any, sync::Arc};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::{Error, error::ErrorKind};

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// Always false.
    pub ok: bool,
    /// What people are shown.
    pub error: String,
    /// The stable name that programs compare.
    pub code: String,
    /// Seconds after which it is worth trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl From<&Error> for ErrorBody {
    fn from(error: &Error) -> Self {
        Self {
            ok: false,
            error: error.text().to_owned(),
            code: error.code().to_owned(),
            retry_after: error.retry_after(),
        }
    }
}

/// The status of each kind of error.
pub(super) const fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Gone => StatusCode::GONE,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        answer(status(self.kind()), self)
    }
}

fn answer(status: StatusCode, error: Error) -> Response {
    error.log("http");
    let mut response = (status, axum::Json(ErrorBody::from(&error))).into_response();
    if let Some(seconds) = error.retry_after() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.extensions_mut().insert(Arc::new(error));
    response
}

/// The answer for paths that do not exist.
pub async fn not_found() -> Error {
    Error::not_found()
}

/// The answer for methods that a path does not take.
pub async fn method_not_allowed() -> Response {
    let error = Error::invalid("method_not_allowed", "method not allowed");
    answer(StatusCode::METHOD_NOT_ALLOWED, error)
}

/// The answer when a handler panicked: one request fails, the process goes on.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_default();
    Error::internal(anyhow::anyhow!("a handler panicked: {reason}")).into_response()
}
