import { describe, expect, test } from 'vitest';
import { messageArrived } from './events';
import { signedInAs, wireMessage } from './fixtures';
import { reacted } from './reactions';
import type { State } from './types';

const event = (rev: number, emoji: string, username: string, count: number) => ({
  id: 101,
  conversation: 'public',
  seq: 1,
  rev,
  emoji,
  username,
  count,
});

const start = () => messageArrived(signedInAs('alice'), wireMessage(1));
const under = (state: State) => state.timelines.public?.messages[0]?.reactions;

describe('reactions', () => {
  test('come and go in the order of rev, and the same event twice changes nothing', () => {
    const one = reacted(start(), event(2, '👍', 'bob', 1), true);
    expect(under(one)).toEqual([{ emoji: '👍', users: ['bob'], count: 1, me: false }]);
    const two = reacted(one, event(3, '👍', 'alice', 2), true);
    expect(under(two)).toEqual([{ emoji: '👍', users: ['bob', 'alice'], count: 2, me: true }]);
    expect(reacted(two, event(3, '👍', 'alice', 2), true)).toBe(two);
    const three = reacted(two, event(4, '👍', 'alice', 1), false);
    expect(under(three)).toEqual([{ emoji: '👍', users: ['bob'], count: 1, me: false }]);
    expect(under(reacted(three, event(5, '👍', 'bob', 0), false))).toEqual([]);
    expect(three.conversations.public?.cursor.rev).toBe(4);
  });

  test('say how many there are, whoever is named', () => {
    const state = reacted(start(), event(2, '🎉', 'bob', 1234), true);
    expect(under(state)).toEqual([{ emoji: '🎉', users: ['bob'], count: 1234, me: false }]);
  });

  test('make nothing unread, and leave a gap to be noticed', () => {
    const before = start();
    const after = reacted(before, event(7, '👍', 'bob', 1), true);
    expect(after.conversations.public?.unread).toBe(before.conversations.public?.unread);
    expect(after.conversations.public?.cursor.ahead).toEqual([7]);
  });
});
