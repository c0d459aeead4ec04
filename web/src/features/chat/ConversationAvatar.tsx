import { text } from '../../messages';
import { useChatter } from '../../store/store';
import type { Conversation } from '../../store/types';
import { Avatar } from '../../ui/Avatar';
import { PersonAvatar } from '../presence/PersonAvatar';

/** The room everybody shares wears the colours of the house. */
const BRAND_HUE = 276;

export function conversationName(conversation: Conversation): string {
  if (conversation.kind === 'public') return text.chat.public;
  return conversation.kind === 'channel' ? `#${conversation.name}` : conversation.name;
}

export function ConversationAvatar({ conversation, size }: { conversation: Conversation; size: number }) {
  const { kind, peer } = conversation;
  const online = useChatter((state) => peer !== null && state.online[peer] === true);
  if (kind === 'public') return <Avatar name="" icon="globe" hue={BRAND_HUE} size={size} />;
  if (kind === 'gdm') return <Avatar name={conversation.name} icon="group" size={size} />;
  if (kind === 'channel') return <Avatar name={conversation.name} icon="hash" size={size} />;
  return <PersonAvatar name={peer ?? conversation.name} size={size} online={online} />;
}
