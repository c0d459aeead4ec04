/** Empties the outbox: in order, at the pace the server allows, with the same nonce until it is answered. */

import type { ClientEvent, CommandAck, SendAck } from '../api/events';
import { text } from '../messages';
import * as socket from '../socket';
import {
  acknowledged,
  discarded,
  failed,
  nextToSend,
  outgoing,
  queued,
  requeued,
  sending,
} from '../store/outbox';
import { kindOf } from '../store/parse';
import { current, update } from '../store/store';
import type { ConversationId, ConversationKind, Outgoing, Reply } from '../store/types';
import { newNonce } from './nonce';
import { accepted, waitBeforeSending } from './pace';
import { requestSync } from './sync';

/** A short wait the server asks for is ours to sit out; a longer one is for the person to decide. */
const PATIENCE_S = 15;

let running = false;

export function send(
  conversation: ConversationId,
  source: string,
  reply: Reply | null,
  attachment: string | null = null,
): void {
  const item = outgoing(newNonce(Date.now()), conversation, source, reply, new Date(), attachment);
  update((state) => queued(state, item));
  flushOutbox();
}

export function retrySending(nonce: string): void {
  update((state) => requeued(state, nonce));
  flushOutbox();
}

export function discardOutgoing(nonce: string): void {
  update((state) => discarded(state, nonce));
}

export function flushOutbox(): void {
  if (running) return;
  running = true;
  void drain().finally(() => {
    running = false;
  });
}

async function drain(): Promise<void> {
  // "Online" comes after the check whose session this is.
  while (socket.isConnected() && current().link.phase === 'online') {
    if (nextToSend(current()) === null) return;
    await pause(waitBeforeSending(Date.now()));
    // While waiting it may have been discarded, or have come back from another tab.
    const item = nextToSend(current());
    if (item !== null) await attempt(item);
  }
}

async function attempt(item: Outgoing): Promise<void> {
  update((state) => sending(state, item.nonce));
  try {
    const answer = await socket.request<SendAck | CommandAck>(eventFor(item), payloadFor(item));
    if (answer.ok) {
      if ('command' in answer) {
        // What came of it arrives as a notice.
        update((state) => discarded(state, item.nonce));
        return;
      }
      accepted(Date.now());
      update((state) =>
        acknowledged(state, item.nonce, answer.rev, answer.conversation ?? item.conversation),
      );
      // The stored message normally came just before this answer; if not, ask for it.
      if (current().outbox.some((known) => known.nonce === item.nonce)) void requestSync();
      return;
    }
    const wait = answer.retry_after ?? 0;
    if (answer.error === 'busy' || (answer.error === 'rate_limited' && wait > 0 && wait <= PATIENCE_S)) {
      update((state) => requeued(state, item.nonce));
      await pause(Math.max(1, wait) * 1000);
      return;
    }
    update((state) => failed(state, item.nonce, answer.message ?? text.errors.unexpected));
  } catch (error) {
    if (!(error instanceof socket.Unanswered)) throw error;
    // Nobody knows whether it arrived; the nonce makes sending again harmless.
    update((state) => requeued(state, item.nonce));
  }
}

const sends: Record<ConversationKind, ClientEvent> = {
  public: 'send_message',
  dm: 'dm_send',
  gdm: 'gdm_send',
  channel: 'channel_send',
};

function eventFor(item: Outgoing): ClientEvent {
  return sends[kindOf(item.conversation)];
}

function payloadFor(item: Outgoing): object {
  const name = item.conversation.slice(item.conversation.indexOf(':') + 1);
  const kind = kindOf(item.conversation);
  return {
    text: item.source,
    nonce: item.nonce,
    attachment: item.attachment,
    reply_to: item.reply?.id ?? null,
    ...(kind === 'dm' ? { to: name } : {}),
    ...(kind === 'gdm' ? { thread_id: Number(name) } : {}),
    ...(kind === 'channel' ? { channel_id: Number(name) } : {}),
  };
}

function pause(milliseconds: number): Promise<void> {
  return milliseconds <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
}
