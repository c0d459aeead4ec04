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

/** When something was written: as a moment, and as a day in the reader's zone. */
interface When {
  moment: number;
  day: string;
}

interface Previous extends When {
  author: string;
}

/** Rows are built anew for every message that arrives; dates are too dear to be taken apart each time. */
const known = new WeakMap<Message | Outgoing, When>();

function when(item: Message | Outgoing): When {
  let found = known.get(item);
  if (found === undefined) {
    found = { moment: Date.parse(item.createdAt), day: dayKey(item.createdAt) };
    known.set(item, found);
  }
  return found;
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
    const written = when(message);
    rows.push({
      type: 'message',
      key: keyOf(message, me, used),
      message,
      unreadAbove,
      ...place(previous, written, message, message.author, unreadAbove),
      beginning: rows.length === 0 && timeline?.hasOlder === false,
    });
    previous = { author: message.author, moment: written.moment, day: written.day };
  }
  for (const item of outbox) {
    const written = when(item);
    rows.push({
      type: 'outgoing',
      key: `n:${item.nonce}`,
      item,
      unreadAbove: false,
      ...place(previous, written, item, me, false),
      beginning: rows.length === 0,
    });
    previous = { author: me, moment: written.moment, day: written.day };
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

function place(
  previous: Previous | null,
  written: When,
  item: Message | Outgoing,
  author: string,
  apart: boolean,
) {
  const newDay = previous === null || previous.day !== written.day;
  const near = previous !== null && written.moment - previous.moment < GROUPING_MS;
  return {
    day: newDay ? item.createdAt : null,
    continued: !newDay && !apart && near && item.reply === null && previous.author === author,
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
