import { expect, test } from 'vitest';
import { Bound } from './bounds';
import { readMessage, splitCommand } from './protocol';

test('messages are read as those of a stranger', () => {
  expect(readMessage({ type: 'command', id: 1, text: '/help', more: 1 })).toEqual({
    type: 'command',
    id: 1,
    text: '/help',
  });
  expect(readMessage({ type: 'ready', icon: 'x'.repeat(99), version: 5 })).toEqual({
    type: 'ready',
    icon: 'x'.repeat(16),
    version: '',
    description: '',
  });
  for (const wrong of [
    null,
    'ready',
    {},
    { type: 'toString' },
    { type: 'command', text: '/help' },
    { type: 'command', id: '1', text: '/help' },
    { type: 'command', id: 1, text: 'x'.repeat(501) },
    { type: 'fetch', id: 1, method: 'GET', url: { toString: () => '/api/whoami' } },
    { type: 'fetch', id: 1, method: 'GET', url: 'x'.repeat(2001) },
    { type: 'send', id: 1, target: 'bob' },
    { type: 'notify', text: 'x'.repeat(501) },
  ])
    expect(readMessage(wrong)).toBeNull();
});

test('a command is a name and words, of which those in quotes are one', () => {
  expect(splitCommand(' /poll "Where to?" now  later ')).toEqual({
    name: 'poll',
    words: ['Where to?', 'now', 'later'],
  });
  expect(splitCommand('/poll')).toEqual({ name: 'poll', words: [] });
  for (const none of ['poll', '/', '/ poll', '//poll', '']) expect(splitCommand(none)).toBeNull();
});

test('so many at once, then so many a second', () => {
  const bound = new Bound(2, 0.5, 0);
  expect([bound.take(0), bound.take(0), bound.take(0)]).toEqual([true, true, false]);
  expect([bound.take(1999), bound.take(2001), bound.take(2001)]).toEqual([false, true, false]);
  expect([bound.take(60_000), bound.take(60_000), bound.take(60_000)]).toEqual([true, true, false]);
});
