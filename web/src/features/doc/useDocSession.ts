import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { DocRef } from '../../doc-sync/ref';
import type { DocSession } from '../../doc-sync/session';
import type { DocState } from '../../doc-sync/state';
import { discardDoc, putDocAway, takeDoc } from '../../live/docDesk';
import type { DocRole } from '../../store/types';

interface Opened {
  session: DocSession;
  /** Gives up what is not saved, and opens the document anew. */
  discard: () => Promise<void>;
}

/** The session of a document, for as long as this is on the screen. */
export function useDocSession({ id, createdAt }: DocRef, role: DocRole): Opened | null {
  const [session, setSession] = useState<DocSession | null>(null);
  const [turn, setTurn] = useState(0);
  // The role it begins with; later ones the session hears by itself.
  const [known] = useState(role);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn opens the same document again
  useEffect(() => {
    const taken = takeDoc({ id, createdAt }, known);
    setSession(taken);
    return () => putDocAway(taken);
  }, [id, createdAt, known, turn]);

  const discard = useCallback(async () => {
    if (session === null) return;
    setSession(null);
    await discardDoc(session);
    setTurn((before) => before + 1);
  }, [session]);

  return session === null ? null : { session, discard };
}

export function useDocState(session: DocSession): DocState {
  const subscribe = useCallback((changed: () => void) => session.subscribe(changed), [session]);
  return useSyncExternalStore(subscribe, () => session.state);
}
