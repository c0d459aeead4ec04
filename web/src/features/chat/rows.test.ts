import { describe, expect, it } from 'vitest';
import { wireMessage } from '../../store/fixtures';
import { outgoing } from '../../store/outbox';
import { parseMessage } from '../../store/parse';
import { buildRows, indexFrom, lastOwn, latest } from './rows';

const at = (minute: number) => `2026-01-15T10:${String(minute).padStart(2, '0')}:00Z`;
const message = (seq: number, fields = {}) => parseMessage(wireMessage(seq, fields));
const timeline = (...messages: ReturnType<typeof message>[]) => ({ messages, hasOlder: false });

describe('rows', () => {
  it('draws together what one person writes in a row', () => {
    const rows = buildRows(
      timeline(
        message(1, { created_at: at(0) }),
        message(2, { created_at: at(1) }),
        message(3, { created_at: at(20) }),
        message(4, { created_at: at(20), username: 'carol' }),
      ),
      [],
      'alice',
      null,
    );
    expect(rows.map((row) => row.continued)).toEqual([false, true, false, false]);
    expect(rows.map((row) => row.day !== null)).toEqual([true, false, false, false]);
  });

  it("draws the line above the first unread message of somebody else's", () => {
    const rows = buildRows(
      timeline(message(1), message(2, { username: 'alice' }), message(3), message(4)),
      [],
      'alice',
      1,
    );
    expect(rows.map((row) => row.unreadAbove)).toEqual([false, false, true, false]);
  });

  it('finds the first message of a moment, and the latest of all', () => {
    const rows = buildRows(
      timeline(message(1, { created_at: at(0) }), message(2, { created_at: at(5) })),
      [outgoing('n1', 'public', 'later', null, new Date(at(9)))],
      'alice',
      null,
    );
    expect(indexFrom(rows, Date.parse(at(0)))).toBe(0);
    expect(indexFrom(rows, Date.parse(at(1)))).toBe(1);
    expect(indexFrom(rows, Date.parse(at(6)))).toBe(-1);
    expect(latest(rows)?.seq).toBe(2);
    expect(latest([])).toBeNull();
  });

  it('leaves out what has been deleted', () => {
    expect(buildRows(timeline(message(1, { deleted: true }), message(2)), [], 'alice', null)).toHaveLength(1);
  });

  it('keeps the key of a message from sending to stored', () => {
    const pending = outgoing('n1', 'public', 'hi', null, new Date(at(0)));
    const [before] = buildRows(undefined, [pending], 'alice', null);
    const [after] = buildRows(timeline(message(1, { username: 'alice', nonce: 'n1' })), [], 'alice', null);
    expect(before?.key).toBe(after?.key);
  });

  it('never gives one key twice, not even to the parts of a split text', () => {
    const rows = buildRows(
      timeline(
        message(1, { username: 'alice', nonce: 'n1' }),
        message(2, { username: 'alice', nonce: 'n1' }),
        message(3, { nonce: 'n1' }),
      ),
      [],
      'alice',
      null,
    );
    expect(new Set(rows.map((row) => row.key)).size).toBe(3);
  });

  it('finds the message that arrow-up edits', () => {
    const rows = buildRows(timeline(message(1, { username: 'alice' }), message(2)), [], 'alice', null);
    expect(lastOwn(rows, 'alice')?.seq).toBe(1);
  });
});
