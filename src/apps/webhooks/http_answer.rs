//! What is answered: JSON, nothing, or the plain texts that Slack's clients know.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::{
    model::{Address, Posted},
    slack,
};
use crate::{http::Answer, kernel::Error};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The answer to a post. Without `wait` it says no more than that it was done.
pub(super) fn posted(posted: Posted, wait: bool) -> Response {
    let Posted::Said {
        said,
        is_repeat,
        is_slacks,
    } = posted
    else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let mut response = if !wait {
        StatusCode::NO_CONTENT.into_response()
    } else if is_slacks {
        // A text is `text/plain` by itself.
        slack::OK.into_response()
    } else {
        Answer::new(said).into_response()
    };
    if is_repeat {
        let replayed = HeaderValue::from_static("true");
        response.headers_mut().insert(REPLAYED, replayed);
    }
    response
}

/// The refusal of a post to `address`.
pub(super) fn refused(error: Error, address: Address) -> Response {
    let response = error.into_response();
    if address != Address::Slack {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    // Left there, the error would be written into the answer as the platform has it.
    let error = parts.extensions.remove::<Arc<Error>>();
    let code = error.as_ref().map_or("", |error| error.code());
    let text = slack::refusal(parts.status.as_u16(), code).to_owned();
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    let (written, body) = text.into_response().into_parts();
    parts.headers.extend(written.headers);
    Response::from_parts(parts, body)
}
