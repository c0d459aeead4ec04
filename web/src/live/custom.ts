/** The list of custom channels, kept up to date. Many may ask for it at once; one request answers them. */

import { explain } from '../api/client';
import { listCustom } from '../api/custom';
import { update } from '../store/store';

let timer: ReturnType<typeof setTimeout> | undefined;

export function relistCustom(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void listCustomChannels(), 60);
}

/** Never throws: the list says itself that it could not be loaded. */
export async function listCustomChannels(): Promise<void> {
  try {
    const list = await listCustom();
    update((state) => ({ ...state, custom: { list, error: null } }));
  } catch (reason) {
    update((state) => ({ ...state, custom: { ...state.custom, error: explain(reason) } }));
  }
}
