/** The last day in hours: how much came, and how much of it was refused. Pure. */

import type { Delivery } from '../../api/apps';

const HOUR_MS = 3_600_000;
const HOURS = 24;

export interface Hour {
  /** When it began (ms). */
  at: number;
  total: number;
  failed: number;
}

/** Oldest first, the hour that is under way last. */
export function lastDay(deliveries: Delivery[], now: number): Hour[] {
  const current = Math.floor(now / HOUR_MS);
  const hours = Array.from({ length: HOURS }, (_, index) => ({
    at: (current - HOURS + 1 + index) * HOUR_MS,
    total: 0,
    failed: 0,
  }));
  for (const { at, status } of deliveries) {
    const hour = hours[Math.floor(Date.parse(at) / HOUR_MS) - current + HOURS - 1];
    if (hour === undefined) continue;
    hour.total += 1;
    if (status >= 400) hour.failed += 1;
  }
  return hours;
}
