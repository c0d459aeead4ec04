/** The rows of a snapshot that is being written, moved about in its JSON. Pure. */

import { parseJson } from '../json/pointer';
import { isRecord } from '../json/rules';

export const MOST_ROWS = 6;

export const rowKinds = ['counter', 'status', 'progress', 'text'] as const;
export type RowKind = (typeof rowKinds)[number];

/** What a row begins as. */
const begun: Record<RowKind, object> = {
  counter: { kind: 'counter', label: 'Count', value: 0 },
  status: { kind: 'status', label: 'Status', state: 'ok' },
  progress: { kind: 'progress', label: 'Progress', current: 0, max: 100 },
  text: { kind: 'text', label: 'Text', value: '…' },
};

export interface ListedRow {
  /** The same for the same row wherever it stands; two that are alike are told apart. */
  id: string;
  /** Empty where it has none. */
  label: string;
  /** Null for what is none. */
  kind: RowKind | null;
}

/** The rows in a text; null while it is not JSON, or has no list of rows. */
export function listRows(source: string): ListedRow[] | null {
  const rows = rowsIn(source)?.rows;
  if (rows === undefined) return null;
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const text = JSON.stringify(row);
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    const { label, kind } = isRecord(row) ? row : {};
    return {
      id: `${before}:${text}`,
      label: typeof label === 'string' ? label : '',
      kind: rowKinds.find((one) => one === kind) ?? null,
    };
  });
}

/** The text with one row at another place. Everything else in it stays. */
export function moveRow(source: string, from: number, to: number): string {
  return change(source, (rows) => {
    const [row] = rows.splice(from, 1);
    if (row !== undefined) rows.splice(to, 0, row);
  });
}

export function removeRow(source: string, index: number): string {
  return change(source, (rows) => void rows.splice(index, 1));
}

export function addRow(source: string, kind: RowKind): string {
  return change(source, (rows) => void rows.push(begun[kind]));
}

function change(source: string, how: (rows: unknown[]) => void): string {
  const found = rowsIn(source);
  if (found === null) return source;
  const rows = [...found.rows];
  how(rows);
  return JSON.stringify({ ...found.payload, rows }, null, 2);
}

function rowsIn(source: string): { payload: Record<string, unknown>; rows: unknown[] } | null {
  const parsed = parseJson(source);
  if (!('value' in parsed) || !isRecord(parsed.value)) return null;
  const { rows } = parsed.value;
  return Array.isArray(rows) ? { payload: parsed.value, rows } : null;
}
