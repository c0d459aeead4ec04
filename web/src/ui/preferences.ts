/** Choices of this device, kept here and nowhere else. */

import { useSyncExternalStore } from 'react';
import { keep, kept } from '../live/kept';

export type Theme = 'system' | 'light' | 'dark';

const THEME = 'chatter.theme';
const ENTER = 'chatter.enter-sends';

const listeners = new Set<() => void>();

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, readTheme);
}

export function chooseTheme(theme: Theme): void {
  keep(THEME, theme === 'system' ? null : theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  announce();
}

export function useEnterSends(): boolean {
  return useSyncExternalStore(subscribe, () => kept(ENTER) !== 'no');
}

export function chooseEnterSends(sends: boolean): void {
  keep(ENTER, sends ? null : 'no');
  announce();
}

function readTheme(): Theme {
  const choice = kept(THEME);
  return choice === 'light' || choice === 'dark' ? choice : 'system';
}

function announce(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
