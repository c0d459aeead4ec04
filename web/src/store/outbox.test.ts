import { describe, expect, it } from 'vitest';
import { messageArrived, synced } from './events';
import { signedInAs, syncEntry, wireMessage } from './fixtures';
import {
  acknowledged,
  discarded,
  failed,
  interrupted,
  nextToSend,
  outgoing,
  queued,
  requeued,
  sending,
} from './outbox';

const item = (nonce: string, conversation = 'public') =>
  outgoing(nonce, conversation, `text ${nonce}`, null, new Date('2026-01-15T10:30:00Z'));

const start = synced(signedInAs('alice'), {
  conversations: [syncEntry([wireMessage(1)], { snapshot: true })],
  gone: [],
  more: false,
});

describe('the outbox', () => {
  it('gives way to the stored message of the same nonce', () => {
    let state = sending(queued(start, item('n1')), 'n1');
    state = messageArrived(state, wireMessage(2, { username: 'alice', user_id: 1, nonce: 'n1' }));
    expect(state.outbox).toEqual([]);
    expect(state.timelines.public?.messages).toHaveLength(2);
  });

  it("is not emptied by another person's message of the same nonce", () => {
    const state = messageArrived(queued(start, item('n1')), wireMessage(2, { nonce: 'n1' }));
    expect(state.outbox).toHaveLength(1);
  });

  it('keeps an acknowledged message in sight until its change is applied', () => {
    let state = acknowledged(sending(queued(start, item('n1')), 'n1'), 'n1', 2, 'public');
    expect(state.outbox[0]).toMatchObject({ state: 'sent', rev: 2 });
    state = messageArrived(state, wireMessage(2, { username: 'alice', user_id: 1 }));
    expect(state.outbox).toEqual([]);
  });

  it('lets go when the echo came before the answer', () => {
    let state = sending(queued(start, item('n1')), 'n1');
    state = messageArrived(state, wireMessage(2, { username: 'alice', user_id: 1 }));
    expect(acknowledged(state, 'n1', 2, 'public').outbox).toEqual([]);
  });

  it('queues the same nonce once', () => {
    expect(queued(queued(start, item('n1')), item('n1')).outbox).toHaveLength(1);
  });

  it('sends again what was under way when the link broke', () => {
    const state = interrupted(sending(queued(start, item('n1')), 'n1'));
    expect(nextToSend(state)?.nonce).toBe('n1');
  });

  it('keeps the order within a conversation, and does not let one hold up another', () => {
    let state = queued(queued(queued(start, item('n1')), item('n2')), item('n3', 'dm:bob'));
    state = sending(state, 'n1');
    expect(nextToSend(state)?.nonce).toBe('n3');
  });

  it('goes on behind a failed one, which waits for its person', () => {
    let state = queued(queued(start, item('n1')), item('n2'));
    state = failed(state, 'n1', 'too long');
    expect(nextToSend(state)?.nonce).toBe('n2');
    expect(nextToSend(requeued(state, 'n1'))?.nonce).toBe('n1');
    expect(discarded(state, 'n1').outbox.map((other) => other.nonce)).toEqual(['n2']);
  });
});
