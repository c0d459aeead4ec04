/**
 * The documents that are open on this page, one session for each: two on one
 * socket would take each other's leaving for their own. A document that is put
 * away stays here, unseen, until what was written in it is saved.
 */

import type { DocRole } from '../store/types';
import type { Copies } from './copy';
import { type Channel, DocSession } from './session';

export interface DocRef {
  id: number;
  /** With the id it names one document for ever; an id alone may come again after a reinstallation. */
  createdAt: string;
}

export const docKey = ({ id, createdAt }: DocRef) => `${id}.${createdAt}`;

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
  /** Is told whenever there is something unsaved in a document, and when there is not any more. */
  onUnsaved: (ref: DocRef, unsaved: boolean) => void;
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
    for (const { session, readers } of this.#open.values()) session.setVisible(visible && readers > 0);
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
    const { me, channel, copies, onUnsaved } = this.#options;
    const copy = copies.then((all) => all?.of(docKey(ref)) ?? null);
    const session = new DocSession({ id: ref.id, me, role, channel, copy });
    const opened: Opened = { ref, session, readers: 0 };
    this.#open.set(docKey(ref), opened);
    let told: boolean | null = null;
    session.subscribe(() => {
      if (session.state.loading) return;
      const unsaved = session.state.unsaved > 0;
      if (unsaved !== told) onUnsaved(ref, unsaved);
      told = unsaved;
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
