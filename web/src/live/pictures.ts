/** Whose picture is where. Many may change theirs at once: the list is asked for once in a while. */

import { listPictures } from '../api/presence';
import { update } from '../store/store';

const PAUSE_MS = 1000;

let waiting: ReturnType<typeof setTimeout> | undefined;

export function refreshPictures(): void {
  if (waiting !== undefined) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    listPictures().then(
      (pictures) => update((state) => ({ ...state, pictures })),
      // Initials do in the meantime.
      () => undefined,
    );
  }, PAUSE_MS);
}
