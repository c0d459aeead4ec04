import { channelsOf } from './servers';
import type { Conversation, ConversationId, Me, Outgoing, State } from './types';

/**
 * The conversation an address means. Names of people differ in case only by
 * mistake: the one that has been used is the one.
 */
export function resolveId(
  conversations: State['conversations'],
  id: ConversationId | null,
): ConversationId | null {
  if (id === null || (conversations[id]?.lastSeq ?? 0) > 0) return id;
  const wanted = id.toLowerCase();
  const twin = Object.values(conversations).find(
    (conversation) => conversation.id.toLowerCase() === wanted && conversation.lastSeq > 0,
  );
  return twin?.id ?? id;
}

/** Newest activity first; the public room keeps its place only by activity, like the rest. */
export function sortedConversations(conversations: State['conversations']): Conversation[] {
  return Object.values(conversations).sort(
    (a, b) => activity(b).localeCompare(activity(a)) || a.name.localeCompare(b.name),
  );
}

/** Those that are not in a server. */
export function homeConversations(conversations: State['conversations']): Conversation[] {
  return sortedConversations(conversations).filter(({ kind }) => kind !== 'channel');
}

/** What is listed beside an open conversation, in the order of that list. */
export function listedBeside(state: State, id: ConversationId | null): Conversation[] {
  const serverId = id === null ? null : (state.conversations[id]?.serverId ?? null);
  if (serverId === null) return homeConversations(state.conversations);
  return channelsOf(state.servers.details[serverId], state.conversations, serverId).flatMap(
    ({ conversation }) => conversation ?? [],
  );
}

export function totalUnread(conversations: State['conversations']): number {
  return Object.values(conversations).reduce((sum, conversation) => sum + conversation.unread, 0);
}

export function outgoingFor(outbox: Outgoing[], id: ConversationId): Outgoing[] {
  return outbox.filter((item) => item.conversation === id);
}

export function typingIn(state: State, id: ConversationId): string {
  return Object.keys(state.typing[id] ?? {}).join('\n');
}

export function ownsGroup(conversation: Conversation, me: Me | null): boolean {
  return me !== null && conversation.owner === me.name;
}

function activity(conversation: Conversation): string {
  return conversation.last?.createdAt ?? '';
}
