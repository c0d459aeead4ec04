import { type KeyboardEvent, useCallback, useEffect, useState } from 'react';
import { text } from '../../messages';
import { useChatter } from '../../store/store';
import type { Conversation, Message } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { part } from '../../ui/part';
import { conversationName } from './ConversationAvatar';
import { DeleteMessage } from './DeleteMessage';
import { MessageRow } from './MessageRow';
import { OutgoingRow } from './OutgoingRow';
import { DayLine, UnreadLine } from './RowLines';
import type { Row } from './rows';
import { useLinkedMessage, useOwnLinks } from './useLinkedMessage';
import { useMessageScroll } from './useMessageScroll';

const ContextDialog = part(() => import('./ContextDialog'));
const JumpToDate = part(() => import('./JumpToDate'));
const ReactionPicker = part(() => import('./ReactionPicker'));

interface Props {
  conversation: Conversation;
  rows: Row[];
  loaded: boolean;
  hasOlder: boolean;
  /** One can write here. */
  writable: boolean;
  onReply: (message: Message) => void;
  onEdit: (message: Message) => void;
}

export function MessageList({ conversation, rows, loaded, hasOlder, writable, onReply, onEdit }: Props) {
  const me = useChatter((state) => state.me);
  const [dating, setDating] = useState(false);
  const [deleting, setDeleting] = useState<Message | null>(null);
  const [reacting, setReacting] = useState<Message | null>(null);
  const [active, setActive] = useState<string | null>(null);
  /** A message further back than is loaded for: it is shown by itself, with what is around it. */
  const [far, setFar] = useState<number | null>(null);
  const scroll = useMessageScroll(conversation, rows, hasOlder);
  const { virtualizer, showMessage } = scroll;

  const jump = useCallback(
    async (id: number) => {
      const key = await showMessage(id);
      if (key === null) setFar(id);
      else {
        setActive(key);
        requestAnimationFrame(() => focusRow(key));
      }
    },
    [showMessage],
  );

  useLinkedMessage(conversation.id, scroll.placed, jump);
  useOwnLinks(scroll.element);

  const { toEnd } = scroll;
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      // Esc closes what is open first; the composer and dialogs say so by handling it.
      if (
        event.key !== 'Escape' ||
        event.shiftKey ||
        event.defaultPrevented ||
        document.querySelector('dialog[open]')
      )
        return;
      toEnd();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [toEnd]);

  function moveFocus(event: KeyboardEvent<HTMLElement>) {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    if (event.altKey || !(event.target as HTMLElement).matches('[data-row]')) return;
    event.preventDefault();
    const at = rows.findIndex((row) => row.key === (event.target as HTMLElement).dataset.row);
    const next = rows[at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (next === undefined) return;
    setActive(next.key);
    virtualizer.scrollToIndex(rows.indexOf(next), { align: 'auto' });
    requestAnimationFrame(() => focusRow(next.key));
  }

  // Only one message takes part in the Tab order; arrows move among them.
  const tabStop =
    active !== null && rows.some((row) => row.key === active) ? active : rows[rows.length - 1]?.key;

  return (
    <div className="messages-frame">
      <section
        ref={scroll.element}
        id="messages"
        className="messages"
        role="log"
        aria-live="off"
        aria-label={conversationName(conversation)}
        tabIndex={-1}
        onScroll={scroll.onScroll}
        onKeyDown={moveFocus}
        data-ready={scroll.placed}
      >
        {rows.length === 0 ? <Empty conversation={conversation} loaded={loaded} writable={writable} /> : null}
        <div className="messages-track" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className="messages-slot"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.beginning ? <Beginning conversation={conversation} /> : null}
                {row.day === null ? null : <DayLine day={row.day} onPick={() => setDating(true)} />}
                {row.unreadAbove ? <UnreadLine /> : null}
                {row.type === 'message' ? (
                  <MessageRow
                    message={row.message}
                    rowKey={row.key}
                    continued={row.continued}
                    me={me}
                    active={row.key === active}
                    tabStop={row.key === tabStop}
                    onActive={setActive}
                    onReply={onReply}
                    onReact={setReacting}
                    onEdit={onEdit}
                    onDelete={setDeleting}
                    onJump={jump}
                  />
                ) : (
                  <OutgoingRow item={row.item} continued={row.continued} me={me?.name ?? ''} />
                )}
              </div>
            );
          })}
        </div>
      </section>
      {scroll.loadingOlder ? <p className="loading-older">{text.chat.loadingOlder}</p> : null}
      <JumpButton conversation={conversation} atEnd={scroll.atEnd} onClick={scroll.toEnd} />
      {reacting === null ? null : <ReactionPicker message={reacting} onClose={() => setReacting(null)} />}
      {far === null ? null : (
        <ContextDialog message={far} conversation={conversation} onClose={() => setFar(null)} />
      )}
      {dating ? (
        <JumpToDate onJump={(from) => void scroll.showMoment(from)} onClose={() => setDating(false)} />
      ) : null}
      {deleting === null ? null : <DeleteMessage message={deleting} onClose={() => setDeleting(null)} />}
    </div>
  );
}

function focusRow(key: string): void {
  document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)?.focus();
}

interface JumpProps {
  conversation: Conversation;
  atEnd: boolean;
  onClick: () => void;
}

function JumpButton({ conversation, atEnd, onClick }: JumpProps) {
  const { unread } = conversation;
  const [shown, setShown] = useState(false);
  // A list that is about to follow its end is briefly not there yet.
  useEffect(() => {
    const timer = setTimeout(() => setShown(!atEnd), atEnd ? 0 : 150);
    return () => clearTimeout(timer);
  }, [atEnd]);
  if (!shown) return null;
  return (
    <button
      type="button"
      className={unread > 0 ? 'jump jump-new' : 'jump'}
      aria-label={unread > 0 ? undefined : text.chat.jumpToLatest}
      onClick={onClick}
    >
      {unread > 0 ? text.chat.jumpToNew(unread) : null}
      <Icon name="down" size={18} />
    </button>
  );
}

function Beginning({ conversation }: { conversation: Conversation }) {
  return <p className="beginning">{beginning(conversation)}</p>;
}

function beginning(conversation: Conversation): string {
  const name = conversationName(conversation);
  return conversation.kind === 'dm' ? text.chat.beginningWith(name) : text.chat.beginningOf(name);
}

interface EmptyProps {
  conversation: Conversation;
  loaded: boolean;
  writable: boolean;
}

function Empty({ conversation, loaded, writable }: EmptyProps) {
  if (!loaded && conversation.lastSeq > 0) return <p className="messages-empty">{text.loading}</p>;
  return (
    <div className="messages-empty">
      <p>{beginning(conversation)}</p>
      <p>{writable ? text.chat.nothingYet : text.chat.nothingToRead}</p>
    </div>
  );
}
