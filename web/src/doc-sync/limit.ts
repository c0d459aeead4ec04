/** How much a document holds, and how much a text has. */

import * as Y from 'yjs';

/** The server keeps at most this many bytes of UTF-8 in a document. */
export const MOST_BYTES = 1_000_000;

/**
 * A text may grow to this here, beyond what the server takes: what is too long is seen, kept on this device and can be
 * made shorter. More than that is no text for people.
 */
export const MOST_HELD_BYTES = 2 * MOST_BYTES;

/** The server takes no message that is longer; one that is longer still costs the connection. */
export const MOST_MESSAGE_BYTES = 2 * MOST_BYTES;

const MOST_BYTES_A_UNIT = 3;

const encoder = new TextEncoder();

export const bytesOf = (text: string) => encoder.encode(text).length;

/** The size of a text that changes. Counts only where counting is needed: it costs milliseconds near the limit. */
export class Size {
  readonly #text: Y.Text;
  #atMost = Number.POSITIVE_INFINITY;

  constructor(text: Y.Text) {
    this.#text = text;
  }

  /** To be told of every update: it has at least the bytes of what it inserts. */
  changed(update: Uint8Array): void {
    this.#atMost += update.length;
  }

  /** By how many bytes it is larger than the server takes; 0 when it is not. */
  get over(): number {
    if (this.#atMost > MOST_BYTES) {
      const most = this.#text.length * MOST_BYTES_A_UNIT;
      this.#atMost = most <= MOST_BYTES ? most : bytesOf(this.#text.toString());
    }
    return Math.max(0, this.#atMost - MOST_BYTES);
  }
}

/**
 * What whoever has told this vector lacks. Where that is more than any text has, without the words that are gone
 * again: those are kept here for undoing, and nobody else has a use for them.
 */
export function lacking(doc: Y.Doc, vector: Uint8Array): Uint8Array {
  const update = Y.encodeStateAsUpdate(doc, vector);
  if (update.length <= MOST_BYTES) return update;
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  const compact = Y.encodeStateAsUpdate(copy, vector);
  copy.destroy();
  return compact;
}
