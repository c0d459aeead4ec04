import { useCallback, useEffect, useRef, useState } from 'react';
import { explain } from '../api/client';

export interface Page<T> {
  items: T[];
  hasMore: boolean;
}

export interface Pages<T> {
  /** In the order of the pages; null until the first of them is known. */
  items: T[] | null;
  hasMore: boolean;
  error: string | null;
  busy: boolean;
  more: () => Promise<void>;
  /** From the first page on. */
  reload: () => Promise<void>;
  /** Has what is known of them changed here. */
  change: (how: (known: T[]) => T[]) => void;
}

/**
 * A list that is asked for page by page: the first page at once, each further one after the last item that is known.
 * `read` has to be a stable function; another one is another list.
 */
export function usePages<T>(
  read: (last: T | undefined) => Promise<Page<T>>,
  inWords: (reason: unknown) => string = explain,
): Pages<T> {
  const [items, setItems] = useState<T[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);

  const load = useCallback(
    async (known: T[]) => {
      turn.current += 1;
      const asked = turn.current;
      setBusy(true);
      try {
        const page = await read(known.at(-1));
        // Asked again meanwhile: this is of before.
        if (asked !== turn.current) return;
        setItems([...known, ...page.items]);
        setHasMore(page.hasMore);
        setError(null);
      } catch (reason) {
        if (asked === turn.current) setError(inWords(reason));
      }
      if (asked === turn.current) setBusy(false);
    },
    [read, inWords],
  );

  useEffect(() => void load([]), [load]);

  return {
    items,
    hasMore,
    error,
    busy,
    more: () => load(items ?? []),
    reload: useCallback(() => load([]), [load]),
    change: (how) => setItems((known) => (known === null ? null : how(known))),
  };
}
