//! What a successful call answers.

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// `{"ok": true, ...}` with the fields of `T`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Answer<T> {
    /// Always true; refusals have `ok: false` and an error.
    pub ok: bool,
    /// What was asked for.
    #[serde(flatten)]
    pub body: T,
}

impl<T> Answer<T> {
    /// An answer with `body`.
    pub const fn new(body: T) -> Self {
        Self { ok: true, body }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}

/// `{"ok": true}` and nothing else.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Done {
    /// Always true.
    pub ok: bool,
}

impl Default for Done {
    fn default() -> Self {
        Self { ok: true }
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}
