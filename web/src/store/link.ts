/** The state of the live link, as far as people need to know it. */

import { interrupted } from './outbox';
import type { State } from './types';

export function linkConnecting(state: State): State {
  return { ...state, link: { ...state.link, phase: 'connecting', retryAt: null } };
}

export function linkUp(state: State): State {
  return { ...state, link: { phase: 'online', downSince: null, retryAt: null, attempt: 0 } };
}

export function linkDown(state: State, now: number, retryAt: number): State {
  const { downSince, attempt } = state.link;
  return interrupted({
    ...state,
    link: { phase: 'waiting', downSince: downSince ?? now, retryAt, attempt: attempt + 1 },
  });
}

/** Doubling from half a second to twenty, and up to a fifth less, so that clients do not return in step. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(20_000, 500 * 2 ** attempt);
  return Math.round(ceiling * (1 - 0.2 * random));
}
