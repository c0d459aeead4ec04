/**
 * Which documents have changes that are kept on this device and not saved yet.
 * The client that could save them is loaded only when there are any.
 */

import type { DocRef } from '../doc-sync/desk';
import type { Me } from '../store/types';
import { keep, keptKeys } from './kept';

const prefixOf = (me: Me) => `chatter.unsaved-doc.${me.id}.`;

/** The database that holds this person's copies. */
export const copiesName = (me: Me) => `chatter.docs.${me.id}.${me.name}`;

export function markUnsaved(me: Me, { id, createdAt }: DocRef, unsaved: boolean): void {
  keep(`${prefixOf(me)}${id}.${createdAt}`, unsaved ? 'yes' : null);
}

export function unsavedDocs(me: Me): DocRef[] {
  const prefix = prefixOf(me);
  return keptKeys(prefix).flatMap((key) => {
    const [, id, createdAt] = /^(\d+)\.(.+)$/.exec(key.slice(prefix.length)) ?? [];
    return id === undefined || createdAt === undefined ? [] : [{ id: Number(id), createdAt }];
  });
}

/** Saves what an earlier page could not. */
export async function saveUnsavedDocs(me: Me): Promise<void> {
  const refs = unsavedDocs(me);
  if (refs.length > 0) await (await import('./docDesk')).save(refs);
}

/** Nothing of this person's documents stays on the device. */
export function forgetDocs(me: Me): void {
  for (const ref of unsavedDocs(me)) markUnsaved(me, ref, false);
  try {
    indexedDB.deleteDatabase(copiesName(me));
  } catch {
    return;
  }
}
