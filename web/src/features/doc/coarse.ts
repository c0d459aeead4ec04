/**
 * How finely one command may change a text. "Replace all" in a large one would be a hundred thousand small changes,
 * more than the server keeps of a document; then neighbours are made one change, with what is between them.
 */

import { type ChangeSpec, EditorState, type Extension, Transaction } from '@codemirror/state';
import { ySyncAnnotation } from 'y-codemirror.next';

export function coarse(most: number): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    const changes = transaction.docChanged ? together(transaction, most) : null;
    if (changes === null) return transaction;
    return {
      changes,
      selection: transaction.newSelection,
      effects: transaction.effects,
      userEvent: transaction.annotation(Transaction.userEvent),
      scrollIntoView: transaction.scrollIntoView,
    };
  });
}

/** The same change in at most so many parts; null when it has no more than these, or is somebody else's. */
function together(transaction: Transaction, most: number): ChangeSpec[] | null {
  const { changes, newDoc } = transaction;
  if (transaction.annotation(ySyncAnnotation) !== undefined) return null;
  const parts: { fromA: number; toA: number; fromB: number; toB: number }[] = [];
  changes.iterChanges((fromA, toA, fromB, toB) => {
    parts.push({ fromA, toA, fromB, toB });
  });
  if (parts.length <= most) return null;
  const size = Math.ceil(parts.length / most);
  const joined: ChangeSpec[] = [];
  for (let at = 0; at < parts.length; at += size) {
    const first = parts[at];
    const last = parts[Math.min(at + size, parts.length) - 1];
    if (first === undefined || last === undefined) continue;
    joined.push({ from: first.fromA, to: last.toA, insert: newDoc.slice(first.fromB, last.toB) });
  }
  return joined;
}
