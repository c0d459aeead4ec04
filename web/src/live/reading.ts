/** Marking as read: told to the server, which tells the person's other devices. */

import type { WireReadState } from '../api/types';
import * as socket from '../socket';
import { readStateChanged } from '../store/events';
import { current, update } from '../store/store';
import type { ConversationId } from '../store/types';

/** Everything up to `seq` has been on the screen. Only ever moves forward. */
export function markRead(id: ConversationId, seq: number): void {
  const known = current().conversations[id];
  if (known === undefined || !socket.isConnected() || seq <= known.readSeq) return;
  // Reading to the end leaves nothing unread; anything less is for the server to count.
  const left =
    seq >= known.lastSeq ? { unread: 0, mentions: 0 } : { unread: known.unread, mentions: known.mentions };
  update((state) => readStateChanged(state, { conversation: id, read_seq: seq, ...left }));
  socket
    .request<WireReadState>('mark_read', { conversation: id, seq })
    .then((answer) => {
      if (answer.ok) update((state) => readStateChanged(state, answer));
    })
    // Lost with the link: the next sync brings the server's counts, and the open conversation marks again.
    .catch(() => undefined);
}
