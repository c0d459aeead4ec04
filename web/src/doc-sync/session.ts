/**
 * One document that is open: its text, and the conversation with the server
 * that keeps it the same as everybody else's. After every connect all is
 * exchanged anew (join, their vector and ours, what each lacks), so nothing
 * has to be remembered of what happened before the link broke.
 */

import * as Y from 'yjs';
import type { Bytes, DocClientEvent, DocEvent, DocEvents, JoinedDoc } from '../api/doc-events';
import type { Ack, Refusal } from '../api/events';
import type { DocLoss, DocRole } from '../store/types';
import type { Channel } from './channel';
import type { DeviceCopy } from './copy';
import { Kept } from './kept';
import { lacking, MOST_BYTES, MOST_MESSAGE_BYTES, Size } from './limit';
import { Outbox } from './outbox';
import { People } from './people';
import { Presence } from './presence';
import { type DocState, newlyOpened, type Stuck } from './state';
import { readMessage, TEXT, vectorMessage } from './wire';

const PATIENCE_MS = 10_000;
/** Slower than this no link is taken to be; a large text gets the time it needs at that speed. */
const SLOWEST_BYTES_PER_MS = 10;
const LONGEST_MS = PATIENCE_MS + MOST_BYTES / SLOWEST_BYTES_PER_MS;

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

/** Others may have filled what was free each time before one's own words came. */
const MOST_REFUSALS = 3;

const NOTHING = new Uint8Array();

/** Where an update comes from, unless it is the server (the session itself) or the person in front of this. */
const DEVICE = Symbol('the copy on this device');

export interface DocSessionOptions {
  id: number;
  /** The name of the person in front of this. */
  me: string;
  /** As far as known before the server is asked. */
  role: DocRole;
  channel: Channel;
  /** Null where the device keeps nothing. */
  copy: Promise<DeviceCopy | null>;
  /** There is something new in the copy that this page may not be able to save: others may. */
  onLeft?: () => void;
}

export class DocSession {
  readonly doc = new Y.Doc();
  readonly text = this.doc.getText(TEXT);
  readonly presence: Presence;

  readonly #id: number;
  readonly #me: string;
  readonly #channel: Channel;
  readonly #onLeft: () => void;
  readonly #kept = new Kept(() => this.#patch({ kept: false }));
  #visible = true;
  #joined = false;
  #closed = false;

  #state: DocState;
  readonly #listeners = new Set<() => void>();
  readonly #deaf: (() => void)[];

  readonly #people = new People();
  readonly #outbox = new Outbox();
  /** Moves on with the link and with every new start; answers of an earlier one do not count. */
  #epoch = 0;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #size = new Size(this.text);
  /** How often the server has found it too large since anything was taken. */
  #refusals = 0;

  constructor({ id, me, role, channel, copy, onLeft = () => {} }: DocSessionOptions) {
    this.#id = id;
    this.#me = me;
    this.#channel = channel;
    this.#onLeft = onLeft;
    this.#state = newlyOpened(role);
    this.presence = new Presence(this.doc, me, {
      share: async (message) => (await this.#request('doc_awareness', { message }, PATIENCE_MS)).ok,
      farewell: (message) => this.#channel.tell('doc_awareness', { doc_id: this.#id, message }),
    });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => this.#updated(update, origin));
    this.#deaf = this.#listen();
    void this.#load(copy);
  }

  get state(): DocState {
    return this.#state;
  }

  /** Ends with the returned function. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The link stands, as another one than before. */
  linkUp(): void {
    this.#attempt = 0;
    this.#patch({ online: true });
    this.#start();
  }

  linkDown(): void {
    this.#stop();
    this.#patch({ online: false, synced: false, people: [] });
  }

  /** Whether others see one's cursor: not while this only waits for something to be saved. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (!visible) this.presence.leave();
    else if (this.#joined) this.presence.enter();
  }

  /** Another page may have left something in the copy on this device. */
  catchUp(): void {
    this.#kept.do((copy) => copy.catchUp());
  }

  /** As `close`, and gives up what is not saved. */
  async discard(): Promise<void> {
    const kept = this.#kept.end();
    this.close();
    await kept?.forget();
  }

  /** Says goodbye and is of no use afterwards. What is not saved stays in the copy on this device. */
  close(): void {
    this.#closed = true;
    this.presence.destroy();
    if (this.#joined) this.#channel.tell('doc_leave', { doc_id: this.#id });
    this.#stop();
    for (const stop of this.#deaf) stop();
    this.#listeners.clear();
    if (this.#outbox.unsaved > 0) void this.#kept.written.then(this.#onLeft);
    this.#kept.end();
    this.doc.destroy();
  }

  async #load(kept: Promise<DeviceCopy | null>): Promise<void> {
    try {
      const copy = await kept;
      const present = await copy?.load({
        doc: this.doc,
        origin: DEVICE,
        found: (count) => this.#found(count),
      });
      if (this.#closed) return;
      this.#kept.begin(copy);
      this.#patch({ ready: present ?? false, kept: present !== undefined });
    } catch {
      this.#kept.broken();
    }
    if (this.#closed) return;
    this.#patch({ loading: false });
    this.#start();
  }

  #listen(): (() => void)[] {
    const concerning = <E extends DocEvent>(event: E, handler: (payload: DocEvents[E]) => void) =>
      this.#channel.hear(event, (payload) => {
        if (Number(payload.doc_id) === this.#id) handler(payload);
      });
    return [
      concerning('doc_sync', ({ message }) => this.#receive(message)),
      concerning('doc_awareness', ({ message }) => this.presence.receive(message)),
      concerning('doc_user_joined', ({ username }) => this.#heardOf(username, true)),
      concerning('doc_user_left', ({ username }) => this.#heardOf(username, false)),
      concerning('doc_member_added', ({ username }) => {
        if (username === this.#me && this.#state.lost !== null) this.#start();
      }),
      concerning('doc_member_role_updated', ({ username, role }) => {
        if (username === this.#me) this.#roleIs(role);
      }),
      concerning('doc_member_removed', ({ username }) => {
        if (username === this.#me) this.#lose('removed');
      }),
      concerning('doc_deleted', () => this.#lose('deleted')),
    ];
  }

  #start(): void {
    const { loading, online, lost } = this.#state;
    if (loading || !online || lost === 'deleted') return;
    this.#stop();
    this.#patch({ synced: false });
    this.catchUp();
    void this.#exchange();
  }

  /** Ends everything that is under way. */
  #stop(): void {
    this.#epoch += 1;
    this.#joined = false;
    clearTimeout(this.#retry);
    this.#outbox.interrupted();
    this.presence.lost();
    this.#people.lost();
  }

  async #exchange(): Promise<void> {
    this.#people.asked();
    const joined = await this.#ask<JoinedDoc>('doc_join', { protocol: 'yjs' });
    if (joined === null) return;
    this.#people.listed(joined.users);
    this.#patch({ people: this.#people.names, lost: null });
    this.#roleIs(joined.role);
    this.#joined = true;
    if (this.#visible) this.presence.enter();
    const message = vectorMessage(Y.encodeStateVector(this.doc));
    const answered = await this.#ask('doc_sync', { message }, LONGEST_MS);
    if (answered === null || this.#outbox.isOpen || this.#state.stuck !== null) return;
    // Before it answers the server sends what we lack, and asks those who may write for what it lacks.
    if (this.#state.role === 'viewer') this.#collect(NOTHING);
    else this.#again();
  }

  #heardOf(name: string, isHere: boolean): void {
    this.#people.changed(name, isHere);
    if (this.#joined) this.#patch({ people: this.#people.names });
  }

  #receive(bytes: Bytes): void {
    if (this.#state.lost !== null) return;
    try {
      const message = readMessage(bytes);
      if (message.kind === 'vector') {
        this.#offer(message.vector);
        return;
      }
      Y.applyUpdate(this.doc, message.update, this);
      if (message.kind === 'missing') this.#patch({ ready: true });
      // It builds on something that has not come: ask for everything.
      else if (this.#state.synced && this.doc.store.pendingStructs !== null) this.#start();
    } catch {
      this.#again();
    }
  }

  /** Everything the server lacks, by what it says it has. */
  #offer(vector: Uint8Array): void {
    const { role, stuck } = this.#state;
    if (stuck !== null || this.#settleRole()) return;
    this.#collect(role === 'viewer' ? NOTHING : lacking(this.doc, vector));
  }

  /** From here on changes are collected, beginning with this. */
  #collect(update: Uint8Array): void {
    this.#outbox.offer(update);
    this.#counted();
    this.#send();
  }

  #updated(update: Uint8Array, origin: unknown): void {
    this.#size.changed(update);
    const wasTooLong = this.#state.over > 0;
    if (origin === DEVICE) {
      // Another tab's, unless it is what this page begins with.
      if (this.#state.role !== 'viewer') this.#outbox.found(update);
    } else {
      if (origin !== this) this.#outbox.changed(update);
      this.#patch({ unsaved: this.#outbox.unsaved });
      this.#kept.do((copy) => this.#add(copy, update, origin !== this));
    }
    // What was collected meanwhile has all that is gone again in it.
    if (!this.#isTooLong() && wasTooLong) this.#start();
    else this.#send();
  }

  async #add(copy: DeviceCopy, update: Uint8Array, mine: boolean): Promise<void> {
    await copy.add(update, mine);
    if (mine && !this.#state.synced) this.#onLeft();
  }

  /** On this device, made by another page or an earlier one. */
  #found(unsaved: number): void {
    this.#outbox.expect(unsaved);
    this.#patch({ unsaved: this.#outbox.unsaved });
  }

  #isTooLong(): boolean {
    const { over } = this.#size;
    this.#patch({ over });
    if (over > 0) this.#refusals = 0;
    return over > 0;
  }

  #send(): void {
    const { online, lost, stuck } = this.#state;
    if (!online || lost !== null || stuck !== null) return;
    if (this.#outbox.isDelivered) {
      this.#attempt = 0;
      this.#patch({ synced: true });
      return;
    }
    if (this.#outbox.isUnderWay || !this.#outbox.isOpen || this.#isTooLong()) return;
    const { isOffer } = this.#outbox;
    const message = this.#outbox.next();
    if (message === null) return;
    // An offer is without what has been written and taken out again.
    if (!isOffer && message.length > MOST_BYTES) this.#start();
    else if (message.length > MOST_MESSAGE_BYTES) this.#sticks('full');
    else void this.#deliver(message);
  }

  async #deliver(message: Uint8Array): Promise<void> {
    const timeout = PATIENCE_MS + message.length / SLOWEST_BYTES_PER_MS;
    const answer = await this.#ask('doc_sync', { message }, timeout);
    if (answer === null) return;
    this.#outbox.delivered();
    this.#refusals = 0;
    this.#counted();
    if (!this.#settleRole()) this.#send();
  }

  /** The answer; null when it was a refusal, did not come, or does not matter any more. */
  async #ask<T>(event: DocClientEvent, payload: object, timeoutMs = PATIENCE_MS): Promise<T | null> {
    const epoch = this.#epoch;
    const answer = await this.#request<T>(event, payload, timeoutMs).catch(() => null);
    if (epoch !== this.#epoch) return null;
    if (answer?.ok) return answer;
    if (answer === null) this.#again();
    else this.#refused(answer);
    return null;
  }

  #request<T>(event: DocClientEvent, payload: object, timeoutMs: number): Promise<Ack<T>> {
    return this.#channel.request<T>(event, { doc_id: this.#id, ...payload }, timeoutMs);
  }

  #refused({ error, retry_after }: Refusal): void {
    switch (error) {
      case 'access_denied':
        this.#lose('removed');
        return;
      case 'edit_access_denied':
        this.#outbox.interrupted();
        this.#roleIs('viewer');
        if (this.#state.stuck === null) this.#again();
        return;
      case 'malformed_update':
        this.#sticks('malformed');
        return;
      case 'content_too_large':
        // With what others have written, which is looked at first. If that is not why, no shortening helps.
        this.#refusals += 1;
        if (this.#refusals < MOST_REFUSALS) this.#again();
        else this.#sticks('full');
        return;
      default:
        this.#again((retry_after ?? 0) * 1000);
    }
  }

  #sticks(why: Stuck): void {
    this.#outbox.interrupted();
    this.#patch({ stuck: why });
  }

  /** From the beginning: at once, then after longer and longer pauses. */
  #again(atLeastMs = 0): void {
    this.#stop();
    this.#patch({ synced: false });
    const pause = this.#attempt === 0 ? 0 : Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#start(), Math.max(pause, atLeastMs));
  }

  #roleIs(role: DocRole): void {
    const regained = this.#state.role === 'viewer' && role !== 'viewer' && this.#state.stuck === 'role';
    this.#patch({ role, ...(regained ? { stuck: null } : {}) });
    if (regained && this.#state.synced) this.#start();
    else if (!this.#outbox.isUnderWay) this.#settleRole();
  }

  /** True when something was written here that this person may not write any more. */
  #settleRole(): boolean {
    const { role, unsaved, stuck } = this.#state;
    if (role !== 'viewer' || unsaved === 0) return false;
    if (stuck === null) this.#sticks('role');
    return true;
  }

  #lose(why: DocLoss): void {
    if (this.#state.lost === 'deleted') return;
    this.#stop();
    this.#patch({ lost: why, synced: false, people: [] });
    // Whoever has no access keeps what they wrote, not what others did.
    this.#kept.do((copy) => copy.forgetSaved());
  }

  #counted(): void {
    const { unsaved } = this.#outbox;
    const saved = this.#state.unsaved - unsaved;
    if (saved === 0) return;
    // Before it is said: whoever hears that all is saved may close this.
    this.#kept.do((copy) => copy.saved(saved));
    this.#patch({ unsaved });
  }

  #patch(change: Partial<DocState>): void {
    const known = this.#state;
    const keys = Object.keys(change) as (keyof DocState)[];
    if (keys.every((key) => known[key] === change[key])) return;
    this.#state = { ...known, ...change };
    for (const listener of this.#listeners) listener();
  }
}
