import { useEffect } from 'react';
import { markAllRead } from '../../live/reading';
import { text } from '../../messages';
import { current } from '../../store/store';
import { Confirm } from '../../ui/Confirm';
import { notify } from '../../ui/notify';

/** Asked first: what is read cannot be made unread again. */
export default function MarkAllRead({ onClose }: { onClose: () => void }) {
  const waiting = Object.values(current().conversations).filter(({ unread }) => unread > 0);
  const none = waiting.length === 0;
  useEffect(() => {
    if (!none) return;
    notify(text.chat.nothingUnread);
    onClose();
  }, [none, onClose]);

  if (none) return null;
  const messages = waiting.reduce((sum, { unread }) => sum + unread, 0);
  return (
    <Confirm
      title={text.chat.markAllRead}
      body={text.chat.markAllReadBody(messages, waiting.length)}
      action={text.chat.markAllRead}
      harmless
      onClose={onClose}
      onConfirm={async () => {
        markAllRead();
        notify(text.chat.allRead);
      }}
    />
  );
}
