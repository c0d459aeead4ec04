//! What happens to a request before the Socket.IO transport sees it.
//!
//! A WebSocket is not covered by CORS, so a foreign `Origin` is refused here. A request for a live
//! socket must not come with another session than the one that opened it. And a socket keeps its
//! first request for as long as it lives: without its headers and its share of hyper's read buffer
//! that is 16 kB less for each idle connection.

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use hyper::upgrade::OnUpgrade;
use socketioxide::socket::Sid;

use super::{Caller, Delivery, link::Peer};

/// Headers that the transport itself reads.
const KEPT: [HeaderName; 8] = [
    header::HOST,
    header::CONNECTION,
    header::UPGRADE,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
];

/// Set on requests whose session is known to be somebody's.
#[derive(Clone, Debug)]
pub(super) struct Identified(pub(super) Caller);

/// What the handshake needs to know.
#[derive(Clone)]
pub struct Handshake {
    /// The live sockets.
    pub delivery: Delivery,
}

/// Checks and slims a request to the Socket.IO endpoint.
///
/// The layers around it have put the connection's [`Peer`] and, where a session cookie is valid,
/// the [`Caller`] into the request's extensions.
pub async fn handshake(
    State(Handshake { delivery }): State<Handshake>,
    request: Request,
    next: Next,
) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let sid = sid_of(request.uri());
    if let Some(sid) = sid
        && !delivery.admits(sid, caller.as_ref().map(|caller| &*caller.session))
    {
        // The transport's own words for a session it does not know: clients start over.
        return (
            StatusCode::BAD_REQUEST,
            axum::Json(serde_json::json!({"code": 1, "message": "Session ID unknown"})),
        )
            .into_response();
    }
    if let Some(sid) = sid
        && request.method() == Method::GET
    {
        delivery.polled(sid);
    }
    let (mut parts, body) = request.into_parts();
    let peer = parts.extensions.remove::<ConnectInfo<Peer>>();
    let upgrade = parts.extensions.remove::<OnUpgrade>();
    let mut extensions = Extensions::new();
    if let Some(ConnectInfo(peer)) = peer
        && upgrade.is_some()
        && parts.headers.contains_key(header::UPGRADE)
    {
        match sid {
            Some(sid) => delivery.upgraded(sid, peer.link),
            None => drop(extensions.insert(peer.link)),
        }
    }
    if let Some(upgrade) = upgrade {
        extensions.insert(upgrade);
    }
    if let Some(caller) = caller {
        extensions.insert(Identified(caller));
    }
    let mut slim = Request::new(body);
    *slim.method_mut() = parts.method;
    *slim.version_mut() = parts.version;
    *slim.uri_mut() = copy_uri(&parts.uri);
    *slim.headers_mut() = copy_headers(&parts.headers);
    *slim.extensions_mut() = extensions;
    next.run(slim.map(Body::new)).await
}

fn sid_of(uri: &Uri) -> Option<Sid> {
    uri.query()?
        .split('&')
        .find_map(|pair| pair.strip_prefix("sid="))?
        .parse()
        .ok()
}

/// A copy that shares no buffer with the original.
fn copy_uri(uri: &Uri) -> Uri {
    let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
    path_and_query.to_owned().parse().unwrap_or_default()
}

/// Copies of the kept headers that share no buffer with the originals.
fn copy_headers(headers: &HeaderMap) -> HeaderMap {
    let mut copy = HeaderMap::with_capacity(KEPT.len());
    for name in KEPT {
        if let Some(value) = headers
            .get(&name)
            .and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok())
        {
            copy.insert(name, value);
        }
    }
    copy
}
