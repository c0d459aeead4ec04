import { useCallback, useEffect, useState } from 'react';
import { explain } from '../../../api/client';
import { useChatter } from '../../../store/store';

/** Something listed of a server: asked for again whenever something in it has changed. */
export function useList<T>(server: number, list: (server: number) => Promise<T[]>) {
  const changes = useChatter((state) => state.servers.changes[server] ?? 0);
  const [items, setItems] = useState<T[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  const reload = useCallback(
    () =>
      list(server).then(
        (listed) => {
          setItems(listed);
          setError(null);
        },
        (reason) => setError(explain(reason)),
      ),
    [server, list],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when something changed
  useEffect(() => void reload(), [reload, changes]);

  return { items, error, reload };
}
