/** Who and what an entry of the audit log is about, by name where it is still there. Pure. */

import type { AuditEntry } from '../../../api/servers';
import { words } from '../../../messages/servers';
import type { Member, ServerDetails } from '../../../store/serverTypes';
import { displayName } from '../memberList';

interface Names {
  details: ServerDetails;
  members: Record<number, Member>;
}

export function actorName({ kind, id }: AuditEntry['actor'], { members }: Names): string {
  const member = kind === 'user' ? members[id] : undefined;
  return member === undefined ? words.audit.unknown(kind, id) : displayName(member);
}

/** "role:7" and the like; as it stands where nothing of that name is known. */
export function targetName(target: string, { details, members }: Names): string {
  const [kind, number] = target.split(':');
  const id = Number(number);
  if (kind === 'role') return details.roles.find((role) => role.id === id)?.name ?? target;
  if (kind === 'channel') {
    const channel = details.channels.find((one) => one.id === id);
    return channel === undefined ? target : `#${channel.name}`;
  }
  const member = kind === 'user' ? members[id] : undefined;
  return member === undefined ? target : displayName(member);
}
