import { describe, expect, it } from 'vitest';
import type { Change } from '../../api/doc-history';
import { countChanges, fold, type Row, rowsOf } from './diff';

const equal = (text: string): Change => ({ kind: 'equal', text });
const insert = (text: string): Change => ({ kind: 'insert', text });
const remove = (text: string): Change => ({ kind: 'delete', text });

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');

/** The text that is left when one kind of change is not made. */
function textOf(rows: Row[], without: 'insert' | 'delete'): string {
  const parts = rows.flatMap((row) => row.parts.filter((part) => part.kind !== without));
  return parts.map((part) => part.text).join('');
}

describe('the lines of a difference', () => {
  it('are new or gone as a whole where nothing in them stayed', () => {
    const rows = rowsOf([equal('a\n'), remove('b\n'), insert('c\nd\n'), equal('e')]);
    expect(rows.map((row) => row.kind)).toEqual(['equal', 'delete', 'insert', 'insert', 'equal']);
    expect(rows.every((row) => row.end === null)).toBe(true);
  });

  it('are mixed where words changed in them, with the words in their order', () => {
    const [row, ...rest] = rowsOf([equal('the '), remove('old'), insert('new'), equal(' word\n')]);
    expect(rest).toEqual([]);
    expect(row).toEqual({
      kind: 'mixed',
      parts: [equal('the '), remove('old'), insert('new'), equal(' word')],
      end: null,
    });
  });

  it('show that two lines became one, and that one became two', () => {
    const joined = rowsOf([equal('a'), remove('\n'), equal('b\n')]);
    expect(joined.map(({ kind, end }) => [kind, end])).toEqual([
      ['mixed', 'delete'],
      ['equal', null],
    ]);
    const split = rowsOf([equal('a'), insert('\nb')]);
    expect(split.map(({ kind, end }) => [kind, end])).toEqual([
      ['mixed', 'insert'],
      ['insert', null],
    ]);
  });

  it('show an empty line that came or went', () => {
    expect(rowsOf([equal('a\n'), insert('\n'), equal('b')])[1]).toEqual({
      kind: 'insert',
      parts: [],
      end: 'insert',
    });
    expect(rowsOf([equal('a\n\n')])[1]).toEqual({ kind: 'equal', parts: [], end: null });
  });

  it('never call a line deleted whose end was inserted', () => {
    expect(rowsOf([remove('x'), insert('\n')])[0]).toMatchObject({ kind: 'mixed', end: 'insert' });
  });

  it('lose and add no text', () => {
    const rows = rowsOf([equal('a b\nc '), remove('d\ne'), insert('f'), equal('\ng')]);
    expect(textOf(rows, 'insert')).toBe('a bc deg');
    expect(textOf(rows, 'delete')).toBe('a bc fg');
  });

  it('are none for two empty texts', () => {
    expect(rowsOf([])).toEqual([]);
    expect(fold([])).toEqual([]);
  });
});

describe('folding', () => {
  const shape = (changes: Change[]) => fold(rowsOf(changes)).map(({ folded, rows }) => [folded, rows.length]);

  it('keeps three lines beside a change', () => {
    expect(shape([equal(lines(1, 20)), insert('new\n'), equal(lines(21, 40))])).toEqual([
      [true, 17],
      [false, 7],
      [true, 17],
    ]);
  });

  it('folds between two changes', () => {
    expect(shape([insert('x\n'), equal(lines(1, 20)), remove('y\n')])).toEqual([
      [false, 4],
      [true, 14],
      [false, 4],
    ]);
  });

  it('does not fold what is hardly longer than the button for it', () => {
    expect(shape([insert('x\n'), equal(lines(1, 9)), remove('y\n')])).toEqual([[false, 11]]);
    expect(shape([insert('x\n'), equal(lines(1, 10)), remove('y\n')])).toEqual([
      [false, 4],
      [true, 4],
      [false, 4],
    ]);
  });

  it('keeps every line in its place', () => {
    const rows = rowsOf([equal(lines(1, 30)), remove('y\n'), equal(lines(31, 60)), insert('z')]);
    expect(fold(rows).flatMap((stretch) => stretch.rows)).toEqual(rows);
  });
});

describe('counting', () => {
  it('counts what was changed, not what stayed', () => {
    expect(countChanges([equal('a'), remove('b'), insert('c'), equal('d'), insert('e')])).toEqual({
      inserted: 2,
      deleted: 1,
    });
  });
});
