/** What the message list shows, in order. Pure, and every row is a message: the list anchors on them. */

import { wroteIt } from '../../store/parse';
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

/** What a row is compared with: the one above it. */
interface Above {
  author: string;
  moment: number;
  day: string;
}

export function buildRows(
  timeline: Timeline | undefined,
  outbox: Outgoing[],
  me: string,
  readUpTo: number | null,
): Row[] {
  const rows: Row[] = [];
  const used = new Set<string>();
  let above: Above | null = null;
  let divided = readUpTo === null;
  for (const message of timeline?.messages ?? []) {
    if (message.deleted) continue;
    const unreadAbove: boolean = !divided && message.seq > (readUpTo ?? 0) && !wroteIt(message, me);
    divided ||= unreadAbove;
    const written = when(message);
    const day = above === null || above.day !== written.day ? message.createdAt : null;
    const continued: boolean =
      day === null && !unreadAbove && message.reply === null && follows(above, signature(message), written);
    const beginning = rows.length === 0 && timeline?.hasOlder === false;
    const key = keyOf(message, me, used);
    rows.push({ type: 'message', key, message, day, unreadAbove, continued, beginning });
    above = { author: signature(message), moment: written.moment, day: written.day };
  }
  for (const item of outbox) {
    const written = when(item);
    const day = above === null || above.day !== written.day ? item.createdAt : null;
    const continued: boolean = day === null && item.reply === null && follows(above, me, written);
    const beginning = rows.length === 0;
    rows.push({
      type: 'outgoing',
      key: `n:${item.nonce}`,
      item,
      day,
      unreadAbove: false,
      continued,
      beginning,
    });
    above = { author: me, moment: written.moment, day: written.day };
  }
  return rows;
}

/** Who it is by: a person, or an app under one of its names. */
function signature({ author, app }: Message): string {
  return app === null ? author : `${author}\n${app}`;
}

function follows(above: Above | null, author: string, written: When): boolean {
  return above !== null && above.author === author && written.moment - above.moment < GROUPING_MS;
}

/** When something was written: as a moment, and as a day in the reader's zone. */
interface When {
  moment: number;
  day: string;
}

/** Rows are built anew for every message that arrives; dates are too dear to be taken apart each time. */
const times = new WeakMap<Message | Outgoing, When>();

function when(item: Message | Outgoing): When {
  let found = times.get(item);
  if (found === undefined) {
    found = { moment: Date.parse(item.createdAt), day: dayKey(item.createdAt) };
    times.set(item, found);
  }
  return found;
}

const keys = new WeakMap<Message, string>();

/** One's own message keeps its key when it comes back from the server, so its row does not blink. */
function keyOf(message: Message, me: string, used: Set<string>): string {
  if (message.nonce !== null && wroteIt(message, me)) {
    const own = `n:${message.nonce}`;
    // The parts of a long text that was split may share the nonce.
    if (!used.has(own)) {
      used.add(own);
      return own;
    }
  }
  let key = keys.get(message);
  if (key === undefined) {
    key = `m:${message.id}`;
    keys.set(message, key);
  }
  return key;
}

/** The row of a stored message, by its id. */
export function indexOfMessage(rows: Row[], id: number): number {
  return rows.findIndex((row) => row.type === 'message' && row.message.id === id);
}

/** The first row of a moment (ms) or later; -1 where there is none. */
export function indexFrom(rows: Row[], moment: number): number {
  return rows.findIndex((row) => row.type === 'message' && Date.parse(row.message.createdAt) >= moment);
}

/** The last stored message; one's own or anybody's. */
export function latest(rows: Row[]): Message | null {
  const row = rows.findLast(({ type }) => type === 'message');
  return row?.type === 'message' ? row.message : null;
}

export function lastOwn(rows: Row[], me: string): Message | null {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row?.type === 'message' && wroteIt(row.message, me)) return row.message;
  }
  return null;
}
