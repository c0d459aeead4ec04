/** Who did what to whom, in an entry of the audit log: by name where a name is known. Pure. */

import type { AuditEntry } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import type { Member, ServerDetails } from '../../../store/serverTypes';
import { displayName } from '../memberList';

const words = all.audit;

export interface Names {
  details: ServerDetails;
  members: Record<number, Member>;
  /** What the log itself calls what is no longer there, by target. */
  logged: Map<string, string>;
}

/** The names that entries tell of roles, channels and apps. Newest first, as they are listed: the newest name holds. */
export function namesIn(entries: AuditEntry[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { action, target, before, after } of entries) {
    if (names.has(target) || !/\.(create|update|delete)$/.test(action)) continue;
    const name = nameIn(after) ?? nameIn(before);
    if (name !== null) names.set(target, name);
  }
  return names;
}

function nameIn(state: unknown): string | null {
  const { name } = (state ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : null;
}

export function actorName({ kind, id }: AuditEntry['actor'], { members, logged }: Names): string {
  const member = kind === 'user' ? members[id] : undefined;
  if (member !== undefined) return displayName(member);
  return (kind === 'user' ? undefined : logged.get(`app:${id}`)) ?? words.unknown(kind, id);
}

/** Of "role:7" and the like; as it stands where nothing of that name is known. */
export function targetName(target: string, { details, members, logged }: Names): string {
  const [kind = '', number] = target.split(':');
  const id = Number(number);
  const known = {
    role: details.roles.find((role) => role.id === id)?.name,
    channel: details.channels.find((channel) => channel.id === id)?.name,
    user: members[id] === undefined ? undefined : displayName(members[id]),
  }[kind];
  const name = known ?? logged.get(target);
  if (name === undefined) return words.unknown(kind, id);
  return kind === 'channel' ? `#${name}` : name;
}

/** The channel of a message. */
function placeOf(before: unknown): string | null {
  const { channelId } = (before ?? {}) as { channelId?: unknown };
  return typeof channelId === 'number' ? `channel:${channelId}` : null;
}

/** What was done, in words; an action that nobody has put into words is told as it is recorded. */
export function deed({ action, target, before }: AuditEntry, names: Names): string {
  const name = targetName(placeOf(before) ?? target, names);
  return words.deeds[action]?.(name) ?? `${action} ${name}`;
}
