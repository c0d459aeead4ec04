const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;

export type Life = 'fine' | 'soon' | 'over';

/** Two weeks are enough to replace a token before what uses it fails. */
export function lifeOf(expiresAt: string, now: number): Life {
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return 'over';
  return left <= SOON_MS ? 'soon' : 'fine';
}
