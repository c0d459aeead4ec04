import { describe, expect, it } from 'vitest';
import type { CallState } from '../api/call-events';
import { callChanged, callEnded, callOf, ringing, roomChanged } from './calls';
import { initialState, signedIn } from './store';

const state = signedIn(initialState, { id: 1, name: 'alice', isAdmin: false, isSuperadmin: false });

const call: CallState = {
  call_id: 'call_1',
  type: 'dm',
  conversation: 'dm:bob',
  peer: 'bob',
  call_type: 'voice',
  started_by: 'bob',
  started_at: '2026-01-01T00:00:00Z',
  answered: false,
  participants: ['bob'],
  ringing: ['alice'],
};

describe('calls', () => {
  it('ring for whom they ring, until they are answered or over', () => {
    const rung = callChanged(state, call);
    expect(ringing(rung).map((one) => one.call_id)).toEqual(['call_1']);
    expect(ringing(callChanged(rung, { ...call, ringing: [] }))).toEqual([]);
    expect(ringing(callChanged(state, { ...call, ringing: ['carol'] }))).toEqual([]);
    const over = callEnded(rung, { call_id: 'call_1', by_user: 'bob', reason: 'unanswered' });
    expect(ringing(over)).toEqual([]);
    expect(callOf(over, 'dm:bob')).toBeNull();
  });

  it('belong to their conversation', () => {
    const rung = callChanged(state, call);
    expect(callOf(rung, 'dm:bob')?.call_id).toBe('call_1');
    expect(callOf(rung, 'dm:carol')).toBeNull();
  });
});

describe('voice channels', () => {
  it('are there as long as somebody is in them', () => {
    const one = roomChanged(state, { channel: 'general', participants: ['bob'] });
    expect(one.calls.rooms).toEqual({ general: ['bob'] });
    expect(roomChanged(one, { channel: 'general', participants: [] }).calls.rooms).toEqual({});
  });
});
