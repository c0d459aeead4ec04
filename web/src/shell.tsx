/** The frame of the pages that have the conversations beside them, and what can be opened from each of them. */

import { useEffect, useState } from 'react';
import { Account } from './features/chat/Account';
import { ChatPage } from './features/chat/ChatPage';
import { Sidebar } from './features/chat/Sidebar';
import { useOpenConversation } from './features/chat/useOpenConversation';
import { useShortcuts } from './features/chat/useShortcuts';
import { ServerHome } from './features/servers/ServerHome';
import { ServerRail } from './features/servers/ServerRail';
import { ServerSidebar } from './features/servers/ServerSidebar';
import { text } from './messages';
import { words } from './messages/custom';
import { customIn, documentIn, serverIn, useLocation } from './router';
import { useChatter } from './store/store';
import { Announcer } from './ui/Announcer';
import { part } from './ui/part';

const loadDocList = () => import('./features/doc/DocListPage');
const DocListPage = part(loadDocList, <Waiting />);
const AddServer = part(() => import('./features/servers/AddServer'));
const DocPage = part(() => import('./features/doc/DocPage'), <Waiting />);
const CustomListPage = part(() => import('./features/custom/CustomListPage'), <Waiting />);
const CustomChannelPage = part(() => import('./features/custom/CustomChannelPage'), <Waiting />);
const NewConversation = part(() => import('./features/gdm/NewConversation'));
const ShortcutList = part(() => import('./features/chat/ShortcutList'));
const MarkAllRead = part(() => import('./features/chat/MarkAllRead'));
const SearchDialog = part(() => import('./features/chat/SearchDialog'));
const Switcher = part(() => import('./features/chat/Switcher'));

type Overlay = 'switcher' | 'search' | 'new' | 'server' | 'shortcuts' | 'read' | null;

export function Shell() {
  const { path } = useLocation();
  const openId = useOpenConversation();
  const server = useOpenServer(path, openId);
  const atServer = serverIn(path) !== null;
  const custom = customIn(path);
  const inDocuments = path !== '/chat' && !atServer && custom === null;
  const [anchor, skip] = skipTo(inDocuments, custom);
  const [overlay, setOverlay] = useState<Overlay>(null);
  useShortcuts(openId, setOverlay);

  return (
    <div className="shell" data-open={openId === null && !inDocuments && custom === null ? 'list' : 'page'}>
      <a className="skip-link" href={anchor}>
        {skip}
      </a>
      <ServerRail openServer={server} onAdd={() => setOverlay('server')} />
      {server === null ? (
        <Sidebar
          openId={openId}
          inDocuments={inDocuments}
          custom={custom}
          onNew={() => setOverlay('new')}
          onSearch={() => setOverlay('switcher')}
          onFind={() => setOverlay('search')}
          onMarkAllRead={() => setOverlay('read')}
        />
      ) : (
        <ServerSidebar key={server} id={server} openId={openId} footer={<Account />} />
      )}
      <main className="conversation">
        {custom !== null ? (
          custom === 0 ? (
            <CustomListPage />
          ) : (
            <CustomChannelPage key={custom} id={custom} />
          )
        ) : inDocuments ? (
          <Documents path={path} />
        ) : atServer && server !== null ? (
          <ServerHome id={server} />
        ) : (
          <ChatPage openId={openId} onSearch={() => setOverlay('search')} />
        )}
      </main>
      <Announcer />
      {overlay === 'switcher' ? <Switcher onClose={() => setOverlay(null)} /> : null}
      {overlay === 'search' ? <SearchDialog openId={openId} onClose={() => setOverlay(null)} /> : null}
      {overlay === 'shortcuts' ? <ShortcutList onClose={() => setOverlay(null)} /> : null}
      {overlay === 'read' ? <MarkAllRead onClose={() => setOverlay(null)} /> : null}
      {overlay === 'server' ? <AddServer onClose={() => setOverlay(null)} /> : null}
      {overlay === 'new' ? <NewConversation onClose={() => setOverlay(null)} /> : null}
    </div>
  );
}

/** Past the conversations: where that leads, and what it is called. */
function skipTo(inDocuments: boolean, custom: number | null): [string, string] {
  if (custom !== null) return ['#custom', words.skip];
  return inDocuments ? ['#documents', text.skipToDocuments] : ['#messages', text.skipToMessages];
}

/** The server whose column is shown: the address names it, or a channel of it. */
function useOpenServer(path: string, openId: string | null): number | null {
  const named = serverIn(path);
  const ofChannel = useChatter((state) =>
    openId === null ? null : (state.conversations[openId]?.serverId ?? null),
  );
  return named ?? ofChannel;
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
