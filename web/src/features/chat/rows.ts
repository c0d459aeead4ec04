/** What the message list shows, in order. Pure, and every row is a message: the list anchors on them. */

import type { Message, Outgoing, Timeline } from '../../store/types';
import { dayKey } from '../../ui/time';

interface Placed {
  key: string;
  /** ISO time of the day that begins with this row; null within a day. */
  day: string | null;
  unreadAbove: boolean;
  /** Same author shortly after: shown without name and picture. */
  continued: boolean;
  beginning: boolean;
}

export type Row =
  | (Placed & { type: 'message'; message: Message })
  | (Placed & { type: 'outgoing'; item: Outgoing });

const GROUPING_MS = 5 * 60_000;

interface Previous {
  author: string;
  at: string;
}

export function buildRows(
  timeline: Timeline | undefined,
  outbox: Outgoing[],
  me: string,
  readUpTo: number | null,
): Row[] {
  const rows: Row[] = [];
  const used = new Set<string>();
  let previous: Previous | null = null;
  let divided = readUpTo === null;
  for (const message of timeline?.messages ?? []) {
    if (message.deleted) continue;
    const unreadAbove: boolean = !divided && message.seq > (readUpTo ?? 0) && message.author !== me;
    divided ||= unreadAbove;
    const at = message.createdAt;
    rows.push({
      type: 'message',
      key: keyOf(message, me, used),
      message,
      unreadAbove,
      ...place(previous, { author: message.author, at }, unreadAbove || message.reply !== null),
      beginning: rows.length === 0 && timeline?.hasOlder === false,
    });
    previous = { author: message.author, at };
  }
  for (const item of outbox) {
    rows.push({
      type: 'outgoing',
      key: `n:${item.nonce}`,
      item,
      unreadAbove: false,
      ...place(previous, { author: me, at: item.createdAt }, item.reply !== null),
      beginning: rows.length === 0,
    });
    previous = { author: me, at: item.createdAt };
  }
  return rows;
}

/** One's own message keeps its key when it comes back from the server, so its row does not blink. */
function keyOf(message: Message, me: string, used: Set<string>): string {
  const own = message.nonce !== null && message.author === me ? `n:${message.nonce}` : null;
  // The parts of a long text that was split may share the nonce.
  if (own === null || used.has(own)) return `m:${message.id}`;
  used.add(own);
  return own;
}

function place(previous: Previous | null, row: Previous, apart: boolean) {
  const newDay = previous === null || dayKey(previous.at) !== dayKey(row.at);
  const near = previous !== null && Date.parse(row.at) - Date.parse(previous.at) < GROUPING_MS;
  return {
    day: newDay ? row.at : null,
    continued: !newDay && !apart && near && previous.author === row.author,
  };
}

/** The row of a stored message, by its id. */
export function indexOfMessage(rows: Row[], id: number): number {
  return rows.findIndex((row) => row.type === 'message' && row.message.id === id);
}

export function lastOwn(rows: Row[], me: string): Message | null {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row?.type === 'message' && row.message.author === me) return row.message;
  }
  return null;
}
