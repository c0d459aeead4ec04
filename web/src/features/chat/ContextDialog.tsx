import { useEffect, useState } from 'react';
import { explain } from '../../api/client';
import { ask } from '../../live/history';
import { text } from '../../messages';
import { parseMessage } from '../../store/parse';
import type { Conversation, Message } from '../../store/types';
import { Dialog } from '../../ui/Dialog';
import { Html } from '../../ui/Html';
import { short } from '../../ui/time';
import { Attachments } from './Attachments';
import { conversationName } from './ConversationAvatar';

const AROUND = 15;

interface Props {
  /** The message that is shown with what is around it. */
  message: number;
  conversation: Conversation;
  onClose: () => void;
}

interface Stretch {
  messages: Message[];
  hasEarlier: boolean;
  hasLater: boolean;
}

/** A message of long ago with what was said before and after it, without loading all that came since. */
export default function ContextDialog({ message, conversation, onClose }: Props) {
  const { id } = conversation;
  const [stretch, setStretch] = useState<Stretch | null>(null);
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    let gone = false;
    around(id, message).then(
      (found) => {
        if (!gone) setStretch(found);
      },
      (problem: unknown) => {
        if (!gone) setError(explain(problem));
      },
    );
    return () => {
      gone = true;
    };
  }, [id, message]);

  const shown = stretch?.messages.some((one) => one.id === message) ?? false;
  useEffect(() => {
    if (shown)
      document.querySelector('.context-row[data-target="true"]')?.scrollIntoView({ block: 'center' });
  }, [shown]);

  async function extend(change: (stretch: Stretch) => Promise<Stretch>) {
    if (stretch === null) return;
    try {
      setStretch(await change(stretch));
    } catch (problem) {
      setError(explain(problem));
    }
  }

  return (
    <Dialog title={text.search.contextTitle(conversationName(conversation))} onClose={onClose}>
      {error === null ? null : (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      {stretch === null && error === null ? <p role="status">{text.loading}</p> : null}
      {stretch !== null && !shown ? <p role="status">{text.message.replyFar}</p> : null}
      {stretch !== null && shown ? (
        <>
          {stretch.hasEarlier ? (
            <button type="button" className="button" onClick={() => void extend((now) => earlier(id, now))}>
              {text.search.earlier}
            </button>
          ) : null}
          <ul className="context-rows">
            {stretch.messages.map((one) => (
              <li key={one.id} className="context-row" data-target={one.id === message}>
                <span className="search-result-head">
                  <strong>{one.author}</strong>
                  <time dateTime={one.createdAt}>{short(one.createdAt)}</time>
                </span>
                {one.html === '' ? null : <Html html={one.html} />}
                {one.files.length === 0 ? null : <Attachments files={one.files} />}
              </li>
            ))}
          </ul>
          {stretch.hasLater ? (
            <button type="button" className="button" onClick={() => void extend((now) => later(id, now))}>
              {text.search.later}
            </button>
          ) : null}
        </>
      ) : null}
    </Dialog>
  );
}

async function around(id: string, message: number): Promise<Stretch> {
  const [before, after] = await Promise.all([
    ask(id, { before: message + 1, limit: AROUND }),
    ask(id, { after: message, limit: AROUND }),
  ]);
  return {
    messages: [...before.messages, ...after.messages].map(parseMessage),
    hasEarlier: before.hasMore,
    hasLater: after.hasMore,
  };
}

async function earlier(id: string, stretch: Stretch): Promise<Stretch> {
  const page = await ask(id, { before: stretch.messages[0]?.id, limit: AROUND });
  return {
    ...stretch,
    messages: [...page.messages.map(parseMessage), ...stretch.messages],
    hasEarlier: page.hasMore,
  };
}

async function later(id: string, stretch: Stretch): Promise<Stretch> {
  const page = await ask(id, { after: stretch.messages.at(-1)?.id, limit: AROUND });
  return {
    ...stretch,
    messages: [...stretch.messages, ...page.messages.map(parseMessage)],
    hasLater: page.hasMore,
  };
}
