/**
 * An editor of our own kind: an official Yjs document kept in step over `doc_sync` and
 * `doc_awareness`, through connections that come and go.
 */
import assert from "node:assert/strict";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import type { ManagerOptions, Socket } from "socket.io-client";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";
import { eventually } from "./docs.ts";
import type { Person } from "./person.ts";
import { Tab } from "./tab.ts";

/** A message of y-protocols/sync, ready to be sent. */
export const message = {
  step1: (doc: Y.Doc): Uint8Array => written((encoder) => sync.writeSyncStep1(encoder, doc)),
  step2: (doc: Y.Doc, vector?: Uint8Array): Uint8Array => written((encoder) => sync.writeSyncStep2(encoder, doc, vector)),
  update: (update: Uint8Array): Uint8Array => written((encoder) => sync.writeUpdate(encoder, update)),
};

function written(writes: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  writes(encoder);
  return encoding.toUint8Array(encoder);
}

/** The update with which a fresh document gets this done to its text. */
export function updateOf(change: (text: Y.Text, doc: Y.Doc) => void, doc = new Y.Doc()): Uint8Array {
  const before = Y.encodeStateVector(doc);
  doc.transact(() => change(doc.getText("content"), doc));
  return Y.encodeStateAsUpdate(doc, before);
}

const REMOTE = "remote";

export class YjsPage {
  readonly ydoc = new Y.Doc();
  readonly text = this.ydoc.getText("content");
  readonly awareness = new Awareness(this.ydoc);
  /** Every ack that was no success, apart from `out_of_date`, which is answered by a sync. */
  readonly refusals: any[] = [];
  /** The highest version heard of. */
  version = 0;
  /** The text as it was here when something was sent that has been answered. */
  readonly acked: { content: string; version: number }[] = [];
  private unanswered = 0;
  private inStep = false;

  private constructor(
    readonly socket: Socket,
    readonly name: string,
    readonly doc: number,
  ) {
    this.awareness.setLocalState(null);
    socket.on("connect", () => void this.joins());
    socket.on("disconnect", () => {
      this.inStep = false;
      this.unanswered = 0;
      const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.ydoc.clientID);
      removeAwarenessStates(this.awareness, others, REMOTE);
    });
    socket.on("doc_sync", (told: any) => {
      if (told.doc_id === doc) this.hears(told);
    });
    socket.on("doc_awareness", (told: any) => {
      if (told.doc_id === doc) applyAwarenessUpdate(this.awareness, new Uint8Array(told.message), REMOTE);
    });
    this.ydoc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== REMOTE && this.inStep) this.sends(message.update(update));
    });
    this.awareness.on("update", ({ added, updated, removed }: Record<string, number[]>, origin: unknown) => {
      if (origin !== REMOTE && socket.connected) this.tells([...added!, ...updated!, ...removed!]);
    });
  }

  /** Connects, joins the document and is in step with it. */
  static async opens(person: Person, doc: number, url = person.server.url, options: Partial<ManagerOptions> = {}): Promise<YjsPage> {
    const socket = Tab.socket(url, {
      extraHeaders: { cookie: person.cookie },
      reconnection: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      ...options,
    });
    const page = new YjsPage(socket, person.name, doc);
    socket.connect();
    await page.isHeard();
    return page;
  }

  get screen(): string {
    return this.text.toString();
  }

  /** Types or pastes `text` at a place, over what was selected there. */
  splices(at: number, text: string, selected = 0): void {
    this.ydoc.transact(() => {
      this.text.delete(at, selected);
      this.text.insert(at, text);
    });
  }

  /** Says who one is and what one does there. */
  shows(state: Record<string, unknown>): void {
    this.awareness.setLocalState(state);
  }

  /** Names on the cursors of the others, sorted. */
  cursors(): string[] {
    const others = [...this.awareness.getStates()].filter(([client]) => client !== this.ydoc.clientID);
    return others.map(([, state]) => String(state.user?.name)).sort();
  }

  /** In step with the server, which has answered for everything done here. */
  async isHeard(): Promise<void> {
    await eventually(`${this.name} to be in step`, () => this.inStep && this.unanswered === 0);
    assert.deepEqual(this.refusals, [], this.name);
  }

  /** Was a text with this in it answered as stored? */
  isAcked(word: string): boolean {
    return this.acked.some(({ content }) => content.includes(word));
  }

  /** The link is gone until `connects`. */
  disconnects(): void {
    this.socket.disconnect();
  }

  connects(): void {
    this.socket.connect();
  }

  closes(): void {
    this.socket.disconnect();
    this.ydoc.destroy();
  }

  [Symbol.dispose](): void {
    this.closes();
  }

  private async joins(): Promise<void> {
    const ack = await this.answered("doc_join", { doc_id: this.doc, protocol: "yjs" });
    if (ack?.ok !== true) return;
    this.version = Math.max(this.version, ack.version);
    this.sends(message.step1(this.ydoc));
    const own = this.awareness.getLocalState();
    if (own !== null) this.awareness.setLocalState(own);
  }

  private hears(told: { message: ArrayBufferLike; version?: number }): void {
    const bytes = new Uint8Array(told.message);
    const decoder = decoding.createDecoder(bytes);
    const encoder = encoding.createEncoder();
    const kind = sync.readSyncMessage(decoder, encoder, this.ydoc, REMOTE, (error) => {
      throw error;
    });
    this.version = Math.max(this.version, told.version ?? 0);
    // The server asks for what it lacks after it has given what we lack: from here on, updates do.
    if (kind !== sync.messageYjsSyncStep1) return;
    this.inStep = true;
    this.sends(encoding.toUint8Array(encoder));
  }

  private sends(bytes: Uint8Array): void {
    const content = this.screen;
    const asks = bytes[0] === sync.messageYjsSyncStep1;
    void this.answered("doc_sync", { doc_id: this.doc, message: bytes }).then((ack) => {
      if (ack?.ok === true) this.version = Math.max(this.version, ack.version);
      // Viewers are not asked for anything.
      if (ack?.ok === true && asks) this.inStep = true;
      if (ack?.ok === true && !asks) this.acked.push({ content, version: ack.version });
      if (ack?.error === "out_of_date") this.sends(message.step1(this.ydoc));
    });
  }

  private tells(clients: number[]): void {
    void this.answered("doc_awareness", { doc_id: this.doc, message: encodeAwarenessUpdate(this.awareness, clients) });
  }

  /** Undefined when the connection ended first. */
  private async answered(event: string, payload: unknown): Promise<any> {
    this.unanswered += 1;
    const ack = await new Promise<any>((resolve) => {
      const gone = (): void => resolve(undefined);
      this.socket.once("disconnect", gone);
      this.socket.emit(event, payload, (answer: any) => {
        this.socket.off("disconnect", gone);
        resolve(answer);
      });
    });
    if (ack === undefined) return undefined;
    this.unanswered -= 1;
    if (ack.ok !== true && ack.error !== "out_of_date") this.refusals.push(ack);
    return ack;
  }
}
