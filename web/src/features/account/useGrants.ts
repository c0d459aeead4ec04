import { useCallback, useEffect, useState } from 'react';
import { type Grant, listGrants } from '../../api/apps';
import { explain } from '../../api/client';

/** The apps that are connected with one's account; null until they are known. */
export function useGrants() {
  const [grants, setGrants] = useState<Grant[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  const reload = useCallback(
    () =>
      listGrants().then(
        (listed) => {
          setGrants(listed);
          setError(null);
        },
        (reason) => setError(explain(reason)),
      ),
    [],
  );

  useEffect(() => void reload(), [reload]);

  return { grants, error, reload };
}

export type Grants = ReturnType<typeof useGrants>;
