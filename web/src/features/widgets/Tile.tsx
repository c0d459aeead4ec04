import { words } from '../../messages/widgets';
import type { Snapshot, WidgetRow } from '../../store/serverTypes';
import { recent } from '../../ui/time';
import '../../ui/styles/widgets.css';
import { Moment } from '../../ui/Moment';
import { counterText, filled, isStale, rowLink, shortened } from './tile';

interface Props {
  snapshot: Snapshot | null;
  now: number;
}

/** The rows of a widget as they stand. One whose agent is silent for too long greys out: it must not look healthy. */
export function Tile({ snapshot, now }: Props) {
  if (snapshot === null) return <p className="tile-note hint">{words.waiting}</p>;
  const stale = isStale(snapshot, now);
  const { updatedAt, rows } = snapshot;
  return (
    <div className="tile" data-stale={stale}>
      <ul className="tile-rows">
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; two may have one label
          <Row key={index} row={row} />
        ))}
      </ul>
      <p className="tile-note hint">
        <Moment at={updatedAt}>
          {stale ? words.stale(recent(updatedAt, now)) : words.updated(recent(updatedAt, now))}
        </Moment>
      </p>
    </div>
  );
}

function Row({ row }: { row: WidgetRow }) {
  const link = rowLink(row);
  const label =
    link === null ? (
      row.label
    ) : (
      <a href={link} target="_blank" rel="noopener noreferrer">
        {row.label}
      </a>
    );
  return (
    <li className="tile-row" data-kind={row.kind}>
      <span className="tile-label" dir="auto">
        {label}
      </span>
      <Value row={row} />
    </li>
  );
}

function Value({ row }: { row: WidgetRow }) {
  switch (row.kind) {
    case 'counter':
      return <span className="tile-value tile-number">{counterText(row.value)}</span>;
    case 'text':
      return (
        <span className="tile-value" dir="auto">
          {shortened(row.value)}
        </span>
      );
    case 'status':
      return (
        <span className="tile-value tile-status">
          {row.text ? <span dir="auto">{shortened(row.text)}</span> : null}
          <span className="state" data-state={row.state}>
            {words.states[row.state]}
          </span>
        </span>
      );
    case 'progress': {
      const current = counterText(row.current);
      const max = counterText(row.max);
      return (
        <>
          <span className="tile-value tile-number">
            {current} / {max}
          </span>
          <span
            className="tile-bar"
            role="img"
            aria-label={words.progress(row.label, current, max)}
            style={{ '--filled': filled(row.current, row.max) } as React.CSSProperties}
          />
        </>
      );
    }
  }
}
