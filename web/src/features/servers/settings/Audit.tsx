import { useCallback, useMemo } from 'react';
import { AUDIT_PAGE, type AuditEntry, listAudit } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { useChatter } from '../../../store/store';
import { FormError } from '../../../ui/Field';
import { Skeleton } from '../../../ui/Skeleton';
import { usePages } from '../../../ui/usePages';
import { AuditRows } from './AuditRows';
import { namesIn } from './auditNames';
import type { SectionProps } from './ServerSettings';

const words = all.audit;

/** Who changed what, and why. */
export default function Audit({ details }: SectionProps) {
  const { id } = details.server;
  const members = useChatter((state) => state.servers.members[id]);
  const read = useCallback(
    async (last: AuditEntry | undefined) => {
      const items = await listAudit(id, last?.id);
      return { items, hasMore: items.length === AUDIT_PAGE };
    },
    [id],
  );
  const { items: entries, hasMore, error, busy, more } = usePages(read);
  const logged = useMemo(() => namesIn(entries ?? []), [entries]);
  const names = { details, members: members ?? {}, logged };

  return (
    <>
      <FormError message={error} />
      {entries === null && error === null ? <Skeleton rows={5} /> : null}
      {entries?.length === 0 ? <p className="hint">{words.none}</p> : null}
      {entries === null ? null : <AuditRows entries={entries} names={names} />}
      {hasMore ? (
        <div>
          <button type="button" className="button" disabled={busy} onClick={() => void more()}>
            {words.more}
          </button>
        </div>
      ) : null}
    </>
  );
}
