import { get, post } from './client';
import type { AppSettings, LoggedDm } from './types';

/** The server answers the flat map at top level and, for older clients, again under `settings`. */
export async function readSettings(): Promise<AppSettings> {
  const answer = await get<Record<string, unknown>>('/api/admin/app_settings');
  const nested = answer.settings;
  const source = typeof nested === 'object' && nested !== null ? nested : answer;
  return Object.fromEntries(
    Object.entries(source).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export const writeSettings = (settings: AppSettings) =>
  post<unknown>('/api/admin/app_settings', { settings });

export const listDmLogs = (peer: string) => get<LoggedDm[]>('/api/admin/dm_logs', { peer });
