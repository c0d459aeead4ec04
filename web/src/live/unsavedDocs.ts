/**
 * Which documents have changes that are kept on this device and not saved yet.
 * The client that could save them is loaded only when there are any.
 */

import type { DocRef } from '../doc-sync/ref';
import type { Me } from '../store/types';
import { keep, kept, keptKeys } from './kept';

const COPIES = 'chatter.docs.';
const prefixOf = ({ id }: Pick<Me, 'id'>) => `chatter.unsaved-doc.${id}.`;

/** The database that holds this person's copies. */
export const copiesName = (me: Me) => `${COPIES}${me.id}.${me.name}`;

const listeners = new Set<() => void>();

/** `doc` as `docKey` names it. */
export function markUnsaved(me: Me, doc: string, unsaved: boolean): void {
  const key = prefixOf(me) + doc;
  if ((kept(key) !== null) === unsaved) return;
  keep(key, unsaved ? 'yes' : null);
  for (const listener of listeners) listener();
}

/** In this tab and in others. Ends with the returned function. */
export function whenMarked(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
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
  for (const key of keptKeys(prefixOf(me))) keep(key, null);
  try {
    indexedDB.deleteDatabase(copiesName(me));
  } catch {
    return;
  }
}

/** What is kept of documents that are not listed any more goes, except for what is not saved. */
export async function forgetUnlisted(me: Me): Promise<void> {
  const databases = await indexedDB.databases();
  if (databases.some(({ name }) => name === copiesName(me))) (await import('./docDesk')).begin();
}

/** Of those who were signed in here before and have not signed out, only what they could not save stays. */
export async function forgetOthers(me: Me): Promise<void> {
  const databases = await indexedDB.databases();
  for (const { name } of databases) {
    if (name === undefined || !name.startsWith(COPIES) || name === copiesName(me)) continue;
    const id = Number.parseInt(name.slice(COPIES.length), 10);
    if (keptKeys(prefixOf({ id })).length === 0) indexedDB.deleteDatabase(name);
  }
}
