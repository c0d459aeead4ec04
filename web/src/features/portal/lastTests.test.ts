import { beforeEach, expect, it } from 'vitest';
import type { Delivery } from '../../api/apps';
import { forgetTests, lastTest, rememberTest, testOf } from './lastTests';

const delivery = (at: string, bytes: number): Delivery => ({
  id: 1,
  at,
  status: 200,
  latencyMs: 3,
  bytes,
  remote: '203.0.113.7',
});

const noon = Date.parse('2026-01-15T12:00:00.000Z');

beforeEach(() => {
  forgetTests();
  rememberTest({ app: 1, body: '{"content":"é"}', sentAt: noon, answeredAt: noon + 40 });
});

it('knows the test that a delivery was by its time and its bytes', () => {
  expect(testOf(1, delivery('2026-01-15T12:00:00.020Z', 16))?.body).toBe('{"content":"é"}');
  expect(testOf(1, delivery('2026-01-15T11:59:57.000Z', 16))).not.toBeNull();
});

it('takes nothing else for one', () => {
  expect(testOf(1, delivery('2026-01-15T12:00:00.020Z', 15))).toBeNull();
  expect(testOf(1, delivery('2026-01-15T12:01:00.000Z', 16))).toBeNull();
  expect(testOf(2, delivery('2026-01-15T12:00:00.020Z', 16))).toBeNull();
});

it('takes the nearest of several, and forgets all of them', () => {
  rememberTest({ app: 1, body: '{"content":"no"}', sentAt: noon + 2000, answeredAt: noon + 2010 });
  expect(testOf(1, delivery('2026-01-15T12:00:02.005Z', 16))?.body).toBe('{"content":"no"}');
  expect(testOf(1, delivery('2026-01-15T12:00:00.005Z', 16))?.body).toBe('{"content":"é"}');
  expect(lastTest(1)?.body).toBe('{"content":"no"}');
  forgetTests();
  expect(lastTest(1)).toBeNull();
});
