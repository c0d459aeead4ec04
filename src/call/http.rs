//! Calls and voice channels over HTTP.

use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Redirect},
};
use http::header;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    event::{CallState, VoiceRoom},
    ice::IceServer,
    model::is_of_call,
    service::Calls,
};
use crate::{
    account::{CurrentUser, MaybeUser},
    http::{Answer, ErrorBody, Path},
    kernel::Result,
};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Calls> {
    OpenApiRouter::new()
        .routes(routes!(channels))
        .routes(routes!(calls))
        .routes(routes!(ice_servers))
        .routes(routes!(open_call))
}

/// The routes of this feature, ready to serve.
pub fn router(calls: Calls) -> OpenApiRouter {
    routes().with_state(calls)
}

#[derive(Serialize, ToSchema)]
struct VoiceChannels {
    /// The names of voice channels that somebody is in, sorted.
    channels: Vec<String>,
    /// The same, with who is in them.
    rooms: Vec<VoiceRoom>,
}

/// The voice channels that somebody is in.
#[utoipa::path(get, path = "/api/voice/channels", tag = "calls",
    operation_id = "voice_channels", responses(
    (status = 200, body = Answer<VoiceChannels>), (status = 401, body = ErrorBody),
))]
async fn channels(State(calls): State<Calls>, _user: CurrentUser) -> Answer<VoiceChannels> {
    let rooms = calls.channels();
    Answer::new(VoiceChannels {
        channels: rooms.iter().map(|room| room.channel.clone()).collect(),
        rooms,
    })
}

#[derive(Serialize, ToSchema)]
struct VoiceCalls {
    calls: Vec<CallState>,
}

/// The calls that one may be in, whether one is or not.
#[utoipa::path(get, path = "/api/voice/calls", tag = "calls", operation_id = "voice_calls",
    responses(
    (status = 200, body = Answer<VoiceCalls>), (status = 401, body = ErrorBody),
))]
async fn calls(
    State(calls): State<Calls>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<VoiceCalls>> {
    let calls = calls.calls_of(user.id).await?;
    Ok(Answer::new(VoiceCalls { calls }))
}

#[derive(Serialize, ToSchema)]
struct IceConfiguration {
    /// For `RTCConfiguration.iceServers`.
    ice_servers: Vec<IceServer>,
    /// How long they can be used.
    seconds: u32,
    /// How many can be in one call or voice channel.
    max_participants: usize,
}

/// The STUN and TURN servers for one's calls, with credentials of one's own.
#[utoipa::path(get, path = "/api/voice/ice", tag = "calls", operation_id = "voice_ice_servers",
    responses(
    (status = 200, body = Answer<IceConfiguration>), (status = 401, body = ErrorBody),
))]
async fn ice_servers(
    State(calls): State<Calls>,
    CurrentUser(user): CurrentUser,
) -> impl IntoResponse {
    let (ice_servers, seconds) = calls.ice_servers(user.id);
    let answer = Answer::new(IceConfiguration {
        ice_servers,
        seconds,
        max_participants: calls.max_participants(),
    });
    (AppendHeaders([(header::CACHE_CONTROL, "no-store")]), answer)
}

/// A link to a call: the page of it, or the page of all conversations once it is over.
///
/// Who is not signed in is asked to do so there.
#[utoipa::path(get, path = "/call/{call_id}", tag = "calls", operation_id = "open_call",
    security(("session" = []), ()), params(("call_id" = String, Path)), responses(
    (status = 303, description = "To `/chat?call=<id>` or `/chat`"),
))]
async fn open_call(
    State(calls): State<Calls>,
    MaybeUser(user): MaybeUser,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let is_one = is_of_call(&id)
        && id
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let is_there = match user {
        Some(user) => {
            let mut own = calls.calls_of(user.id).await?.into_iter();
            own.any(|call| call.call_id == id)
        }
        None => is_one,
    };
    Ok(if is_one && is_there {
        Redirect::to(&format!("/chat?call={id}"))
    } else {
        Redirect::to("/chat")
    })
}
