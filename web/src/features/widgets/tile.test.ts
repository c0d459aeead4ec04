import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../store/serverTypes';
import { counterText, filled, isStale, rowLink, shortened, staleFrom } from './tile';

describe('counters', () => {
  it('are shown as sent below a thousand', () => {
    expect(counterText(0, 'en')).toBe('0');
    expect(counterText(999, 'en')).toBe('999');
    expect(counterText(-12.5, 'de')).toBe('-12.5');
  });

  it('are grouped as the language does from there on, in both directions', () => {
    expect(counterText(1000, 'en')).toBe('1,000');
    expect(counterText(1_247_000, 'de')).toBe('1.247.000');
    expect(counterText(-1000, 'en')).toBe('-1,000');
    expect(counterText(1234.5, 'en')).toBe('1,234.5');
  });
});

describe('bars', () => {
  it('are filled by what is there', () => {
    expect(filled(42, 128)).toBeCloseTo(0.328);
    expect(filled(0, 10)).toBe(0);
    expect(filled(10, 10)).toBe(1);
  });

  it('stay empty when nothing is to be reached, and never leave their frame', () => {
    expect(filled(5, 0)).toBe(0);
    expect(filled(0, 0)).toBe(0);
    expect(filled(-3, 10)).toBe(0);
    expect(filled(30, 10)).toBe(1);
  });
});

describe('staleness', () => {
  const snapshot: Snapshot = { updatedAt: '2026-01-15T13:42:00.000Z', rows: [] };
  const updated = Date.parse(snapshot.updatedAt);

  it('is for the agent to announce', () => {
    expect(staleFrom(snapshot)).toBeNull();
    expect(isStale(snapshot, updated + 1e12)).toBe(false);
    expect(isStale({ ...snapshot, ttlSeconds: null }, updated + 1e12)).toBe(false);
  });

  it('begins when the time it gave itself is over', () => {
    const short = { ...snapshot, ttlSeconds: 30 };
    expect(isStale(short, updated + 29_999)).toBe(false);
    expect(isStale(short, updated + 30_000)).toBe(true);
  });
});

it('cuts long text between letters', () => {
  expect(shortened('a'.repeat(120))).toHaveLength(120);
  expect(Array.from(shortened('🙂'.repeat(121)))).toHaveLength(120);
  expect(shortened('🙂'.repeat(121)).endsWith('🙂…')).toBe(true);
});

it('links to https and to nothing else', () => {
  const row = { kind: 'text', label: 'a', value: 'b' } as const;
  expect(rowLink(row)).toBeNull();
  expect(rowLink({ ...row, url: 'https://status.example.com' })).toBe('https://status.example.com');
  expect(rowLink({ ...row, url: 'http://status.example.com' })).toBeNull();
  expect(rowLink({ ...row, url: 'javascript:alert(1)' })).toBeNull();
});
