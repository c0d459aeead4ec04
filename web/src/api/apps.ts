import { api, ask, done, read } from './client';
import type { Schema } from './types';

export type AppKind = 'webhook' | 'integration' | 'widget' | 'oauth';

/** How a secret begins and ends: enough to tell two of them apart. */
export interface Hint {
  prefix: string;
  last4: string;
}

export interface ClientSecret extends Hint {
  id: number;
  createdAt: string;
}

export interface App {
  id: number;
  kind: AppKind;
  name: string;
  description: string | null;
  /** Null for OAuth apps, which belong to a person. */
  serverId: number | null;
  channelId?: number | null;
  createdBy: { id: number; username: string };
  createdAt: string;
  suspended: { at: string; reason: string | null } | null;
  lastUsedAt: string | null;
  /** Webhooks and widgets: what their URL begins and ends with. */
  urlHint?: Hint | null;
  /** Webhooks: whether posts may mention everybody. */
  mentionEveryone?: boolean;
  /** Webhooks: whether posts have to be signed. */
  signing?: boolean;
  /** Webhooks: networks (CIDR) that posts may come from; null for any. */
  allowedNetworks?: string[] | null;
  /** Integrations: a token waits for somebody to adopt it, since whoever made it may not manage the server any more. */
  paused?: boolean;
  /** Widgets. */
  visible?: boolean;
  pinned?: boolean;
  /** OAuth. */
  clientId?: string;
  clientType?: 'confidential' | 'public';
  redirectUris?: string[];
  homepage?: string | null;
  requirePkce?: boolean;
  secrets?: ClientSecret[];
  /** How many people have connected it. */
  grants?: number;
}

/** What is shown once, and never again. */
export interface Revealed {
  url?: string;
  clientSecret?: string;
}

export type NewApp =
  | { kind: 'webhook'; name: string; channelId: number }
  | { kind: 'integration'; name: string }
  | { kind: 'widget'; name: string; description?: string };

export interface NewOauthApp {
  kind: 'oauth';
  name: string;
  redirectUris: string[];
  homepage?: string;
  clientType: 'confidential' | 'public';
  requirePkce: boolean;
}

export interface AppChange {
  name?: string;
  description?: string | null;
  channelId?: number;
  visible?: boolean;
  mentionEveryone?: boolean;
  allowedNetworks?: string[] | null;
  redirectUris?: string[];
  homepage?: string | null;
  requirePkce?: boolean;
}

/** Those one may manage, in whichever server. */
export const listApps = async () => (await ask<{ apps: App[] }>('GET', '/apps')).apps;

export const listServerApps = async (server: number) =>
  (await ask<{ apps: App[] }>('GET', `/servers/${server}/apps`)).apps;

export const createApp = (server: number, app: NewApp) =>
  ask<Revealed & { app: App }>('POST', `/servers/${server}/apps`, app);

export const createOauthApp = (app: NewOauthApp) => ask<Revealed & { app: App }>('POST', '/apps', app);

export const readApp = async (id: number) => (await ask<{ app: App }>('GET', `/apps/${id}`)).app;

export const changeApp = async (id: number, change: AppChange) =>
  (await ask<{ app: App }>('PATCH', `/apps/${id}`, change)).app;

export const deleteApp = (id: number) => ask<null>('DELETE', `/apps/${id}`);

/** The old secret is dead when this is answered, unless it is given a grace. */
export const rotateApp = (id: number, how: { leaked: true } | { graceSeconds: number }) =>
  ask<Revealed>('POST', `/apps/${id}/rotate`, how);

/** Takes over the tokens of somebody who may not manage the server any more. */
export const adoptApp = async (id: number) => (await ask<{ app: App }>('POST', `/apps/${id}/adopt`)).app;

/** From now on posts have to be signed. The secret is answered once; the one before it holds as well. */
export const signApp = (id: number) =>
  ask<{ app: App; signingSecret: string }>('POST', `/apps/${id}/signing`, {});

export const unsignApp = async (id: number) => (await ask<{ app: App }>('DELETE', `/apps/${id}/signing`)).app;

export const scopes = [
  'manage_members',
  'read_member_profile',
  'read_members',
  'read_roles',
  'read_audit_log',
  'moderate_members',
] as const;

export type Scope = (typeof scopes)[number];

export interface AppToken extends Hint {
  id: number;
  name: string;
  scopes: Scope[];
  createdAt: string;
  /** Null for never. */
  expiresAt: string | null;
  lastUsedAt: string | null;
  lastAddress: string | null;
  /** It waits for somebody to adopt it. */
  paused: boolean;
}

export interface NewToken {
  name: string;
  scopes: Scope[];
  /** Null for never. */
  expiresInDays: number | null;
}

export const listTokens = async (app: number) =>
  (await ask<{ tokens: AppToken[] }>('GET', `/apps/${app}/tokens`)).tokens;

/** The secret is answered once. */
export const createToken = (app: number, token: NewToken) =>
  ask<{ token: AppToken; secret: string }>('POST', `/apps/${app}/tokens`, token);

export const revokeToken = (app: number, token: number) =>
  ask<null>('DELETE', `/apps/${app}/tokens/${token}`);

export interface Delivery {
  id: number;
  at: string;
  status: number;
  /** Its code. */
  error: string | null;
  latencyMs: number;
  bytes: number;
  remote: string | null;
}

export const DELIVERY_PAGE = 50;

/** Newest first. */
export async function listDeliveries(app: number, before?: number): Promise<Delivery[]> {
  const query = new URLSearchParams({ limit: String(DELIVERY_PAGE) });
  if (before !== undefined) query.set('before', String(before));
  return (await ask<{ deliveries: Delivery[] }>('GET', `/apps/${app}/deliveries?${query}`)).deliveries;
}

export type Grant = Schema<'ConnectedApp'>;

/** The apps that may learn who one is. */
export const listGrants = async (): Promise<Grant[]> => (await read(api.GET('/oauth/grants'))).grants;

export const revokeGrant = (appId: number) =>
  done(api.DELETE('/oauth/grants/{appId}', { params: { path: { appId } } }));
