import { useEffect, useState } from 'react';
import { explain } from '../../api/client';
import { listPins } from '../../api/finding';
import type { PinnedMessage } from '../../api/types';
import { setPinned } from '../../live/reacting';
import { text } from '../../messages';
import { messagePath, navigate } from '../../router';
import { parseMessage } from '../../store/parse';
import { useChatter } from '../../store/store';
import type { Conversation } from '../../store/types';
import { Dialog } from '../../ui/Dialog';
import { Html } from '../../ui/Html';
import { short } from '../../ui/time';
import { Attachments } from './Attachments';
import { useRights } from './useRights';

interface Props {
  conversation: Conversation;
  onClose: () => void;
}

/** What is pinned here, the newest pin first; kept current while it is open. */
export default function PinsDialog({ conversation, onClose }: Props) {
  const { tid } = conversation;
  const changes = useChatter((state) => state.pinChanges);
  const [pins, setPins] = useState<PinnedMessage[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each change asks for the list anew
  useEffect(() => {
    let gone = false;
    listPins(tid).then(
      (list) => {
        if (!gone) setPins(list);
      },
      (problem: unknown) => {
        if (!gone) setError(explain(problem));
      },
    );
    return () => {
      gone = true;
    };
  }, [tid, changes]);

  return (
    <Dialog title={text.pins.title} onClose={onClose}>
      {error === null ? null : (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      {pins === null && error === null ? <p role="status">{text.loading}</p> : null}
      {pins?.length === 0 ? <p className="hint">{text.pins.none}</p> : null}
      <ul className="pin-list" aria-label={text.pins.title}>
        {pins?.map((pin) => (
          <li key={pin.id} className="pin-item">
            <Pin pin={pin} onClose={onClose} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Pin({ pin, onClose }: { pin: PinnedMessage; onClose: () => void }) {
  const message = parseMessage(pin);
  const me = useChatter((state) => state.me);
  const { mayPin } = useRights(message, me, false);

  function show() {
    onClose();
    navigate(messagePath(message.conversation, message.id));
  }

  return (
    <>
      <span className="search-result-head">
        <strong>{message.author}</strong>
        <time dateTime={message.createdAt}>{short(message.createdAt)}</time>
      </span>
      {message.html === '' ? null : <Html html={message.html} />}
      {message.files.length === 0 ? null : <Attachments files={message.files} />}
      <small className="hint">{text.pins.by(pin.pinned_by, short(pin.pinned_at))}</small>
      <div className="pin-actions">
        <button type="button" className="button" onClick={show}>
          {text.pins.show}
        </button>
        {mayPin ? (
          <button type="button" className="button" onClick={() => void setPinned(message, false)}>
            {text.pins.unpin}
          </button>
        ) : null}
      </div>
    </>
  );
}
