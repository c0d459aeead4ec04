/** The last day in hours: how much came, how much of it was refused, and how long it took. Pure. */

import type { Delivery } from '../../api/apps';

export const HOUR_MS = 3_600_000;
const HOURS = 24;

export interface Hour {
  /** When it began (ms). */
  at: number;
  total: number;
  failed: number;
  /** The median of what it took (ms); null where nothing came. */
  latency: number | null;
}

/** When the first of the hours began (ms). */
export function dayBegan(now: number): number {
  return (Math.floor(now / HOUR_MS) - HOURS + 1) * HOUR_MS;
}

/** Oldest first, the hour that is under way last. */
export function lastDay(deliveries: Delivery[], now: number): Hour[] {
  const began = dayBegan(now);
  const hours = Array.from({ length: HOURS }, () => [] as Delivery[]);
  for (const delivery of deliveries) {
    hours[Math.floor((Date.parse(delivery.at) - began) / HOUR_MS)]?.push(delivery);
  }
  return hours.map((within, index) => ({
    at: began + index * HOUR_MS,
    total: within.length,
    failed: within.filter(({ status }) => status >= 400).length,
    latency: median(within.map(({ latencyMs }) => latencyMs)),
  }));
}

/** The smaller one of the two in the middle, so that it is one that was measured. */
export function median(values: number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}
