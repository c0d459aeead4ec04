/** Why a redirect URI is refused, or does not match a registered one. Pure; the comparison is the server's: letter by letter. */

export type Unfit = 'notUri' | 'scheme' | 'fragment' | 'userinfo' | 'wildcard';

/** What can be registered at all. Null for one that can. */
export function whyUnfit(uri: string): Unfit | null {
  if (!URL.canParse(uri)) return 'notUri';
  const { protocol, hostname, username, password } = new URL(uri);
  const loopback = isLoopback(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback)) return 'scheme';
  if (uri.includes('#')) return 'fragment';
  if (username !== '' || password !== '') return 'userinfo';
  return uri.includes('*') ? 'wildcard' : null;
}

export type Difference = 'scheme' | 'host' | 'port' | 'path' | 'query' | 'slash' | 'case' | 'encoding';

export interface Mismatch {
  registered: string;
  what: Difference;
  /** The first letter that differs, from 1. */
  at: number;
  /** Empty where one of them ends. */
  expected: string;
  found: string;
}

export type Verdict =
  | { kind: 'unfit'; why: Unfit }
  | { kind: 'matches'; registered: string }
  | { kind: 'differs'; nearest: Mismatch | null };

export function checkRedirect(candidate: string, registered: string[]): Verdict {
  const same = registered.find((uri) => uri === candidate || isSameButPort(uri, candidate));
  if (same !== undefined) return { kind: 'matches', registered: same };
  const why = whyUnfit(candidate);
  if (why !== null) return { kind: 'unfit', why };
  const [nearest] = registered
    .map((uri) => mismatch(uri, candidate))
    .sort((a, b) => likeness(b, candidate) - likeness(a, candidate));
  return { kind: 'differs', nearest: nearest ?? null };
}

/** Native apps listen on whatever port is free: of http://127.0.0.1 and [::1] any will do. */
function isSameButPort(registered: string, candidate: string): boolean {
  const port = /^(http:\/\/(?:127\.0\.0\.1|\[::1\])):?\d*(?=[/?]|$)/;
  const [, origin] = port.exec(registered) ?? [];
  return (
    origin !== undefined &&
    origin === port.exec(candidate)?.[1] &&
    registered.replace(port, '') === candidate.replace(port, '')
  );
}

function mismatch(registered: string, candidate: string): Mismatch {
  const expected = Array.from(registered);
  const found = Array.from(candidate);
  let index = 0;
  while (index < expected.length && expected[index] === found[index]) index += 1;
  return {
    registered,
    what: difference(registered, candidate),
    at: index + 1,
    expected: expected[index] ?? '',
    found: found[index] ?? '',
  };
}

function difference(registered: string, candidate: string): Difference {
  if (!URL.canParse(registered) || !URL.canParse(candidate)) return 'encoding';
  if (withoutSlash(registered) === withoutSlash(candidate)) return 'slash';
  if (registered.toLowerCase() === candidate.toLowerCase()) return 'case';
  const a = new URL(registered);
  const b = new URL(candidate);
  if (a.protocol !== b.protocol) return 'scheme';
  if (a.hostname !== b.hostname) return 'host';
  if (a.port !== b.port) return 'port';
  if (a.pathname !== b.pathname) return 'path';
  return a.search === b.search ? 'encoding' : 'query';
}

/** The longer the same beginning and end, the more likely it is the one that was meant. */
function likeness({ registered, at }: Mismatch, candidate: string): number {
  let end = 0;
  const most = Math.min(registered.length, candidate.length) - at;
  while (end < most && registered.at(-1 - end) === candidate.at(-1 - end)) end += 1;
  return at + end;
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/$/, '');
}

function isLoopback(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]';
}
