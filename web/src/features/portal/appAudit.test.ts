import { expect, it } from 'vitest';
import type { App } from '../../api/apps';
import type { AuditEntry } from '../../api/servers';
import { isAbout, nextEntries } from './appAudit';

const app: App = {
  id: 4,
  kind: 'integration',
  name: 'Rota',
  description: '',
  serverId: 1,
  createdBy: { id: 1, username: 'alice' },
  createdAt: '2026-01-15T12:00:00.000Z',
  suspended: null,
  lastUsedAt: null,
  roleId: 9,
};

const entry = (id: number, target: string, kind = 'user', actor = 1): AuditEntry => ({
  id,
  at: '2026-01-15T12:00:00.000Z',
  actor: { kind, id: actor },
  action: 'app.update',
  target,
  before: null,
  after: null,
  reason: null,
});

/** A log of `length` entries, of which those with an id that `every` divides are about the app. */
const log =
  (length: number, every: number) =>
  async (_server: number, before = length + 1, limit = 200) =>
    Array.from({ length: Math.min(limit, before - 1) }, (_, index) => before - 1 - index).map((id) =>
      entry(id, id % every === 0 ? 'app:4' : 'app:5'),
    );

it('is about an app what was done to it, to its role, and by it', () => {
  expect(isAbout(app, entry(1, 'app:4'))).toBe(true);
  expect(isAbout(app, entry(1, 'role:9'))).toBe(true);
  expect(isAbout(app, entry(1, 'user:3', 'integration', 4))).toBe(true);
  expect(isAbout(app, entry(1, 'app:40'))).toBe(false);
  expect(isAbout(app, entry(1, 'user:4', 'user', 4))).toBe(false);
  expect(isAbout({ ...app, roleId: undefined }, entry(1, 'role:9'))).toBe(false);
});

it('reads on until there is enough, and goes on from there', async () => {
  const first = await nextEntries(app, undefined, log(1000, 10));
  expect(first.entries).toHaveLength(40);
  expect(first).toMatchObject({ before: 601, read: 400 });
  const second = await nextEntries(app, 601, log(1000, 10));
  expect(second.entries[0]?.id).toBe(600);
});

it('stops at the end of the log, and asks before it reads all of a long one', async () => {
  expect(await nextEntries(app, undefined, log(150, 200))).toEqual({ entries: [], before: null, read: 150 });
  const long = await nextEntries(app, undefined, log(5000, 9000));
  expect(long).toEqual({ entries: [], before: 4001, read: 1000 });
});
