import type { State } from './types';

export function onlineListed(state: State, names: string[]): State {
  return { ...state, online: Object.fromEntries(names.map((name) => [name, true as const])) };
}

export function cameOnline(state: State, name: string): State {
  return state.online[name] ? state : { ...state, online: { ...state.online, [name]: true } };
}

export function wentOffline(state: State, name: string): State {
  if (!state.online[name]) return state;
  const { [name]: _left, ...online } = state.online;
  return { ...state, online };
}
