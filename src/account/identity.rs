//! From a cookie to a person: the extractors whose presence in a signature is the policy.

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use entity::UserId;
use http::{header, request::Parts};
use socketioxide::socket::Sid;
use tower_sessions::Session;

use super::{
    Accounts, SessionStore,
    bans::device_of,
    model::{LoginSource, User},
    session_store::USER,
};
use crate::{
    http::ClientAddress,
    kernel::{Error, Result, error::ErrorKind},
    socket::Caller,
};

/// A signed-in person; without one the answer is 401.
#[derive(Clone, Debug)]
pub struct CurrentUser(pub Arc<User>);

/// A signed-in person or nobody.
#[derive(Clone, Debug)]
pub struct MaybeUser(pub Option<Arc<User>>);

/// A signed-in admin or superadmin; anybody else gets 403.
#[derive(Clone, Debug)]
pub struct Administrator(pub Arc<User>);

/// A signed-in superadmin; anybody else gets 403.
#[derive(Clone, Debug)]
pub struct Superadministrator(pub Arc<User>);

/// In the extensions of a request that an app makes for this person: it was let in as what it is,
/// and at this route it counts as theirs. Such a request has no session.
#[derive(Clone, Copy, Debug)]
pub struct ActingFor(pub UserId);

/// Keeps the accounts with each request, for the extractors.
pub async fn provide(
    State(accounts): State<Accounts>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(accounts);
    next.run(request).await
}

/// Finds out, once per socket, whose session its handshake comes with.
pub async fn identify_socket(mut request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match socket_caller(&mut parts).await {
        Ok(caller) => caller,
        // A failed request is tried again by clients; a refused connection is not.
        Err(error) if matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable) => {
            return error.into_response();
        }
        Err(error) => {
            error.log("socket handshake");
            None
        }
    };
    request = Request::from_parts(parts, body);
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    next.run(request).await
}

async fn socket_caller(parts: &mut Parts) -> Result<Option<Caller>> {
    let Some(user) = signed_in(parts).await? else {
        return Ok(None);
    };
    let address = parts
        .extensions
        .get::<ClientAddress>()
        .map_or(Ipv4Addr::UNSPECIFIED.into(), |client| client.0);
    let session = parts
        .extensions
        .get::<Session>()
        .and_then(Session::id)
        .map(SessionStore::hash);
    Ok(session.map(|session| Caller {
        user: user.id,
        session: session.into(),
        sid: Sid::ZERO,
        address,
    }))
}

async fn signed_in(parts: &mut Parts) -> Result<Option<Arc<User>>> {
    let (Some(session), Some(accounts)) = (
        parts.extensions.get::<Session>().cloned(),
        parts.extensions.get::<Accounts>().cloned(),
    ) else {
        return Err(Error::internal(anyhow::anyhow!(
            "BUG: the session layers are missing"
        )));
    };
    if let Some(ActingFor(id)) = parts.extensions.get().copied() {
        let user = accounts.directory().find(id).await?;
        let is_able = |user: &Arc<User>| user.banned_at.is_none() && user.deleted_at.is_none();
        return Ok(user.filter(is_able));
    }
    let Some(id) = session.get::<i64>(USER).await.map_err(Error::internal)? else {
        return Ok(None);
    };
    match accounts.directory().find(UserId(id)).await? {
        Some(user) if user.banned_at.is_some() && user.deleted_at.is_none() => {
            session.flush().await.map_err(Error::internal)?;
            Err(Error::refused("banned", "user banned"))
        }
        Some(user) if user.deleted_at.is_none() => Ok(Some(user)),
        _ => {
            session.flush().await.map_err(Error::internal)?;
            Ok(None)
        }
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        signed_in(parts)
            .await?
            .map(Self)
            .ok_or_else(Error::unauthenticated)
    }
}

impl<S: Sync> FromRequestParts<S> for MaybeUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        signed_in(parts).await.map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Administrator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let CurrentUser(user) = CurrentUser::from_request_parts(parts, state).await?;
        if user.role.is_admin() {
            Ok(Self(user))
        } else {
            Err(Error::forbidden())
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Superadministrator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let CurrentUser(user) = CurrentUser::from_request_parts(parts, state).await?;
        if user.role.is_superadmin() {
            Ok(Self(user))
        } else {
            Err(Error::forbidden())
        }
    }
}

impl<S: Sync> FromRequestParts<S> for LoginSource {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let client = parts.extensions.get::<ClientAddress>().copied();
        let client =
            client.ok_or_else(|| Error::internal(anyhow::anyhow!("BUG: no client address")))?;
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        Ok(Self {
            address: client.0,
            bucket: client.bucket(),
            user_agent: user_agent.chars().take(256).collect(),
            device: device_of(&parts.headers),
        })
    }
}
