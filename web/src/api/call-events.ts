/** What browsers that are in a call say to each other through the server, and what it says to them. */

/** A call, as those hear of it who may be in it. */
export interface CallState {
  call_id: string;
  type: string;
  conversation: string;
  peer?: string;
  group_name?: string;
  call_type: 'voice' | 'video';
  started_by: string;
  started_at: string;
  answered: boolean;
  participants: string[];
  ringing: string[];
}

export type CallEnd =
  | 'hung_up'
  | 'declined'
  | 'unanswered'
  | 'left'
  | 'answered_elsewhere'
  | 'declined_elsewhere'
  | 'moved'
  | 'removed';

export interface CallEnded {
  call_id: string;
  by_user: string;
  reason: CallEnd;
}

/** Who is in a voice channel; nobody: there is none of that name any more. */
export interface VoiceRoom {
  channel: string;
  participants: string[];
}

export interface WirePeer {
  id: number;
  username: string;
  muted: boolean;
  video: boolean;
}

export interface Participants {
  channel: string;
  peers: WirePeer[];
  /** Places of people whose connection went just now. */
  away: number[];
}

interface Signal {
  channel: string;
  from_peer: number;
}

/** What arrives for those who are in a room. */
export interface CallEvents {
  voice_participants: Participants;
  voice_offer: Signal & { sdp: RTCSessionDescriptionInit };
  voice_answer: Signal & { sdp: RTCSessionDescriptionInit };
  voice_ice: Signal & { candidate: RTCIceCandidateInit | null };
  voice_mute: { channel: string; peer_id: number; muted: boolean; video: boolean };
  call_ended: CallEnded;
}

export type CallClientEvent =
  | 'call_start_dm'
  | 'call_start_gdm'
  | 'answer_call'
  | 'end_call'
  | 'voice_join'
  | 'voice_leave'
  | 'voice_mute'
  | 'voice_offer'
  | 'voice_answer'
  | 'voice_ice';

export interface JoinedRoom extends Participants {
  peer_id: number;
}
