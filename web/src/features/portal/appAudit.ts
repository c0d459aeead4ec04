/** Of a server's audit log what is about one app. The log has no such question, so it is read until there is enough. */

import type { App } from '../../api/apps';
import { type AuditEntry, listAudit, MOST_AUDIT } from '../../api/servers';

/** So many entries are enough to look at. */
const ENOUGH = 25;
/** So many questions at once at most; then the person is asked whether to go on. */
const MOST_PAGES = 5;

/** Whether an entry is of what was done to an app, to its role, or by it. */
export function isAbout({ id, roleId }: App, { actor, target }: AuditEntry): boolean {
  if (target === `app:${id}` || (roleId !== undefined && target === `role:${roleId}`)) return true;
  return actor.kind !== 'user' && actor.id === id;
}

export interface Stretch {
  entries: AuditEntry[];
  /** Where to go on; null at the end of the log. */
  before: number | null;
  /** How many entries of the server were read for it. */
  read: number;
}

/** The next entries about an app, the newest first. */
export async function nextEntries(
  app: App,
  before: number | undefined,
  list: typeof listAudit = listAudit,
): Promise<Stretch> {
  const entries: AuditEntry[] = [];
  let from = before;
  let read = 0;
  for (let pages = 0; pages < MOST_PAGES && entries.length < ENOUGH; pages += 1) {
    const page = await list(app.serverId ?? 0, from, MOST_AUDIT);
    read += page.length;
    entries.push(...page.filter((entry) => isAbout(app, entry)));
    const last = page.at(-1);
    if (page.length < MOST_AUDIT || last === undefined) return { entries, before: null, read };
    from = last.id;
  }
  return { entries, before: from ?? null, read };
}
