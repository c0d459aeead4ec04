/**
 * What is shown once. It lives in this page's memory and nowhere else: not in the address, not in the history, not in
 * any storage. Leaving the portal forgets it.
 */

import { useSyncExternalStore } from 'react';

export type SecretKind = 'url' | 'clientSecret' | 'token';

export interface Secret {
  kind: SecretKind;
  value: string;
  /** The person has said that they saved it: the banner goes, snippets keep it. */
  saved: boolean;
}

let secrets: ReadonlyMap<number, Secret> = new Map();
const listeners = new Set<() => void>();

export function reveal(app: number, kind: SecretKind, value: string): void {
  put(new Map(secrets).set(app, { kind, value, saved: false }));
}

/** Typed in by its owner, who has it already. */
export function supply(app: number, kind: SecretKind, value: string): void {
  put(new Map(secrets).set(app, { kind, value, saved: true }));
}

export function secretSaved(app: number): void {
  const known = secrets.get(app);
  if (known !== undefined) put(new Map(secrets).set(app, { ...known, saved: true }));
}

export function forgetSecret(app: number): void {
  const next = new Map(secrets);
  next.delete(app);
  put(next);
}

export function forgetSecrets(): void {
  put(new Map());
}

export function useSecret(app: number): Secret | undefined {
  return useSyncExternalStore(subscribe, () => secrets.get(app));
}

function put(next: ReadonlyMap<number, Secret>): void {
  secrets = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
