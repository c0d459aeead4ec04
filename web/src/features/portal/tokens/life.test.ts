import { expect, it } from 'vitest';
import { lifeOf } from './life';

it('warns two weeks before a token ends', () => {
  const now = Date.parse('2026-01-15T00:00:00Z');
  expect(lifeOf('2026-01-29T00:00:01Z', now)).toBe('fine');
  expect(lifeOf('2026-01-29T00:00:00Z', now)).toBe('soon');
  expect(lifeOf('2026-01-15T00:00:01Z', now)).toBe('soon');
  expect(lifeOf('2026-01-15T00:00:00Z', now)).toBe('over');
});
