import { useCallback, useMemo, useState } from 'react';
import { send } from '../../live/sending';
import { text } from '../../messages';
import { outgoingFor } from '../../store/selectors';
import { useChatter } from '../../store/store';
import type { Message } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { part } from '../../ui/part';
import { Composer } from './Composer';
import { conversationName } from './ConversationAvatar';
import { ConversationHeader } from './ConversationHeader';
import { closedReason } from './closedReason';
import { MessageList } from './MessageList';
import { buildRows, lastOwn, latest } from './rows';
import { TypingLine } from './TypingLine';
import { useUnreadDivider } from './useUnreadDivider';

const GroupDetails = part(() => import('../gdm/GroupDetails'));
const PinsDialog = part(() => import('./PinsDialog'));
const MembersDialog = part(() => import('../servers/MembersDialog'));

interface Props {
  id: string;
  onSearch: () => void;
}

export function ConversationView({ id, onSearch }: Props) {
  const conversation = useChatter((state) => state.conversations[id]);
  const timeline = useChatter((state) => state.timelines[id]);
  const outbox = useChatter((state) => state.outbox);
  const me = useChatter((state) => state.me?.name ?? '');
  const dmLogging = useChatter((state) => state.settings.GD_SAVE_DM_LOGS === '1');
  const closed = useChatter((state) => closedReason(state, state.conversations[id]));
  const [reply, setReply] = useState<Message | null>(null);
  const [editing, setEditing] = useState<Message | null>(null);
  const [details, setDetails] = useState(false);
  const [pins, setPins] = useState(false);
  const { divider, clearDivider } = useUnreadDivider(id);

  const pending = useMemo(() => outgoingFor(outbox, id), [outbox, id]);
  const rows = useMemo(() => buildRows(timeline, pending, me, divider), [timeline, pending, me, divider]);

  const startReply = useCallback((message: Message) => {
    setEditing(null);
    setReply(message);
  }, []);
  const startEdit = useCallback((message: Message) => {
    setReply(null);
    setEditing(message);
  }, []);

  if (conversation === undefined) return null;

  function sendNow(source: string, files: string[]) {
    const target =
      reply === null ? null : { id: reply.id, author: reply.author, snippet: reply.source.slice(0, 140) };
    // Other clients show one file of a message: each has a message of its own, the first with the text.
    const [first = null, ...more] = files;
    send(id, source, target, first);
    for (const file of more) send(id, '', null, file);
    setReply(null);
    clearDivider();
  }

  return (
    <>
      <ConversationHeader
        conversation={conversation}
        onDetails={() => setDetails(true)}
        onSearch={onSearch}
        onPins={() => setPins(true)}
      />
      {conversation.kind === 'dm' && dmLogging ? (
        <p className="log-notice">
          <Icon name="info" size={16} />
          {text.chat.dmLogging}
        </p>
      ) : null}
      <MessageList
        conversation={conversation}
        rows={rows}
        loaded={timeline !== undefined || conversation.cursor.synced}
        hasOlder={timeline?.hasOlder ?? false}
        writable={closed === null}
        onReply={startReply}
        onEdit={startEdit}
      />
      <TypingLine id={id} />
      <Composer
        key={editing === null ? 'new' : `edit-${editing.id}`}
        conversation={id}
        name={conversationName(conversation)}
        closed={editing === null ? closed : null}
        reply={reply}
        editing={editing}
        onSend={sendNow}
        onCancel={() => {
          setReply(null);
          setEditing(null);
        }}
        onEditLast={() => {
          const last = lastOwn(rows, me);
          if (last !== null) startEdit(last);
        }}
        onReplyLast={() => {
          const last = latest(rows);
          if (last !== null) startReply(last);
        }}
      />
      {pins ? <PinsDialog conversation={conversation} onClose={() => setPins(false)} /> : null}
      {details && conversation.kind === 'gdm' ? (
        <GroupDetails conversation={conversation} onClose={() => setDetails(false)} />
      ) : null}
      {details && conversation.serverId !== null ? (
        <MembersDialog server={conversation.serverId} onClose={() => setDetails(false)} />
      ) : null}
    </>
  );
}
