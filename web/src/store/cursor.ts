/** The gap rule: changes of one conversation are numbered 1, 2, 3 ... and each is applied once. */

import type { Cursor } from './types';

export type Arrival = 'duplicate' | 'next' | 'gap';

export function classify(cursor: Cursor, rev: number): Arrival {
  if (rev <= cursor.rev || cursor.ahead.includes(rev)) return 'duplicate';
  return rev === cursor.rev + 1 ? 'next' : 'gap';
}

export function advance(cursor: Cursor, rev: number): Cursor {
  switch (classify(cursor, rev)) {
    case 'duplicate':
      return cursor;
    case 'gap':
      return { ...cursor, ahead: [...cursor.ahead, rev].sort((a, b) => a - b) };
    case 'next':
      // Whoever has the very first change has missed nothing: no snapshot is needed.
      return absorb({ ...cursor, rev, synced: cursor.synced || rev === 1 });
  }
}

/** After a sync page: everything up to `rev` is here. */
export function catchUp(cursor: Cursor, rev: number): Cursor {
  return absorb({ ...cursor, rev: Math.max(cursor.rev, rev), synced: true });
}

export function hasGap(cursor: Cursor): boolean {
  return cursor.ahead.length > 0;
}

function absorb(cursor: Cursor): Cursor {
  let { rev } = cursor;
  const ahead: number[] = [];
  for (const later of cursor.ahead) {
    if (later === rev + 1) rev = later;
    else if (later > rev) ahead.push(later);
  }
  return { ...cursor, rev, ahead };
}
