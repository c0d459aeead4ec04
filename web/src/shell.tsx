/** The frame of the pages that have the conversations beside them, and what can be opened from each of them. */

import { useEffect, useState } from 'react';
import { ChatPage } from './features/chat/ChatPage';
import { Sidebar } from './features/chat/Sidebar';
import { useOpenConversation } from './features/chat/useOpenConversation';
import { useShortcuts } from './features/chat/useShortcuts';
import { text } from './messages';
import { documentIn, useLocation } from './router';
import { Announcer } from './ui/Announcer';
import { part } from './ui/part';

const loadDocList = () => import('./features/doc/DocListPage');
const DocListPage = part(loadDocList, <Waiting />);
const DocPage = part(() => import('./features/doc/DocPage'), <Waiting />);
const NewConversation = part(() => import('./features/gdm/NewConversation'));
const ShortcutList = part(() => import('./features/chat/ShortcutList'));
const Switcher = part(() => import('./features/chat/Switcher'));

type Overlay = 'switcher' | 'new' | 'shortcuts' | null;

export function Shell() {
  const { path } = useLocation();
  const inDocuments = path !== '/chat';
  const openId = useOpenConversation();
  const [overlay, setOverlay] = useState<Overlay>(null);
  useShortcuts(openId, setOverlay);

  return (
    <div className="shell" data-open={openId === null && !inDocuments ? 'list' : 'page'}>
      <a className="skip-link" href={inDocuments ? '#documents' : '#messages'}>
        {inDocuments ? text.skipToDocuments : text.skipToMessages}
      </a>
      <Sidebar
        openId={openId}
        inDocuments={inDocuments}
        onNew={() => setOverlay('new')}
        onSearch={() => setOverlay('switcher')}
      />
      <main className="conversation">
        {inDocuments ? <Documents path={path} /> : <ChatPage openId={openId} />}
      </main>
      <Announcer />
      {overlay === 'switcher' ? <Switcher onClose={() => setOverlay(null)} /> : null}
      {overlay === 'shortcuts' ? <ShortcutList onClose={() => setOverlay(null)} /> : null}
      {overlay === 'new' ? <NewConversation onClose={() => setOverlay(null)} /> : null}
    </div>
  );
}

function Documents({ path }: { path: string }) {
  const id = documentIn(path);
  useEffect(() => {
    // The way back from a document is there without a link, too.
    loadDocList().catch(() => undefined);
  }, []);
  return id === null ? <DocListPage /> : <DocPage key={id} id={id} />;
}

function Waiting() {
  return (
    <div className="nothing" id="documents" role="status">
      <h1>{text.loading}</h1>
    </div>
  );
}
