/** "5 minutes ago": for things whose age matters more than their date. */

import { useEffect, useState } from 'react';
import { text } from '../messages';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const agoFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export function ago(iso: string, now: number): string {
  const age = now - new Date(iso).getTime();
  // Clocks differ a little; nothing is shown as of the future.
  if (age < MINUTE_MS) return text.justNow;
  if (age < HOUR_MS) return agoFormat.format(-Math.floor(age / MINUTE_MS), 'minute');
  if (age < DAY_MS) return agoFormat.format(-Math.floor(age / HOUR_MS), 'hour');
  if (age < 7 * DAY_MS) return agoFormat.format(-Math.floor(age / DAY_MS), 'day');
  return dateFormat.format(new Date(iso));
}

/** The time, anew each minute while somebody can see it. */
export function useMinute(onTick: () => void = () => {}): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = () => {
      if (document.visibilityState !== 'visible') return;
      setNow(Date.now());
      onTick();
    };
    const timer = setInterval(tick, MINUTE_MS);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [onTick]);
  return now;
}
