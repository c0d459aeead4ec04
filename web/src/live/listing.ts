/** Names, members and locks of the conversations. Many events may ask for it at once; one request answers them. */

import { listConversations, publicSettings } from '../api/chat';
import { explain } from '../api/client';
import { conversationsListed } from '../store/events';
import { noticed } from '../store/notices';
import { current, update } from '../store/store';

const SETTLE_MS = 60;

let timer: ReturnType<typeof setTimeout> | undefined;

export function relist(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void load(), SETTLE_MS);
}

async function load(): Promise<void> {
  await Promise.all([
    listConversations().then((listed) => update((state) => conversationsListed(state, listed)), complain),
    publicSettings().then((settings) => update((state) => ({ ...state, settings })), complain),
  ]);
}

function complain(error: unknown): void {
  // While the link is down its banner says enough, and connecting lists again.
  if (current().link.phase === 'online') update((state) => noticed(state, 'error', explain(error)));
}
