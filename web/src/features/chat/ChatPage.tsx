import { lazy, Suspense, useEffect, useState } from 'react';
import { announceIn } from '../../live/announce';
import { text } from '../../messages';
import { conversationIn, conversationPath, navigate, useLocation } from '../../router';
import { conversationOpened } from '../../store/events';
import { resolveId } from '../../store/selectors';
import { update, useChatter } from '../../store/store';
import { Announcer } from '../../ui/Announcer';
import { ConversationView } from './ConversationView';
import { NothingOpen } from './NothingOpen';
import { Sidebar } from './Sidebar';
import { useShortcuts } from './useShortcuts';

const NewConversation = lazy(() => import('../gdm/NewConversation'));
const ShortcutList = lazy(() => import('./ShortcutList'));
const Switcher = lazy(() => import('./Switcher'));

type Overlay = 'switcher' | 'new' | 'shortcuts' | null;

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

  useShortcuts(openId, setOverlay);

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
        {overlay === 'shortcuts' ? <ShortcutList onClose={() => setOverlay(null)} /> : null}
        {overlay === 'new' ? <NewConversation onClose={() => setOverlay(null)} /> : null}
      </Suspense>
    </div>
  );
}
