/** The list of documents, kept up to date for whoever has asked for it. Many may ask at once; one request answers them. */

import { explain } from '../api/client';
import { listDocs } from '../api/doc';
import { text } from '../messages';
import { docsFailed, docsListed } from '../store/docs';
import { noticed } from '../store/notices';
import { current, update } from '../store/store';
import { forgetUnlisted } from './unsavedDocs';

let running: Promise<void> | null = null;
let again = false;

/** Never throws: the list says itself that it could not be loaded. */
export function listDocuments(): Promise<void> {
  if (running !== null) {
    // What is being answered may have been read before what this call wants to see.
    again = true;
    return running;
  }
  running = load().finally(() => {
    running = null;
  });
  return running;
}

/** After a reconnect: for those who have no use for documents nothing is asked. */
export function relistDocuments(): void {
  if (current().docs.listed || current().docs.error !== null) void listDocuments();
}

/** Says who shared what, once its name is known. */
export async function welcomeDocument(id: number): Promise<void> {
  const known = current().docs.entries[id] !== undefined;
  await listDocuments();
  const entry = current().docs.entries[id];
  if (known || entry === undefined) return;
  update((state) => noticed(state, 'info', text.docs.shared(entry.createdBy, entry.name)));
}

async function load(): Promise<void> {
  do {
    again = false;
    const { entries } = current().docs;
    try {
      const listed = await listDocs();
      const { me, docs } = current();
      // An event, or another person signing in, has overtaken the answer.
      if (current().docs.entries !== entries) again = true;
      else update((state) => docsListed(state, listed));
      // What has gone later is heard of.
      if (me !== null && !docs.listed) forgetUnlisted(me).catch(() => undefined);
    } catch (error) {
      update((state) => docsFailed(state, explain(error)));
    }
  } while (again);
}
