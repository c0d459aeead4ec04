/** Which calls there are, whom they ring, and the one this tab is in. Pure: `live/calling.ts` does things. */

import type { CallEnded, CallState, VoiceRoom } from '../api/call-events';
import type { ActiveCall, Calls, State } from './types';

export const noCalls: Calls = { known: {}, rooms: {}, active: null };

const withCalls = (state: State, change: Partial<Calls>): State => ({
  ...state,
  calls: { ...state.calls, ...change },
});

export function callsListed(state: State, calls: CallState[]): State {
  return withCalls(state, { known: Object.fromEntries(calls.map((call) => [call.call_id, call])) });
}

export function callChanged(state: State, call: CallState): State {
  return withCalls(state, { known: { ...state.calls.known, [call.call_id]: call } });
}

export function callEnded(state: State, { call_id }: CallEnded): State {
  const { [call_id]: _, ...known } = state.calls.known;
  return withCalls(state, { known });
}

export function roomsListed(state: State, rooms: VoiceRoom[]): State {
  return withCalls(state, {
    rooms: Object.fromEntries(rooms.map((room) => [room.channel, room.participants])),
  });
}

export function roomChanged(state: State, room: VoiceRoom): State {
  const { [room.channel]: _, ...rooms } = state.calls.rooms;
  if (room.participants.length > 0) rooms[room.channel] = room.participants;
  return withCalls(state, { rooms });
}

export function activeChanged(state: State, change: Partial<ActiveCall>): State {
  const { active } = state.calls;
  return active === null ? state : withCalls(state, { active: { ...active, ...change } });
}

export function activeSet(state: State, active: ActiveCall | null): State {
  return withCalls(state, { active });
}

/** The calls that ring for this person, the oldest first; not the one that is being answered here. */
export function ringing({ me, calls }: Pick<State, 'me' | 'calls'>): CallState[] {
  return Object.values(calls.known).filter(
    (call) => me !== null && call.ringing.includes(me.name) && call.call_id !== calls.active?.room,
  );
}

/** The call of a conversation. */
export function callOf({ calls }: State, conversation: string): CallState | null {
  return Object.values(calls.known).find((call) => call.conversation === conversation) ?? null;
}
