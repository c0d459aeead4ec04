import { text } from '../messages';

/** Where rows are going to be, so that nothing jumps when they come. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{text.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <span key={row} className="skeleton-row" />
      ))}
    </div>
  );
}
