import { api, done, read } from './client';
import type { PinnedMessage, WireMessage } from './types';

export const addReaction = (message: number, kind: string, emoji: string) =>
  done(api.POST('/api/reactions/add', { body: { message_id: message, message_type: kind, emoji } }));

export const removeReaction = (message: number, kind: string, emoji: string) =>
  done(api.POST('/api/reactions/remove', { body: { message_id: message, message_type: kind, emoji } }));

export interface Found {
  /** The newest first. */
  results: WireMessage[];
  hasMore: boolean;
}

export async function search(q: string, before?: number): Promise<Found> {
  const query = before === undefined ? { q } : { q, before };
  const { results, has_more } = await read(api.GET('/api/search', { params: { query } }));
  return { results, hasMore: has_more };
}

export async function listPins(tid: number | null): Promise<PinnedMessage[]> {
  const query =
    tid === null ? { type: 'public', all: 'true' } : { type: 'gdm', thread_id: String(tid), all: 'true' };
  const { messages } = await read(api.GET('/api/pinned', { params: { query } }));
  return messages ?? [];
}

export const setPinned = (kind: string, id: number, pinned: boolean) =>
  done(api.POST('/api/admin/pin', { body: { type: kind, id, action: pinned ? 'pin' : 'unpin' } }));
