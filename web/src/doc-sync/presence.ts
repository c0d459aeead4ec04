/**
 * Cursors and selections, by y-protocols/awareness. What others send is taken
 * apart and only what is understood is kept: it comes from other people's
 * machines, and names and colours end up on the screen.
 */

import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  modifyAwarenessUpdate,
} from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Bytes } from '../api/doc-events';
import { coloursOf } from './colour';
import { TEXT, view } from './wire';

/** A cursor that moves all the time is told this often. */
const PAUSE_MS = 80;

/** The server may still think that an older connection of ours owns the cursor. */
const RETRY_MS = 3000;

/** Marking a larger selection would cost everybody else a decoration per line at every key. */
const MOST_MARKED = 20_000;

const LONGEST_NAME = 100;

export interface PresenceLink {
  /** True when the server took it. Rejects when nobody answered. */
  share(message: Uint8Array): Promise<boolean>;
  /** Sends without waiting. */
  farewell(message: Uint8Array): void;
}

export class Presence {
  readonly awareness: Awareness;
  readonly #link: PresenceLink;
  readonly #name: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #joined = false;
  #sharing = false;
  #changed = false;

  constructor(doc: Y.Doc, name: string, link: PresenceLink) {
    this.#link = link;
    this.#name = name;
    this.awareness = new Awareness(doc);
    this.awareness.setLocalState(null);
    this.awareness.on('update', (_changes: unknown, origin: unknown) => {
      if (origin === 'local') this.#share(PAUSE_MS);
    });
  }

  /** After every join: the server knows nobody's cursor but by being told. */
  enter(): void {
    this.#joined = true;
    const { awareness } = this;
    const state = awareness.getLocalState() ?? {};
    // Twice: others may have heard, one step ahead, that the connection before this one is gone.
    awareness.setLocalState(state);
    awareness.setLocalState({ ...state, user: { name: this.#name, ...coloursOf(this.#name) } });
    this.#share(0);
  }

  receive(message: Bytes): void {
    try {
      const kept = modifyAwarenessUpdate(view(message), (state) => this.#understood(state));
      applyAwarenessUpdate(this.awareness, kept, this);
    } catch {
      // Somebody else's nonsense: their cursor is not shown.
    }
  }

  /** The link is down: who is there is not known any more. */
  lost(): void {
    this.#joined = false;
    clearTimeout(this.#timer);
    const { awareness } = this;
    const others = [...awareness.meta.keys()].filter((client) => client !== awareness.clientID);
    const removed = others.filter((client) => awareness.states.delete(client));
    // Their clocks too: the same state is heard again after a reconnect, and has to count.
    for (const client of others) awareness.meta.delete(client);
    if (removed.length > 0) awareness.emit('change', [{ added: [], updated: [], removed }, this]);
  }

  /** Takes one's cursor away from the others' screens. */
  leave(): void {
    const { awareness } = this;
    const wasShown = this.#joined && awareness.getLocalState() !== null;
    if (awareness.getLocalState() !== null) awareness.setLocalState(null);
    this.#joined = false;
    clearTimeout(this.#timer);
    if (wasShown) this.#link.farewell(this.#message());
  }

  destroy(): void {
    this.leave();
    this.lost();
    this.awareness.destroy();
  }

  #share(after: number): void {
    if (!this.#joined) return;
    this.#changed = true;
    if (this.#sharing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#shareNow(), after);
  }

  async #shareNow(): Promise<void> {
    this.#sharing = true;
    this.#changed = false;
    const taken = await this.#link.share(this.#message()).catch(() => true);
    this.#sharing = false;
    if (!taken) this.#share(RETRY_MS);
    else if (this.#changed) this.#share(PAUSE_MS);
  }

  #message(): Uint8Array {
    return encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]);
  }

  #understood(state: unknown): object | null {
    if (!isObject(state)) return null;
    const named = isObject(state.user) && typeof state.user.name === 'string' ? state.user.name : '';
    const name = named.slice(0, LONGEST_NAME);
    return { user: { name, ...coloursOf(name) }, cursor: this.#cursor(state.cursor) };
  }

  #cursor(cursor: unknown): object | null {
    if (!isObject(cursor)) return null;
    const anchor = position(cursor.anchor);
    const head = position(cursor.head);
    if (anchor === null || head === null) return null;
    const { doc } = this.awareness;
    const from = Y.createAbsolutePositionFromRelativePosition(anchor, doc);
    const to = Y.createAbsolutePositionFromRelativePosition(head, doc);
    const large = from !== null && to !== null && Math.abs(from.index - to.index) > MOST_MARKED;
    return { anchor: large ? head : anchor, head };
  }
}

/** A place in the text: at a character, or at its end. */
function position(value: unknown): Y.RelativePosition | null {
  if (!isObject(value)) return null;
  const assoc = value.assoc === -1 ? -1 : 0;
  if (value.item == null) {
    return value.tname === TEXT ? new Y.RelativePosition(null, TEXT, null, assoc) : null;
  }
  if (!isObject(value.item)) return null;
  const { client, clock } = value.item;
  return isCount(client) && isCount(clock)
    ? new Y.RelativePosition(null, null, Y.createID(client, clock), assoc)
    : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
