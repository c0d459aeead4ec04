/** The URL of a webhook or widget: what it looks like without its secret, and whether a pasted one is its own. Pure. */

import type { App, Hint } from '../../api/apps';

const paths = { webhook: 'webhooks', widget: 'widgets' };

/** Without the secret, which nobody knows any more: enough to see what it is made of. */
export function maskedUrl({ id, kind, urlHint }: App, origin: string): string {
  return `${origin}/${pathOf(kind)}/${id}/${urlHint ? masked(urlHint) : 'TOKEN'}`;
}

export function masked({ prefix, last4 }: Hint): string {
  return `${prefix}…${last4}`;
}

/**
 * Where to call it from this page: the path alone, since the page may know its server by another name than the world.
 * Null for the URL of something else.
 */
export function ownPath({ id, kind }: App, url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { pathname } = new URL(url);
  const [, path, token] = new RegExp(`^.*?(/${pathOf(kind)}/${id}/([A-Za-z0-9_]+))/?$`).exec(pathname) ?? [];
  return path === undefined || token === undefined ? null : path;
}

function pathOf(kind: App['kind']): string {
  return kind === 'webhook' || kind === 'widget' ? paths[kind] : '';
}
