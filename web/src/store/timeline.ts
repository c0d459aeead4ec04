/** Inserting messages into the loaded stretch of a conversation. */

import type { Message, Timeline } from './types';

export const emptyTimeline: Timeline = { messages: [], hasOlder: true };

/** Live or synced messages. Those below the loaded stretch are left to history, where they will be current. */
export function insertMessages(timeline: Timeline, incoming: Message[]): Timeline {
  let messages = timeline.messages;
  for (const message of incoming) messages = insertOne(messages, message, timeline.hasOlder);
  if (messages === timeline.messages) return timeline;
  return { messages, hasOlder: timeline.hasOlder && messages[0]?.seq !== 1 };
}

/** A page of history, older than everything loaded. */
export function prependHistory(timeline: Timeline, page: Message[], hasOlder: boolean): Timeline {
  const first = timeline.messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  const older = page.filter((message) => message.seq < first);
  return { messages: [...older, ...timeline.messages], hasOlder };
}

/** The newest messages, when nothing older may be kept because it cannot be told to be contiguous. */
export function snapshotTimeline(current: Timeline | undefined, snapshot: Message[]): Timeline {
  const sorted = [...snapshot].sort((a, b) => a.seq - b.seq);
  const first = sorted[0];
  // A live message may have come in between the snapshot's reading and its arrival.
  const later = (current?.messages ?? []).filter((message) => message.seq >= (first?.seq ?? 0));
  const base: Timeline = { messages: sorted, hasOlder: first !== undefined && first.seq > 1 };
  return insertMessages(base, later);
}

export interface Patch {
  id: number;
  rev: number;
  change: Partial<Message>;
}

/** An edit or deletion of one message; unknown ones are below the loaded stretch. */
export function patchMessage(timeline: Timeline, patch: Patch): Timeline {
  const index = timeline.messages.findIndex((message) => message.id === patch.id);
  const known = timeline.messages[index];
  if (known === undefined || known.rev >= patch.rev) return timeline;
  const messages = [...timeline.messages];
  messages[index] = { ...known, ...patch.change, rev: patch.rev };
  return { ...timeline, messages };
}

/** What was deleted is not read in what answers it either. */
export function forgetQuotes(timeline: Timeline, gone: number[]): Timeline {
  const quotes = ({ reply }: Message) => reply !== null && reply.snippet !== '' && gone.includes(reply.id);
  if (gone.length === 0 || !timeline.messages.some(quotes)) return timeline;
  const messages = timeline.messages.map((message) =>
    message.reply !== null && quotes(message)
      ? { ...message, reply: { ...message.reply, snippet: '' } }
      : message,
  );
  return { ...timeline, messages };
}

export function newestVisible(timeline: Timeline | undefined): Message | null {
  const messages = timeline?.messages ?? [];
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message !== undefined && !message.deleted) return message;
  }
  return null;
}

function insertOne(messages: Message[], message: Message, hasOlder: boolean): Message[] {
  const first = messages[0];
  if (first !== undefined && message.seq < first.seq && hasOlder) return messages;
  const last = messages[messages.length - 1];
  if (last === undefined || message.seq > last.seq) return [...messages, message];
  const index = lowerBound(messages, message.seq);
  const known = messages[index];
  if (known?.seq === message.seq) {
    if (known.rev >= message.rev) return messages;
    const next = [...messages];
    next[index] = message;
    return next;
  }
  return [...messages.slice(0, index), message, ...messages.slice(index)];
}

function lowerBound(messages: Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
