import { useState } from 'react';
import type { Revision } from '../../api/doc-history';
import { words } from '../../messages/docs';
import { Moment } from '../../ui/Moment';
import { clock, dayKey, dayName } from '../../ui/time';

interface Props {
  revisions: Revision[];
  selected: number | null;
  hasMore: boolean;
  onSelect: (id: number) => void;
  onMore: () => Promise<void>;
}

/** What was kept, by day. A name is what somebody gave it; without one it was kept by itself. */
export function RevisionList({ revisions, selected, hasMore, onSelect, onMore }: Props) {
  const [busy, setBusy] = useState(false);

  async function more() {
    setBusy(true);
    await onMore();
    setBusy(false);
  }

  if (revisions.length === 0) return <p className="hint">{words.history.empty}</p>;
  return (
    <>
      {byDay(revisions).map((day) => (
        <section key={day.key} className="history-day" aria-label={day.name}>
          <h3>{day.name}</h3>
          <ul>
            {day.revisions.map((revision) => (
              <li key={revision.id}>
                <button
                  type="button"
                  className="revision"
                  aria-current={revision.id === selected ? 'true' : undefined}
                  data-named={revision.name !== null}
                  onClick={() => onSelect(revision.id)}
                >
                  <span className="revision-line">
                    <strong>{revision.name ?? clock(revision.createdAt)}</strong>
                    <Moment at={revision.createdAt}>
                      {revision.name === null ? '' : clock(revision.createdAt)}
                    </Moment>
                  </span>
                  <small>
                    {[
                      ...(revision.authors.length === 0 ? [] : [words.history.by(revision.authors)]),
                      words.history.size(revision.bytes),
                    ].join(' · ')}
                  </small>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {hasMore ? (
        <button type="button" className="button button-wide" disabled={busy} onClick={() => void more()}>
          {words.history.more}
        </button>
      ) : null}
    </>
  );
}

interface Day {
  key: string;
  name: string;
  revisions: Revision[];
}

function byDay(revisions: Revision[]): Day[] {
  const days: Day[] = [];
  for (const revision of revisions) {
    const key = dayKey(revision.createdAt);
    const last = days.at(-1);
    if (last?.key === key) last.revisions.push(revision);
    else days.push({ key, name: dayName(revision.createdAt), revisions: [revision] });
  }
  return days;
}
