import { describe, expect, it } from 'vitest';
import { docEntry } from '../../store/fixtures';
import { ago } from '../../ui/relative';
import { filterDocs } from './filter';

const entries = [
  docEntry(1, { name: 'Travel plans', role: 'creator', createdBy: 'alice' }),
  docEntry(2, { name: 'Minutes', role: 'viewer', createdBy: 'Traveller' }),
  docEntry(3, { name: 'Budget', role: 'editor', createdBy: 'bob' }),
];
const ids = (found: typeof entries) => found.map((entry) => entry.id);

describe('filtering', () => {
  it('finds by name and by creator, whatever the case, and keeps the order', () => {
    expect(ids(filterDocs(entries, 'all', ' TRAVEL '))).toEqual([1, 2]);
    expect(ids(filterDocs(entries, 'all', 'nothing like it'))).toEqual([]);
    expect(ids(filterDocs(entries, 'all', ''))).toEqual([1, 2, 3]);
  });

  it('tells own documents from those of others', () => {
    expect(ids(filterDocs(entries, 'mine', ''))).toEqual([1]);
    expect(ids(filterDocs(entries, 'shared', ''))).toEqual([2, 3]);
    expect(ids(filterDocs(entries, 'shared', 'travel'))).toEqual([2]);
  });
});

describe('ages', () => {
  const now = Date.parse('2026-01-15T12:00:00Z');
  const at = (seconds: number) => ago(new Date(now - seconds * 1000).toISOString(), now);

  it('are said in the largest whole unit', () => {
    expect(at(0)).toBe('just now');
    expect(at(59)).toBe('just now');
    expect(at(60)).toBe('1 minute ago');
    expect(at(3599)).toBe('59 minutes ago');
    expect(at(7200)).toBe('2 hours ago');
    expect(at(86_400)).toBe('yesterday');
    expect(at(6 * 86_400)).toBe('6 days ago');
  });

  it('become dates after a week', () => {
    expect(at(8 * 86_400)).toContain('2026');
  });

  it('are never in the future, whose clock is ahead', () => {
    expect(at(-300)).toBe('just now');
  });
});
