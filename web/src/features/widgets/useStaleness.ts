import { useEffect, useState } from 'react';
import type { Snapshot } from '../../store/serverTypes';
import { staleFrom } from './tile';

/** As long as a timer can be set for. */
const LONGEST_MS = 2 ** 31 - 1;

/** The time, anew in the moment in which one of these goes stale. */
export function useStaleness(snapshots: readonly (Snapshot | null)[]): number {
  const [now, setNow] = useState(Date.now);
  const next = Math.min(
    ...snapshots
      .map((snapshot) => (snapshot === null ? null : staleFrom(snapshot)))
      .map((at) => later(at, now)),
  );

  useEffect(() => {
    if (!Number.isFinite(next)) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(LONGEST_MS, Math.max(0, next - Date.now())));
    return () => clearTimeout(timer);
  }, [next]);

  return now;
}

function later(at: number | null, now: number): number {
  return at === null || at <= now ? Number.POSITIVE_INFINITY : at;
}
