/** Tells others that one is writing: at most every two seconds, and once when one stops. */

import type { ClientEvent } from '../api/events';
import { isConnected, signal } from '../socket';
import { kindOf } from '../store/parse';
import type { ConversationId, ConversationKind } from '../store/types';

const RENEW_MS = 2000;

let said: { conversation: ConversationId; at: number } | null = null;

export function typed(conversation: ConversationId, now = Date.now()): void {
  if (!isConnected() || (said?.conversation === conversation && now - said.at < RENEW_MS)) return;
  if (said !== null && said.conversation !== conversation) stoppedTyping();
  said = { conversation, at: now };
  emit(conversation, 'start');
}

export function stoppedTyping(): void {
  if (said === null) return;
  emit(said.conversation, 'stop');
  said = null;
}

function emit(conversation: ConversationId, what: 'start' | 'stop'): void {
  const name = conversation.slice(conversation.indexOf(':') + 1);
  const events: Record<ConversationKind, { start: ClientEvent; stop: ClientEvent; payload: object }> = {
    public: { start: 'typing_start', stop: 'typing_stop', payload: {} },
    dm: { start: 'dm_typing', stop: 'dm_stop_typing', payload: { to: name } },
    gdm: { start: 'gdm_typing', stop: 'gdm_stop_typing', payload: { thread_id: Number(name) } },
    channel: { start: 'channel_typing', stop: 'channel_stop_typing', payload: { channel_id: Number(name) } },
  };
  const entry = events[kindOf(conversation)];
  signal(entry[what], entry.payload);
}
