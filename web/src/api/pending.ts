/** Paths that the server answers and its document does not describe yet, in the document's own shape. */

import type { AppSettings, LoggedDm } from './types';

interface None {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}

interface Ok<T> {
  200: { headers: Record<string, unknown>; content: { 'application/json': T } };
}

export interface PendingPaths {
  '/api/settings/public': {
    parameters: None;
    get: { parameters: None; responses: Ok<{ settings: AppSettings }> };
  };
  '/api/admin/app_settings': {
    parameters: None;
    get: { parameters: None; responses: Ok<Record<string, unknown>> };
    post: {
      parameters: None;
      requestBody: { content: { 'application/json': { settings: AppSettings } } };
      responses: Ok<{ ok: boolean }>;
    };
  };
  '/api/admin/dm_logs': {
    parameters: None;
    get: {
      parameters: { query: { peer: string }; header?: never; path?: never; cookie?: never };
      responses: Ok<LoggedDm[]>;
    };
  };
}
