import { useCallback } from 'react';
import { listRevisions, type Revision } from '../../api/doc-history';
import { usePages } from '../../ui/usePages';
import { explainDoc } from './explain';

/** The revisions of a document, newest first. */
export function useHistory(docId: number) {
  const read = useCallback(
    async (last: Revision | undefined) => {
      const { revisions, hasMore } = await listRevisions(docId, last?.id);
      return { items: revisions, hasMore };
    },
    [docId],
  );
  const { items, change, ...pages } = usePages(read, explainDoc);
  return {
    ...pages,
    revisions: items,
    /** A revision that has another name now. */
    replace: (changed: Revision) =>
      change((known) => known.map((revision) => (revision.id === changed.id ? changed : revision))),
  };
}
