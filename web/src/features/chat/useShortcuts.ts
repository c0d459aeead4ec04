import { useEffect } from 'react';
import { conversationPath, navigate } from '../../router';
import { listedBeside } from '../../store/selectors';
import { current } from '../../store/store';

/** Keys that work anywhere in the chat. None of them is a single letter, so none can eat what one writes. */
export function useShortcuts(
  openId: string | null,
  show: (what: 'switcher' | 'search' | 'shortcuts' | 'read') => void,
): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // An editor may have its own meaning for them.
      if (event.isComposing || event.defaultPrevented) return;
      const command = (event.ctrlKey || event.metaKey) && !event.altKey;
      if (command && event.key.toLowerCase() === 'k') show('switcher');
      else if (command && event.shiftKey && event.key.toLowerCase() === 'f') show('search');
      else if (command && event.key === '/') show('shortcuts');
      else if (event.shiftKey && event.key === 'Escape') show('read');
      else if (event.altKey && event.key === 'ArrowUp') step(openId, -1, event.shiftKey);
      else if (event.altKey && event.key === 'ArrowDown') step(openId, 1, event.shiftKey);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [openId, show]);
}

function step(openId: string | null, by: number, unreadOnly: boolean): void {
  const ids = listedBeside(current(), openId)
    .filter((conversation) => !unreadOnly || conversation.unread > 0 || conversation.id === openId)
    .map((conversation) => conversation.id);
  const at = openId === null ? (by > 0 ? -1 : 0) : ids.indexOf(openId);
  const next = ids[(at + by + ids.length) % ids.length];
  if (next !== undefined) navigate(conversationPath(next));
}
