import { type ChangeSpec, EditorState, Transaction } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { ySyncAnnotation } from 'y-codemirror.next';
import { coarse } from './coarse';

const TEXT = 'a-b-c-d-e-f-g';
const state = EditorState.create({ doc: TEXT, extensions: coarse(3) });

/** Replaces each dash. */
const everyDash: ChangeSpec[] = [...TEXT.matchAll(/-/g)].map(({ index }) => ({
  from: index,
  to: index + 1,
  insert: ' + ',
}));

function parts({ changes }: Transaction): number {
  let count = 0;
  changes.iterChanges(() => {
    count += 1;
  });
  return count;
}

describe('changes in very many places', () => {
  it('are made in few, and to the same text, selection and event', () => {
    const replaced = state.update({
      changes: everyDash,
      selection: { anchor: 5 },
      userEvent: 'input.replace.all',
    });
    expect(replaced.newDoc.toString()).toBe(TEXT.replaceAll('-', ' + '));
    expect(parts(replaced)).toBe(3);
    expect(replaced.newSelection.main.anchor).toBe(5);
    expect(replaced.annotation(Transaction.userEvent)).toBe('input.replace.all');
  });

  it('stay as they are where they are few, or come from others', () => {
    const few = state.update({ changes: everyDash.slice(0, 3) });
    expect(parts(few)).toBe(3);
    expect(few.newDoc.toString()).toBe('a + b + c + d-e-f-g');
    const theirs = state.update({ changes: everyDash, annotations: ySyncAnnotation.of({} as never) });
    expect(parts(theirs)).toBe(6);
  });
});
