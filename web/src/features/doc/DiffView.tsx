import { memo, useMemo, useState } from 'react';
import type { Change } from '../../api/doc-history';
import { words } from '../../messages/docs';
import { countChanges, fold, type Row, rowsOf, type Stretch } from './diff';

/** So that a text that was rewritten as a whole does not hold the page up. */
const ROWS_AT_ONCE = 1000;
const signs = { equal: ' ', insert: '+', delete: '−', mixed: '±' };

/** A difference between two texts: in colour, by sign and stroke, and in words for screen readers. */
export function DiffView({ changes }: { changes: Change[] }) {
  const stretches = useMemo(() => fold(rowsOf(changes)), [changes]);
  const [opened, setOpened] = useState<ReadonlySet<Stretch>>(new Set());
  const [most, setMost] = useState(ROWS_AT_ONCE);
  const { inserted, deleted } = countChanges(changes);

  if (inserted + deleted === 0) return <p className="hint">{words.history.same}</p>;

  let left = most;
  let hidden = 0;
  const visible = stretches.map((stretch) => {
    if (stretch.folded && !opened.has(stretch)) return { stretch, rows: null };
    const rows = stretch.rows.slice(0, left);
    left -= rows.length;
    hidden += stretch.rows.length - rows.length;
    return { stretch, rows };
  });
  return (
    <>
      <p className="hint">{words.history.legend(inserted, deleted)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it */}
      <section className="diff" aria-label={words.history.since} tabIndex={0}>
        {visible.map(({ stretch, rows }, index) =>
          rows === null ? (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: the stretches of a difference stay where they are
              key={index}
              type="button"
              className="diff-fold"
              onClick={() => setOpened(new Set([...opened, stretch]))}
            >
              {words.history.showLines(stretch.rows.length)}
            </button>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: the stretches of a difference stay where they are
            <Lines key={index} rows={rows} />
          ),
        )}
        {hidden > 0 ? (
          <button type="button" className="diff-fold" onClick={() => setMost(most + ROWS_AT_ONCE)}>
            {words.history.showRest(hidden)}
          </button>
        ) : null}
      </section>
    </>
  );
}

function Lines({ rows }: { rows: Row[] }) {
  return rows.map((row, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a difference stay where they are
    <Line key={index} row={row} />
  ));
}

const Line = memo(function Line({ row }: { row: Row }) {
  return (
    <div className="diff-line" data-kind={row.kind}>
      <span className="diff-sign" aria-hidden="true">
        {signs[row.kind]}
      </span>
      <span className="diff-text" dir="auto">
        {row.parts.map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line stay where they are
          <Part key={index} part={part} />
        ))}
        {row.end === null ? null : <Part part={{ kind: row.end, text: '↵' }} />}
      </span>
    </div>
  );
});

function Part({ part }: { part: Change }) {
  if (part.kind === 'insert') return <ins data-what={words.history.inserted}>{part.text}</ins>;
  if (part.kind === 'delete') return <del data-what={words.history.deleted}>{part.text}</del>;
  return part.text;
}
