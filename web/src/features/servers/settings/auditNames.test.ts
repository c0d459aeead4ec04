import { expect, it } from 'vitest';
import type { AuditEntry } from '../../../api/servers';
import { member, role, serverDetails } from '../../../store/fixtures';
import { actorName, deed, namesIn, targetName } from './auditNames';

const names = {
  details: { ...serverDetails(1, [{ id: 5, name: 'general' }]), roles: [role(7, { name: 'VIP' })] },
  members: { 3: member(3, { username: 'bob', nickname: 'Bobby' }) },
  logged: new Map<string, string>(),
};

const entry = (
  action: string,
  target: string,
  before: unknown = null,
  after: unknown = null,
): AuditEntry => ({
  id: 1,
  at: '2026-01-15T13:42:00.000Z',
  actor: { kind: 'user', id: 3 },
  action,
  target,
  before,
  after,
  reason: null,
});

it('names what is still there, and counts the rest', () => {
  expect(actorName({ kind: 'user', id: 3 }, names)).toBe('Bobby');
  expect(actorName({ kind: 'user', id: 9 }, names)).toBe('user 9');
  expect(actorName({ kind: 'integration', id: 3 }, names)).toBe('integration 3');
  expect(targetName('user:3', names)).toBe('Bobby');
  expect(targetName('user:9', names)).toBe('user 9');
  expect(targetName('role:7', names)).toBe('VIP');
  expect(targetName('channel:5', names)).toBe('#general');
  expect(targetName('channel:6', names)).toBe('channel 6');
  expect(targetName('invite:2', names)).toBe('invite 2');
});

it('calls what is gone as the log last called it', () => {
  const logged = namesIn([
    entry('app.token_create', 'app:4', null, { name: 'nightly' }),
    entry('role.delete', 'role:9', { name: 'Guests' }),
    entry('app.update', 'app:4', { name: 'Weather' }, { name: 'Storms' }),
    entry('app.create', 'app:4', null, { name: 'Weather' }),
  ]);
  expect(targetName('app:4', { ...names, logged })).toBe('Storms');
  expect(targetName('role:9', { ...names, logged })).toBe('Guests');
  expect(actorName({ kind: 'integration', id: 4 }, { ...names, logged })).toBe('Storms');
});

it('says what was done in words, and what it has no words for as it is recorded', () => {
  expect(deed(entry('member.ban', 'user:3'), names)).toBe('banned Bobby');
  expect(deed(entry('invite.create', 'invite:2'), names)).toBe('created an invite');
  expect(deed(entry('moon.land', 'channel:5'), names)).toBe('moon.land #general');
});
