import { describe, expect, it } from 'vitest';
import { conversationsListed, messageArrived, messageChanged } from './events';
import { listed, role, serverDetails, signedInAs, wireMessage } from './fixtures';
import { chipsOf, cutMentions, meansMe, meansUnknown } from './mentions';
import { parseMessage } from './parse';
import { serverLoaded } from './servers';

const start = () => {
  const wire = listed({ conversation: 'channel:5', kind: 'channel', server_id: 1 });
  const state = conversationsListed(signedInAs('alice'), [wire]);
  return { ...state, conversations: { ...state.conversations } };
};

/** Alice has the role 7 of two. */
const opened = () => {
  const details = serverDetails(1, [{ id: 5 }]);
  const roles = [
    role(6, { name: 'everyone', isDefault: true }),
    role(7, { name: 'Staff', color: '#ff0000' }),
    role(8, { name: 'Staff (EU)' }),
  ];
  return serverLoaded(start(), { ...details, roles, me: { ...details.me, roleIds: [7] } });
};

const wire = (seq: number, fields = {}) =>
  wireMessage(seq, { conversation: 'channel:5', kind: 'channel', server_id: 1, ...fields });

describe('mentions', () => {
  it('mean me by name, by a role of mine and with everybody', () => {
    const means = (fields: object) => meansMe(opened(), parseMessage(wire(1, fields)));
    expect(means({ mentions: ['alice'] })).toBe(true);
    expect(means({ mention_everyone: true })).toBe(true);
    expect(means({ mention_roles: [8, 7] })).toBe(true);
    expect(means({ mention_roles: [8], mentions: ['bob'] })).toBe(false);
    expect(means({ mention_everyone: false, mention_roles: [] })).toBe(false);
  });

  it('count once, and not any more once deleted', () => {
    let state = messageArrived(
      opened(),
      wire(1, { mentions: ['alice'], mention_roles: [7], mention_everyone: true }),
    );
    state = messageArrived(state, wire(2, { mention_roles: [7] }));
    state = messageArrived(state, wire(3, { mention_roles: [8] }));
    expect(state.conversations['channel:5']).toMatchObject({ unread: 3, mentions: 2 });
    const gone = { id: 102, conversation: 'channel:5', seq: 2, rev: 4, change: { deleted: true } };
    expect(messageChanged(state, gone).conversations['channel:5']).toMatchObject({ unread: 2, mentions: 1 });
  });

  it('of roles in a server that was never opened are for the server to count', () => {
    const message = parseMessage(wire(1, { mention_roles: [7] }));
    expect(meansUnknown(start(), message)).toBe(true);
    expect(meansMe(start(), message)).toBe(false);
    expect(meansUnknown(opened(), message)).toBe(false);
  });

  it('are drawn where the text has them', () => {
    const message = parseMessage(
      wire(1, { mentions: ['bob'], mention_everyone: true, mention_roles: [7, 8] }),
    );
    const chips = chipsOf(opened(), message);
    const drawn = (text: string) =>
      cutMentions(text, chips).flatMap(({ text, chip }) => (chip === null ? [] : [[text, chip.colour]]));
    expect(drawn('@Everyone, @staff and @Bob!')).toEqual([
      ['@Everyone', null],
      ['@staff', '#ff0000'],
      ['@Bob', null],
    ]);
    expect(drawn('@staff (eu): hi')).toEqual([['@staff (eu)', null]]);
    expect(drawn('me@bob, @bobby, @@staff, /@everyone')).toEqual([]);
    expect(cutMentions('a @bob b', chips).map(({ text }) => text)).toEqual(['a ', '@bob', ' b']);
    expect(cutMentions('no chips: @bob', [])).toEqual([{ text: 'no chips: @bob', chip: null }]);
  });
});
