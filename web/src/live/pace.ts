/**
 * The server refuses messages closer than 0.7 s and more than 8 in 10 s, and
 * repeated refusals block a person. Whoever comes back online with a full
 * outbox should not be punished for it, so we keep below both.
 */

const GAP_MS = 750;
const WINDOW_MS = 10_500;
const MOST = 8;

let recent: number[] = [];

export function accepted(now: number): void {
  recent = [...recent, now].slice(-MOST);
}

export function waitBeforeSending(now: number): number {
  return waitAfter(recent, now);
}

export function waitAfter(acceptedAt: number[], now: number): number {
  const last = acceptedAt[acceptedAt.length - 1];
  const gap = last === undefined ? 0 : last + GAP_MS - now;
  const eighth = acceptedAt.length < MOST ? undefined : acceptedAt[acceptedAt.length - MOST];
  const window = eighth === undefined ? 0 : eighth + WINDOW_MS - now;
  return Math.max(0, gap, window);
}
