/** What is left of a rate limit, as the headers of an answer say. Pure. */

export interface Rate {
  limit: number;
  remaining: number;
  /** When it is full again (ms). */
  fullAt: number;
  /** Seconds to wait before the next one; null when none is refused. */
  retryAfter: number | null;
}

/** Null where nothing is limited. */
export function readRate(headers: Headers, now: number): Rate | null {
  const limit = number(headers, 'x-ratelimit-limit');
  const remaining = number(headers, 'x-ratelimit-remaining');
  if (limit === null || remaining === null || limit <= 0) return null;
  const after = number(headers, 'x-ratelimit-reset-after') ?? 0;
  return {
    limit,
    remaining: Math.min(limit, Math.max(0, remaining)),
    fullAt: now + after * 1000,
    retryAfter: number(headers, 'retry-after'),
  };
}

/** Whole seconds, rounded up: nobody should try a moment too early. */
export function secondsUntil(moment: number, now: number): number {
  return Math.max(0, Math.ceil((moment - now) / 1000));
}

function number(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  if (text === null || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
