/**
 * What has been written here and not been confirmed. One batch is under way at
 * a time; what is written meanwhile is merged into the next one, so a burst
 * costs one message per round trip.
 */

import * as Y from 'yjs';
import { missingMessage, updateMessage } from './wire';

/** An update without content: no structs, nothing deleted. */
const EMPTY_LENGTH = 2;

export class Outbox {
  #unsaved = 0;
  /** Null while nobody has said what they lack: collecting would be in vain, the offer will have it all. */
  #updates: Uint8Array[] | null = null;
  #isOffer = false;
  /** How many changes the batch under way carries; null when none is. */
  #underWay: number | null = null;

  /** How many changes made here the server has not confirmed. */
  get unsaved(): number {
    return this.#unsaved;
  }

  get isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /** True when the next message is all that the other side lacks. */
  get isOffer(): boolean {
    return this.#isOffer;
  }

  /** True once the other side has been offered everything and later changes are collected. */
  get isOpen(): boolean {
    return this.#updates !== null;
  }

  /** True when nothing waits, nothing is under way, and the other side has been offered everything. */
  get isDelivered(): boolean {
    return this.#updates !== null && this.#updates.length === 0 && this.#underWay === null;
  }

  /** A change made by the person in front of this. */
  changed(update: Uint8Array): void {
    this.#unsaved += 1;
    this.#updates?.push(update);
  }

  /** So many changes are about to be found on this device that the server has not confirmed. */
  expect(unsaved: number): void {
    this.#unsaved += unsaved;
  }

  /** Came from elsewhere on this device: to be sent on. */
  found(update: Uint8Array): void {
    this.#updates?.push(update);
  }

  /** Everything the other side lacks. From here on changes are collected. */
  offer(update: Uint8Array): void {
    this.#updates = update.length > EMPTY_LENGTH ? [update] : [];
    this.#isOffer = true;
    if (this.#updates.length === 0 && this.#underWay === null) this.#unsaved = 0;
  }

  /** The next message to send; null while one is under way, or when there is none. */
  next(): Uint8Array | null {
    const updates = this.#updates;
    if (updates === null || this.#underWay !== null) return null;
    const [first] = updates;
    if (first === undefined) return null;
    const merged = updates.length === 1 ? first : Y.mergeUpdates(updates);
    const message = this.#isOffer ? missingMessage(merged) : updateMessage(merged);
    this.#updates = [];
    this.#isOffer = false;
    this.#underWay = this.#unsaved;
    return message;
  }

  delivered(): void {
    this.#unsaved -= this.#underWay ?? 0;
    this.#underWay = null;
  }

  /** The link is gone, or the batch was refused: only the next offer can tell what has arrived. */
  interrupted(): void {
    this.#updates = null;
    this.#isOffer = false;
    this.#underWay = null;
  }
}
