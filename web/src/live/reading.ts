/** Marking as read: told to the server, which tells the person's other devices. */

import type { WireReadState } from '../api/types';
import * as socket from '../socket';
import { readStateChanged } from '../store/events';
import { current, update } from '../store/store';
import type { ConversationId } from '../store/types';

/** Read here, and not yet confirmed by the server: told again after the next connect. */
const unconfirmed = new Map<ConversationId, number>();

/** Everything up to `seq` has been on the screen. Only ever moves forward. */
export function markRead(id: ConversationId, seq: number): void {
  const known = current().conversations[id];
  if (known === undefined || seq <= known.readSeq) return;
  // Reading to the end leaves nothing unread; anything less is for the server to count.
  const left =
    seq >= known.lastSeq ? { unread: 0, mentions: 0 } : { unread: known.unread, mentions: known.mentions };
  update((state) => readStateChanged(state, { conversation: id, read_seq: seq, ...left }));
  unconfirmed.set(id, seq);
  tell(id, seq);
}

/** All that has come until now, in all conversations. */
export function markAllRead(): void {
  for (const { id, unread, lastSeq } of Object.values(current().conversations)) {
    if (unread > 0) markRead(id, lastSeq);
  }
}

export function tellUnconfirmed(): void {
  for (const [id, seq] of unconfirmed) tell(id, seq);
}

function tell(id: ConversationId, seq: number): void {
  socket.request<WireReadState>('mark_read', { conversation: id, seq }).then(
    (answer) => {
      if (unconfirmed.get(id) === seq) unconfirmed.delete(id);
      if (answer.ok) update((state) => readStateChanged(state, answer));
    },
    // The link is down; connecting tells again.
    () => undefined,
  );
}
