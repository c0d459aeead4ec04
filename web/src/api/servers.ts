import type { Permission } from '../store/permissions';
import type { Channel, Member, Overwrite, Role, ServerDetails, ServerEntry } from '../store/serverTypes';
import { api, done, read } from './client';
import type { Schema } from './types';
import { toWidget } from './widgets';

const at = (serverId: number) => ({ params: { path: { serverId } } });
const atChannel = (serverId: number, channelId: number) => ({ params: { path: { serverId, channelId } } });
const atRole = (serverId: number, roleId: number) => ({ params: { path: { serverId, roleId } } });
const atUser = (serverId: number, userId: number) => ({ params: { path: { serverId, userId } } });

export const listServers = async (): Promise<ServerEntry[]> => (await read(api.GET('/servers'))).servers;

/** The id of the new server. */
export const createServer = async (name: string): Promise<number> =>
  (await read(api.POST('/servers', { body: { name } }))).server.id;

export async function readServer(server: number): Promise<ServerDetails> {
  const { me, pinnedWidget, roles, ...rest } = await read(api.GET('/servers/{serverId}', at(server)));
  return {
    ...rest,
    roles: roles.map((role) => ({ ...role, color: role.color ?? null })),
    me: { ...me, timedOutUntil: me.timedOutUntil ?? null },
    // Of its rows the document only says here that they are objects.
    pinnedWidget: pinnedWidget ? toWidget(pinnedWidget as Schema<'WidgetView'>) : null,
  };
}

export const changeServer = (server: number, change: Schema<'ServerPatch'>) =>
  read(api.PATCH('/servers/{serverId}', { ...at(server), body: change }));

export const deleteServer = (server: number) => done(api.DELETE('/servers/{serverId}', at(server)));

export const createChannel = async (server: number, name: string): Promise<Channel> =>
  (await read(api.POST('/servers/{serverId}/channels', { ...at(server), body: { name } }))).channel;

export const changeChannel = (server: number, channel: number, change: Schema<'ChannelPatch'>) =>
  read(
    api.PATCH('/servers/{serverId}/channels/{channelId}', { ...atChannel(server, channel), body: change }),
  );

export const deleteChannel = (server: number, channel: number) =>
  done(api.DELETE('/servers/{serverId}/channels/{channelId}', atChannel(server, channel)));

/** One that says nothing goes. */
export function setOverwrite(serverId: number, channelId: number, { kind, id, allow, deny }: Overwrite) {
  const ofRole = { params: { path: { serverId, channelId, roleId: id } } };
  const ofMember = { params: { path: { serverId, channelId, userId: id } } };
  const role = '/servers/{serverId}/channels/{channelId}/overwrites/roles/{roleId}';
  const member = '/servers/{serverId}/channels/{channelId}/overwrites/members/{userId}';
  if (allow.length + deny.length === 0)
    return done(kind === 'role' ? api.DELETE(role, ofRole) : api.DELETE(member, ofMember));
  const body = { allow, deny };
  return done(kind === 'role' ? api.PUT(role, { ...ofRole, body }) : api.PUT(member, { ...ofMember, body }));
}

export interface RoleChange {
  name?: string;
  color?: string | null;
  permissions?: Permission[];
  position?: number;
}

export async function createRole(server: number, name: string): Promise<Role> {
  const { role } = await read(api.POST('/servers/{serverId}/roles', { ...at(server), body: { name } }));
  return { ...role, color: role.color ?? null };
}

export const changeRole = (server: number, role: number, change: RoleChange) =>
  read(api.PATCH('/servers/{serverId}/roles/{roleId}', { ...atRole(server, role), body: change }));

export const deleteRole = (server: number, role: number) =>
  done(api.DELETE('/servers/{serverId}/roles/{roleId}', atRole(server, role)));

export const MEMBER_PAGE = 1000;

/** By the id of the person; `after` is the last one known. */
export async function listMembers(serverId: number, after?: number): Promise<Member[]> {
  const params = { path: { serverId }, query: { limit: MEMBER_PAGE, after } };
  const { memberships } = await read(api.GET('/servers/{serverId}/memberships', { params }));
  return memberships.map(toMember);
}

function toMember(wire: Schema<'MembershipView'>): Member {
  return {
    userId: wire.userId,
    username: wire.username,
    name: wire.name,
    nickname: wire.nickname ?? null,
    avatarUrl: wire.avatarUrl ?? null,
    roleIds: wire.roleIds,
    joinedAt: wire.joinedAt,
    timedOutUntil: wire.timedOutUntil ?? null,
    isOwner: wire.isOwner,
  };
}

export interface MemberChange {
  nickname?: string | null;
  roleIds?: number[];
  timedOutUntil?: string | null;
}

export async function changeMember(server: number, user: number, change: MemberChange): Promise<Member> {
  const path = '/servers/{serverId}/memberships/{userId}';
  return toMember((await read(api.PATCH(path, { ...atUser(server, user), body: change }))).membership);
}

/** Of oneself: leaving. */
export const removeMember = (server: number, user: number) =>
  done(api.DELETE('/servers/{serverId}/memberships/{userId}', atUser(server, user)));

export type Ban = Schema<'BanView'>;

export const listBans = async (server: number): Promise<Ban[]> =>
  (await read(api.GET('/servers/{serverId}/bans', at(server)))).bans;

export const ban = (server: number, user: number, reason: string) =>
  done(
    api.PUT('/servers/{serverId}/bans/{userId}', {
      ...atUser(server, user),
      body: reason === '' ? {} : { reason },
    }),
  );

export const unban = (server: number, user: number) =>
  done(api.DELETE('/servers/{serverId}/bans/{userId}', atUser(server, user)));

export type NewInvite = Schema<'InviteView'>;

/** Without its code, which is shown once. */
export type OpenInvite = Schema<'InviteRow'>;

export const listInvites = async (server: number): Promise<OpenInvite[]> =>
  (await read(api.GET('/servers/{serverId}/invites', at(server)))).invites;

/** `expiresIn` in seconds. */
export async function createInvite(server: number, wanted: Schema<'NewServerInvite'>): Promise<NewInvite> {
  return (await read(api.POST('/servers/{serverId}/invites', { ...at(server), body: wanted }))).invite;
}

export const deleteInvite = (serverId: number, inviteId: number) =>
  done(api.DELETE('/servers/{serverId}/invites/{inviteId}', { params: { path: { serverId, inviteId } } }));

export const acceptInvite = async (code: string) =>
  (await read(api.POST('/invites/{code}/accept', { params: { path: { code } } }))).server;

export interface AuditEntry {
  id: number;
  at: string;
  actor: { kind: string; id: number };
  /** A stable name, such as "role.update". */
  action: string;
  /** To what, such as "role:7". */
  target: string;
  /** What changed, as it was and as it is; null where there is nothing to say. */
  before: unknown;
  after: unknown;
  reason: string | null;
}

export const AUDIT_PAGE = 50;

/** As many as the server lists at once. */
export const MOST_AUDIT = 200;

/** Newest first. */
export async function listAudit(
  serverId: number,
  before?: number,
  limit = AUDIT_PAGE,
): Promise<AuditEntry[]> {
  const params = { path: { serverId }, query: { limit, before } };
  const { entries } = await read(api.GET('/servers/{serverId}/audit', { params }));
  return entries.map((entry) => ({
    ...entry,
    actor: entry.actor as AuditEntry['actor'],
    before: entry.before ?? null,
    after: entry.after ?? null,
    reason: entry.reason ?? null,
  }));
}
