import { expect, it } from 'vitest';
import type { Delivery } from '../../api/apps';
import { dayBegan, lastDay, median } from './hours';

const now = Date.parse('2026-01-15T13:42:00Z');
const delivery = (at: string, status: number): Delivery => ({
  id: 1,
  at,
  status,
  error: null,
  latencyMs: 1,
  bytes: 1,
  remote: '127.0.0.1',
});

it('counts the last day by hours, and what failed apart', () => {
  const hours = lastDay(
    [
      delivery('2026-01-15T13:00:00.000Z', 200),
      delivery('2026-01-15T13:41:00.000Z', 429),
      delivery('2026-01-15T12:59:59.999Z', 204),
      delivery('2026-01-14T14:00:00.000Z', 500),
      delivery('2026-01-14T13:59:59.999Z', 200),
    ],
    now,
  );
  expect(hours).toHaveLength(24);
  expect(hours[23]).toEqual({ at: Date.parse('2026-01-15T13:00:00Z'), total: 2, failed: 1, latency: 1 });
  expect(hours[22]).toMatchObject({ total: 1, failed: 0 });
  expect(hours[0]).toMatchObject({ total: 1, failed: 1 });
  expect(hours.reduce((sum, { total }) => sum + total, 0)).toBe(4);
});

it('knows when the day began, and what is typical', () => {
  expect(dayBegan(now)).toBe(Date.parse('2026-01-14T14:00:00Z'));
  expect(median([])).toBeNull();
  expect(median([9])).toBe(9);
  expect(median([9, 1])).toBe(1);
  expect(median([900, 2, 4])).toBe(4);
});
