/** The messages of y-protocols/sync, one per event: a kind, and bytes for it. */

import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync';
import type { Bytes } from '../api/doc-events';

/** The name of the one text in every document. */
export const TEXT = 'content';

export type SyncMessage =
  /** "This is how much I have; send me the rest." */
  | { kind: 'vector'; vector: Uint8Array }
  /** The rest, in answer to a vector. */
  | { kind: 'missing'; update: Uint8Array }
  /** What has just been written. */
  | { kind: 'update'; update: Uint8Array };

export const vectorMessage = (vector: Uint8Array) => encode(messageYjsSyncStep1, vector);
export const missingMessage = (update: Uint8Array) => encode(messageYjsSyncStep2, update);
export const updateMessage = (update: Uint8Array) => encode(messageYjsUpdate, update);

/** Throws when it is none of the three. */
export function readMessage(bytes: Bytes): SyncMessage {
  const decoder = decoding.createDecoder(view(bytes));
  const kind = decoding.readVarUint(decoder);
  const body = decoding.readVarUint8Array(decoder);
  switch (kind) {
    case messageYjsSyncStep1:
      return { kind: 'vector', vector: body };
    case messageYjsSyncStep2:
      return { kind: 'missing', update: body };
    case messageYjsUpdate:
      return { kind: 'update', update: body };
    default:
      throw new Error(`unknown kind of sync message: ${kind}`);
  }
}

export function view(bytes: Bytes): Uint8Array {
  return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
}

function encode(kind: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}
