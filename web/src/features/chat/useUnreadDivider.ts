import { useEffect, useRef, useState } from 'react';
import { current, useChatter } from '../../store/store';
import { useAttention } from './useAttention';

/** So many at once were not written just now, but missed. */
const BACKLOG = 10;

/**
 * Where "new messages" is drawn. Fixed when the conversation is opened, so that
 * it does not move while one reads; drawn anew when messages arrive while one
 * looks elsewhere, or many at once after a broken link.
 */
export function useUnreadDivider(id: string) {
  const attentive = useAttention();
  const unread = useChatter((state) => state.conversations[id]?.unread ?? 0);
  const [divider, setDivider] = useState<number | null>(() => unreadFrom(id));
  const counted = useRef(unread);

  useEffect(() => {
    const backlog = unread - counted.current >= BACKLOG;
    counted.current = unread;
    if (attentive && !backlog) return;
    setDivider((known) => {
      const from = unreadFrom(id);
      if (from === null) return null;
      // What arrives while away belongs under the line that is already there.
      return unread > 1 && known !== null ? known : from;
    });
  }, [attentive, unread, id]);

  return { divider, clearDivider: () => setDivider(null) };
}

function unreadFrom(id: string): number | null {
  const conversation = current().conversations[id];
  return conversation !== undefined && conversation.unread > 0 ? conversation.readSeq : null;
}
