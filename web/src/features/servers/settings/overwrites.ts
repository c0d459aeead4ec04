/** What a channel says of a permission besides the server: allowed, denied, or nothing. Pure. */

import type { Permission } from '../../../store/permissions';
import type { Overwrite } from '../../../store/serverTypes';

export type Ruling = 'allow' | 'inherit' | 'deny';

/** What can be decided for one channel; everything else is the server's. */
export const channelPermissions: Permission[] = [
  'view_channel',
  'read_history',
  'send_messages',
  'attach_files',
  'embed_links',
  'add_reactions',
  'mention_everyone',
  'manage_messages',
];

export function rulingOf(overwrite: Overwrite, permission: Permission): Ruling {
  if (overwrite.allow.includes(permission)) return 'allow';
  return overwrite.deny.includes(permission) ? 'deny' : 'inherit';
}

export function withRuling(overwrite: Overwrite, permission: Permission, ruling: Ruling): Overwrite {
  const without = (list: Permission[]) => list.filter((other) => other !== permission);
  const allow = without(overwrite.allow);
  const deny = without(overwrite.deny);
  if (ruling === 'allow') allow.push(permission);
  if (ruling === 'deny') deny.push(permission);
  return { ...overwrite, allow, deny };
}

/** One that says nothing is none. */
export function isEmpty({ allow, deny }: Overwrite): boolean {
  return allow.length === 0 && deny.length === 0;
}
