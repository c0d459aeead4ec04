import type { ReactNode } from 'react';

export interface Column<T> {
  title: string;
  cell: (row: T) => ReactNode;
  /** Digits below digits, and never in two lines. */
  numeric?: boolean;
}

interface Props<T> {
  /** What it is a table of. */
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string | number;
  className?: string;
}

/** Rows under the titles of their columns. What does not fit is scrolled to, inside its frame. */
export function Table<T>({ label, columns, rows, keyOf, className = '' }: Props<T>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to for those without a mouse
    <section className={`table-frame ${className}`} aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, numeric }) => (
                <td key={title} className={numeric ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
