/**
 * The documents that are open on this page, one session for each: two on one
 * socket would take each other's leaving for their own. A document that is put
 * away stays here, unseen, until what was written in it is saved.
 */

import type { DocRole } from '../store/types';
import type { Channel } from './channel';
import type { Copies } from './copy';
import { type DocRef, docKey } from './ref';
import { DocSession } from './session';

interface Opened {
  ref: DocRef;
  session: DocSession;
  /** How many are looking at it. */
  readers: number;
}

export interface DeskOptions {
  me: string;
  channel: Channel;
  /** Null where the device keeps nothing. */
  copies: Promise<Copies | null>;
  /** Is told of what is unsaved where the device keeps nothing; of what it keeps, `copies` tells. */
  onUnsaved: (ref: DocRef, unsaved: boolean) => void;
  /** Tells this person's other pages that there is something of a document on this device. */
  onLeft?: (doc: string) => void;
}

export class Desk {
  readonly #options: DeskOptions;
  readonly #open = new Map<string, Opened>();
  #online = false;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** To be put away again with `putAway`. */
  take(ref: DocRef, role: DocRole): DocSession {
    const opened = this.#open.get(docKey(ref)) ?? this.#begin(ref, role);
    opened.readers += 1;
    opened.session.setVisible(true);
    return opened.session;
  }

  putAway(session: DocSession): void {
    const opened = this.#find(session);
    if (opened === undefined) return;
    opened.readers -= 1;
    if (opened.readers === 0) session.setVisible(false);
    this.#clear(opened);
  }

  /** What is not saved in it is given up. Whoever looks at it has to take it anew. */
  async discard(session: DocSession): Promise<void> {
    const opened = this.#find(session);
    if (opened === undefined) return;
    this.#open.delete(docKey(opened.ref));
    this.#options.onUnsaved(opened.ref, false);
    await session.discard();
  }

  linkUp(): void {
    this.#online = true;
    for (const { session } of this.#open.values()) session.linkUp();
  }

  linkDown(): void {
    this.#online = false;
    for (const { session } of this.#open.values()) session.linkDown();
  }

  /** The page is going, or has come back out of the browser's cache. */
  setVisible(visible: boolean): void {
    for (const [doc, { session, readers }] of this.#open) {
      session.setVisible(visible && readers > 0);
      if (visible) session.catchUp();
      else if (session.state.unsaved > 0) this.#options.onLeft?.(doc);
    }
  }

  /** Another page has left something on this device: of this document, or nobody knows of which. */
  catchUp(doc?: string): void {
    for (const [key, { session }] of this.#open) if (doc === undefined || doc === key) session.catchUp();
  }

  /** True when closing the page would lose what is kept nowhere else. */
  get wouldLose(): boolean {
    return [...this.#open.values()].some(({ session: { state } }) => state.unsaved > 0 && !state.kept);
  }

  /** Puts everything away at once; what is not saved stays on the device. */
  close(): void {
    for (const { session } of this.#open.values()) session.close();
    this.#open.clear();
  }

  #begin(ref: DocRef, role: DocRole): Opened {
    const { me, channel, copies, onUnsaved, onLeft } = this.#options;
    const copy = copies.then((all) => all?.of(docKey(ref)) ?? null);
    const session = new DocSession({
      id: ref.id,
      me,
      role,
      channel,
      copy,
      onLeft: () => onLeft?.(docKey(ref)),
    });
    const opened: Opened = { ref, session, readers: 0 };
    this.#open.set(docKey(ref), opened);
    let told: boolean | null = null;
    session.subscribe(() => {
      const { loading, kept } = session.state;
      if (loading) return;
      const unsaved = session.state.unsaved > 0;
      if (!kept && unsaved !== told) onUnsaved(ref, unsaved);
      told = kept ? null : unsaved;
      this.#clear(opened);
    });
    if (this.#online) session.linkUp();
    return opened;
  }

  /** Closes what nobody looks at, once waiting longer cannot save more. */
  #clear({ ref, session, readers }: Opened): void {
    const { loading, unsaved, stuck, lost } = session.state;
    const waits = loading || (unsaved > 0 && stuck === null && lost === null);
    if (readers > 0 || waits || !this.#open.delete(docKey(ref))) return;
    session.close();
  }

  #find(session: DocSession): Opened | undefined {
    return [...this.#open.values()].find((opened) => opened.session === session);
  }
}
