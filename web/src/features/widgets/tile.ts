/** How the rows of a widget are shown. Pure: numbers, bars, and from when on a tile says nothing any more. */

import type { Snapshot, WidgetRow } from '../../store/serverTypes';

const MOST_LETTERS = 120;
const GROUPED_FROM = 1000;

/** As sent below 1,000; from there on as the reader's language writes it. */
export function counterText(value: number, locale?: string): string {
  return Math.abs(value) >= GROUPED_FROM
    ? value.toLocaleString(locale, { maximumFractionDigits: 20 })
    : String(value);
}

/** Of a bar, from 0 to 1. What is to be reached may be nothing, and what is there more than that. */
export function filled(current: number, max: number): number {
  if (!(max > 0) || !Number.isFinite(current)) return 0;
  return Math.min(1, Math.max(0, current / max));
}

export function shortened(text: string): string {
  const letters = Array.from(text);
  return letters.length <= MOST_LETTERS ? text : `${letters.slice(0, MOST_LETTERS - 1).join('')}…`;
}

/** When the snapshot stops to be news (ms); null where its agent has not said. */
export function staleFrom(snapshot: Snapshot): number | null {
  const { ttlSeconds, updatedAt } = snapshot;
  return ttlSeconds == null ? null : Date.parse(updatedAt) + ttlSeconds * 1000;
}

export function isStale(snapshot: Snapshot, now: number): boolean {
  const from = staleFrom(snapshot);
  return from !== null && now >= from;
}

/** What a row links to; nothing but https. */
export function rowLink({ url }: WidgetRow): string | null {
  return url != null && URL.canParse(url) && new URL(url).protocol === 'https:' ? url : null;
}
