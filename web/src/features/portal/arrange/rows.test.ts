import { expect, it } from 'vitest';
import { widgetProblems } from '../json/widgetRules';
import { addRow, listRows, moveRow, removeRow, rowKinds } from './rows';

const a = { kind: 'counter', label: 'A', value: 1, url: 'https://example.com' };
const b = { kind: 'text', label: 'B', value: 'x' };
const c = { kind: 'gauge', value: 3 };
const source = JSON.stringify({ ttl_seconds: 60, rows: [a, b, c], extra: [1] });

it('lists rows by what they are, and tells two that are alike apart', () => {
  expect(listRows(source)?.map(({ label, kind }) => [label, kind])).toEqual([
    ['A', 'counter'],
    ['B', 'text'],
    ['', null],
  ]);
  const twice = listRows(JSON.stringify({ rows: [a, a] })) ?? [];
  expect(new Set(twice.map(({ id }) => id)).size).toBe(2);
});

it('has nothing to list in what has no rows', () => {
  expect(listRows('{"rows": 3}')).toBeNull();
  expect(listRows('[1]')).toBeNull();
  expect(listRows('{"rows": [')).toBeNull();
});

it('moves, takes out and adds rows, and leaves all else alone', () => {
  expect(JSON.parse(moveRow(source, 0, 2))).toEqual({ ttl_seconds: 60, rows: [b, c, a], extra: [1] });
  expect(JSON.parse(moveRow(source, 2, 0)).rows).toEqual([c, a, b]);
  expect(JSON.parse(moveRow(source, 9, 0)).rows).toEqual([a, b, c]);
  expect(JSON.parse(removeRow(source, 1)).rows).toEqual([a, c]);
  expect(moveRow('{"rows": [', 0, 1)).toBe('{"rows": [');
});

it('adds rows that a server takes', () => {
  for (const kind of rowKinds) {
    const payload = JSON.parse(addRow('{"rows":[]}', kind));
    expect(payload.rows[0].kind).toBe(kind);
    expect(widgetProblems(payload)).toEqual([]);
  }
});
