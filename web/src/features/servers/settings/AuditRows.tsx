import type { AuditEntry } from '../../../api/servers';
import { words as all } from '../../../messages/servers';
import { Moment } from '../../../ui/Moment';
import '../../../ui/styles/settings.css';
import { actorName, deed, type Names } from './auditNames';

const words = all.audit;

/** Entries of a server's audit log, in words. */
export function AuditRows({ entries, names }: { entries: AuditEntry[]; names: Names }) {
  return (
    <ul className="rows">
      {entries.map((entry) => (
        <li key={entry.id} className="row audit-row">
          <span className="row-text">
            <span>
              <strong>{actorName(entry.actor, names)}</strong> {deed(entry, names)}
            </span>
            <small className="hint">
              <Moment at={entry.at} /> · <code>{entry.action}</code>
              {entry.reason === null ? null : ` · ${words.reason(entry.reason)}`}
            </small>
            <Change before={entry.before} after={entry.after} />
          </span>
        </li>
      ))}
    </ul>
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
