import { describe, expect, it } from 'vitest';
import { member, role } from '../../store/fixtures';
import { displayName, groupMembers } from './memberList';

const roles = [role(1, { position: 1 }), role(2, { position: 2 })];
const members = [
  member(1, { username: 'zoe' }),
  member(2, { username: 'bob', roleIds: [1] }),
  member(3, { username: 'carol', nickname: 'Abacus' }),
  member(4, { username: 'dave', roleIds: [1, 2] }),
];
const names = (found: typeof members) => found.map(({ username }) => username);

describe('the list of members', () => {
  it('goes by rank, then by the name that is shown', () => {
    const { online, offline } = groupMembers(members, { zoe: true, carol: true, bob: true }, roles, '');
    expect(names(online)).toEqual(['bob', 'carol', 'zoe']);
    expect(names(offline)).toEqual(['dave']);
  });

  it('finds by either name, whatever the case', () => {
    expect(names(groupMembers(members, {}, roles, ' ABA').offline)).toEqual(['carol']);
    expect(names(groupMembers(members, {}, roles, 'caro').offline)).toEqual(['carol']);
    expect(groupMembers(members, {}, roles, 'nobody')).toEqual({ online: [], offline: [] });
  });
});

it('shows nicknames before names', () => {
  expect(displayName(member(1, { username: 'zoe' }))).toBe('zoe');
  expect(displayName(member(1, { username: 'zoe', name: 'Zoë' }))).toBe('Zoë');
  expect(displayName(member(1, { username: 'zoe', name: 'Zoë', nickname: 'Z' }))).toBe('Z');
});
