/** Choices of this device, kept here and nowhere else. */

import { useSyncExternalStore } from 'react';
import { keep, kept } from '../live/kept';

export type Theme = 'system' | 'light' | 'dark';

const THEME = 'chatter.theme';
const CONTRAST = 'chatter.contrast';
const DENSITY = 'chatter.density';
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

/** Whether it was chosen here; a system that asks for it gets it anyway. */
export function useHighContrast(): boolean {
  return useSyncExternalStore(subscribe, () => kept(CONTRAST) === 'more');
}

export function chooseHighContrast(high: boolean): void {
  keep(CONTRAST, high ? 'more' : null);
  const wanted = high || matchMedia('(prefers-contrast: more)').matches;
  if (wanted) document.documentElement.dataset.contrast = 'more';
  else delete document.documentElement.dataset.contrast;
  announce();
}

export function useCompact(): boolean {
  return useSyncExternalStore(subscribe, () => kept(DENSITY) === 'compact');
}

export function chooseCompact(compact: boolean): void {
  keep(DENSITY, compact ? 'compact' : null);
  if (compact) document.documentElement.dataset.density = 'compact';
  else delete document.documentElement.dataset.density;
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
