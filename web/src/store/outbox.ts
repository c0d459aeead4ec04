/** Messages on their way out. The nonce is their identity from the first attempt to the stored message. */

import { wroteIt } from './parse';
import type { ConversationId, Outgoing, Reply, State } from './types';

export function queued(state: State, outgoing: Outgoing): State {
  if (state.outbox.some((known) => known.nonce === outgoing.nonce)) return state;
  return { ...state, outbox: [...state.outbox, outgoing] };
}

export function sending(state: State, nonce: string): State {
  return change(state, nonce, { state: 'sending', error: null });
}

export function requeued(state: State, nonce: string): State {
  return change(state, nonce, { state: 'queued', error: null });
}

/** `conversation` as the server names it: a typed name may differ in case. */
export function acknowledged(state: State, nonce: string, rev: number, conversation: ConversationId): State {
  return settleOutbox(change(state, nonce, { state: 'sent', rev, conversation, error: null }));
}

export function failed(state: State, nonce: string, error: string): State {
  return change(state, nonce, { state: 'failed', error });
}

export function discarded(state: State, nonce: string): State {
  return { ...state, outbox: state.outbox.filter((item) => item.nonce !== nonce) };
}

/** The link broke: nobody will answer what is under way. The nonce makes asking again harmless. */
export function interrupted(state: State): State {
  if (!state.outbox.some((item) => item.state === 'sending')) return state;
  return {
    ...state,
    outbox: state.outbox.map((item) => (item.state === 'sending' ? { ...item, state: 'queued' } : item)),
  };
}

/** Drops what has come back as a stored message, or whose change is known to be applied. */
export function settleOutbox(state: State): State {
  if (state.outbox.length === 0) return state;
  const outbox = state.outbox.filter((item) => !isSettled(state, item));
  return outbox.length === state.outbox.length ? state : { ...state, outbox };
}

/** The next one to send: in order within a conversation, and a failed one does not hold up the rest. */
export function nextToSend(state: State): Outgoing | null {
  const busy = new Set<ConversationId>();
  for (const item of state.outbox) {
    if (item.state === 'queued' && !busy.has(item.conversation)) return item;
    if (item.state === 'sending') busy.add(item.conversation);
  }
  return null;
}

export function outgoing(
  nonce: string,
  conversation: ConversationId,
  source: string,
  reply: Reply | null,
  now: Date,
  attachment: string | null = null,
): Outgoing {
  return {
    nonce,
    conversation,
    source,
    attachment,
    reply,
    createdAt: now.toISOString(),
    state: 'queued',
    error: null,
    rev: null,
  };
}

function isSettled(state: State, item: Outgoing): boolean {
  const cursor = state.conversations[item.conversation]?.cursor;
  if (item.rev !== null) {
    // Sent to a group one has lost since: its echo will never come.
    if (cursor === undefined) return true;
    if (item.rev <= cursor.rev || cursor.ahead.includes(item.rev)) return true;
  }
  const messages = state.timelines[item.conversation]?.messages ?? [];
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message?.nonce === item.nonce && wroteIt(message, state.me?.name ?? '')) return true;
  }
  return false;
}

function change(state: State, nonce: string, fields: Partial<Outgoing>): State {
  return {
    ...state,
    outbox: state.outbox.map((item) => (item.nonce === nonce ? { ...item, ...fields } : item)),
  };
}
