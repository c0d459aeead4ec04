import { get, getWithHeaders, post } from './client';
import type { AppSettings, WireConversation, WireMessage, WireSync } from './types';

export const listConversations = async () =>
  (await get<{ conversations: WireConversation[] }>('/api/conversations')).conversations;

export interface HistoryPage {
  messages: WireMessage[];
  hasMore: boolean;
}

export interface HistoryRange {
  before?: number;
  limit?: number;
}

/** Oldest first, like the server answers. */
export async function listHistory(conversation: string, range: HistoryRange): Promise<HistoryPage> {
  const separator = conversation.indexOf(':');
  const kind = separator < 0 ? conversation : conversation.slice(0, separator);
  const name = conversation.slice(separator + 1);
  const query = { ...range };
  const { body, headers } =
    kind === 'dm'
      ? await getWithHeaders<WireMessage[]>('/api/dm/messages', { ...query, peer: name })
      : kind === 'gdm'
        ? await getWithHeaders<WireMessage[]>('/api/gdm/messages', { ...query, tid: name })
        : await getWithHeaders<WireMessage[]>('/api/messages', { ...query });
  return { messages: body, hasMore: headers.get('x-has-more') === 'true' };
}

export const sync = (since: Record<string, number>) => post<WireSync>('/api/sync', { since });

export const publicSettings = async () =>
  (await get<{ settings: AppSettings }>('/api/settings/public')).settings;
