//! What is sent to clients, as they get it.

use entity::{ConversationId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Medium, PeerId, Reason};

/// A call, as those hear of it who may be in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallState {
    /// Its id, which is also the name of its room in all that begins with `voice_`.
    pub call_id: String,
    /// `dm` or `gdm`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The conversation it is in.
    pub conversation: String,
    /// Between two: the other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// In a group: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ConversationId>,
    /// In a group: its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// `voice` or `video`: what it began with.
    pub call_type: Medium,
    /// Who called.
    pub started_by: String,
    /// When.
    pub started_at: Timestamp,
    /// Whether anybody has answered.
    pub answered: bool,
    /// Who is in it.
    pub participants: Vec<String>,
    /// Who is being rung.
    pub ringing: Vec<String>,
}

/// The answer to what brings one into a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallJoined {
    /// One's place in it.
    pub peer_id: PeerId,
    /// The call.
    #[serde(flatten)]
    pub state: CallState,
}

/// `call_ended`: a call is over, or it is for this tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallEnded {
    /// Which; a voice channel's name where one was put out of one.
    pub call_id: String,
    /// Who hung up, declined, went; where nobody did, who called.
    pub by_user: String,
    /// `hung_up`, `declined`, `unanswered`, `left` (nobody is there any more); for this tab alone:
    /// `answered_elsewhere`, `declined_elsewhere`, `moved` (one went on in another tab), `removed`
    /// (one may not be in it any more).
    pub reason: Reason,
}

/// Somebody's place in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Peer {
    /// The place, another one each time, unless somebody comes back to theirs (`peer_id` of
    /// `voice_join`).
    pub id: PeerId,
    /// Who has it.
    pub username: String,
    /// Whether their microphone is off.
    pub muted: bool,
    /// Whether their camera is on.
    pub video: bool,
}

/// `voice_participants`: who is in a room, after each change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoiceParticipants {
    /// The voice channel's name, or the call's id.
    pub channel: String,
    /// Names, sorted.
    pub participants: Vec<String>,
    /// The same people, with their places, in the order in which they came.
    pub peers: Vec<Peer>,
    /// Places of people whose connection went just now: they may be back in a moment.
    pub away: Vec<PeerId>,
}

/// `voice_channel`: who is in a voice channel, for those who are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoiceRoom {
    /// Its name.
    pub channel: String,
    /// Names, sorted; nobody: there is no such channel any more.
    pub participants: Vec<String>,
}
