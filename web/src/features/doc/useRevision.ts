import { useEffect, useState } from 'react';
import {
  type Change,
  diffRevision,
  type KeptText,
  listRevisions,
  type Revision,
  readRevision,
} from '../../api/doc-history';
import { explainDoc } from './explain';

/** What of a revision is looked at: what it changed, what has changed since, or its text. */
export type Aspect = 'since' | 'toNow' | 'text';

type Shown =
  | { kind: 'text'; content: string }
  /** `first`: nothing older is kept, so all of it is shown as new. */
  | { kind: 'changes'; changes: Change[]; first: boolean };

interface Answer {
  aspect: Aspect;
  shown: Shown;
}

interface View {
  revision: Revision | undefined;
  /** Null while it is on its way. */
  shown: Shown | null;
  error: string | null;
  retry: () => void;
}

/** One revision; the component that shows another one has another key. */
export function useRevision(
  docId: number,
  id: number,
  aspect: Aspect,
  known: Revision | undefined,
  previous: Revision | undefined,
): View {
  const [found, setFound] = useState<Revision | undefined>(undefined);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const listed = known !== undefined;
  const before = previous?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    let stale = false;
    async function load() {
      const kept = aspect === 'text' || !listed ? await readRevision(docId, id) : null;
      const shown = await read(docId, id, aspect, kept, before);
      if (stale) return;
      if (kept !== null) setFound(kept.revision);
      setAnswer({ aspect, shown });
      setError(null);
    }
    setError(null);
    load().catch((reason) => {
      if (!stale) setError(explainDoc(reason));
    });
    return () => {
      stale = true;
    };
  }, [docId, id, aspect, listed, before, attempt]);

  return {
    revision: known ?? found,
    shown: answer?.aspect === aspect ? answer.shown : null,
    error,
    retry: () => setAttempt((count) => count + 1),
  };
}

async function read(
  docId: number,
  id: number,
  aspect: Aspect,
  kept: KeptText | null,
  before: number | undefined,
): Promise<Shown> {
  if (aspect === 'toNow') return { kind: 'changes', changes: await diffRevision(docId, id), first: false };
  if (aspect === 'text') {
    const { content } = kept ?? (await readRevision(docId, id));
    return { kind: 'text', content };
  }
  // The list may end here, or not have come this far.
  const older = before ?? (await listRevisions(docId, id, 1)).revisions[0]?.id;
  if (older !== undefined) {
    return { kind: 'changes', changes: await diffRevision(docId, older, id), first: false };
  }
  const { content } = kept ?? (await readRevision(docId, id));
  return { kind: 'changes', changes: content === '' ? [] : [{ kind: 'insert', text: content }], first: true };
}
