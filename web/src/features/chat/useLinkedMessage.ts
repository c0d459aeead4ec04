import { type RefObject, useEffect } from 'react';
import { conversationPath, messageIn, navigate, ownMessagePath, useLocation } from '../../router';

/** Goes to the message that the address names, once the list stands; afterwards the address names the conversation. */
export function useLinkedMessage(
  conversation: string,
  ready: boolean,
  jump: (id: number) => Promise<void>,
): void {
  const { query } = useLocation();
  const wanted = messageIn(query);
  useEffect(() => {
    if (wanted === null || !ready) return;
    void jump(wanted).then(() => navigate(conversationPath(conversation), 'replace'));
  }, [wanted, ready, jump, conversation]);
}

/** A link to a message of this site is followed in this window; any other opens another one. */
export function useOwnLinks(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const list = element.current;
    const follow = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      const path = link === null ? null : ownMessagePath(link.href);
      if (path === null || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      navigate(path);
    };
    list?.addEventListener('click', follow);
    return () => list?.removeEventListener('click', follow);
  }, [element]);
}
