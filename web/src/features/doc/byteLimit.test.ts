import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { ySyncAnnotation } from 'y-codemirror.next';
import { byteLimit } from './byteLimit';

const start = (doc: string) => EditorState.create({ doc, extensions: byteLimit(10, () => {}) });

const typed = (state: EditorState, insert: string, from = 0, to = from) =>
  state.update({ changes: { from, to, insert } }).state;

describe('the limit of bytes', () => {
  it('lets in what fits, counted in bytes', () => {
    expect(typed(start('12345678'), 'é').doc.toString()).toBe('é12345678');
    expect(typed(start('12345678'), 'é!').doc.toString()).toBe('12345678');
    expect(typed(start('1234567'), '😀').doc.toString()).toBe('1234567');
    expect(typed(start('123456'), '😀').doc.toString()).toBe('😀123456');
  });

  it('counts on through every change', () => {
    let state = start('12345678');
    state = typed(state, '9');
    state = typed(state, 'ab', 0, 2);
    state = typed(state, '0');
    expect(state.doc.length).toBe(10);
    expect(typed(state, 'x').doc.length).toBe(10);
    expect(typed(typed(state, '', 0, 1), 'x').doc.length).toBe(10);
  });

  it('does not hold back what others wrote, nor making a text shorter that is too long', () => {
    const theirs = { changes: { from: 0, insert: 'theirs' }, annotations: ySyncAnnotation.of({} as never) };
    const longer = start('12345678').update(theirs).state;
    expect(longer.doc.length).toBe(14);
    expect(typed(longer, 'x').doc.length).toBe(14);
    expect(typed(longer, '', 0, 2).doc.length).toBe(12);
    expect(typed(longer, 'x', 0, 2).doc.length).toBe(13);
  });
});
