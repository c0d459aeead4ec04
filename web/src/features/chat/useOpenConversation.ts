import { useEffect } from 'react';
import { announceIn } from '../../live/announce';
import { conversationIn, conversationPath, navigate, useLocation } from '../../router';
import { conversationOpened } from '../../store/events';
import { resolveId } from '../../store/selectors';
import { update, useChatter } from '../../store/store';

/** The conversation the address names, if it names one; the address is put right where it names it otherwise. */
export function useOpenConversation(): string | null {
  const { path, query } = useLocation();
  const named = path === '/chat' ? conversationIn(query) : null;
  const ready = useChatter((state) => state.ready);
  const openId = useChatter((state) => resolveId(state.conversations, named));

  useEffect(() => {
    if (openId !== null && openId !== named) navigate(conversationPath(openId), 'replace');
  }, [openId, named]);

  useEffect(() => {
    announceIn(openId);
    return () => announceIn(null);
  }, [openId]);

  // A direct message may be opened before its first message: by link, or from the list of people.
  useEffect(() => {
    if (ready && openId?.startsWith('dm:')) update((state) => conversationOpened(state, openId));
  }, [ready, openId]);

  return openId;
}
