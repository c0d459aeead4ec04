import { memo } from 'react';
import { text } from '../../messages';
import { conversationPath } from '../../router';
import { wroteIt } from '../../store/parse';
import { typingIn } from '../../store/selectors';
import { useChatter } from '../../store/store';
import type { Conversation } from '../../store/types';
import { PageLink } from '../../ui/PageLink';
import { listTime } from '../../ui/time';
import { WaitingBadges } from '../../ui/WaitingBadges';
import { ConversationAvatar, conversationName } from './ConversationAvatar';

interface Props {
  conversation: Conversation;
  open: boolean;
}

export const ConversationItem = memo(function ConversationItem({ conversation, open }: Props) {
  const me = useChatter((state) => state.me?.name ?? '');
  const typing = useChatter((state) => typingIn(state, conversation.id));
  const hasDraft = useChatter((state) =>
    state.outbox.some((item) => item.conversation === conversation.id && item.state === 'failed'),
  );
  const { last, unread, mentions } = conversation;
  return (
    <li>
      <PageLink
        className="conversation-item"
        to={conversationPath(conversation.id)}
        current={open}
        data-unread={unread > 0}
      >
        <ConversationAvatar conversation={conversation} size={44} />
        <span className="conversation-item-text">
          <span className="conversation-item-line">
            <span className="conversation-item-name">{conversationName(conversation)}</span>
            {last === null ? null : <time dateTime={last.createdAt}>{listTime(last.createdAt)}</time>}
          </span>
          <span className="conversation-item-line">
            {typing !== '' ? (
              <span className="conversation-item-preview conversation-item-typing">
                {text.chat.typing(typing.split('\n'))}
              </span>
            ) : (
              <span className="conversation-item-preview">{preview(conversation, me)}</span>
            )}
            {hasDraft ? (
              <span className="badge badge-failed" title={text.message.failed}>
                !<span className="visually-hidden"> {text.message.failed}</span>
              </span>
            ) : null}
            <WaitingBadges unread={unread} mentions={mentions} />
          </span>
        </span>
      </PageLink>
    </li>
  );
});

function preview(conversation: Conversation, me: string): string {
  const { last } = conversation;
  if (last === null) return conversation.kind === 'gdm' ? text.chat.members(conversation.members.length) : '';
  const words = last.source.replace(/\s+/g, ' ').slice(0, 120);
  if (wroteIt(last, me)) return `${text.chat.you}: ${words}`;
  return conversation.kind === 'dm' ? words : `${last.author}: ${words}`;
}
