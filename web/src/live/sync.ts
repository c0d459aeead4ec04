/** Brings every conversation up to date: after each connect, and whenever an event shows a gap. */

import * as chat from '../api/chat';
import { ApiError } from '../api/client';
import type { Ack } from '../api/events';
import type { WireSync } from '../api/types';
import * as socket from '../socket';
import { hasGap } from '../store/cursor';
import { followed, synced } from '../store/events';
import { current, update } from '../store/store';
import { relist } from './listing';

/** Stops a server that always says "more" from being asked for ever. */
const MOST_PAGES = 500;

let running: Promise<void> | null = null;
let again = false;

/** At most one at a time; a request made meanwhile runs one more. */
export function requestSync(): Promise<void> {
  if (running !== null) {
    again = true;
    return running;
  }
  running = run().finally(() => {
    running = null;
  });
  return running;
}

async function run(): Promise<void> {
  do {
    again = false;
    try {
      await syncAllPages();
    } catch (error) {
      const unreached = error instanceof socket.Unanswered || error instanceof ApiError;
      if (!unreached) throw error;
      // Connecting again synchronises again, unless that has just happened.
      if (!socket.isConnected()) return;
      await pause(1000);
      again = true;
    }
  } while (again);
}

async function syncAllPages(): Promise<void> {
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const before = followed(current());
    const answer = await ask(before);
    if (!answer.ok) {
      await pause((answer.retry_after ?? 2) * 1000);
      continue;
    }
    const unnamed = answer.conversations.some(
      (entry) => current().conversations[entry.conversation] === undefined,
    );
    update((state) => synced(state, answer));
    if (unnamed) relist();
    const moved = answer.conversations.some((entry) => entry.rev !== before[entry.conversation]);
    const more = answer.more || answer.conversations.some((entry) => entry.more);
    if (!more || !moved) break;
  }
  // An event that overtook the answer may still leave a hole before it.
  if (Object.values(current().conversations).some((conversation) => hasGap(conversation.cursor))) {
    await pause(250);
    again = socket.isConnected();
  }
}

/** Over the live link where it stands, over plain HTTP while it is still being opened. */
async function ask(since: Record<string, number>): Promise<Ack<WireSync>> {
  if (socket.isConnected()) return socket.request<WireSync>('sync', { since }, 20_000);
  return { ...(await chat.sync(since)), ok: true };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
