import { api, read, readWithHeaders } from './client';
import type { AppSettings, WireMessage } from './types';

export const listConversations = async () => (await read(api.GET('/api/conversations'))).conversations;

export interface HistoryPage {
  /** Oldest first. */
  messages: WireMessage[];
  hasMore: boolean;
}

export interface HistoryRange {
  before?: number;
  limit?: number;
}

export async function listHistory(conversation: string, range: HistoryRange): Promise<HistoryPage> {
  const { body, headers } = await readWithHeaders(askHistory(conversation, range));
  return { messages: body, hasMore: headers.get('x-has-more') === 'true' };
}

function askHistory(conversation: string, range: HistoryRange) {
  const name = conversation.slice(conversation.indexOf(':') + 1);
  if (conversation.startsWith('dm:')) {
    return api.GET('/api/dm/messages', { params: { query: { ...range, peer: name } } });
  }
  if (conversation.startsWith('gdm:')) {
    return api.GET('/api/gdm/messages', { params: { query: { ...range, tid: name } } });
  }
  return api.GET('/api/messages', { params: { query: range } });
}

export const sync = (since: Record<string, number>) => read(api.POST('/api/sync', { body: { since } }));

export const publicSettings = async (): Promise<AppSettings> =>
  (await read(api.GET('/api/settings/public'))).settings;
