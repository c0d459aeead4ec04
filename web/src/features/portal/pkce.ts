/** Proof Key for Code Exchange (RFC 7636), S256. */

export interface Pkce {
  verifier: string;
  challenge: string;
}

/** Scripts have digests only on pages that came over TLS or from this machine. */
export const canPkce = () => globalThis.crypto?.subtle !== undefined;

/** 43 letters, as few as a verifier may have, of 256 random bits. */
export async function newPkce(): Promise<Pkce> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  return { verifier, challenge: await challengeOf(verifier) };
}

export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

export const newState = () => base64url(crypto.getRandomValues(new Uint8Array(16)));

export interface Callback {
  code: string | null;
  error: string | null;
  stateMatches: boolean;
}

/** What an address says that somebody came back to. Null for what is none. */
export function readCallback(address: string, state: string): Callback | null {
  if (!URL.canParse(address)) return null;
  const { searchParams } = new URL(address);
  const error = searchParams.get('error');
  return {
    code: searchParams.get('code'),
    error: error === null ? null : (searchParams.get('error_description') ?? error),
    stateMatches: searchParams.get('state') === state,
  };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
