/** Who is writing. A sign lives three seconds unless it is renewed. */

import type { ConversationId, State } from './types';

export const TYPING_LIFETIME_MS = 3000;

export function typingStarted(state: State, id: ConversationId, person: string, now: number): State {
  if (person === state.me?.name) return state;
  return {
    ...state,
    typing: { ...state.typing, [id]: { ...state.typing[id], [person]: now + TYPING_LIFETIME_MS } },
  };
}

export function withoutTyping(state: State, id: ConversationId, person: string): State {
  const signs = state.typing[id];
  if (signs?.[person] === undefined) return state;
  const { [person]: _stopped, ...rest } = signs;
  return { ...state, typing: { ...state.typing, [id]: rest } };
}

export function typingExpired(state: State, now: number): State {
  let next = state;
  for (const [id, signs] of Object.entries(state.typing)) {
    for (const [person, until] of Object.entries(signs)) {
      if (until <= now) next = withoutTyping(next, id, person);
    }
  }
  return next;
}

/** When the earliest sign expires; null when nobody is writing. */
export function nextTypingExpiry(state: State): number | null {
  const times = Object.values(state.typing).flatMap((signs) => Object.values(signs));
  return times.length === 0 ? null : Math.min(...times);
}
