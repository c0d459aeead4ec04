//! Calls and voice channels over Socket.IO.

use entity::ConversationId;
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::{
    event::{CallJoined, VoiceParticipants},
    model::{Medium, PeerId},
    relay::{Route, Target},
    service::Calls,
};
use crate::{
    kernel::{Error, Result, error::ErrorKind},
    socket::{Ack, Caller, Routes},
};

/// The longest description of a connection, in bytes. Browsers make some ten thousand of them.
const MAX_SDP: usize = 128 * 1024;
/// The longest address of one.
const MAX_CANDIDATE: usize = 4 * 1024;

/// Puts this feature's events into the table.
pub fn register(routes: &mut Routes, calls: &Calls) {
    routes.on_deferred("call_start_dm", calls, call_person);
    routes.on_deferred("call_user", calls, call_person);
    routes.on_deferred("call_start_gdm", calls, call_group);
    routes.on("answer_call", calls, answer);
    routes.on("end_call", calls, end);
    routes.on("voice_join", calls, join);
    routes.on("voice_leave", calls, leave);
    routes.on("voice_mute", calls, mute);
    routes.on("voice_offer", calls, offer);
    routes.on("voice_answer", calls, answer_offer);
    routes.on("voice_ice", calls, candidate);
    routes.on("webrtc_signal", calls, signal);
}

#[derive(Debug, Serialize)]
struct Nothing {}

#[derive(Debug, Deserialize)]
struct CallPerson {
    #[serde(alias = "to", alias = "peer")]
    to_user: String,
    #[serde(default)]
    call_type: Medium,
}

async fn call_person(calls: Calls, caller: Caller, call: CallPerson, ack: Ack) {
    let outcome = calls
        .call_person(&caller, &call.to_user, call.call_type)
        .await;
    if let Ok(joined) = &outcome {
        let initiated = json!({"call_id": joined.state.call_id, "to_user": joined.state.peer});
        ack.emit("call_initiated", &initiated);
    }
    answer_call(ack, outcome);
}

#[derive(Debug, Deserialize)]
struct CallGroup {
    #[serde(alias = "tid", deserialize_with = "id")]
    thread_id: i64,
    #[serde(default)]
    call_type: Medium,
}

async fn call_group(calls: Calls, caller: Caller, call: CallGroup, ack: Ack) {
    let id = ConversationId(call.thread_id);
    let outcome = calls.call_group(&caller, id, call.call_type).await;
    answer_call(ack, outcome);
}

/// Clients without acknowledgements are told by an event why there is no call.
fn answer_call(ack: Ack, outcome: Result<CallJoined>) {
    if let Err(error) = &outcome {
        let text = match error.kind() {
            ErrorKind::Internal => "Failed to initiate call",
            _ => error.text(),
        };
        ack.emit("call_error", &json!({"error": text}));
    }
    ack.answer(outcome);
}

#[derive(Debug, Deserialize)]
struct Answer {
    call_id: String,
    answer: bool,
}

/// What came of an answer: the call, for who is in it now.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answered {
    Joined(Box<CallJoined>),
    Declined(Nothing),
}

async fn answer(calls: Calls, caller: Caller, answer: Answer) -> Result<Answered> {
    if answer.answer {
        let joined = calls.answer(&caller, &answer.call_id).await?;
        return Ok(Answered::Joined(Box::new(joined)));
    }
    calls.decline(&caller, &answer.call_id);
    Ok(Answered::Declined(Nothing {}))
}

#[derive(Debug, Deserialize)]
struct End {
    call_id: String,
}

async fn end(calls: Calls, caller: Caller, end: End) -> Result<Nothing> {
    calls.hang_up(&caller, &end.call_id);
    Ok(Nothing {})
}

#[derive(Debug, Deserialize)]
struct Join {
    channel: String,
    peer_id: Option<PeerId>,
}

#[derive(Debug, Serialize)]
struct Joined {
    peer_id: PeerId,
    #[serde(flatten)]
    participants: VoiceParticipants,
}

async fn join(calls: Calls, caller: Caller, join: Join) -> Result<Joined> {
    let joined = calls.join(&caller, &join.channel, join.peer_id).await?;
    let (peer_id, participants) = joined;
    Ok(Joined {
        peer_id,
        participants,
    })
}

#[derive(Debug, Deserialize)]
struct Leave {
    channel: String,
}

async fn leave(calls: Calls, caller: Caller, leave: Leave) -> Result<Nothing> {
    calls.leave(&caller, &leave.channel);
    Ok(Nothing {})
}

#[derive(Debug, Deserialize)]
struct Mute {
    channel: String,
    muted: bool,
    video: Option<bool>,
}

async fn mute(calls: Calls, caller: Caller, mute: Mute) -> Result<Nothing> {
    let channel = mute.channel.trim();
    let media = (mute.muted, mute.video);
    let told = calls.mute(&caller, channel, media, |seat| {
        json!({
            "channel": channel, "user": seat.person.name, "peer_id": seat.peer,
            "muted": seat.muted, "video": seat.video,
        })
    });
    told.await?;
    Ok(Nothing {})
}

/// A description of a connection. What a client says of who it is (`from`) is not looked at.
#[derive(Debug, Deserialize)]
struct Described {
    channel: String,
    sdp: Sdp,
    #[serde(default, deserialize_with = "target")]
    to: Option<Target>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Sdp {
    #[serde(rename = "type")]
    kind: String,
    sdp: String,
}

async fn offer(calls: Calls, caller: Caller, described: Described) -> Result<Nothing> {
    relay_sdp(calls, caller, described, ("offer", "voice_offer")).await
}

async fn answer_offer(calls: Calls, caller: Caller, described: Described) -> Result<Nothing> {
    relay_sdp(calls, caller, described, ("answer", "voice_answer")).await
}

async fn relay_sdp(
    calls: Calls,
    caller: Caller,
    described: Described,
    (kind, event): (&str, &str),
) -> Result<Nothing> {
    let Described { channel, sdp, to } = described;
    if sdp.kind != kind {
        return Err(Error::bad_params());
    }
    require_short(sdp.sdp.len(), MAX_SDP)?;
    let body = |route: &Route| json!({"channel": channel.trim(), "from": route.from.name, "from_peer": route.peer, "sdp": sdp});
    let to = to.unwrap_or(Target::Others);
    calls.relay(&caller, (&channel, &to), event, body).await?;
    Ok(Nothing {})
}

#[derive(Debug, Deserialize)]
struct IceCandidate {
    channel: String,
    #[serde(default)]
    candidate: Value,
    #[serde(default, deserialize_with = "target")]
    to: Option<Target>,
}

async fn candidate(calls: Calls, caller: Caller, it: IceCandidate) -> Result<Nothing> {
    let IceCandidate {
        channel,
        candidate,
        to,
    } = it;
    // Its absence says that there are no more.
    if !candidate.is_object() && !candidate.is_null() {
        return Err(Error::bad_params());
    }
    require_short(candidate.to_string().len(), MAX_CANDIDATE)?;
    let body = |route: &Route| json!({"channel": channel.trim(), "from": route.from.name, "from_peer": route.peer, "candidate": candidate});
    let to = to.unwrap_or(Target::Others);
    calls
        .relay(&caller, (&channel, &to), "voice_ice", body)
        .await?;
    Ok(Nothing {})
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum SignalKind {
    Offer,
    Answer,
    IceCandidate,
}

#[derive(Debug, Deserialize)]
struct Signal {
    #[serde(alias = "to")]
    to_user: String,
    #[serde(rename = "type")]
    kind: SignalKind,
    #[serde(default)]
    data: Value,
}

async fn signal(calls: Calls, caller: Caller, signal: Signal) -> Result<Nothing> {
    let Signal {
        to_user,
        kind,
        data,
    } = signal;
    let limit = match kind {
        SignalKind::Offer | SignalKind::Answer => MAX_SDP,
        SignalKind::IceCandidate => MAX_CANDIDATE,
    };
    require_short(data.to_string().len(), limit)?;
    let body = |call: &str, route: &Route| json!({"from_user": route.from.name, "call_id": call, "type": kind, "data": data});
    calls
        .relay_in_call(&caller, &to_user, "webrtc_signal", body)
        .await?;
    Ok(Nothing {})
}

fn require_short(bytes: usize, limit: usize) -> Result<()> {
    if bytes <= limit {
        return Ok(());
    }
    let text = "This is more than browsers say to connect";
    Err(Error::new(ErrorKind::TooLarge, "signal_too_large", text))
}

/// A place, or the name of who has one.
fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Target>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Peer(PeerId),
        Name(String),
        Nobody(Option<IgnoredAny>),
    }
    match Written::deserialize(deserializer)? {
        Written::Peer(peer) => Ok(Some(Target::Peer(peer))),
        Written::Name(name) => Ok(Some(Target::Named(name))),
        Written::Nobody(None) => Ok(None),
        Written::Nobody(Some(_)) => Err(serde::de::Error::custom("to is a place or a name")),
    }
}

/// An id as a number or as its digits.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(i64),
        Digits(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(id) => Ok(id),
        Written::Digits(digits) => digits.parse().map_err(serde::de::Error::custom),
    }
}
