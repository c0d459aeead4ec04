//! The events of calls and voice channels, in the order in which they are described.

use super::table::{Incoming, Outgoing, Payload};

/// What clients send.
pub(super) const INCOMING: &[Incoming] = &[
    Incoming {
        names: &["call_start_dm", "call_user"],
        payload: "`{to_user, call_type?}`; `call_type` is `voice` (unless said) or `video`",
        answer: "CallJoined",
        about: "Calls a person, or comes into the call that the two have. Refusals also arrive as `call_error`",
    },
    Incoming {
        names: &["call_start_gdm"],
        payload: "`{thread_id, call_type?}`; `thread_id` may be called `tid`",
        answer: "CallJoined",
        about: "Calls the members of a group who are there, or comes into the group's call",
    },
    Incoming {
        names: &["answer_call"],
        payload: "`{call_id, answer: true or false}`",
        answer: "CallJoined, or `{}`",
        about: "Answers a call, or declines it. Other tabs stop ringing",
    },
    Incoming {
        names: &["end_call"],
        payload: "`{call_id}`",
        answer: "`{}`",
        about: "Hangs up: a call of two is over then, one in a group when nobody is in it any more",
    },
    Incoming {
        names: &["voice_join"],
        payload: "`{channel, peer_id?}`; `channel` is any name of up to 64 characters, or a call's id; `peer_id` is the place that one had",
        answer: "VoiceParticipants, with one's `peer_id`",
        about: "Comes into a voice channel or a call, to hear and be heard; of a call, as if one had answered",
    },
    Incoming {
        names: &["voice_leave"],
        payload: "`{channel}`",
        answer: "`{}`",
        about: "Leaves it; a call as `end_call` does",
    },
    Incoming {
        names: &["voice_mute"],
        payload: "`{channel, muted, video?}`",
        answer: "`{}`",
        about: "Says whether one's microphone and camera are on",
    },
    Incoming {
        names: &["voice_offer", "voice_answer"],
        payload: "`{channel, sdp: {type, sdp}, to?}`; `to` is the name of somebody in the room or their `peer_id`, else it goes to all others; up to 128 KiB",
        answer: "`{}`",
        about: "Describes one's side of a connection. `not_in_call` where one is not in the room, or whom it is for is not",
    },
    Incoming {
        names: &["voice_ice"],
        payload: "`{channel, candidate, to?}`; up to 4 KiB",
        answer: "`{}`",
        about: "A way to reach one; null when there are no more",
    },
    Incoming {
        names: &["webrtc_signal"],
        payload: "`{to_user, type, data}`; `type` is `offer`, `answer` or `ice-candidate`, `data` anything",
        answer: "`{}`",
        about: "The same for clients that name the person alone, within a call that both are in",
    },
];

/// What the server sends.
pub(super) const OUTGOING: &[Outgoing] = &[
    Outgoing {
        names: &["incoming_call"],
        payload: Payload::Told("a [CallState](#callstate), with the caller's name as `from_user`"),
        to: "all tabs of who is called",
        about: "Somebody calls",
    },
    Outgoing {
        names: &["call_initiated"],
        payload: Payload::Told("`{call_id, to_user}`"),
        to: "the socket that called a person",
        about: "It rings",
    },
    Outgoing {
        names: &["call_started"],
        payload: Payload::Typed("CallState"),
        to: "a socket that called or answered",
        about: "It is in the call, and may `voice_join` it",
    },
    Outgoing {
        names: &["call_answered"],
        payload: Payload::Told("`{call_id, by_user, answer}`"),
        to: "the sockets in the call",
        about: "Somebody answered or declined",
    },
    Outgoing {
        names: &["call_state"],
        payload: Payload::Typed("CallState"),
        to: "both people, the members of the group",
        about: "Who is in a call, and who is rung, after each change",
    },
    Outgoing {
        names: &["call_ended"],
        payload: Payload::Typed("CallEnded"),
        to: "those whose call it was, or one tab",
        about: "A call is over. Where it goes on without one, a `call_state` follows",
    },
    Outgoing {
        names: &["call_error"],
        payload: Payload::Told("`{error}`, a text"),
        to: "the socket that called",
        about: "There is no call, and why",
    },
    Outgoing {
        names: &["voice_participants"],
        payload: Payload::Typed("VoiceParticipants"),
        to: "the sockets in the room",
        about: "Somebody came, went, or lost the connection",
    },
    Outgoing {
        names: &["voice_channel"],
        payload: Payload::Typed("VoiceRoom"),
        to: "everybody",
        about: "Who is in a voice channel, after each change; not for calls",
    },
    Outgoing {
        names: &["voice_mute"],
        payload: Payload::Told("`{channel, user, peer_id, muted, video}`"),
        to: "the sockets in the room",
        about: "Somebody's microphone or camera went on or off",
    },
    Outgoing {
        names: &["voice_offer", "voice_answer"],
        payload: Payload::Told("`{channel, from, from_peer, sdp}`"),
        to: "one socket in the room, or all others",
        about: "Somebody's side of a connection. The server sets `from` and `from_peer`",
    },
    Outgoing {
        names: &["voice_ice"],
        payload: Payload::Told("`{channel, from, from_peer, candidate}`"),
        to: "likewise",
        about: "A way to reach somebody",
    },
    Outgoing {
        names: &["webrtc_signal"],
        payload: Payload::Told("`{from_user, call_id, type, data}`"),
        to: "the other one's socket in the call",
        about: "What somebody said with `webrtc_signal`",
    },
];
