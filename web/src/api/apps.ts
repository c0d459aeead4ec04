import { api, done, read } from './client';
import type { Schema } from './types';

export type AppKind = Schema<'AppKind'>;

/** How a secret begins and ends: enough to tell two of them apart. */
export type Hint = Schema<'Hint'>;

export type ClientSecret = Schema<'SecretView'>;

/** What each kind has of its own is there for that kind alone. */
export interface App {
  id: number;
  kind: AppKind;
  name: string;
  description: string;
  /** Null for OAuth apps, which belong to a person. */
  serverId: number | null;
  createdBy: Schema<'PersonRef'>;
  createdAt: string;
  suspended: { at: string; reason: string | null } | null;
  lastUsedAt: string | null;
  /** Webhooks and widgets: what their URL begins and ends with. */
  urlHint?: Hint;
  /** Webhooks: where they post to. */
  channelId?: number;
  /** Webhooks: whether posts may mention everybody. */
  mentionEveryone?: boolean;
  /** Webhooks: whether posts have to be signed. */
  signing?: boolean;
  /** Webhooks: networks (CIDR) that posts may come from; null for any. */
  allowedNetworks?: string[] | null;
  /** Integrations: a token waits for somebody to adopt it, since whoever made it may not manage the server any more. */
  paused?: boolean;
  /** Integrations: their own role. */
  roleId?: number;
  /** Widgets. */
  visible?: boolean;
  pinned?: boolean;
  /** OAuth. */
  clientId?: string;
  clientType?: ClientType;
  redirectUris?: string[];
  homepage?: string | null;
  requirePkce?: boolean;
  secrets?: ClientSecret[];
  /** How many people have connected it. */
  grants?: number;
}

export type ClientType = Schema<'ClientType'>;

/** What is shown once, and never again. */
export type Revealed = Schema<'Secret'>;

export type NewApp = Schema<'NewApp'> & { kind: AppKind };

export type NewOauthApp = Schema<'NewClient'> & { clientType: ClientType };

export type AppChange = Schema<'AppPatch'>;

const at = (appId: number) => ({ params: { path: { appId } } });

function toApp(wire: Schema<'AppView'>): App {
  const { serverId, suspended, lastUsedAt, ...rest } = wire;
  return {
    ...rest,
    serverId: serverId ?? null,
    suspended: suspended ? { at: suspended.at, reason: suspended.reason ?? null } : null,
    lastUsedAt: lastUsedAt ?? null,
  };
}

const inside = async (answer: Promise<{ app: Schema<'AppView'> }>): Promise<App> => toApp((await answer).app);

const created = async (
  answer: Promise<Revealed & { app: Schema<'AppView'> }>,
): Promise<Revealed & { app: App }> => {
  const { app, ...revealed } = await answer;
  return { ...revealed, app: toApp(app) };
};

/** Those one may manage, in whichever server. */
export const listApps = async (): Promise<App[]> => (await read(api.GET('/apps'))).apps.map(toApp);

export async function listServerApps(serverId: number): Promise<App[]> {
  const { apps } = await read(api.GET('/servers/{serverId}/apps', { params: { path: { serverId } } }));
  return apps.map(toApp);
}

export const createApp = (serverId: number, app: NewApp) =>
  created(read(api.POST('/servers/{serverId}/apps', { params: { path: { serverId } }, body: app })));

export const createOauthApp = (app: NewOauthApp) => created(read(api.POST('/apps', { body: app })));

export const readApp = (id: number) => inside(read(api.GET('/apps/{appId}', at(id))));

export const changeApp = (id: number, change: AppChange) =>
  inside(read(api.PATCH('/apps/{appId}', { ...at(id), body: change })));

export const deleteApp = (id: number) => done(api.DELETE('/apps/{appId}', at(id)));

/** The old secret is dead when this is answered, unless it is given a grace. */
export const rotateApp = (id: number, how: { leaked: true } | { graceSeconds: number }): Promise<Revealed> =>
  read(api.POST('/apps/{appId}/rotate', { ...at(id), body: { leaked: false, ...how } }));

/** Takes over the tokens of somebody who may not manage the server any more. */
export const adoptApp = (id: number) => inside(read(api.POST('/apps/{appId}/adopt', at(id))));

/** From now on posts have to be signed. The secret is answered once; the one before it holds as well. */
export async function signApp(id: number): Promise<{ app: App; signingSecret: string }> {
  const { app, signingSecret } = await read(api.POST('/apps/{appId}/signing', { ...at(id), body: {} }));
  return { app: toApp(app), signingSecret };
}

export const unsignApp = (id: number) => inside(read(api.DELETE('/apps/{appId}/signing', at(id))));

export type Scope = Schema<'Scope'>;

/** In the order people are shown them. */
export const scopes = [
  'manage_members',
  'read_member_profile',
  'read_members',
  'read_roles',
  'read_audit_log',
  'moderate_members',
] as const satisfies Scope[];

export interface AppToken extends Hint {
  id: number;
  name: string;
  scopes: Scope[];
  createdAt: string;
  /** Null for never. */
  expiresAt: string | null;
  createdBy: Schema<'PersonRef'>;
  lastUsedAt: string | null;
  lastAddress: string | null;
  /** What it was last used with. */
  lastUserAgent: string | null;
  /** It waits for somebody to adopt it. */
  paused: boolean;
}

/** `expiresInDays` is null for never. */
export type NewToken = Schema<'NewToken'>;

function toToken(wire: Schema<'TokenView'>): AppToken {
  return {
    ...wire,
    expiresAt: wire.expiresAt ?? null,
    lastUsedAt: wire.lastUsedAt ?? null,
    lastAddress: wire.lastAddress ?? null,
    lastUserAgent: wire.lastUserAgent ?? null,
  };
}

export const listTokens = async (app: number): Promise<AppToken[]> =>
  (await read(api.GET('/apps/{appId}/tokens', at(app)))).tokens.map(toToken);

/** The secret is answered once. */
export async function createToken(
  app: number,
  wanted: NewToken,
): Promise<{ token: AppToken; secret: string }> {
  const { token, secret } = await read(api.POST('/apps/{appId}/tokens', { ...at(app), body: wanted }));
  return { token: toToken(token), secret };
}

export const revokeToken = (appId: number, tokenId: number) =>
  done(api.DELETE('/apps/{appId}/tokens/{tokenId}', { params: { path: { appId, tokenId } } }));

/** `error` is a code. */
export type Delivery = Schema<'DeliveryView'>;

export const DELIVERY_PAGE = 100;

/** As many as the server lists at once. */
export const MOST_DELIVERIES = 200;

/** Newest first. */
export async function listDeliveries(
  appId: number,
  before?: number,
  limit = DELIVERY_PAGE,
): Promise<Delivery[]> {
  const params = { path: { appId }, query: { limit, before } };
  return (await read(api.GET('/apps/{appId}/deliveries', { params }))).deliveries;
}

export type Grant = Schema<'ConnectedApp'>;

/** The apps that may learn who one is. */
export const listGrants = async (): Promise<Grant[]> => (await read(api.GET('/oauth/grants'))).grants;

export const revokeGrant = (appId: number) =>
  done(api.DELETE('/oauth/grants/{appId}', { params: { path: { appId } } }));
