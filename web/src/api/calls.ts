import type { CallState, VoiceRoom } from './call-events';
import { api, read } from './client';

export async function listCalls(): Promise<CallState[]> {
  const { calls } = await read(api.GET('/api/voice/calls'));
  return calls as CallState[];
}

export async function listVoiceRooms(): Promise<VoiceRoom[]> {
  const { rooms } = await read(api.GET('/api/voice/channels'));
  return rooms;
}

/** Through which servers this browser finds others. */
export async function iceServers(): Promise<RTCIceServer[]> {
  const { ice_servers: servers } = await read(api.GET('/api/voice/ice'));
  return servers.map(({ urls, username, credential }) => ({
    urls,
    ...(username == null ? {} : { username }),
    ...(credential == null ? {} : { credential }),
  }));
}
