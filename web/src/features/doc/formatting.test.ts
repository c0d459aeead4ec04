import { EditorSelection, EditorState, type StateCommand } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { cycleHeading, insertLink, toggleBold, toggleItalic, toggleList } from './formatting';

/** The text with its selection between bars: `a |b| c`; one bar is a cursor. */
function parse(marked: string): EditorState {
  const [before = '', selected, after] = marked.split('|');
  const doc = after === undefined ? before + (selected ?? '') : before + selected + after;
  const head = after === undefined ? before.length : before.length + (selected?.length ?? 0);
  return EditorState.create({ doc, selection: EditorSelection.range(before.length, head) });
}

function show(state: EditorState): string {
  const { from, to, empty } = state.selection.main;
  const inside = empty ? '|' : `|${state.sliceDoc(from, to)}|`;
  return state.sliceDoc(0, from) + inside + state.sliceDoc(to);
}

function run(command: StateCommand, marked: string): string {
  let state = parse(marked);
  command({
    state,
    dispatch: (transaction) => {
      state = transaction.state;
    },
  });
  return show(state);
}

describe('formatting', () => {
  it('wraps what is selected, or the word one is in, and unwraps it again', () => {
    expect(run(toggleBold, 'a |b| c')).toBe('a **|b|** c');
    expect(run(toggleBold, 'a **|b|** c')).toBe('a |b| c');
    expect(run(toggleBold, 'so wo|rd go')).toBe('so **wo|rd** go');
    expect(run(toggleBold, 'so **wo|rd** go')).toBe('so wo|rd go');
    expect(run(toggleItalic, 'a |b| c')).toBe('a _|b|_ c');
    expect(run(toggleItalic, 'so _wo|rd_ go')).toBe('so wo|rd go');
    expect(run(toggleBold, 'a |**b**| c')).toBe('a |b| c');
    expect(run(toggleBold, 'a | b')).toBe('a **|** b');
  });

  it('goes through the levels of a heading', () => {
    expect(run(cycleHeading, 'Ti|tle')).toBe('# Ti|tle');
    expect(run(cycleHeading, '# Ti|tle')).toBe('## Ti|tle');
    expect(run(cycleHeading, '### Ti|tle')).toBe('Ti|tle');
  });

  it('makes lines a list and back', () => {
    expect(run(toggleList, '|one\n  two|')).toBe('- |one\n  - two|');
    expect(run(toggleList, '- |one\n  - two|')).toBe('|one\n  two|');
    expect(run(toggleList, '|- one\ntwo|')).toBe('|- one\n- two|');
  });

  it('asks for the part of a link that is missing', () => {
    expect(run(insertLink, 'see |here| please')).toBe('see [here](|https://|) please');
    expect(run(insertLink, 'see |')).toBe('see [|](https://)');
  });

  it('replaces no more of a line than it has to', () => {
    const state = EditorState.create({ doc: 'a long line that somebody else is writing in' });
    const seen: [number, number][] = [];
    cycleHeading({
      state,
      dispatch: ({ changes }) => changes.iterChanges((from, to) => seen.push([from, to])),
    });
    expect(seen).toEqual([[0, 0]]);
  });

  it('does nothing where nothing may be written', () => {
    const state = EditorState.create({ doc: 'a', extensions: EditorState.readOnly.of(true) });
    for (const command of [toggleBold, cycleHeading, toggleList, insertLink]) {
      const written: unknown[] = [];
      expect(command({ state, dispatch: (transaction) => written.push(transaction) })).toBe(false);
      expect(written).toEqual([]);
    }
  });
});
