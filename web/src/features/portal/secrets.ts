/**
 * What is shown once. It lives in this page's memory and nowhere else: not in the address, not in the history, not in
 * any storage. Leaving the portal forgets it.
 */

import { useSyncExternalStore } from 'react';

export type SecretKind = 'url' | 'clientSecret' | 'token' | 'signing';

export interface Secret {
  app: number;
  kind: SecretKind;
  value: string;
  /** The person has said that they saved it: the banner goes, snippets keep it. */
  saved: boolean;
}

let secrets: readonly Secret[] = [];
const listeners = new Set<() => void>();

export function reveal(app: number, kind: SecretKind, value: string): void {
  put({ app, kind, value, saved: false });
}

/** Typed in by its owner, who has it already. */
export function supply(app: number, kind: SecretKind, value: string): void {
  put({ app, kind, value, saved: true });
}

export function secretSaved({ app, kind, value }: Secret): void {
  supply(app, kind, value);
}

export function forgetSecrets(): void {
  change([]);
}

/** What is known of an app: of each kind the newest. */
export function useSecret(app: number, kind: SecretKind): string | undefined {
  return useSyncExternalStore(subscribe, () => find(app, kind)?.value);
}

/** The one that is still to be saved. */
export function useUnsaved(app: number): Secret | undefined {
  return useSyncExternalStore(subscribe, () => secrets.find((secret) => secret.app === app && !secret.saved));
}

function find(app: number, kind: SecretKind): Secret | undefined {
  return secrets.find((secret) => secret.app === app && secret.kind === kind);
}

function put(secret: Secret): void {
  const replaced = find(secret.app, secret.kind);
  change([secret, ...secrets.filter((other) => other !== replaced)]);
}

function change(next: readonly Secret[]): void {
  secrets = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
