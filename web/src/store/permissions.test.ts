import { describe, expect, it } from 'vitest';
import { member, role, serverDetails } from './fixtures';
import { canBeTimedOut, colourOf, may, mayGrant, outranks, outranksRole, topOf } from './permissions';
import type { ServerDetails } from './serverTypes';

const ME = 1;
const OWNER = 2;
const roles = [
  role(10, { position: 0, isDefault: true }),
  role(11, { position: 1, color: '#00aa00' }),
  role(12, { position: 2 }),
  role(13, { position: 3, color: '#aa0000', permissions: ['administrator'] }),
];
const details: ServerDetails = {
  ...serverDetails(1),
  roles,
  me: { permissions: ['manage_roles', 'kick_members'], roleIds: [12], timedOutUntil: null, topPosition: 2 },
};
const asOwner = { ...details, server: { ...details.server, ownerId: ME } };

describe('permissions', () => {
  it('are what is held; an administrator holds all', () => {
    expect(may(details.me, 'kick_members')).toBe(true);
    expect(may(details.me, 'ban_members')).toBe(false);
    expect(may({ permissions: ['administrator'] }, 'ban_members')).toBe(true);
    expect(may(undefined, 'view_channel')).toBe(false);
  });

  it('can be given by those who hold them', () => {
    expect(mayGrant(details, ME, 'kick_members')).toBe(true);
    expect(mayGrant(details, ME, 'ban_members')).toBe(false);
    expect(mayGrant(asOwner, ME, 'ban_members')).toBe(true);
  });
});

describe('the hierarchy', () => {
  it('has those below one, and neither equals nor those above', () => {
    expect(outranks(details, ME, member(3, { roleIds: [11] }))).toBe(true);
    expect(outranks(details, ME, member(3, { roleIds: [12] }))).toBe(false);
    expect(outranks(details, ME, member(3, { roleIds: [11, 13] }))).toBe(false);
    expect(outranks(asOwner, ME, member(3, { roleIds: [13] }))).toBe(true);
  });

  it('has nobody above the owner, nor oneself below oneself', () => {
    expect(outranks(details, ME, member(OWNER, { isOwner: true }))).toBe(false);
    expect(outranks(asOwner, ME, member(ME))).toBe(false);
  });

  it('is the same for roles', () => {
    expect(roles.filter((one) => outranksRole(details, ME, one)).map(({ id }) => id)).toEqual([10, 11]);
    expect(roles.every((one) => outranksRole(asOwner, ME, one))).toBe(true);
  });

  it('goes by the highest role', () => {
    expect(topOf(member(3), roles)).toBe(0);
    expect(topOf(member(3, { roleIds: [13, 11] }), roles)).toBe(3);
  });
});

it('times out neither the owner nor administrators', () => {
  expect(canBeTimedOut(member(3, { roleIds: [11] }), roles)).toBe(true);
  expect(canBeTimedOut(member(3, { roleIds: [13] }), roles)).toBe(false);
  expect(canBeTimedOut(member(OWNER, { isOwner: true }), roles)).toBe(false);
  const all = [role(10, { isDefault: true, permissions: ['administrator'] })];
  expect(canBeTimedOut(member(3), all)).toBe(false);
});

it('colours a name like the highest of its roles that has a colour', () => {
  expect(colourOf(member(3), roles)).toBeNull();
  expect(colourOf(member(3, { roleIds: [11, 12] }), roles)).toBe('#00aa00');
  expect(colourOf(member(3, { roleIds: [11, 13] }), roles)).toBe('#aa0000');
});
