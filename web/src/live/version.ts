/** Whether the server has a newer client than this page. A server that was replaced has broken the link first. */

import { useSyncExternalStore } from 'react';
import { servedEntry } from '../api/version';

let outdated = false;
const listeners = new Set<() => void>();

/** After a reconnect. */
export async function checkVersion(): Promise<void> {
  const own = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute('src');
  const served = await servedEntry();
  if (outdated || served === null || own == null || served === own) return;
  outdated = true;
  for (const listener of listeners) listener();
}

export function useOutdated(): boolean {
  return useSyncExternalStore(subscribe, () => outdated);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
