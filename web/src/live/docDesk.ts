/** The open documents of the person who is signed in, tied to the live link. Loaded with the editor. */

import * as Y from 'yjs';
import { listDocs } from '../api/doc';
import type { Channel } from '../doc-sync/channel';
import { Copies } from '../doc-sync/copy';
import { Desk } from '../doc-sync/desk';
import { type DocRef, docKey } from '../doc-sync/ref';
import type { DocSession } from '../doc-sync/session';
import { TEXT } from '../doc-sync/wire';
import * as socket from '../socket';
import { current, subscribe } from '../store/store';
import type { DocRole, Docs, Me } from '../store/types';
import { copiesName, markUnsaved } from './unsavedDocs';

const channel: Channel = { request: socket.request, tell: socket.tell, hear: socket.hear };

export interface KeptDoc {
  text: string;
  unsaved: number;
}

let open: { me: Me; desk: Desk; copies: Promise<Copies | null>; pages: BroadcastChannel } | null = null;
/** The documents by which it was last decided which copies to keep. */
let kept: Docs['entries'] | null = null;
/** The connection the desk has been told of. */
let connection: string | null = null;

subscribe(follow);
window.addEventListener('pagehide', () => open?.desk.setVisible(false));
window.addEventListener('pageshow', () => open?.desk.setVisible(true));
document.addEventListener('visibilitychange', () => {
  // A page that crashed has told nobody what it left.
  if (document.visibilityState === 'visible') open?.desk.catchUp();
});
window.addEventListener('beforeunload', (event) => {
  if (open?.desk.wouldLose) event.preventDefault();
});

/** From here on the copies are kept in order with the list. Only while somebody is signed in. */
export function begin(): void {
  desk();
}

/** To be put away again. Only while somebody is signed in. */
export const takeDoc = (ref: DocRef, role: DocRole) => desk().take(ref, role);

/** Does nothing where signing out has done it already. */
export const putDocAway = (session: DocSession) => open?.desk.putAway(session);

export const discardDoc = (session: DocSession) => open?.desk.discard(session);

/** In the background, as soon as the link stands. */
export async function save(refs: DocRef[]): Promise<void> {
  const listed = await listDocs().catch(() => []);
  for (const ref of refs) {
    const entry = listed.find(({ id, createdAt }) => id === ref.id && createdAt === ref.createdAt);
    if (entry !== undefined) putDocAway(takeDoc(ref, entry.role));
  }
}

/** What the copy on this device has of a document that cannot be opened any more. */
export async function readKept(ref: DocRef): Promise<KeptDoc | null> {
  desk();
  const copy = (await open?.copies)?.of(docKey(ref));
  if (copy === undefined) return null;
  const doc = new Y.Doc();
  await copy.load({ doc, origin: null, found: () => {} });
  const unsaved = await copy.unsaved();
  const text = doc.getText(TEXT).toString();
  doc.destroy();
  return { text, unsaved };
}

export async function forgetKept(ref: DocRef): Promise<void> {
  const { me } = current();
  await (await open?.copies)?.of(docKey(ref)).forget();
  if (me !== null) markUnsaved(me, docKey(ref), false);
}

function desk(): Desk {
  const { me } = current();
  if (me === null) throw new Error('BUG: nobody is signed in');
  if (open !== null && open.me.id === me.id) return open.desk;
  putAll();
  const mark = (doc: string, unsaved: boolean) => markUnsaved(me, doc, unsaved);
  const copies = Copies.open(copiesName(me), mark).catch(() => null);
  const pages = new BroadcastChannel(copiesName(me));
  const fresh = new Desk({
    me: me.name,
    channel,
    copies,
    onUnsaved: (ref, unsaved) => mark(docKey(ref), unsaved),
    onLeft: (doc) => {
      if (open?.pages === pages) pages.postMessage(doc);
    },
  });
  pages.addEventListener('message', ({ data }: MessageEvent<string>) => fresh.catchUp(data));
  open = { me, copies, pages, desk: fresh };
  follow();
  return fresh;
}

/** "Online" comes after the check whose session this is, so nothing goes out in another person's name. */
function follow(): void {
  if (open === null) return;
  const { me, link } = current();
  if (me?.id !== open.me.id) {
    putAll();
    return;
  }
  forgetUnlisted(open.copies);
  const now = link.phase === 'online' ? socket.connectionId() : null;
  if (now === connection) return;
  connection = now;
  if (now === null) open.desk.linkDown();
  else open.desk.linkUp();
}

/** What one has no access to any more is not kept either, except for what one could not save. */
function forgetUnlisted(copies: Promise<Copies | null>): void {
  const { listed, entries } = current().docs;
  if (!listed || entries === kept) return;
  kept = entries;
  const docs = new Set(Object.values(entries).map(docKey));
  // What fails now is done at the next listing.
  copies.then((all) => all?.keepOnly(docs)).catch(() => undefined);
}

function putAll(): void {
  const before = open;
  open = null;
  kept = null;
  connection = null;
  before?.desk.close();
  before?.pages.close();
  void before?.copies.then((copies) => copies?.close());
}
