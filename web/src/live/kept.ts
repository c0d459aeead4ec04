/**
 * The outbox and drafts in localStorage, so that a reload loses nothing. One
 * key per message: two tabs of one person then never overwrite each other.
 */

import { discarded, queued } from '../store/outbox';
import { current, subscribe, update } from '../store/store';
import type { Outgoing } from '../store/types';
import { flushOutbox } from './sending';

const outboxPrefix = (userId: number) => `chatter.outbox.${userId}.`;
const draftKey = (conversation: string) => `chatter.draft.${current().me?.id ?? 0}.${conversation}`;

/** Storage may be full or forbidden; the client then works without it. */
export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    return;
  }
}

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keptKeys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

export const readDraft = (conversation: string) => kept(draftKey(conversation)) ?? '';

export const keepDraft = (conversation: string, draft: string) =>
  keep(draftKey(conversation), draft === '' ? null : draft);

/** Takes over what an earlier page left unsent, and mirrors the outbox from now on. Ends with the returned function. */
export function keepOutbox(userId: number): () => void {
  const prefix = outboxPrefix(userId);
  for (const item of storedOutbox(prefix)) update((state) => queued(state, item));
  let written = current().outbox;
  const unsubscribe = subscribe((state) => {
    if (state.outbox === written) return;
    const gone = written.filter((item) => !state.outbox.some((other) => other.nonce === item.nonce));
    for (const item of gone) keep(prefix + item.nonce, null);
    for (const item of state.outbox) {
      if (!written.includes(item)) keep(prefix + item.nonce, JSON.stringify(item));
    }
    written = state.outbox;
  });
  const elsewhere = (event: StorageEvent) => {
    if (!event.key?.startsWith(prefix) || event.newValue !== null) return;
    const nonce = event.key.slice(prefix.length);
    update((state) => discarded(state, nonce));
  };
  window.addEventListener('storage', elsewhere);
  flushOutbox();
  return () => {
    unsubscribe();
    window.removeEventListener('storage', elsewhere);
  };
}

function storedOutbox(prefix: string): Outgoing[] {
  const items: Outgoing[] = [];
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(prefix)) continue;
      const item = JSON.parse(localStorage.getItem(key) ?? 'null') as Outgoing | null;
      // What was under way when the page went has to be asked for again.
      if (item !== null)
        items.push({
          ...item,
          attachment: item.attachment ?? null,
          state: item.state === 'failed' ? 'failed' : 'queued',
          rev: null,
        });
    }
  } catch {
    return [];
  }
  return items.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}
