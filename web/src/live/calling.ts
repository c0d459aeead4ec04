/** Calling, answering, hanging up: what people do, and what follows for the store. A tab is in one room at a time. */

import type { CallEnded, CallState, VoiceRoom } from '../api/call-events';
import { iceServers, listCalls, listVoiceRooms } from '../api/calls';
import { type MediaProblem, NoMedia, openCamera, openMicrophone } from '../call/media';
import { Refused, Room } from '../call/room';
import { text } from '../messages';
import { request, tell, Unanswered } from '../socket';
import { activeChanged, activeSet, callChanged, callsListed, roomsListed } from '../store/calls';
import { current, update } from '../store/store';
import type { ActiveCall, ConversationId } from '../store/types';
import { notify, notifyError } from '../ui/notify';

/** What this tab holds of its call beside what is shown. */
let room: Room | null = null;
let microphone: MediaStreamTrack | null = null;
let camera: MediaStreamTrack | null = null;
/** Counts entries: what was begun for an earlier one does nothing any more. */
let entry = 0;

const own = () => [microphone, camera].filter((track) => track !== null);

interface Entrance {
  name: string;
  title: string;
  conversation: ConversationId | null;
  video: boolean;
  /** Makes or answers the call; the name of its room, if it is not known before. */
  open?: () => Promise<string>;
}

export async function callConversation(id: ConversationId, title: string, video: boolean): Promise<void> {
  const [kind, name] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  const call_type = video ? 'video' : 'voice';
  await enter({
    name: '',
    title,
    conversation: id,
    video,
    open: () =>
      kind === 'gdm'
        ? place('call_start_gdm', { thread_id: Number(name), call_type })
        : place('call_start_dm', { to_user: name, call_type }),
  });
}

export async function answerCall(call: CallState, video: boolean): Promise<void> {
  await enter({
    name: call.call_id,
    title: call.group_name ?? call.peer ?? call.started_by,
    conversation: call.conversation,
    video,
    open: () => place('answer_call', { call_id: call.call_id, answer: true }),
  });
}

export async function declineCall(call: CallState): Promise<void> {
  await request('answer_call', { call_id: call.call_id, answer: false }).catch(() => undefined);
  // Whatever the server heard of it, it rings here no longer.
  update((state) => callChanged(state, { ...call, ringing: [] }));
}

/** Voices that anybody may join, under a name. */
export async function joinVoice(name: string): Promise<void> {
  const channel = name.trim();
  await enter({ name: channel, title: channel, conversation: null, video: false });
}

export function hangUp(): void {
  const { active } = current().calls;
  if (active === null) return;
  if (active.conversation !== null && active.room !== '') tell('end_call', { call_id: active.room });
  close(true);
}

export async function setMuted(muted: boolean): Promise<void> {
  if (!muted && microphone === null) await open('microphone');
  if (microphone !== null) microphone.enabled = !muted;
  show({ muted: muted || microphone === null });
  await sayMedia();
}

export async function setCamera(on: boolean): Promise<void> {
  if (on) await open('camera');
  else {
    camera?.stop();
    camera = null;
  }
  show({ camera: camera !== null, local: localView() });
  await sayMedia();
}

export const retryConnections = () => room?.retry();

/** The link is back: the place in the room may still be ours. */
export async function resumeCall(): Promise<void> {
  const calls = await Promise.all([listCalls(), listVoiceRooms()]).catch(() => null);
  if (calls !== null) {
    const [known, rooms] = calls;
    update((state) => roomsListed(callsListed(state, known), rooms));
  }
  const here = entry;
  if (room === null) return;
  try {
    await room.join();
    if (here === entry) show({ phase: 'in' });
  } catch (error) {
    if (here !== entry || error instanceof Unanswered) return;
    close(false);
    notify(text.calls.lost);
  }
}

/** The link is down: the others may still be heard, but nobody new is. */
export function callInterrupted(): void {
  if (current().calls.active?.phase === 'in') show({ phase: 'returning' });
}

/** Says what has become of the call this tab is in. */
export function followEnd({ call_id, by_user, reason }: CallEnded): void {
  const { active } = current().calls;
  if (active === null || active.room !== call_id) return;
  // Those concern tabs where it rang.
  if (reason === 'answered_elsewhere' || reason === 'declined_elsewhere') return;
  const words = text.calls.ended[reason](by_user, active.title);
  close(false);
  if (words !== '') notify(words);
}

/** The call an address means, as long as it is going on. */
export async function linkedCall(id: string): Promise<CallState | null> {
  const calls = await listCalls().catch(() => []);
  const call = calls.find((one) => one.call_id === id) ?? null;
  if (call === null) notify(text.calls.over);
  return call;
}

export const roomsOf = (rooms: Record<string, string[]>): VoiceRoom[] =>
  Object.entries(rooms)
    .map(([channel, participants]) => ({ channel, participants }))
    .sort((a, b) => a.channel.localeCompare(b.channel));

// Whoever closes the tab has hung up.
window.addEventListener('pagehide', () => hangUp());

async function enter({ name, title, conversation, video, open: openRoom }: Entrance): Promise<void> {
  if (current().calls.active !== null) hangUp();
  entry += 1;
  const here = entry;
  const active: ActiveCall = {
    room: name,
    title,
    conversation,
    phase: 'entering',
    muted: true,
    camera: false,
    problem: null,
    local: null,
    peers: [],
    startedAt: Date.now(),
  };
  update((state) => activeSet(state, active));
  try {
    await open('microphone', here);
    if (video) await open('camera', here);
    if (here !== entry) return;
    const servers = await iceServers();
    const channel = openRoom === undefined ? name : await openRoom();
    if (here !== entry) {
      // Hung up before there was anything to hang up.
      if (openRoom !== undefined) tell('end_call', { call_id: channel });
      return;
    }
    show({ room: channel, muted: microphone === null, camera: camera !== null, local: localView() });
    const opened = new Room({
      name: channel,
      me: current().me?.name ?? '',
      configuration: { iceServers: servers },
      tracks: own,
      onPeers: (peers) => {
        if (here === entry) show({ peers });
      },
    });
    room = opened;
    await opened.setMedia(microphone === null, camera !== null);
    await opened.join();
    if (here === entry) show({ phase: 'in' });
  } catch (error) {
    if (here !== entry) return;
    close(true);
    notifyError(error instanceof Unanswered ? text.calls.unanswered : error);
  }
}

async function place(
  event: 'call_start_dm' | 'call_start_gdm' | 'answer_call',
  payload: object,
): Promise<string> {
  const ack = await request<{ call_id: string }>(event, payload);
  if (!ack.ok) throw new Refused(ack.error, ack.message ?? ack.error);
  return ack.call_id;
}

/** Without a microphone one can still listen: the call goes on, and it is said why nobody hears one. */
async function open(device: 'microphone' | 'camera', here = entry): Promise<void> {
  const openDevice = device === 'microphone' ? openMicrophone : openCamera;
  try {
    const track = await openDevice();
    if (here !== entry) {
      track.stop();
      return;
    }
    track.onended = () => void lost(device);
    if (device === 'microphone') microphone = track;
    else camera = track;
    show({ problem: null });
  } catch (error) {
    const problem: MediaProblem = error instanceof NoMedia ? error.problem : 'failed';
    if (here === entry) show({ problem: { device, problem } });
  }
}

/** A device was unplugged, or its permission taken back. */
async function lost(device: 'microphone' | 'camera'): Promise<void> {
  if (device === 'microphone') microphone = null;
  else camera = null;
  show({
    muted: microphone === null || !microphone.enabled,
    camera: camera !== null,
    local: localView(),
    problem: { device, problem: 'missing' },
  });
  await sayMedia();
}

async function sayMedia(): Promise<void> {
  const { active } = current().calls;
  if (active !== null) await room?.setMedia(active.muted, active.camera);
}

const localView = () => (camera === null ? null : new MediaStream([camera]));

const show = (change: Partial<ActiveCall>) => update((state) => activeChanged(state, change));

function close(says: boolean): void {
  entry += 1;
  if (says) room?.leave();
  else room?.close();
  room = null;
  microphone?.stop();
  camera?.stop();
  [microphone, camera] = [null, null];
  update((state) => activeSet(state, null));
}
