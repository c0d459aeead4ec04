/** A difference as lines to show: what changed within each, and which stretches have nothing to show. */

import type { Change } from '../../api/doc-history';

export interface Row {
  /** `mixed`: something in the line changed, and something did not. */
  kind: 'equal' | 'insert' | 'delete' | 'mixed';
  /** Without the line's end. */
  parts: Change[];
  /** The end of the line itself was inserted or deleted, and the rest does not say so. */
  end: 'insert' | 'delete' | null;
}

export interface Stretch {
  folded: boolean;
  rows: Row[];
}

/** Unchanged lines that stay visible beside a change. */
const CONTEXT = 3;
/** Fewer are not worth a button. */
const WORTH_FOLDING = 4;

export function rowsOf(changes: Change[]): Row[] {
  const rows: Row[] = [];
  let parts: Change[] = [];
  for (const { kind, text } of changes) {
    const lines = text.split('\n');
    lines.forEach((line, index) => {
      if (line !== '') parts.push({ kind, text: line });
      if (index === lines.length - 1) return;
      rows.push(row(parts, kind));
      parts = [];
    });
  }
  if (parts.length > 0) rows.push(row(parts, null));
  return rows;
}

/** Long unchanged stretches are folded; what is left of them gives the changes around them their context. */
export function fold(rows: Row[]): Stretch[] {
  const stretches: Stretch[] = [];
  const add = (folded: boolean, some: Row[]) => {
    const last = stretches.at(-1);
    if (some.length === 0) return;
    if (last !== undefined && !folded && !last.folded) last.rows.push(...some);
    else stretches.push({ folded, rows: some });
  };
  let at = 0;
  while (at < rows.length) {
    let end = at;
    const equal = rows[at]?.kind === 'equal';
    while (end < rows.length && (rows[end]?.kind === 'equal') === equal) end += 1;
    const run = rows.slice(at, end);
    const before = at === 0 ? 0 : CONTEXT;
    const after = end === rows.length ? 0 : CONTEXT;
    if (equal && run.length - before - after >= WORTH_FOLDING) {
      add(false, run.slice(0, before));
      add(true, run.slice(before, run.length - after));
      add(false, run.slice(run.length - after));
    } else {
      add(false, run);
    }
    at = end;
  }
  return stretches;
}

/** How many separate insertions and deletions there are. */
export function countChanges(changes: Change[]): { inserted: number; deleted: number } {
  const count = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).length;
  return { inserted: count('insert'), deleted: count('delete') };
}

function row(parts: Change[], end: Change['kind'] | null): Row {
  const kinds = new Set(parts.map((part) => part.kind));
  if (end !== null && parts.length === 0) kinds.add(end);
  const [only] = kinds;
  const kind = kinds.size === 1 && only !== undefined ? only : kinds.size === 0 ? 'equal' : 'mixed';
  if (end === null || end === 'equal') return { kind, parts, end: null };
  // In a line that is new or gone as a whole its end goes without saying, unless it is all there is.
  if (end === kind) return { kind, parts, end: parts.length === 0 ? end : null };
  return { kind: 'mixed', parts, end };
}
