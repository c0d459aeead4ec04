import type { Conversation, ConversationId, Me, Outgoing, State } from './types';

/** Newest activity first; the public room keeps its place only by activity, like the rest. */
export function sortedConversations(conversations: State['conversations']): Conversation[] {
  return Object.values(conversations).sort(
    (a, b) => activity(b).localeCompare(activity(a)) || a.name.localeCompare(b.name),
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
  return me !== null && (conversation.owner === me.name || conversation.owner === String(me.id));
}

function activity(conversation: Conversation): string {
  return conversation.last?.createdAt ?? '';
}
