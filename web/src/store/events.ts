/** What server events, sync pages and history do to the state. Pure: the same event twice changes nothing. */

import type { WireConversation, WireMessage, WireReadState, WireSync, WireSyncEntry } from '../api/types';
import { advance, catchUp, classify } from './cursor';
import { meansMe } from './mentions';
import { settleOutbox } from './outbox';
import { emptyConversation, mergeListed, parseMessage, wroteIt } from './parse';
import {
  emptyTimeline,
  forgetQuotes,
  insertMessages,
  newestVisible,
  type Patch,
  patchMessage,
  prependHistory,
  snapshotTimeline,
} from './timeline';
import type { Conversation, ConversationId, Message, State, Timeline } from './types';
import { withoutTyping } from './typing';

export function messageArrived(state: State, wire: WireMessage): State {
  const message = parseMessage(wire);
  const known = state.conversations[message.conversation] ?? emptyConversation(message.conversation);
  if (classify(known.cursor, message.rev) === 'duplicate') return settleOutbox(state);
  const placed = putConversation(state, { ...known, serverId: wire.server_id ?? known.serverId });
  const counted = countArrival(known, message, state.me?.name ?? '', meansMe(placed, message));
  const next = putConversation(state, {
    ...counted,
    serverId: wire.server_id ?? counted.serverId,
    cursor: advance(known.cursor, message.rev),
  });
  const stored = changeTimeline(next, message.conversation, (timeline) =>
    insertMessages(timeline, [message]),
  );
  return settleOutbox(withoutTyping(stored, message.conversation, message.author));
}

export interface MessageChange extends Patch {
  conversation: ConversationId;
  seq: number;
}

/** Edits and deletions carry only what changed. */
export function messageChanged(state: State, change: MessageChange): State {
  const known = state.conversations[change.conversation];
  if (known === undefined || classify(known.cursor, change.rev) === 'duplicate') return state;
  const before = state.timelines[change.conversation]?.messages.find((message) => message.id === change.id);
  const moved = putConversation(state, { ...known, cursor: advance(known.cursor, change.rev) });
  const patched = changeTimeline(moved, change.conversation, (timeline) => {
    const next = patchMessage(timeline, change);
    return change.change.deleted ? forgetQuotes(next, [change.id]) : next;
  });
  return refreshLast(change.change.deleted ? uncountDeleted(patched, change, before) : patched, change);
}

export function readStateChanged(state: State, read: WireReadState): State {
  const known = state.conversations[read.conversation];
  if (known === undefined || read.read_seq < known.readSeq) return state;
  return putConversation(state, {
    ...known,
    readSeq: read.read_seq,
    unread: read.unread,
    mentions: read.mentions,
  });
}

export function conversationsListed(state: State, listed: WireConversation[]): State {
  const conversations = { ...state.conversations };
  const present = new Set(listed.map((wire) => wire.conversation));
  for (const wire of listed) {
    conversations[wire.conversation] = mergeListed(conversations[wire.conversation], wire);
  }
  // Groups and channels one is no longer listed in are gone; a DM just opened has no message and is not listed yet.
  for (const id of Object.keys(conversations)) {
    if (/^(gdm|channel):/.test(id) && !present.has(id)) delete conversations[id];
  }
  return { ...state, conversations, ready: true };
}

export function conversationOpened(state: State, id: ConversationId): State {
  return state.conversations[id] === undefined ? putConversation(state, emptyConversation(id)) : state;
}

export function conversationRemoved(state: State, id: ConversationId): State {
  const { [id]: _gone, ...conversations } = state.conversations;
  const { [id]: _messages, ...timelines } = state.timelines;
  return { ...state, conversations, timelines };
}

export function synced(state: State, sync: WireSync): State {
  let next = state;
  for (const entry of sync.conversations) next = entrySynced(next, entry);
  for (const id of sync.gone) next = conversationRemoved(next, id);
  return settleOutbox(next);
}

/** Forgets what is loaded, so that the next sync brings a snapshot: after a mass deletion. */
export function timelinesForgotten(state: State, concerns: (id: ConversationId) => boolean): State {
  const conversations = { ...state.conversations };
  const timelines = { ...state.timelines };
  for (const conversation of Object.values(conversations)) {
    if (!concerns(conversation.id)) continue;
    conversations[conversation.id] = {
      ...conversation,
      last: null,
      cursor: { rev: 0, ahead: [], synced: false },
    };
    delete timelines[conversation.id];
  }
  return { ...state, conversations, timelines };
}

export function historyLoaded(
  state: State,
  id: ConversationId,
  page: WireMessage[],
  hasOlder: boolean,
): State {
  return changeTimeline(state, id, (timeline) => prependHistory(timeline, page.map(parseMessage), hasOlder));
}

/** The `since` of the next sync request. */
export function followed(state: State): Record<ConversationId, number> {
  const since: Record<ConversationId, number> = {};
  for (const conversation of Object.values(state.conversations)) {
    if (conversation.cursor.synced) since[conversation.id] = conversation.cursor.rev;
  }
  return since;
}

function entrySynced(state: State, entry: WireSyncEntry): State {
  const known = state.conversations[entry.conversation] ?? emptyConversation(entry.conversation);
  const messages = entry.messages.map(parseMessage);
  const gone = messages.filter(({ deleted }) => deleted).map(({ id }) => id);
  const next = changeTimeline(state, entry.conversation, (timeline) =>
    forgetQuotes(
      entry.snapshot
        ? snapshotTimeline(state.timelines[entry.conversation], messages)
        : insertMessages(timeline, messages),
      gone,
    ),
  );
  // An answer read before a live event that has already arrived must not turn the counters back.
  const overtaken = entry.last_rev < known.cursor.rev || entry.read_seq < known.readSeq;
  const counters = overtaken
    ? {}
    : {
        lastSeq: entry.last_seq,
        readSeq: entry.read_seq,
        unread: entry.unread,
        mentions: entry.mentions,
      };
  const last = newestVisible(next.timelines[entry.conversation]) ?? (entry.snapshot ? null : known.last);
  return putConversation(next, {
    ...known,
    ...counters,
    serverId: entry.server_id ?? known.serverId,
    last,
    cursor: catchUp(known.cursor, entry.rev),
  });
}

/** unread = what others wrote after the place one has read up to; writing oneself reads everything. */
function countArrival(
  conversation: Conversation,
  message: Message,
  me: string,
  mentioned: boolean,
): Conversation {
  const lastSeq = Math.max(conversation.lastSeq, message.seq);
  const last = message.seq >= conversation.lastSeq && !message.deleted ? message : conversation.last;
  if (message.seq <= conversation.lastSeq) return { ...conversation, lastSeq, last };
  if (wroteIt(message, me))
    return { ...conversation, lastSeq, last, readSeq: lastSeq, unread: 0, mentions: 0 };
  if (message.seq <= conversation.readSeq) return { ...conversation, lastSeq, last };
  return {
    ...conversation,
    lastSeq,
    last,
    unread: conversation.unread + 1,
    mentions: conversation.mentions + (mentioned ? 1 : 0),
  };
}

function uncountDeleted(state: State, change: MessageChange, before: Message | undefined): State {
  const known = state.conversations[change.conversation];
  if (known === undefined || change.seq <= known.readSeq || before?.deleted) return state;
  const mentioned = before !== undefined && meansMe(state, before);
  return putConversation(state, {
    ...known,
    unread: Math.max(0, known.unread - 1),
    mentions: Math.max(0, known.mentions - (mentioned ? 1 : 0)),
  });
}

function refreshLast(state: State, change: MessageChange): State {
  const known = state.conversations[change.conversation];
  if (known === undefined || known.last?.id !== change.id) return state;
  return putConversation(state, { ...known, last: newestVisible(state.timelines[change.conversation]) });
}

function putConversation(state: State, conversation: Conversation): State {
  return { ...state, conversations: { ...state.conversations, [conversation.id]: conversation } };
}

function changeTimeline(state: State, id: ConversationId, change: (timeline: Timeline) => Timeline): State {
  const before = state.timelines[id] ?? emptyTimeline;
  const after = change(before);
  return after === before ? state : { ...state, timelines: { ...state.timelines, [id]: after } };
}
