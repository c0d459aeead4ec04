import { describe, expect, it } from 'vitest';
import { backoff } from '../store/link';
import { newNonce } from './nonce';
import { waitAfter } from './pace';

describe('nonces', () => {
  it('are UUIDs of version 7 and sort by time', () => {
    const early = newNonce(1_700_000_000_000);
    const late = newNonce(1_700_000_000_001);
    expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parseInt(early.replaceAll('-', '').slice(0, 12), 16)).toBe(1_700_000_000_000);
    expect(early < late).toBe(true);
  });
});

describe('pace', () => {
  it('does not wait for the first message', () => {
    expect(waitAfter([], 5000)).toBe(0);
    expect(waitAfter([1000], 5000)).toBe(0);
  });

  it('keeps messages apart', () => {
    expect(waitAfter([1000], 1100)).toBe(650);
  });

  it('sends at most eight in the window', () => {
    const eight = [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000];
    expect(waitAfter(eight, 8000)).toBe(2500);
  });
});

describe('backoff', () => {
  it('doubles up to a limit and varies downwards', () => {
    expect(backoff(0, 0)).toBe(500);
    expect(backoff(3, 0)).toBe(4000);
    expect(backoff(30, 0)).toBe(20_000);
    expect(backoff(30, 1)).toBe(16_000);
  });
});
