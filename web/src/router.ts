/** Client routes on the History API. A dozen pages do not need a library. */

import { useSyncExternalStore } from 'react';

export interface Location {
  path: string;
  query: URLSearchParams;
}

let snapshot = read();
const listeners = new Set<() => void>();

window.addEventListener('popstate', changed);

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === window.location.pathname + window.location.search) return;
  if (how === 'push') window.history.pushState(null, '', to);
  else window.history.replaceState(null, '', to);
  changed();
}

export function useLocation(): Location {
  return useSyncExternalStore(subscribe, () => snapshot);
}

export const conversationPath = (id: string) => `/chat?c=${encodeURIComponent(id).replace('%3A', ':')}`;

/** A message in its conversation: what people send each other. */
export const messagePath = (conversation: string, message: number) =>
  `${conversationPath(conversation)}&m=${message}`;

/** The message an address means. */
export function messageIn(query: URLSearchParams): number | null {
  const id = query.get('m') ?? '';
  return /^\d{1,15}$/.test(id) ? Number(id) : null;
}

/** The path of a message's address, where it is of this site; null for any other address. */
export function ownMessagePath(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { origin, pathname, search, searchParams } = new URL(address);
  const named = pathname === '/chat' && searchParams.has('c') && messageIn(searchParams) !== null;
  return origin === window.location.origin && named ? pathname + search : null;
}

export const signInPath = '/login';

export const forgotPath = '/forgot-password';

/** What the link in a letter leads to; the server writes it. */
export const resetPath = '/reset-password';

export const documentsPath = '/doc';

/** Also the address people share. */
export const documentPath = (id: number) => `${documentsPath}/${id}`;

/** The document an address means; 0, which none has, where it names something else under `/doc/`. */
export function documentIn(path: string): number | null {
  const [, rest] = /^\/doc\/([^/]+)\/?$/.exec(path) ?? [];
  if (rest === undefined) return null;
  return /^\d{1,15}$/.test(rest) ? Number(rest) : 0;
}

export const customPath = '/custom';

export const customChannelPath = (id: number) => `${customPath}/${id}`;

/** The custom channel an address means; 0, which none is, for the list of them; null for any other address. */
export function customIn(path: string): number | null {
  const [found, id] = /^\/custom(?:\/(\d{1,15}))?\/?$/.exec(path) ?? [];
  return found === undefined ? null : Number(id ?? 0);
}

/** A server's own page. (`/servers` is the server's API.) */
export const serverPath = (id: number) => `/s/${id}`;

export const serverSettingsPath = (id: number, section = 'overview') => `/s/${id}/settings/${section}`;

/** The server an address means. */
export function serverIn(path: string): number | null {
  const [, id] = /^\/s\/(\d{1,15})\/?$/.exec(path) ?? [];
  return id === undefined ? null : Number(id);
}

/** The settings of a server an address means, and which of them. */
export function serverSettingsIn(path: string): { server: number; section: string } | null {
  const [, id, section] = /^\/s\/(\d{1,15})\/settings(?:\/([a-z]+))?\/?$/.exec(path) ?? [];
  return id === undefined ? null : { server: Number(id), section: section ?? 'overview' };
}

/** The code of an invite to a server. */
export function inviteIn(path: string): string | null {
  const [, code] = /^\/invites\/([A-Za-z0-9_-]{1,64})\/?$/.exec(path) ?? [];
  return code ?? null;
}

export const portalPath = '/developers';

export const appPath = (id: number) => `${portalPath}/apps/${id}`;

/** Where the server sends who let a tool in, with the code for it; the server knows this address. */
export const toolPath = `${portalPath}/callback`;

export function inPortal(path: string): boolean {
  return path === portalPath || path.startsWith(`${portalPath}/`);
}

/** The pages that have the conversations beside them. */
export function inShell(path: string): boolean {
  return (
    path === '/chat' ||
    path.replace(/\/$/, '') === documentsPath ||
    documentIn(path) !== null ||
    customIn(path) !== null ||
    serverIn(path) !== null
  );
}

/** Which conversation an address means; older links name a group by `gdm` or `tid`. */
export function conversationIn(query: URLSearchParams): string | null {
  const id = query.get('c');
  if (id !== null) return id;
  const group = query.get('gdm') ?? query.get('tid');
  if (group !== null && /^\d+$/.test(group)) return `gdm:${group}`;
  return null;
}

/** Only a path of this site, so that a crafted sign-in link cannot send people elsewhere. */
export function safeReturnPath(query: URLSearchParams): string {
  const path = query.get('redirect') ?? query.get('next') ?? '/chat';
  const target = new URL(path, window.location.origin);
  return path.startsWith('/') && target.origin === window.location.origin
    ? target.pathname + target.search
    : '/chat';
}

/** Pages the server renders itself; leaving for them is a real navigation. */
export function openPath(path: string): void {
  if (path.startsWith('/join/')) window.location.assign(path);
  else navigate(path, 'replace');
}

function read(): Location {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}

function changed(): void {
  snapshot = read();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
