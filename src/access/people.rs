//! What people's requests to the platform's routes have in common: they are counted, and they do not
//! come with a key of idempotency.
//!
//! A key is refused rather than ignored: most of these routes answer with a secret that is shown
//! once, which cannot be kept for a second answer, and whoever sends a key relies on it.

use std::time::Duration;

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, Method, request::Parts};

use super::{
    actor::Bearer,
    declared::Declared,
    limits::{Limit, Limits, Subject},
    pace::Pace,
};
use crate::{
    account::MaybeUser,
    http::ClientAddress,
    kernel::{Error, Result},
};

/// How often one person may look at something.
const READS: Limit = Limit::new(
    "person_read",
    |limits| limits.person_reads,
    Duration::from_mins(1),
);
/// How often one person may change something.
const WRITES: Limit = Limit::new(
    "person_write",
    |limits| limits.person_writes,
    Duration::from_mins(1),
);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Counts the requests of people to the platform's routes, and of OAuth clients that act for them.
/// Who is not signed in is counted by their address.
pub async fn count_people(
    State((declared, limits)): State<(Declared, Limits)>,
    request: Request,
    next: Next,
) -> Response {
    if !declared.is_for_people(&request) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let admitted = admit(&limits, &mut parts).await;
    match admitted {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

async fn admit(limits: &Limits, parts: &mut Parts) -> Result<()> {
    let subject = match parts.extensions.get::<Bearer>() {
        // These have limits of their own.
        Some(Bearer::Integration(_)) => return Ok(()),
        Some(Bearer::Oauth(token)) => Subject::User(token.user),
        None => match MaybeUser::from_request_parts(parts, &()).await?.0 {
            Some(user) => Subject::User(user.id),
            None => address(parts)?,
        },
    };
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let limit = if is_read { READS } else { WRITES };
    let pace = Pace::from_request_parts(parts, &()).await?;
    limits.check(&pace, &[(limit, subject)])?;
    let may_have_key = matches!(parts.method, Method::POST | Method::PATCH);
    if may_have_key && parts.headers.contains_key(IDEMPOTENCY_KEY) {
        let text = "people's requests take no Idempotency-Key: nothing was done";
        return Err(Error::invalid("idempotency_key_not_supported", text));
    }
    Ok(())
}

fn address(parts: &Parts) -> Result<Subject> {
    let client = parts.extensions.get::<ClientAddress>().copied();
    let client = client.ok_or_else(|| Error::internal(anyhow::anyhow!("BUG: no address")))?;
    Ok(client.into())
}
