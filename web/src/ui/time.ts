/** Times as people read them, in their own locale and zone. */

import { text } from '../messages';

const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayYearFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dateFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const secondFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const shortFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const DAY_MS = 86_400_000;

export const clock = (iso: string) => clockFormat.format(new Date(iso));

export const exact = (iso: string) => exactFormat.format(new Date(iso));

export const short = (iso: string) => shortFormat.format(new Date(iso));

/** The time alone of what was today, with the date for what was before. `now` in ms. */
export function recent(iso: string, now = Date.now()): string {
  return daysAgo(iso, new Date(now)) === 0 ? clock(iso) : short(iso);
}

/** As `recent`, for what comes many times a minute. */
export function toTheSecond(iso: string, now = Date.now()): string {
  const date = new Date(iso);
  return (daysAgo(iso, new Date(now)) === 0 ? secondFormat : fullFormat).format(date);
}

/** The calendar day in the reader's zone, as a key. */
export function dayKey(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function dayName(iso: string, now = new Date()): string {
  const away = daysAgo(iso, now);
  if (away === 0) return text.day.today;
  if (away === 1) return text.day.yesterday;
  const date = new Date(iso);
  return (date.getFullYear() === now.getFullYear() ? dayFormat : dayYearFormat).format(date);
}

/** For a list: the time today, the weekday this week, the date before that. */
export function listTime(iso: string, now = new Date()): string {
  const away = daysAgo(iso, now);
  if (away === 0) return clock(iso);
  return (away < 7 ? weekdayFormat : dateFormat).format(new Date(iso));
}

function daysAgo(iso: string, now: Date): number {
  const date = new Date(iso);
  const then = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  return Math.round((today - then) / DAY_MS);
}
