import type { Notice, State } from './types';

const AT_MOST = 4;
let lastId = 0;

export function noticed(state: State, tone: Notice['tone'], text: string): State {
  // A refused message already shows its reason in place.
  const shown = state.notices.some((notice) => notice.text === text);
  if (shown || state.outbox.some((item) => item.error === text)) return state;
  lastId += 1;
  return { ...state, notices: [...state.notices, { id: lastId, tone, text }].slice(-AT_MOST) };
}

export function noticeDismissed(state: State, id: number): State {
  return { ...state, notices: state.notices.filter((notice) => notice.id !== id) };
}
