/** Keeps a text from growing beyond what can be worked with. What others write passes. */

import { EditorState, type Extension, StateEffect, StateField, type Text } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { ySyncAnnotation } from 'y-codemirror.next';
import { bytesOf } from '../../doc-sync/limit';

const refused = StateEffect.define<null>();

export function byteLimit(most: number, onRefused: () => void): Extension {
  const size = StateField.define<number>({
    create: (state) => bytesOf(state.doc.toString()),
    update: (bytes, transaction) => bytes + growth(transaction),
  });
  return [
    size,
    EditorState.transactionFilter.of((transaction) => {
      if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) !== undefined)
        return transaction;
      const grown = growth(transaction);
      const fits = grown <= 0 || transaction.startState.field(size) + grown <= most;
      return fits ? transaction : { effects: refused.of(null) };
    }),
    EditorView.updateListener.of(({ transactions }) => {
      if (transactions.some(({ effects }) => effects.some((effect) => effect.is(refused)))) onRefused();
    }),
  ];
}

interface Change {
  startState: EditorState;
  newDoc: Text;
  changes: { iterChanges: EachChange };
}

type EachChange = (visit: (fromA: number, toA: number, fromB: number, toB: number) => void) => void;

/** In bytes; counts only what is taken out and put in. */
function growth({ startState, newDoc, changes }: Change): number {
  let bytes = 0;
  changes.iterChanges((fromA, toA, fromB, toB) => {
    bytes += bytesOf(newDoc.sliceString(fromB, toB)) - bytesOf(startState.doc.sliceString(fromA, toA));
  });
  return bytes;
}
