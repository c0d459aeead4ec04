/** For tests: the server's side of a document, on real Yjs, behind links that can be slow, be cut, and lose answers. */

import * as Y from 'yjs';
import type { Bytes, DocClientEvent, DocEvent, DocEvents } from '../api/doc-events';
import type { Ack, Refusal } from '../api/events';
import type { DocRole } from '../store/types';
import type { Channel } from './channel';
import { bytesOf, MOST_BYTES, MOST_MESSAGE_BYTES } from './limit';
import { missingMessage, readMessage, TEXT, updateMessage, vectorMessage, view } from './wire';

export const DOC = 7;

type Handler = (payload: never) => void;

interface Payload {
  doc_id: number;
  message: Bytes;
}

const refusal = (error: string): Refusal => ({ ok: false, error });

export class FakeServer {
  doc = new Y.Doc();
  readonly text = () => this.doc.getText(TEXT).toString();
  readonly roles = new Map<string, DocRole>();
  readonly links = new Set<FakeLink>();
  /** Every update that was taken, in order. */
  readonly taken: Uint8Array[] = [];
  /** Answers the next update with this code. */
  refuseNext: string | null = null;

  link(name: string, role: DocRole = 'editor'): FakeLink {
    this.roles.set(name, role);
    const link = new FakeLink(this, name);
    this.links.add(link);
    return link;
  }

  role(name: string, role: DocRole): void {
    this.roles.set(name, role);
    this.tell('doc_member_role_updated', { doc_id: DOC, username: name, role });
  }

  remove(name: string): void {
    this.roles.delete(name);
    for (const link of this.links) if (link.name === name) link.joined = false;
    this.tell('doc_member_removed', { doc_id: DOC, username: name });
  }

  tell<E extends DocEvent>(event: E, payload: DocEvents[E], except?: FakeLink): void {
    for (const link of this.links) if (link !== except) link.arrive(event, payload);
  }

  /** To those who have joined. */
  publish<E extends DocEvent>(event: E, payload: DocEvents[E], except?: FakeLink): void {
    for (const link of this.links) if (link !== except && link.joined) link.arrive(event, payload);
  }

  handle(link: FakeLink, event: DocClientEvent, payload: Payload): Ack<Record<string, unknown>> {
    const role = this.roles.get(link.name);
    if (role === undefined) return refusal('access_denied');
    if (event === 'doc_join') return this.#join(link, role);
    if (!link.joined) return refusal('not_joined');
    switch (event) {
      case 'doc_leave':
        link.joined = false;
        this.publish('doc_user_left', { doc_id: DOC, username: link.name });
        return { ok: true };
      case 'doc_awareness':
        link.shown = payload.message;
        this.publish('doc_awareness', { doc_id: DOC, message: payload.message }, link);
        return { ok: true };
      case 'doc_sync':
        return this.#sync(link, role, payload.message);
    }
  }

  #join(link: FakeLink, role: DocRole): Ack<Record<string, unknown>> {
    if (!link.joined) this.publish('doc_user_joined', { doc_id: DOC, username: link.name });
    link.joined = true;
    const present = [...this.links].filter((other) => other.joined);
    for (const { shown } of present) {
      if (shown !== null) link.arrive('doc_awareness', { doc_id: DOC, message: shown });
    }
    return { ok: true, role, users: [...new Set(present.map(({ name }) => name))].sort() };
  }

  #sync(link: FakeLink, role: DocRole, bytes: Bytes): Ack<Record<string, unknown>> {
    if (bytes.byteLength > MOST_MESSAGE_BYTES) throw new Error('the connection is closed');
    const message = readMessage(bytes);
    if (message.kind === 'vector') {
      const update = Y.encodeStateAsUpdate(this.doc, message.vector);
      link.arrive('doc_sync', { doc_id: DOC, message: missingMessage(update) });
      // Whoever may not write is not asked for anything.
      if (role !== 'viewer') {
        link.arrive('doc_sync', { doc_id: DOC, message: vectorMessage(Y.encodeStateVector(this.doc)) });
      }
      return { ok: true };
    }
    const refused = this.refuseNext ?? this.refusalOf(role, message.update);
    this.refuseNext = null;
    if (refused !== null) return refusal(refused);
    Y.applyUpdate(this.doc, message.update);
    this.taken.push(message.update);
    this.publish('doc_sync', { doc_id: DOC, message: updateMessage(message.update) }, link);
    return { ok: true };
  }

  refusalOf(role: DocRole, update: Uint8Array): string | null {
    if (role === 'viewer') return 'edit_access_denied';
    const trial = new Y.Doc();
    Y.applyUpdate(trial, Y.encodeStateAsUpdate(this.doc));
    Y.applyUpdate(trial, update);
    if (trial.store.pendingStructs !== null) return 'out_of_date';
    return bytesOf(trial.getText(TEXT).toString()) > MOST_BYTES ? 'content_too_large' : null;
  }
}

/** One person's connection. What is sent arrives in order, after `latency`. */
export class FakeLink implements Channel {
  joined = false;
  shown: Bytes | null = null;
  latency = 10;
  /** Takes requests and swallows this many answers. */
  answersToLose = 0;
  /** Every request made, for counting. */
  readonly requests: DocClientEvent[] = [];
  /** Another one for every connection; null while there is none. */
  connection: number | null = null;
  #connections = 0;
  readonly #handlers = new Map<DocEvent, Set<Handler>>();
  #giveUp = new Set<() => void>();

  constructor(
    readonly server: FakeServer,
    readonly name: string,
  ) {}

  up(): void {
    this.#connections += 1;
    this.connection = this.#connections;
  }

  cut(): void {
    this.connection = null;
    this.shown = null;
    for (const reject of this.#giveUp) reject();
    this.#giveUp.clear();
    if (!this.joined) return;
    this.joined = false;
    this.server.publish('doc_user_left', { doc_id: DOC, username: this.name });
  }

  request<T>(event: DocClientEvent, payload: object, timeoutMs: number): Promise<Ack<T>> {
    this.requests.push(event);
    const connection = this.connection;
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error('unanswered'));
      if (connection === null) {
        giveUp();
        return;
      }
      this.#giveUp.add(giveUp);
      setTimeout(giveUp, timeoutMs);
      this.#later(connection, () => {
        const answer = this.server.handle(this, event, payload as Payload) as Ack<T>;
        if (this.answersToLose > 0) this.answersToLose -= 1;
        else this.#later(connection, () => resolve(answer));
      });
    });
  }

  tell(event: DocClientEvent, payload: object): void {
    const { connection } = this;
    if (connection !== null) {
      this.#later(connection, () => this.server.handle(this, event, payload as Payload));
    }
  }

  hear<E extends DocEvent>(event: E, handler: (payload: DocEvents[E]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    handlers.add(handler as Handler);
    return () => handlers.delete(handler as Handler);
  }

  /** As browsers hand bytes over: as a buffer of their own. */
  arrive<E extends DocEvent>(event: E, payload: DocEvents[E]): void {
    if (this.connection === null) return;
    const copied =
      'message' in payload ? { ...payload, message: view(payload.message).slice().buffer } : payload;
    this.#later(this.connection, () => {
      for (const handler of [...(this.#handlers.get(event) ?? [])]) handler(copied as never);
    });
  }

  #later(connection: number, what: () => void): void {
    setTimeout(() => {
      if (this.connection === connection) what();
    }, this.latency);
  }
}

/** The same numbers for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
