import type { Permission } from '../store/permissions';
import type { Channel, Member, Overwrite, Role, ServerDetails, ServerEntry } from '../store/serverTypes';
import { ask } from './client';

const at = (server: number) => `/servers/${server}`;

export const listServers = async () => (await ask<{ servers: ServerEntry[] }>('GET', '/servers')).servers;

export const createServer = async (name: string) =>
  (await ask<{ server: ServerEntry }>('POST', '/servers', { name })).server;

export const readServer = (server: number) => ask<ServerDetails>('GET', at(server));

export const changeServer = (server: number, change: { name?: string; ownerId?: number }) =>
  ask<{ server: ServerEntry }>('PATCH', at(server), change);

export const deleteServer = (server: number) => ask<null>('DELETE', at(server));

export interface ChannelChange {
  name?: string;
  topic?: string | null;
  position?: number;
}

export const createChannel = async (server: number, channel: { name: string; topic?: string }) =>
  (await ask<{ channel: Channel }>('POST', `${at(server)}/channels`, channel)).channel;

export const changeChannel = (server: number, channel: number, change: ChannelChange) =>
  ask<{ channel: Channel }>('PATCH', `${at(server)}/channels/${channel}`, change);

export const deleteChannel = (server: number, channel: number) =>
  ask<null>('DELETE', `${at(server)}/channels/${channel}`);

/** One that says nothing goes. */
export function setOverwrite(server: number, channel: number, { kind, id, allow, deny }: Overwrite) {
  const path = `${at(server)}/channels/${channel}/overwrites/${kind}s/${id}`;
  return allow.length + deny.length === 0
    ? ask<null>('DELETE', path)
    : ask<null>('PUT', path, { allow, deny });
}

export interface RoleChange {
  name?: string;
  color?: string | null;
  permissions?: Permission[];
  position?: number;
}

export const createRole = async (server: number, role: RoleChange & { name: string }) =>
  (await ask<{ role: Role }>('POST', `${at(server)}/roles`, role)).role;

export const changeRole = (server: number, role: number, change: RoleChange) =>
  ask<{ role: Role }>('PATCH', `${at(server)}/roles/${role}`, change);

export const deleteRole = (server: number, role: number) =>
  ask<null>('DELETE', `${at(server)}/roles/${role}`);

export const MEMBER_PAGE = 1000;

/** By the id of the person; `after` is the last one known. */
export async function listMembers(server: number, after?: number): Promise<Member[]> {
  const query = new URLSearchParams({ limit: String(MEMBER_PAGE) });
  if (after !== undefined) query.set('after', String(after));
  return (await ask<{ memberships: Member[] }>('GET', `${at(server)}/memberships?${query}`)).memberships;
}

export interface MemberChange {
  nickname?: string | null;
  roleIds?: number[];
  timedOutUntil?: string | null;
}

export const changeMember = async (server: number, user: number, change: MemberChange) =>
  (await ask<{ membership: Member }>('PATCH', `${at(server)}/memberships/${user}`, change)).membership;

/** Of oneself: leaving. */
export const removeMember = (server: number, user: number) =>
  ask<null>('DELETE', `${at(server)}/memberships/${user}`);

export interface Ban {
  userId: number;
  username: string;
  reason: string | null;
  bannedAt: string;
}

export const listBans = async (server: number) =>
  (await ask<{ bans: Ban[] }>('GET', `${at(server)}/bans`)).bans;

export const ban = (server: number, user: number, reason: string) =>
  ask<null>('PUT', `${at(server)}/bans/${user}`, reason === '' ? {} : { reason });

export const unban = (server: number, user: number) => ask<null>('DELETE', `${at(server)}/bans/${user}`);

export interface NewInvite {
  code: string;
  url: string;
  expiresAt: string;
}

/** Without its code, which is shown once. */
export interface OpenInvite {
  id: number;
  createdBy: { id: number; username: string };
  expiresAt: string;
  maxUses: number;
  uses: number;
}

export const listInvites = async (server: number) =>
  (await ask<{ invites: OpenInvite[] }>('GET', `${at(server)}/invites`)).invites;

export const createInvite = async (server: number, invite: { expiresIn: number; maxUses: number }) =>
  (await ask<{ invite: NewInvite }>('POST', `${at(server)}/invites`, invite)).invite;

export const deleteInvite = (server: number, invite: number) =>
  ask<null>('DELETE', `${at(server)}/invites/${invite}`);

export const acceptInvite = async (code: string) =>
  (await ask<{ server: ServerEntry }>('POST', `/invites/${encodeURIComponent(code)}/accept`)).server;

export interface AuditEntry {
  id: number;
  at: string;
  actor: { kind: string; id: number };
  /** A stable name, such as "role.update". */
  action: string;
  /** To what, such as "role:7". */
  target: string;
  before: unknown;
  after: unknown;
  reason: string | null;
}

export const AUDIT_PAGE = 50;

/** Newest first. */
export async function listAudit(server: number, before?: number): Promise<AuditEntry[]> {
  const query = new URLSearchParams({ limit: String(AUDIT_PAGE) });
  if (before !== undefined) query.set('before', String(before));
  return (await ask<{ entries: AuditEntry[] }>('GET', `${at(server)}/audit?${query}`)).entries;
}
