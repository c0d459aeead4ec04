import { memo, useMemo } from 'react';
import { setPinned } from '../../live/reacting';
import { text } from '../../messages';
import { messagePath } from '../../router';
import { chipsOf, meansMe } from '../../store/mentions';
import { wroteIt } from '../../store/parse';
import { current, useChatter } from '../../store/store';
import type { Me, Message } from '../../store/types';
import { Avatar } from '../../ui/Avatar';
import { Html } from '../../ui/Html';
import { Icon, type IconName } from '../../ui/Icon';
import { Moment } from '../../ui/Moment';
import { copy } from '../../ui/notify';
import { clock, exact } from '../../ui/time';
import { PersonAvatar } from '../presence/PersonAvatar';
import { Attachments } from './Attachments';
import { AuthorName } from './AuthorName';
import { Cards } from './Cards';
import { Reactions } from './Reactions';
import { ReplyQuote } from './ReplyQuote';
import { useRights } from './useRights';

interface Props {
  message: Message;
  rowKey: string;
  continued: boolean;
  me: Me | null;
  active: boolean;
  tabStop: boolean;
  onActive: (key: string | null) => void;
  onReply: (message: Message) => void;
  onReact: (message: Message) => void;
  onEdit: (message: Message) => void;
  onDelete: (message: Message) => void;
  onJump: (id: number) => Promise<void>;
}

export const MessageRow = memo(function MessageRow(props: Props) {
  const { message, rowKey, continued, me, active, tabStop, onActive, onJump } = props;
  const own = me !== null && wroteIt(message, me.name);
  const mentioned = useChatter((state) => meansMe(state, message)) && !own;
  const system = message.authorId === 0 && message.app === null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a tap shows the actions; with the keyboard, focus does
    <article
      className="message"
      data-row={rowKey}
      data-message={message.id}
      data-own={own}
      data-continued={continued}
      data-mentioned={mentioned}
      data-system={system}
      data-active={active}
      tabIndex={tabStop ? 0 : -1}
      aria-label={text.message.label(message.author, message.source, exact(message.createdAt))}
      onFocus={() => onActive(rowKey)}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('a, button')) onActive(rowKey);
      }}
    >
      <div className="message-side">
        {continued ? (
          <Moment at={message.createdAt}>{clock(message.createdAt)}</Moment>
        ) : (
          <AuthorAvatar message={message} system={system} />
        )}
      </div>
      <div className="message-main">
        {continued ? null : (
          <p className="message-head">
            <AuthorName message={message} />
            <Moment at={message.createdAt}>{clock(message.createdAt)}</Moment>
          </p>
        )}
        {message.reply === null ? null : <ReplyQuote reply={message.reply} onJump={onJump} />}
        {message.html === '' ? null : <MessageText message={message} />}
        {message.files.length === 0 ? null : <Attachments files={message.files} />}
        {message.cards.length === 0 ? null : <Cards cards={message.cards} />}
        {message.reactions.length === 0 ? null : <RowReactions {...props} own={own} />}
        {message.edited ? <small className="message-edited">({text.chat.edited})</small> : null}
      </div>
      <Actions {...props} own={own} />
    </article>
  );
});

function RowReactions({ message, me, own, tabStop, onReact }: Props & { own: boolean }) {
  const { mayReact } = useRights(message, me, own);
  return <Reactions message={message} me={me} mayReact={mayReact} tabStop={tabStop} onReact={onReact} />;
}

/** A text with whom it mentions set off. */
function MessageText({ message }: { message: Message }) {
  const details = useChatter((state) =>
    message.roles.length > 0 || message.everyone ? state.servers.details : null,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names of roles are in the details
  const chips = useMemo(() => chipsOf(current(), message), [message, details]);
  return <Html html={message.html} chips={chips} />;
}

function AuthorAvatar({ message, system }: { message: Message; system: boolean }) {
  if (!system && message.app === null) return <PersonAvatar name={message.author} size={36} />;
  return (
    <Avatar
      name={message.author}
      size={36}
      icon={system ? 'info' : undefined}
      emoji={message.emoji}
      picture={message.picture ?? undefined}
    />
  );
}

const copyLink = ({ conversation, id }: Message) =>
  copy(window.location.origin + messagePath(conversation, id), text.message.linkCopied);

function Actions(props: Props & { own: boolean }) {
  const { message, me, own, tabStop, onReply, onReact, onEdit, onDelete } = props;
  const { mayEdit, mayDelete, mayReact, mayPin } = useRights(message, me, own);
  const actions: { name: IconName; label: string; run: () => void }[] = [
    { name: 'reply', label: text.message.reply, run: () => onReply(message) },
    { name: 'copy', label: text.message.copy, run: () => void copy(message.source, text.message.copied) },
    { name: 'link', label: text.message.copyLink, run: () => void copyLink(message) },
  ];
  if (mayReact) {
    actions.unshift({ name: 'smile', label: text.message.react, run: () => onReact(message) });
  }
  if (mayPin) {
    actions.push({ name: 'pin', label: text.pins.pin, run: () => void setPinned(message, true) });
  }
  if (mayEdit) actions.push({ name: 'edit', label: text.message.edit, run: () => onEdit(message) });
  if (mayDelete) actions.push({ name: 'delete', label: text.message.delete, run: () => onDelete(message) });
  return (
    <div className="message-actions" role="toolbar" aria-label={text.message.actions}>
      {actions.map((action) => (
        <button
          key={action.name}
          type="button"
          className="icon-button"
          tabIndex={tabStop ? 0 : -1}
          aria-label={action.label}
          title={action.label}
          onClick={action.run}
        >
          <Icon name={action.name} size={18} />
        </button>
      ))}
    </div>
  );
}
