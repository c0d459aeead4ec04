import { text } from '../../messages';
import { navigate, serverPath } from '../../router';
import { channelIn } from '../../store/servers';
import { useChatter } from '../../store/store';
import type { Conversation, State } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { CallButtons } from '../call/CallButtons';
import { ConversationAvatar, conversationName } from './ConversationAvatar';

interface Props {
  conversation: Conversation;
  onDetails: () => void;
  onSearch: () => void;
  onPins: () => void;
}

export function ConversationHeader({ conversation, onDetails, onSearch, onPins }: Props) {
  const subtitle = useChatter((state) => subtitleOf(state, conversation));
  const { kind, serverId } = conversation;
  const inServer = kind === 'channel';
  return (
    <header className="conversation-head">
      <button
        type="button"
        className="icon-button only-phone"
        aria-label={inServer ? text.servers.backToServers : text.chat.toList}
        onClick={() => navigate(serverId === null ? '/chat' : serverPath(serverId))}
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
        <p title={inServer ? subtitle : undefined}>{subtitle}</p>
      </div>
      {(kind === 'dm' && conversation.peer !== 'System') || kind === 'gdm' ? (
        <CallButtons conversation={conversation} />
      ) : null}
      {kind === 'gdm' || kind === 'public' ? (
        <button
          type="button"
          className="icon-button"
          aria-label={text.pins.open}
          title={text.pins.open}
          onClick={onPins}
        >
          <Icon name="pin" />
        </button>
      ) : null}
      <button
        type="button"
        className="icon-button"
        aria-label={text.search.open}
        title={text.search.open}
        onClick={onSearch}
      >
        <Icon name="search" />
      </button>
      {kind === 'gdm' || inServer ? (
        <button type="button" className="button" onClick={onDetails}>
          <Icon name="group" size={18} />
          <span className="not-narrow">{inServer ? text.servers.members : text.gdm.details}</span>
          <span className="visually-hidden only-narrow-text">
            {inServer ? text.servers.members : text.gdm.details}
          </span>
        </button>
      ) : null}
    </header>
  );
}

function subtitleOf(state: State, conversation: Conversation): string {
  const { online } = state;
  switch (conversation.kind) {
    case 'public':
      return `${text.chat.publicSubtitle} · ${Object.keys(online).length} ${text.presence.online}`;
    case 'channel':
      return channelIn(state, conversation)?.topic ?? '';
    case 'dm':
      return online[conversation.peer ?? ''] ? text.chat.online : text.chat.offline;
    case 'gdm': {
      const here = conversation.members.filter((name) => online[name]).length;
      return `${text.chat.members(conversation.members.length)} · ${here} ${text.presence.online}`;
    }
  }
}
