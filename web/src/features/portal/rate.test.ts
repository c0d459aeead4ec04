import { describe, expect, it } from 'vitest';
import { readRate, secondsUntil } from './rate';

const NOW = 1_000_000;

describe('the rate limit', () => {
  it('is read from the headers, whose times are in seconds', () => {
    const headers = new Headers({
      'X-RateLimit-Limit': '30',
      'X-RateLimit-Remaining': '12',
      'X-RateLimit-Reset-After': '2.5',
    });
    expect(readRate(headers, NOW)).toEqual({
      limit: 30,
      remaining: 12,
      fullAt: NOW + 2500,
      retryAfter: null,
    });
  });

  it('says how long to wait where it is used up', () => {
    const headers = new Headers({
      'X-RateLimit-Limit': '5',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset-After': '1.2',
      'Retry-After': '2',
    });
    expect(readRate(headers, NOW)).toMatchObject({ remaining: 0, retryAfter: 2 });
  });

  it('is none where nothing is limited, or nothing can be understood', () => {
    expect(readRate(new Headers(), NOW)).toBeNull();
    expect(
      readRate(new Headers({ 'X-RateLimit-Limit': 'many', 'X-RateLimit-Remaining': '3' }), NOW),
    ).toBeNull();
  });

  it('counts down to zero and no further', () => {
    expect(secondsUntil(NOW + 1001, NOW)).toBe(2);
    expect(secondsUntil(NOW, NOW + 5000)).toBe(0);
  });
});
