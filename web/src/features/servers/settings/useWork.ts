import { useState } from 'react';
import { explain } from '../../../api/client';
import { openServer } from '../../../live/servers';
import { words } from '../../../messages/servers';
import { notify } from '../../../ui/notify';

/** A change of a server: one at a time, what went wrong in words, and what is shown read anew afterwards. */
export function useWork(server: number) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function carryOut(
    work: () => Promise<unknown>,
    done: string = words.settings.saved,
  ): Promise<boolean> {
    setBusy(true);
    setError(null);
    try {
      await work();
      await openServer(server);
      notify(done);
      return true;
    } catch (reason) {
      setError(explain(reason));
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { error, busy, carryOut };
}
