/** The open documents of the person who is signed in, tied to the live link. Loaded with the editor. */

import { listDocs } from '../api/doc';
import { Copies } from '../doc-sync/copy';
import { Desk, type DocRef } from '../doc-sync/desk';
import type { Channel } from '../doc-sync/session';
import * as socket from '../socket';
import { current, subscribe } from '../store/store';
import type { Me } from '../store/types';
import { copiesName, markUnsaved } from './unsavedDocs';

const channel: Channel = { request: socket.request, tell: socket.tell, hear: socket.hear };

let open: { me: Me; desk: Desk; copies: Promise<Copies | null> } | null = null;
/** The connection the desk has been told of. */
let connection: string | null = null;

subscribe(follow);
window.addEventListener('pagehide', () => open?.desk.setVisible(false));
window.addEventListener('pageshow', () => open?.desk.setVisible(true));
window.addEventListener('beforeunload', (event) => {
  if (open?.desk.wouldLose) event.preventDefault();
});

/** Only while somebody is signed in. */
export function desk(): Desk {
  const { me } = current();
  if (me === null) throw new Error('BUG: nobody is signed in');
  if (open === null || open.me.id !== me.id) {
    putAll();
    const copies = Copies.open(copiesName(me)).catch(() => null);
    open = {
      me,
      copies,
      desk: new Desk({ me: me.name, channel, copies, onUnsaved: markUnsaved.bind(null, me) }),
    };
    follow();
  }
  return open.desk;
}

/** In the background, as soon as the link stands. */
export async function save(refs: DocRef[]): Promise<void> {
  const listed = await listDocs().catch(() => []);
  for (const ref of refs) {
    const entry = listed.find(({ id, createdAt }) => id === ref.id && createdAt === ref.createdAt);
    if (entry !== undefined) desk().putAway(desk().take(ref, entry.role));
  }
}

/** "Online" comes after the check whose session this is, so nothing goes out in another person's name. */
function follow(): void {
  if (open === null) return;
  const { me, link } = current();
  if (me?.id !== open.me.id) {
    putAll();
    return;
  }
  const now = link.phase === 'online' ? socket.connectionId() : null;
  if (now === connection) return;
  connection = now;
  if (now === null) open.desk.linkDown();
  else open.desk.linkUp();
}

function putAll(): void {
  const before = open;
  open = null;
  connection = null;
  before?.desk.close();
  void before?.copies.then((copies) => copies?.close());
}
