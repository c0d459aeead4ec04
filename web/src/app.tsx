/** Which page is shown: decided by the session first, then by the address. */

import { useEffect } from 'react';
import { ExpiredDialog } from './features/account/ExpiredDialog';
import { SignInPage } from './features/account/SignInPage';
import { CallLayer } from './features/call/CallLayer';
import { resumeSession } from './live/session';
import { text } from './messages';
import {
  customIn,
  documentIn,
  forgotPath,
  inPortal,
  inShell,
  inviteIn,
  navigate,
  openPath,
  resetPath,
  safeReturnPath,
  serverIn,
  serverSettingsIn,
  signInPath,
  toolPath,
  useLocation,
} from './router';
import { Shell } from './shell';
import { totalUnread } from './store/selectors';
import { useChatter } from './store/store';
import type { State } from './store/types';
import { LinkBanner } from './ui/LinkBanner';
import { Notices } from './ui/Notices';
import { part } from './ui/part';
import { UpdateBanner } from './ui/UpdateBanner';

const ForgotPage = part(() => import('./features/account/ForgotPage'), <Splash />);
const ResetPage = part(() => import('./features/account/ResetPage'), <Splash />);
const SettingsPage = part(() => import('./features/account/SettingsPage'), <Splash />);
const InvitePage = part(() => import('./features/servers/InvitePage'), <Splash />);
const PortalPage = part(() => import('./features/portal/PortalPage'), <Splash />);
const ToolPage = part(() => import('./features/portal/ToolPage'), <Splash />);
const ServerSettings = part(() => import('./features/servers/settings/ServerSettings'), <Splash />);
const AdminPage = part(() => import('./features/admin/AdminPage'), <Splash />);

export function App() {
  const { path } = useLocation();
  const unread = useChatter((state) => totalUnread(state.conversations));
  const name = useChatter((state) => pageName(state, path));
  useEffect(() => {
    document.title = text.title(unread, name);
  }, [unread, name]);
  useTabIcon(unread > 0);
  return (
    <>
      <Page />
      <Notices />
    </>
  );
}

/** The icon of the tab says whether something waits: of a narrow tab the title is not to be seen. */
function useTabIcon(waiting: boolean): void {
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon !== null) icon.href = waiting ? '/favicon-unread.svg' : '/favicon.svg';
  }, [waiting]);
}

/** What a tab of the browser is called, where the page is about something that has a name. */
function pageName({ custom, docs, servers }: State, path: string): string | undefined {
  if (inPortal(path)) return text.nav.developers;
  const channel = customIn(path);
  if (channel !== null) return custom.list?.find(({ id }) => id === channel)?.name;
  const server = serverIn(path) ?? serverSettingsIn(path)?.server;
  if (server !== undefined) return servers.entries[server]?.name;
  return docs.entries[documentIn(path) ?? 0]?.name;
}

function Page() {
  const session = useChatter((state) => state.session);
  const { path } = useLocation();
  // Whoever comes by a link in a letter may be signed in, and as somebody else.
  if (path === resetPath) return <ResetPage />;
  // The code is good for a minute: nothing is waited for.
  if (path === toolPath) return <ToolPage />;
  switch (session) {
    case 'loading':
      return <Splash />;
    case 'unreachable':
      return <Unreachable />;
    case 'anonymous':
      return <Anonymous />;
    case 'active':
    case 'expired':
      return (
        <>
          <LinkBanner />
          <UpdateBanner />
          <SignedIn />
          <CallLayer />
          {session === 'expired' ? <ExpiredDialog /> : null}
        </>
      );
  }
}

function SignedIn() {
  const { path, query } = useLocation();
  const settings = serverSettingsIn(path);
  const invite = inviteIn(path);
  const known =
    inShell(path) ||
    path === '/settings' ||
    path === '/admin' ||
    settings !== null ||
    invite !== null ||
    inPortal(path);
  useEffect(() => {
    if (known) return;
    openPath(path === '/login' || path === '/register' ? safeReturnPath(query) : '/chat');
  }, [known, path, query]);
  if (path === '/settings') return <SettingsPage />;
  if (path === '/admin') return <AdminPage />;
  if (invite !== null) return <InvitePage code={invite} />;
  if (settings !== null) return <ServerSettings key={settings.server} {...settings} />;
  if (inPortal(path)) return <PortalPage />;
  return known ? <Shell /> : <Splash />;
}

function Anonymous() {
  const { path, query } = useLocation();
  const known = path === signInPath || path === '/register' || path === forgotPath;
  useEffect(() => {
    if (known) return;
    const here = query.size > 0 ? `${path}?${query}` : path;
    navigate(here === '/' ? '/login' : `/login?redirect=${encodeURIComponent(here)}`, 'replace');
  }, [known, path, query]);
  if (path === forgotPath) return <ForgotPage />;
  return <SignInPage registering={path === '/register'} />;
}

function Splash() {
  return (
    <div className="splash" role="status">
      <img src="/favicon.svg" alt="" width={56} height={56} />
      <span className="visually-hidden">{text.loading}</span>
    </div>
  );
}

function Unreachable() {
  return (
    <main className="splash">
      <img src="/favicon.svg" alt="" width={56} height={56} />
      <h1>{text.account.unreachableTitle}</h1>
      <p>{text.errors.unreachable}</p>
      <button type="button" className="button button-primary" onClick={() => void resumeSession()}>
        {text.retry}
      </button>
    </main>
  );
}
