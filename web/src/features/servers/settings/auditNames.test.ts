import { expect, it } from 'vitest';
import { member, role, serverDetails } from '../../../store/fixtures';
import { actorName, targetName } from './auditNames';

const names = {
  details: { ...serverDetails(1, [{ id: 5, name: 'general' }]), roles: [role(7, { name: 'VIP' })] },
  members: { 3: member(3, { username: 'bob', nickname: 'Bobby' }) },
};

it('names what is still there, and shows the rest as it is recorded', () => {
  expect(actorName({ kind: 'user', id: 3 }, names)).toBe('Bobby');
  expect(actorName({ kind: 'user', id: 9 }, names)).toBe('user 9');
  expect(actorName({ kind: 'integration', id: 3 }, names)).toBe('integration 3');
  expect(targetName('user:3', names)).toBe('Bobby');
  expect(targetName('user:9', names)).toBe('user:9');
  expect(targetName('role:7', names)).toBe('VIP');
  expect(targetName('channel:5', names)).toBe('#general');
  expect(targetName('channel:6', names)).toBe('channel:6');
  expect(targetName('invite:2', names)).toBe('invite:2');
});
