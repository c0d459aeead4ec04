import { describe, expect, it } from 'vitest';
import { advance, catchUp, classify, hasGap } from './cursor';

const at = (rev: number, ahead: number[] = []) => ({ rev, ahead, synced: true });

describe('the gap rule', () => {
  it('follows changes one by one', () => {
    expect(classify(at(4), 5)).toBe('next');
    expect(advance(at(4), 5)).toEqual(at(5));
  });

  it('ignores what is known', () => {
    expect(classify(at(4), 4)).toBe('duplicate');
    expect(classify(at(4, [7]), 7)).toBe('duplicate');
    expect(advance(at(4), 2)).toEqual(at(4));
  });

  it('remembers what came early, and still asks for what is missing', () => {
    const cursor = advance(advance(at(4), 7), 6);
    expect(cursor).toEqual(at(4, [6, 7]));
    expect(hasGap(cursor)).toBe(true);
  });

  it('closes the gap when the missing change arrives', () => {
    expect(advance(at(4, [6, 7]), 5)).toEqual(at(7));
  });

  it('closes the gap by a sync answer, even one that is older than what came early', () => {
    expect(catchUp(at(4, [6, 7, 9]), 6)).toEqual(at(7, [9]));
    expect(catchUp(at(4, [6]), 8)).toEqual(at(8));
    expect(catchUp(at(9), 8)).toEqual(at(9));
  });
});

it('needs no snapshot of a conversation it has followed from its first change', () => {
  const unknown = { rev: 0, ahead: [], synced: false };
  expect(advance(unknown, 1).synced).toBe(true);
  expect(advance(unknown, 2).synced).toBe(false);
});
