import { useCallback, useEffect, useState } from 'react';
import { type App, listApps } from '../../api/apps';
import { explain } from '../../api/client';

export interface Apps {
  /** Null until they are known. */
  apps: App[] | null;
  error: string | null;
  reload: () => Promise<void>;
  put: (app: App) => void;
  remove: (id: number) => void;
}

/** The apps one may manage. Kept while one is in the portal. */
export function useApps(): Apps {
  const [apps, setApps] = useState<App[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  const reload = useCallback(async () => {
    try {
      setApps(await listApps());
      setError(null);
    } catch (reason) {
      setError(explain(reason));
    }
  }, []);

  useEffect(() => void reload(), [reload]);

  const put = useCallback((app: App) => {
    setApps((known) => [...(known ?? []).filter(({ id }) => id !== app.id), app]);
  }, []);
  const remove = useCallback((id: number) => {
    setApps((known) => known?.filter((other) => other.id !== id) ?? null);
  }, []);

  return { apps, error, reload, put, remove };
}
