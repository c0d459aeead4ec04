import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { App } from '../../api/apps';
import { ApiError, explain } from '../../api/client';
import type { AuditEntry } from '../../api/servers';
import { words as portal } from '../../messages/portal';
import { words as all } from '../../messages/portalLog';
import { serverSettingsPath } from '../../router';
import { useChatter } from '../../store/store';
import { FormError } from '../../ui/Field';
import { PageLink } from '../../ui/PageLink';
import { Skeleton } from '../../ui/Skeleton';
import { AuditRows } from '../servers/settings/AuditRows';
import { namesIn } from '../servers/settings/auditNames';
import { nextEntries } from './appAudit';

const words = all.audit;

/** Who changed an app, and what it has changed itself. */
export default function AppAudit({ app, server }: { app: App; server: number }) {
  const details = useChatter((state) => state.servers.details[server]);
  const members = useChatter((state) => state.servers.members[server]);
  const { entries, read, hasMore, error, denied, busy, more } = useEntries(app);
  const logged = useMemo(
    () => new Map([...namesIn(entries ?? []), [`app:${app.id}`, app.name]]),
    [entries, app.id, app.name],
  );
  const whole = (
    <p>
      <PageLink className="portal-link" to={serverSettingsPath(server, 'audit')}>
        {words.whole}
      </PageLink>
    </p>
  );
  if (denied) {
    return (
      <section className="card" aria-label={portal.tabs.audit}>
        <div className="panel" role="alert">
          <strong>{words.denied}</strong>
          <p className="hint">{words.deniedHint}</p>
        </div>
      </section>
    );
  }
  return (
    <section className="card" aria-labelledby="app-audit">
      <h2 id="app-audit">{words.title}</h2>
      <p className="hint">{words.hint}</p>
      <FormError message={error} />
      {error === null && (entries === null || details === undefined) ? <Skeleton rows={4} /> : null}
      {entries !== null && details !== undefined ? (
        entries.length > 0 ? (
          <AuditRows entries={entries} names={{ details, members: members ?? {}, logged }} />
        ) : (
          <div className="panel">
            <strong>{hasMore ? words.noneYet(read) : words.none}</strong>
            <p className="hint">{words.noneHint}</p>
          </div>
        )
      ) : null}
      {hasMore || error !== null ? (
        <div>
          <button type="button" className="button" disabled={busy} onClick={() => void more()}>
            {words.more}
          </button>
        </div>
      ) : null}
      {whole}
    </section>
  );
}

/** The entries about an app, as far as one has looked back. */
function useEntries(app: App) {
  const [entries, setEntries] = useState<AuditEntry[] | null>(null);
  const [read, setRead] = useState(0);
  const [before, setBefore] = useState<number | null | undefined>(undefined);
  const [error, setError] = useState<string | null>(null);
  const [denied, setDenied] = useState(false);
  const [busy, setBusy] = useState(false);
  const asked = useRef(app);

  const load = useCallback(async (from: number | undefined) => {
    setBusy(true);
    try {
      const next = await nextEntries(asked.current, from);
      setEntries((known) => [...(from === undefined ? [] : (known ?? [])), ...next.entries]);
      setRead((known) => (from === undefined ? 0 : known) + next.read);
      setBefore(next.before);
      setError(null);
    } catch (reason) {
      if (reason instanceof ApiError && reason.status === 403) setDenied(true);
      else setError(explain(reason));
    }
    setBusy(false);
  }, []);

  useEffect(() => void load(undefined), [load]);

  const hasMore = typeof before === 'number';
  return { entries, read, hasMore, error, denied, busy, more: () => load(before ?? undefined) };
}
