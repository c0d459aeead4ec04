import { describe, expect, it } from 'vitest';
import type { WireMessage } from '../api/types';
import {
  conversationsListed,
  followed,
  historyLoaded,
  messageArrived,
  messageChanged,
  readStateChanged,
  synced,
  timelinesForgotten,
} from './events';
import { listed, signedInAs, syncEntry, wireMessage } from './fixtures';
import type { State } from './types';

const snapshot = (state: State, messages: WireMessage[], fields = {}) =>
  synced(state, {
    conversations: [syncEntry(messages, { snapshot: true, ...fields })],
    gone: [],
    more: false,
  });

const page = (state: State, messages: WireMessage[], fields = {}) =>
  synced(state, { conversations: [syncEntry(messages, fields)], gone: [], more: false });

const seqs = (state: State) => state.timelines.public?.messages.map((message) => message.seq) ?? [];
const room = (state: State) => state.conversations.public;

describe('messages', () => {
  it('counts what others write as unread, and mentions apart', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1)], { read_seq: 1 });
    state = messageArrived(state, wireMessage(2));
    state = messageArrived(state, wireMessage(3, { mentions: ['alice'] }));
    expect(room(state)).toMatchObject({ unread: 2, mentions: 1, lastSeq: 3, readSeq: 1 });
    expect(room(state)?.cursor.rev).toBe(3);
  });

  it('takes a message only once, whatever way it comes', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1)], { read_seq: 1 });
    state = messageArrived(state, wireMessage(2));
    state = messageArrived(state, wireMessage(2));
    state = page(state, [wireMessage(2)], { read_seq: 1, unread: 1 });
    expect(seqs(state)).toEqual([1, 2]);
    expect(room(state)?.unread).toBe(1);
  });

  it('reads everything by writing oneself', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1)], { unread: 1 });
    state = messageArrived(state, wireMessage(2, { username: 'alice', user_id: 1 }));
    expect(room(state)).toMatchObject({ unread: 0, readSeq: 2 });
  });

  it('keeps order when a change comes before the one it follows', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1)]);
    state = messageArrived(state, wireMessage(3));
    expect(room(state)?.cursor).toMatchObject({ rev: 1, ahead: [3] });
    state = page(state, [wireMessage(2), wireMessage(3)]);
    expect(seqs(state)).toEqual([1, 2, 3]);
    expect(room(state)?.cursor).toMatchObject({ rev: 3, ahead: [] });
  });
});

describe('edits and deletions', () => {
  const edit = (rev: number, source: string) => ({
    conversation: 'public',
    id: 101,
    seq: 1,
    rev,
    change: { html: source, source, edited: true },
  });

  it('change the message they name', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1)]);
    state = messageChanged(state, edit(2, 'better'));
    expect(state.timelines.public?.messages[0]).toMatchObject({ source: 'better', edited: true, rev: 2 });
    expect(room(state)?.last?.source).toBe('better');
  });

  it('never go back to an older text', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1)]);
    state = messageChanged(state, edit(3, 'second'));
    state = messageChanged(state, edit(2, 'first'));
    expect(state.timelines.public?.messages[0]?.source).toBe('second');
  });

  it('take a deleted message out of the unread ones', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1)], { unread: 1 });
    state = messageChanged(state, {
      conversation: 'public',
      id: 101,
      seq: 1,
      rev: 2,
      change: { html: '', source: '', deleted: true },
    });
    expect(room(state)).toMatchObject({ unread: 0, last: null });
  });

  it('take with them what answers quote of it', () => {
    const answer = { reply_to: 101, reply_username: 'bob', reply_snippet: 'secret' };
    const before = snapshot(signedInAs('alice'), [wireMessage(1), wireMessage(2, answer)]);
    const gone = { id: 101, conversation: 'public', seq: 1, rev: 3, change: { deleted: true } };
    const away = [wireMessage(1, { rev: 3, deleted: true, text: '', source: '' })];
    for (const state of [messageChanged(before, gone), page(before, away, { last_seq: 2 })]) {
      expect(state.timelines.public?.messages[1]?.reply).toEqual({ id: 101, author: 'bob', snippet: '' });
    }
    const other = messageChanged(before, { ...gone, id: 100 });
    expect(other.timelines.public?.messages[1]?.reply?.snippet).toBe('secret');
  });

  it('reach messages that changed while one was away', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1), wireMessage(2)]);
    state = page(state, [wireMessage(1, { rev: 3, deleted: true, text: '', source: '' })], { last_seq: 2 });
    expect(state.timelines.public?.messages[0]?.deleted).toBe(true);
    expect(followed(state)).toEqual({ public: 3 });
  });
});

describe('reading elsewhere', () => {
  it('moves forward only', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(5)], { read_seq: 3, unread: 2 });
    state = readStateChanged(state, { conversation: 'public', read_seq: 5, unread: 0, mentions: 0 });
    expect(room(state)?.unread).toBe(0);
    state = readStateChanged(state, { conversation: 'public', read_seq: 4, unread: 1, mentions: 0 });
    expect(room(state)).toMatchObject({ unread: 0, readSeq: 5 });
  });
});

describe('history', () => {
  it('goes above what is loaded, without doubling', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(5), wireMessage(6)]);
    state = historyLoaded(state, 'public', [wireMessage(3), wireMessage(4), wireMessage(5)], false);
    expect(seqs(state)).toEqual([3, 4, 5, 6]);
    expect(state.timelines.public?.hasOlder).toBe(false);
  });

  it('leaves an edit far above to be loaded with its page', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(50)]);
    state = page(state, [wireMessage(2, { rev: 51 })], { last_seq: 50 });
    expect(seqs(state)).toEqual([50]);
    expect(followed(state)).toEqual({ public: 51 });
  });
});

describe('the list of conversations', () => {
  it('does not turn back what has been followed', () => {
    let state = snapshot(signedInAs('alice'), [wireMessage(1), wireMessage(2)], { unread: 2 });
    state = conversationsListed(state, [listed({ last_seq: 1, last_rev: 1, unread: 1 })]);
    expect(room(state)).toMatchObject({ lastSeq: 2, unread: 2, name: 'Public' });
  });

  it('drops groups one is no longer in', () => {
    let state = conversationsListed(signedInAs('alice'), [
      listed(),
      listed({ conversation: 'gdm:7', kind: 'gdm', tid: 7, name: 'Crew' }),
    ]);
    state = conversationsListed(state, [listed()]);
    expect(Object.keys(state.conversations)).toEqual(['public']);
  });

  it('asks for a snapshot of what it has not followed yet', () => {
    const state = conversationsListed(signedInAs('alice'), [listed({ last_seq: 9, last_rev: 9 })]);
    expect(followed(state)).toEqual({});
  });
});

it('forgets a cleared conversation, so that the next sync brings it anew', () => {
  let state = snapshot(signedInAs('alice'), [wireMessage(1)]);
  state = timelinesForgotten(state, (id) => id === 'public');
  expect(followed(state)).toEqual({});
  expect(state.timelines.public).toBeUndefined();
});

it('removes what sync says is gone', () => {
  let state = conversationsListed(signedInAs('alice'), [
    listed({ conversation: 'gdm:9', kind: 'gdm', tid: 9 }),
  ]);
  state = synced(state, { conversations: [], gone: ['gdm:9'], more: false });
  expect(state.conversations['gdm:9']).toBeUndefined();
});
