import { useCallback, useEffect, useRef, useState } from 'react';
import { listRevisions, type Revision } from '../../api/doc-history';
import { explainDoc } from './explain';

interface History {
  /** Newest first; null until the first of them are known. */
  revisions: Revision[] | null;
  hasMore: boolean;
  error: string | null;
  loadMore: () => Promise<void>;
  reload: () => Promise<void>;
  /** A revision that has another name now. */
  replace: (revision: Revision) => void;
}

export function useHistory(docId: number): History {
  const [revisions, setRevisions] = useState<Revision[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const turn = useRef(0);

  const load = useCallback(
    async (known: Revision[]) => {
      turn.current += 1;
      const asked = turn.current;
      try {
        const page = await listRevisions(docId, known.at(-1)?.id);
        // Asked again meanwhile: this is of before.
        if (asked !== turn.current) return;
        setRevisions([...known, ...page.revisions]);
        setHasMore(page.hasMore);
        setError(null);
      } catch (reason) {
        if (asked === turn.current) setError(explainDoc(reason));
      }
    },
    [docId],
  );
  const reload = useCallback(() => load([]), [load]);

  useEffect(() => {
    void reload();
  }, [reload]);

  return {
    revisions,
    hasMore,
    error,
    loadMore: () => load(revisions ?? []),
    reload,
    replace: (changed) =>
      setRevisions(
        (known) => known?.map((revision) => (revision.id === changed.id ? changed : revision)) ?? null,
      ),
  };
}
