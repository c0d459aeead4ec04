import { api, read } from './client';
import type { AppSettings } from './types';

/** The server answers the flat map at top level, and again under `settings`. */
export async function readSettings(): Promise<AppSettings> {
  const answer: Record<string, unknown> = await read(api.GET('/api/admin/app_settings'));
  const nested = answer.settings;
  const source = typeof nested === 'object' && nested !== null ? nested : answer;
  return Object.fromEntries(
    Object.entries(source).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export const writeSettings = (settings: AppSettings) =>
  read(api.POST('/api/admin/app_settings', { body: settings }));

export const DM_LOG_PAGE = 200;

/** Oldest first, like history; `before` asks for what came before a message. */
export const listDmLogs = (peer: string, before?: number) =>
  read(api.GET('/api/admin/dm_logs', { params: { query: { peer, before, limit: DM_LOG_PAGE } } }));
