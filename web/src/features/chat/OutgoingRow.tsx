import { useEffect, useState } from 'react';
import { discardOutgoing, retrySending } from '../../live/sending';
import { text } from '../../messages';
import { parseFiles } from '../../store/files';
import type { Outgoing } from '../../store/types';
import { Icon } from '../../ui/Icon';
import { Moment } from '../../ui/Moment';
import { copy } from '../../ui/notify';
import { clock } from '../../ui/time';
import { PersonAvatar } from '../presence/PersonAvatar';
import { Attachments } from './Attachments';
import { ReplyQuote } from './ReplyQuote';

/** Most messages come back at once; a word for each would only flicker. */
const QUIET_MS = 600;

interface Props {
  item: Outgoing;
  continued: boolean;
  me: string;
}

export function OutgoingRow({ item, continued, me }: Props) {
  return (
    <article className="message" data-own="true" data-continued={continued} data-state={item.state}>
      <div className="message-side">{continued ? null : <PersonAvatar name={me} size={36} />}</div>
      <div className="message-main">
        {continued ? null : (
          <p className="message-head">
            <strong>{me}</strong>
            <Moment at={item.createdAt}>{clock(item.createdAt)}</Moment>
          </p>
        )}
        {item.reply === null ? null : <ReplyQuote reply={item.reply} />}
        {item.source === '' ? null : (
          <div className="prose prose-inline" dir="auto">
            {item.source}
          </div>
        )}
        {item.attachment === null ? null : <Attachments files={parseFiles(item.attachment)} />}
        {item.state === 'failed' ? <Failed item={item} /> : <Underway item={item} />}
      </div>
    </article>
  );
}

function Failed({ item }: { item: Outgoing }) {
  return (
    <div className="outgoing-failed">
      <p role="alert">
        <Icon name="warning" size={16} />
        {text.message.failed}. {item.error}
      </p>
      <button type="button" className="button button-small" onClick={() => retrySending(item.nonce)}>
        {text.retry}
      </button>
      <button
        type="button"
        className="button button-small"
        onClick={() => void copy(item.source, text.message.copied)}
      >
        {text.message.copy}
      </button>
      <button type="button" className="button button-small" onClick={() => discardOutgoing(item.nonce)}>
        {text.message.discard}
      </button>
    </div>
  );
}

function Underway({ item }: { item: Outgoing }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!slow) return null;
  const words = { queued: text.message.queued, sending: text.message.sending, sent: text.message.sent };
  return <small className="outgoing-state">{item.state === 'failed' ? '' : words[item.state]}</small>;
}
