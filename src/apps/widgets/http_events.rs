//! Widgets live, as a stream of events (server-sent events of the HTML standard).

use std::convert::Infallible;

use axum::{
    body::Body,
    extract::{ConnectInfo, State},
    response::{IntoResponse, Response},
};
use entity::ServerId;
use futures_util::stream;
use http::{HeaderName, header};
use tower_sessions::Session;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Widgets;
use crate::{
    access::Refused,
    account::{CurrentUser, SessionStore},
    http::Path,
    kernel::{Error, Result},
    socket::Peer,
};

/// Proxies collect what is answered unless they are told not to.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// The routes of streams.
pub(super) fn routes() -> OpenApiRouter<Widgets> {
    OpenApiRouter::new().routes(routes!(server_events))
}

/// What the widgets of a server show, live.
///
/// Begins with what each of them shows now; after that one `widget_updated` for each change, at most
/// four a second for each widget, and always the last one. Whoever comes again, with
/// `Last-Event-ID` or without, is told what is shown by then: there is no history. The stream ends
/// when its reader leaves the server, signs out or does not keep up.
#[utoipa::path(get, path = "/servers/{serverId}/events", tag = "widgets", params(
    ("serverId" = ServerId, Path),
    ("Last-Event-ID" = Option<String>, Header, description = "Makes no difference"),
), responses(
    (status = 200, content_type = "text/event-stream", body = String,
        description = "Events `widget_updated` with the data `{serverId, appId, version, snapshot}`"),
    (status = 401, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
    (status = 429, description = "too_many_streams: a person can have ten open", body = Refused),
), security(("session" = [])))]
async fn server_events(
    State(widgets): State<Widgets>,
    CurrentUser(user): CurrentUser,
    session: Session,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(server): Path<ServerId>,
) -> Result<Response> {
    let session = session.id().map(SessionStore::hash);
    let session = session.ok_or_else(Error::unauthenticated)?;
    let cut = Box::new(move || peer.cut());
    let reader = widgets.watch(user.id, session.into(), server, cut).await?;
    let events = stream::unfold(reader, |mut reader| async {
        let bytes = reader.next().await?;
        Some((Ok::<_, Infallible>(bytes), reader))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        UNBUFFERED,
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}
