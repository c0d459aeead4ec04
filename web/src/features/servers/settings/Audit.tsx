import { useCallback, useEffect, useState } from 'react';
import { explain } from '../../../api/client';
import { AUDIT_PAGE, type AuditEntry, listAudit } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { useChatter } from '../../../store/store';
import { FormError } from '../../../ui/Field';
import { Skeleton } from '../../../ui/Skeleton';
import { exact, short } from '../../../ui/time';
import { actorName, targetName } from './auditNames';
import type { SectionProps } from './ServerSettings';

const words = all.audit;

/** Who changed what, and why. */
export default function Audit({ details }: SectionProps) {
  const { id } = details.server;
  const members = useChatter((state) => state.servers.members[id]);
  const [entries, setEntries] = useState<AuditEntry[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const names = { details, members: members ?? {} };

  const load = useCallback(
    async (known: AuditEntry[]) => {
      try {
        const page = await listAudit(id, known.at(-1)?.id);
        setEntries([...known, ...page]);
        setHasMore(page.length === AUDIT_PAGE);
        setError(null);
      } catch (reason) {
        setError(explain(reason));
      }
    },
    [id],
  );

  useEffect(() => void load([]), [load]);

  return (
    <>
      <FormError message={error} />
      {entries === null && error === null ? <Skeleton rows={5} /> : null}
      {entries?.length === 0 ? <p className="hint">{words.none}</p> : null}
      <ul className="rows">
        {entries?.map((entry) => (
          <li key={entry.id} className="row audit-row">
            <span className="row-text">
              <span>
                <strong>{actorName(entry.actor, names)}</strong> <code>{entry.action}</code>{' '}
                {targetName(entry.target, names)}
              </span>
              <small className="hint">
                <time dateTime={entry.at} title={exact(entry.at)}>
                  {short(entry.at)}
                </time>
                {entry.reason === null ? null : ` · ${words.reason(entry.reason)}`}
              </small>
              <Change before={entry.before} after={entry.after} />
            </span>
          </li>
        ))}
      </ul>
      {hasMore ? (
        <div>
          <button type="button" className="button" onClick={() => void load(entries ?? [])}>
            {words.more}
          </button>
        </div>
      ) : null}
    </>
  );
}

function Change({ before, after }: { before: unknown; after: unknown }) {
  if (before === null && after === null) return null;
  return (
    <details className="audit-change">
      <summary>{words.details}</summary>
      {before === null ? null : (
        <p>
          {words.before}: <code>{JSON.stringify(before)}</code>
        </p>
      )}
      {after === null ? null : (
        <p>
          {words.after}: <code>{JSON.stringify(after)}</code>
        </p>
      )}
    </details>
  );
}
