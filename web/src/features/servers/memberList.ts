/** The list of a server's members: who is found, who is there, in which order. Pure. */

import { topOf } from '../../store/permissions';
import type { Member, Role } from '../../store/serverTypes';

export interface Groups {
  online: Member[];
  offline: Member[];
}

/** By rank, then by name; those who are there apart from those who are not. */
export function groupMembers(
  members: Member[],
  online: Record<string, true>,
  roles: Role[],
  query: string,
): Groups {
  const wanted = query.trim().toLocaleLowerCase();
  const found = members.filter((member) =>
    [member.username, member.nickname, member.name].some((name) =>
      name?.toLocaleLowerCase().includes(wanted),
    ),
  );
  const rank = new Map(found.map((member) => [member, topOf(member, roles)]));
  found.sort(
    (a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0) || displayName(a).localeCompare(displayName(b)),
  );
  return {
    online: found.filter(({ username }) => online[username]),
    offline: found.filter(({ username }) => !online[username]),
  };
}

export function displayName(member: Member): string {
  return member.nickname || member.name || member.username;
}
