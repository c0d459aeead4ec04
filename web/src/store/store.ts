/** The one store. Reducers elsewhere are pure; this file only holds their result. */

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { noCalls } from './calls';
import { noServers } from './servers';
import type { Me, State } from './types';

export const initialState: State = {
  session: 'loading',
  me: null,
  link: { phase: 'connecting', downSince: null, retryAt: null, attempt: 0 },
  conversations: {},
  timelines: {},
  outbox: [],
  online: {},
  pictures: {},
  typing: {},
  docs: { entries: {}, order: [], lost: {}, memberChanges: 0, listed: false, error: null },
  calls: noCalls,
  servers: noServers,
  custom: { list: null, error: null },
  settings: {},
  pinChanges: 0,
  notices: [],
  ready: false,
};

const store = createStore<State>(() => initialState);

export const current = store.getState;
export const subscribe = store.subscribe;

export function update(reduce: (state: State) => State): void {
  store.setState(reduce, true);
}

export function useChatter<T>(select: (state: State) => T): T {
  return useStore(store, select);
}

/** A new person starts from nothing; the same person signing in again keeps everything. */
export function signedIn(state: State, me: Me): State {
  if (state.me !== null && state.me.id === me.id) return { ...state, session: 'active', me };
  return { ...initialState, session: 'active', me };
}

export function signedOut(): State {
  return { ...initialState, session: 'anonymous' };
}
