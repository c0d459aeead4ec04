/** What one may do in a server, and whom one may do it to. The server decides; this only says it first. */

import type { Channel, Member, Role, ServerDetails } from './serverTypes';

/** In the order people are shown them. */
export const permissions = [
  'administrator',
  'manage_server',
  'manage_roles',
  'manage_channels',
  'manage_members',
  'moderate_members',
  'kick_members',
  'ban_members',
  'manage_messages',
  'manage_webhooks',
  'view_audit_log',
  'create_invite',
  'mention_everyone',
  'view_channel',
  'read_history',
  'send_messages',
  'attach_files',
  'embed_links',
  'add_reactions',
  'change_nickname',
] as const;

export type Permission = (typeof permissions)[number];

export function may(holder: { permissions: readonly Permission[] } | undefined, what: Permission): boolean {
  return holder !== undefined && (holder.permissions.includes(what) || isAdministrator(holder));
}

function isAdministrator(holder: { permissions: readonly Permission[] }): boolean {
  return holder.permissions.includes('administrator');
}

/** Whether a channel is locked for oneself. */
export function isLocked(channel: Channel | undefined): boolean {
  return channel?.locked === true && !may(channel, 'manage_channels');
}

/** The position of a member's highest role. */
export function topOf(member: { roleIds: number[] }, roles: Role[]): number {
  return roles.reduce(
    (top, role) => (member.roleIds.includes(role.id) ? Math.max(top, role.position) : top),
    0,
  );
}

/** The hierarchy: nobody acts on the owner, nor on somebody whose highest role is not below their own. */
export function outranks(details: ServerDetails, me: number, member: Member): boolean {
  if (member.isOwner || member.userId === me) return false;
  return details.server.ownerId === me || topOf(member, details.roles) < details.me.topPosition;
}

/** Roles one may give, take, change and move: strictly below one's own highest. */
export function outranksRole(details: ServerDetails, me: number, role: Role): boolean {
  return details.server.ownerId === me || role.position < details.me.topPosition;
}

/** Only permissions one holds oneself can be given. */
export function mayGrant(details: ServerDetails, me: number, permission: Permission): boolean {
  return details.server.ownerId === me || may(details.me, permission);
}

/** Administrators and the owner cannot be timed out. */
export function canBeTimedOut(member: Member, roles: Role[]): boolean {
  if (member.isOwner) return false;
  return !roles.some((role) => {
    const applies = role.isDefault || member.roleIds.includes(role.id);
    return applies && isAdministrator(role);
  });
}

/** The one that says best who somebody is; roles of integrations say what a program has given. */
export function highestRole(member: { roleIds: number[] }, roles: Role[]): Role | null {
  const held = roles.filter((role) => !role.isDefault && member.roleIds.includes(role.id));
  held.sort((a, b) => b.position - a.position);
  return held[0] ?? null;
}

/** The colour a member's name has: that of the highest role that has one. */
export function colourOf(member: { roleIds: number[] }, roles: Role[]): string | null {
  const coloured = roles.filter((role) => role.color !== null && member.roleIds.includes(role.id));
  coloured.sort((a, b) => b.position - a.position);
  return coloured[0]?.color ?? null;
}
