import { useSyncExternalStore } from 'react';
import { useTheme as useChoice, useHighContrast } from '../../ui/preferences';
import type { Theme } from './bridge/bridge';

/** Colours that a channel may wear, and which of ours they are. */
const COLOURS = {
  bg: '--surface',
  text: '--ink',
  muted: '--ink-soft',
  line: '--line',
  accent: '--accent-ink',
};

/** How this page looks, for a frame that has styles of its own. As text, which is the same as long as it looks so. */
export function useLook(): string {
  useChoice();
  useHighContrast();
  return useSyncExternalStore(subscribe, look);
}

export const themeOf = (look: string) => JSON.parse(look) as Theme;

function look(): string {
  const style = getComputedStyle(document.documentElement);
  const theme: Theme = {
    dark: style.colorScheme === 'dark',
    colours: Object.fromEntries(
      Object.entries(COLOURS).map(([name, ours]) => [name, style.getPropertyValue(ours).trim()]),
    ),
  };
  return JSON.stringify(theme);
}

function subscribe(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', listener);
  return () => system.removeEventListener('change', listener);
}
