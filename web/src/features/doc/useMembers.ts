import { useCallback, useEffect, useRef, useState } from 'react';
import { type DocMember, listMembers } from '../../api/doc';
import { useChatter } from '../../store/store';
import { explainDoc } from './explain';

interface Members {
  /** Null until they are known. */
  members: DocMember[] | null;
  error: string | null;
  reload: () => Promise<void>;
}

/** Who has access, asked again whenever something is heard of it. */
export function useMembers(docId: number): Members {
  const changes = useChatter((state) => state.docs.memberChanges);
  const [members, setMembers] = useState<DocMember[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  const turn = useRef(0);

  const reload = useCallback(async () => {
    turn.current += 1;
    const asked = turn.current;
    try {
      const listed = await listMembers(docId);
      // Asked again meanwhile: this is of before.
      if (asked !== turn.current) return;
      setMembers(listed);
      setError(null);
    } catch (reason) {
      if (asked === turn.current) setError(explainDoc(reason));
    }
  }, [docId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each change heard of asks again
  useEffect(() => {
    void reload();
  }, [reload, changes]);

  return { members, error, reload };
}
