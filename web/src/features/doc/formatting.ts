/** Markdown at a key or a button: each does its thing, and undoes it where it is done already. */

import { type ChangeSpec, EditorSelection, type EditorState, type StateCommand } from '@codemirror/state';

export const toggleBold = wrap('**');
export const toggleItalic = wrap('_');

const HEADING = /^(#{1,6}) /;
const MOST_LEVELS = 3;

/** No heading, then the first level to the third, then none again. */
export const cycleHeading: StateCommand = changeLines((line) => {
  const level = HEADING.exec(line)?.[1]?.length ?? 0;
  const text = line.replace(HEADING, '');
  return level >= MOST_LEVELS ? text : `${'#'.repeat(level + 1)} ${text}`;
});

const BULLET = /^(\s*)[-*+] /;

/** All of the lines are made items, unless all are. */
export const toggleList: StateCommand = changeLines((line, lines) =>
  lines.every((other) => BULLET.test(other))
    ? line.replace(BULLET, '$1')
    : line.replace(BULLET, '$1').replace(/^\s*/, '$&- '),
);

const ADDRESS = 'https://';

export const insertLink: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const { from, to } = state.selection.main;
  const label = state.sliceDoc(from, to);
  const insert = `[${label}](${ADDRESS})`;
  // What is missing is selected: the words first, or else the address.
  const labelAt = from + 1;
  const addressAt = labelAt + label.length + ']('.length;
  const selection =
    label === ''
      ? EditorSelection.cursor(labelAt)
      : EditorSelection.range(addressAt, addressAt + ADDRESS.length);
  dispatch(
    state.update({ changes: { from, to, insert }, selection, scrollIntoView: true, userEvent: 'input' }),
  );
  return true;
};

interface Range {
  from: number;
  to: number;
}

function wrap(marker: string): StateCommand {
  const { length } = marker;
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const change = state.changeByRange((range) => {
      const word = range.empty ? state.wordAt(range.head) : null;
      const { from, to } = inside(state, word ?? range, marker);
      if (isAround(state, from, to, marker)) {
        const moved = (position: number) => Math.min(Math.max(position, from), to) - length;
        return {
          changes: [
            { from: from - length, to: from },
            { from: to, to: to + length },
          ],
          range: EditorSelection.range(moved(range.anchor), moved(range.head)),
        };
      }
      return {
        changes: [
          { from, insert: marker },
          { from: to, insert: marker },
        ],
        range: EditorSelection.range(range.anchor + length, range.head + length),
      };
    });
    dispatch(state.update(change, { scrollIntoView: true, userEvent: 'input' }));
    return true;
  };
}

/** Without the markers that have been selected too, or that count as letters of the word. */
function inside(state: EditorState, { from, to }: Range, marker: string): Range {
  const { length } = marker;
  const text = state.sliceDoc(from, to);
  const wrapped = text.length > 2 * length && text.startsWith(marker) && text.endsWith(marker);
  return wrapped ? { from: from + length, to: to - length } : { from, to };
}

function isAround(state: EditorState, from: number, to: number, marker: string): boolean {
  const before = state.sliceDoc(Math.max(0, from - marker.length), from);
  return before === marker && state.sliceDoc(to, to + marker.length) === marker;
}

function changeLines(change: (line: string, lines: string[]) => string): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const { from, to } = state.selection.main;
    const first = state.doc.lineAt(from).number;
    const last = state.doc.lineAt(to).number;
    const lines = Array.from({ length: last - first + 1 }, (_, index) => state.doc.line(first + index));
    const texts = lines.map(({ text }) => text);
    const changes = lines.flatMap((line): ChangeSpec[] =>
      smallest(line.from, line.text, change(line.text, texts)),
    );
    dispatch(state.update({ changes, scrollIntoView: true, userEvent: 'input' }));
    return true;
  };
}

/** Only the differing beginning is replaced: what others write further on in the line stays theirs. */
function smallest(at: number, before: string, after: string): ChangeSpec[] {
  let same = 0;
  while (same < Math.min(before.length, after.length) && before.at(-1 - same) === after.at(-1 - same))
    same += 1;
  if (same === before.length && same === after.length) return [];
  return [{ from: at, to: at + before.length - same, insert: after.slice(0, after.length - same) }];
}
