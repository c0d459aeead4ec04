/** Older messages, page by page. */

import { type HistoryPage, type HistoryRange, listChannelHistory, listHistory } from '../api/chat';
import { explain } from '../api/client';
import { historyLoaded } from '../store/events';
import { noticed } from '../store/notices';
import { current, update } from '../store/store';
import type { ConversationId } from '../store/types';

const PAGE = 60;
const LARGEST_PAGE = 500;

const loading = new Map<ConversationId, Promise<boolean>>();

/** Loads one page above what is there. False when there is nothing more, or it could not be had. */
export function loadOlder(id: ConversationId, limit = PAGE): Promise<boolean> {
  const under = loading.get(id);
  if (under !== undefined) return under;
  const started = load(id, limit).finally(() => loading.delete(id));
  loading.set(id, started);
  return started;
}

/** Makes sure that the given place in the conversation is loaded, if it is not absurdly far away. */
export async function loadBackTo(id: ConversationId, reached: () => boolean, missing = PAGE): Promise<void> {
  for (let page = 0; page < 10 && !reached(); page += 1) {
    const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, missing));
    if (!(await loadOlder(id, limit))) return;
  }
}

async function load(id: ConversationId, limit: number): Promise<boolean> {
  const timeline = current().timelines[id];
  const before = timeline?.messages[0]?.id;
  if (timeline === undefined || before === undefined || !timeline.hasOlder) return false;
  try {
    const page = await ask(id, { before, limit });
    update((state) => historyLoaded(state, id, page.messages, page.hasMore));
    return page.messages.length > 0;
  } catch (error) {
    update((state) => noticed(state, 'error', explain(error)));
    return false;
  }
}

/** A page of history that is not put into the store: what is around a message far back. */
export function ask(id: ConversationId, range: HistoryRange): Promise<HistoryPage> {
  const { serverId = null, channelId = null } = current().conversations[id] ?? {};
  return serverId === null || channelId === null
    ? listHistory(id, range)
    : listChannelHistory(serverId, channelId, range);
}
