import { describe, expect, it } from 'vitest';
import { conversationsListed } from '../../store/events';
import { listed, member, role, serverDetails, signedInAs } from '../../store/fixtures';
import type { Permission } from '../../store/permissions';
import { membersLoaded, serverLoaded } from '../../store/servers';
import { begunAt, completed, matching, nameable } from './naming';

function names(...held: Permission[]): string[] {
  const wire = listed({ conversation: 'channel:5', kind: 'channel', server_id: 1 });
  const details = serverDetails(1, [{ id: 5, permissions: ['send_messages', ...held] }]);
  const roles = [
    role(6, { name: 'everyone', isDefault: true, position: 0 }),
    role(7, { name: 'Staff', position: 1 }),
    role(8, { name: 'Bot', managed: true, position: 2 }),
  ];
  let state = serverLoaded(conversationsListed(signedInAs('alice'), [wire]), { ...details, roles });
  state = membersLoaded(state, 1, [member(2, { username: 'bob', nickname: 'Stanley' })]);
  return nameable(state, state.conversations['channel:5']).map(({ name }) => name);
}

describe('names while writing', () => {
  it('offer roles and everybody to those alone who may call them', () => {
    expect(names()).toEqual(['bob']);
    expect(names('mention_everyone')).toEqual(['bob', 'everyone', 'Staff']);
  });

  it('begin at an @ that a mention may begin with', () => {
    expect(begunAt('hi @bo', 6)).toEqual({ at: 3, typed: 'bo' });
    expect(begunAt('@', 1)).toEqual({ at: 0, typed: '' });
    expect(begunAt('hi @bo there', 6)).toEqual({ at: 3, typed: 'bo' });
    expect(begunAt('me@bo', 5)).toBeNull();
    expect(begunAt('hi @bo there', 12)).toBeNull();
    expect(begunAt('hi', 2)).toBeNull();
  });

  it('match by any word, by nickname last', () => {
    const plain = { nickname: null, colour: null, kind: 'person' } as const;
    const all = [
      { ...plain, name: 'bob', nickname: 'Stanley' },
      { ...plain, name: 'Night Staff' },
      { ...plain, name: 'carol' },
    ];
    expect(matching(all, 'sta').map(({ name }) => name)).toEqual(['Night Staff', 'bob']);
    expect(matching(all, '')).toHaveLength(3);
    expect(matching(all, 'zoe')).toEqual([]);
    expect(matching(all, 'Carol')).toEqual([]);
  });

  it('are put in place of what was typed', () => {
    const begun = { at: 3, typed: 'bo' };
    expect(completed('hi @bo there', 6, begun, 'bob')).toEqual({ source: 'hi @bob there', caret: 8 });
    expect(completed('hi @bo', 6, begun, 'Bob Smith')).toEqual({ source: 'hi @Bob Smith ', caret: 14 });
  });
});
