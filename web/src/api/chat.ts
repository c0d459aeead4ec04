import { api, read, readWithHeaders } from './client';
import type { AppSettings, WireConversation, WireMessage } from './types';

export const listConversations = async (): Promise<WireConversation[]> =>
  (await read(api.GET('/api/conversations'))).conversations;

export interface HistoryPage {
  /** Oldest first. */
  messages: WireMessage[];
  hasMore: boolean;
}

export interface HistoryRange {
  before?: number;
  after?: number;
  limit?: number;
}

export async function listHistory(conversation: string, range: HistoryRange): Promise<HistoryPage> {
  const { body, headers } = await readWithHeaders(askHistory(conversation, range));
  return { messages: body, hasMore: headers.get('x-has-more') === 'true' };
}

/** The most the server gives of a channel at once. */
const CHANNEL_PAGE = 200;

export async function listChannelHistory(
  serverId: number,
  channelId: number,
  { before, after, limit = CHANNEL_PAGE }: HistoryRange,
): Promise<HistoryPage> {
  const query = { before, after, limit: Math.min(limit, CHANNEL_PAGE) };
  const { messages, has_more } = await read(
    api.GET('/servers/{serverId}/channels/{channelId}/messages', {
      params: { path: { serverId, channelId }, query },
    }),
  );
  return { messages, hasMore: has_more };
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
