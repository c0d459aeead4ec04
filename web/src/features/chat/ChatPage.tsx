import { lazy, Suspense, useEffect, useState } from 'react';
import { announceIn } from '../../live/announce';
import { text } from '../../messages';
import { conversationIn, conversationPath, navigate, useLocation } from '../../router';
import { conversationOpened } from '../../store/events';
import { resolveId, sortedConversations } from '../../store/selectors';
import { current, update, useChatter } from '../../store/store';
import { Announcer } from '../../ui/Announcer';
import { ConversationView } from './ConversationView';
import { NothingOpen } from './NothingOpen';
import { Sidebar } from './Sidebar';

const NewConversation = lazy(() => import('../gdm/NewConversation'));
const Switcher = lazy(() => import('./Switcher'));

type Overlay = 'switcher' | 'new' | null;

export function ChatPage() {
  const { query } = useLocation();
  const named = conversationIn(query);
  const ready = useChatter((state) => state.ready);
  const openId = useChatter((state) => resolveId(state.conversations, named));
  const conversation = useChatter((state) => (openId === null ? undefined : state.conversations[openId]));
  const [overlay, setOverlay] = useState<Overlay>(null);

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

  useShortcuts(openId, () => setOverlay('switcher'));

  return (
    <div className="shell" data-open={openId === null ? 'list' : 'conversation'}>
      <a className="skip-link" href="#messages">
        {text.skipToMessages}
      </a>
      <Sidebar openId={openId} onNew={() => setOverlay('new')} onSearch={() => setOverlay('switcher')} />
      <main className="conversation">
        {conversation !== undefined ? (
          <ConversationView key={conversation.id} id={conversation.id} />
        ) : (
          <NothingOpen missing={ready && openId !== null} loading={!ready} />
        )}
      </main>
      <Announcer />
      <Suspense>
        {overlay === 'switcher' ? <Switcher onClose={() => setOverlay(null)} /> : null}
        {overlay === 'new' ? <NewConversation onClose={() => setOverlay(null)} /> : null}
      </Suspense>
    </div>
  );
}

function useShortcuts(openId: string | null, openSwitcher: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openSwitcher();
      } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        event.preventDefault();
        step(openId, event.key === 'ArrowDown' ? 1 : -1);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}

function step(openId: string | null, by: number): void {
  const ids = sortedConversations(current().conversations).map((conversation) => conversation.id);
  const at = openId === null ? -1 : ids.indexOf(openId);
  const next = ids[(at + by + ids.length) % ids.length];
  if (next !== undefined) navigate(conversationPath(next));
}
