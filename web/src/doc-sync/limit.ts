import type * as Y from 'yjs';

/** The server keeps at most this many bytes of UTF-8 in a document. */
export const MOST_BYTES = 1_000_000;

const MOST_BYTES_A_UNIT = 3;

const encoder = new TextEncoder();

export const bytesOf = (text: string) => encoder.encode(text).length;

/** Counts only where counting is needed: it costs milliseconds near the limit. */
export function isLarger(text: Y.Text, limit: number): boolean {
  if (text.length > limit) return true;
  if (text.length * MOST_BYTES_A_UNIT <= limit) return false;
  return bytesOf(text.toString()) > limit;
}
