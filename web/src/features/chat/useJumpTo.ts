import { useEffect } from 'react';
import { conversationPath, messageIn, navigate, useLocation } from '../../router';

/** Shows the message that the address names, once; after that the address names the conversation alone. */
export function useJumpTo(conversation: string, ready: boolean, jump: (id: number) => Promise<void>): void {
  const wanted = messageIn(useLocation().query);
  useEffect(() => {
    if (!ready || wanted === null) return;
    navigate(conversationPath(conversation), 'replace');
    void jump(wanted);
  }, [conversation, ready, wanted, jump]);
}
