/** The servers one is in: listed at the start, opened when somebody looks at them, and asked for again on news. */

import { ApiError, explain } from '../api/client';
import { listMembers, listServers, readServer } from '../api/servers';
import { listWidgets } from '../api/widgets';
import { noticed } from '../store/notices';
import {
  membersLoaded,
  serverGone,
  serverLoaded,
  serversFailed,
  serversListed,
  widgetsLoaded,
} from '../store/servers';
import type { ServerDetails } from '../store/serverTypes';
import { current, update } from '../store/store';
import { relist } from './listing';
import { requestSync } from './sync';

/** Several changes at once are one question. */
const SETTLE_MS = 100;
/** A whole server must not ask in the same moment: so much longer for each of its members, within reason. */
const SPREAD_MS = 10;
const LONGEST_SPREAD_MS = 8000;

const waiting = new Map<number, ReturnType<typeof setTimeout>>();
let listing: ReturnType<typeof setTimeout> | undefined;

export async function listMyServers(): Promise<void> {
  try {
    const listed = await listServers();
    update((state) => serversListed(state, listed));
  } catch (error) {
    update((state) => serversFailed(state, explain(error)));
  }
}

/** Everything that is shown of a server; false when it could not be had. */
export async function openServer(id: number): Promise<boolean> {
  try {
    const details = await readServer(id);
    update((state) => serverLoaded(state, details));
    followChannels(details);
    void refreshMembers(id);
    return true;
  } catch (error) {
    // Who has left it is not told about it any more.
    if (error instanceof ApiError && error.status === 404) update((state) => serverGone(state, id));
    else if (current().link.phase === 'online') update((state) => noticed(state, 'error', explain(error)));
    return false;
  }
}

/** After news of it. */
export function refreshServer(id: number): void {
  clearTimeout(listing);
  listing = setTimeout(() => void listMyServers(), pause(id));
  if (current().servers.details[id] === undefined) return;
  clearTimeout(waiting.get(id));
  waiting.set(
    id,
    setTimeout(() => {
      waiting.delete(id);
      void openServer(id);
      if (current().servers.widgets[id] !== undefined) void refreshWidgets(id).catch(() => undefined);
    }, pause(id)),
  );
}

/** After a reconnect: nobody has told what changed meanwhile. */
export function refreshServers(): void {
  void listMyServers();
  for (const id of Object.keys(current().servers.details)) refreshServer(Number(id));
}

export async function refreshWidgets(id: number): Promise<void> {
  const widgets = await listWidgets(id);
  update((state) => widgetsLoaded(state, id, widgets));
}

async function refreshMembers(id: number): Promise<void> {
  // Without it names have no colours and nicknames are not shown: nothing to complain about.
  const members = await listMembers(id).catch(() => null);
  if (members !== null) update((state) => membersLoaded(state, id, members));
}

/** A role given or taken shows and hides channels without a word about them. */
function followChannels({ server, channels }: ServerDetails): void {
  const { conversations, ready } = current();
  if (!ready) return;
  const known = Object.values(conversations).filter(({ serverId }) => serverId === server.id);
  const present = new Set(channels.map(({ id }) => id));
  const missing = channels.some(({ id }) => conversations[`channel:${id}`] === undefined);
  if (!missing && known.every(({ channelId }) => present.has(channelId ?? 0))) return;
  relist();
  void requestSync();
}

function pause(id: number): number {
  const members = current().servers.entries[id]?.memberCount ?? 1;
  return SETTLE_MS + Math.random() * Math.min(LONGEST_SPREAD_MS, members * SPREAD_MS);
}
