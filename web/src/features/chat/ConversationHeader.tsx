import { text } from '../../messages';
import { navigate } from '../../router';
import { useChatter } from '../../store/store';
import type { Conversation } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { ConversationAvatar, conversationName } from './ConversationAvatar';

interface Props {
  conversation: Conversation;
  onDetails: () => void;
}

export function ConversationHeader({ conversation, onDetails }: Props) {
  const online = useChatter((state) => subtitlePresence(state.online, conversation));
  return (
    <header className="conversation-head">
      <button
        type="button"
        className="icon-button only-phone"
        aria-label={text.chat.toList}
        onClick={() => navigate('/chat')}
      >
        <Icon name="back" />
      </button>
      <ConversationAvatar conversation={conversation} size={40} />
      <div className="conversation-title">
        <h1>
          {conversationName(conversation)}
          {conversation.locked ? (
            <span className="chip">
              <Icon name="lock" size={14} />
              {text.chat.locked}
            </span>
          ) : null}
        </h1>
        <p>{online}</p>
      </div>
      {conversation.kind === 'gdm' ? (
        <button type="button" className="button" onClick={onDetails}>
          <Icon name="group" size={18} />
          <span className="not-narrow">{text.gdm.details}</span>
          <span className="visually-hidden only-narrow-text">{text.gdm.details}</span>
        </button>
      ) : null}
    </header>
  );
}

function subtitlePresence(online: Record<string, true>, conversation: Conversation): string {
  switch (conversation.kind) {
    case 'public':
      return `${text.chat.publicSubtitle} · ${Object.keys(online).length} ${text.presence.online}`;
    case 'dm':
      return online[conversation.peer ?? ''] ? text.chat.online : text.chat.offline;
    case 'gdm': {
      const here = conversation.members.filter((name) => online[name]).length;
      return `${text.chat.members(conversation.members.length)} · ${here} ${text.presence.online}`;
    }
  }
}
