/**
 * The copy of documents on this device: one database for each person, in it
 * the updates of each document, and how many changes the server has not
 * confirmed. Whatever fails here rejects; the caller then goes on without.
 */

import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import * as Y from 'yjs';

/** Above this many, the updates of a document are replaced by one. */
const MOST_UPDATES = 500;

/** What is saved and has not been looked at for so long is not worth its place. */
const FORGOTTEN_AFTER_MS = 30 * 86_400_000;

interface Stored {
  doc: string;
  update: Uint8Array;
}

interface Record {
  doc: string;
  unsaved: number;
  usedAt: number;
}

interface Schema extends DBSchema {
  updates: { key: number; value: Stored; indexes: { doc: string } };
  docs: { key: string; value: Record };
}

export interface Loaded {
  /** False when nothing is kept of this document. */
  present: boolean;
  unsaved: number;
}

export interface DeviceCopy {
  /** Applies what is kept, with that origin. */
  load(doc: Y.Doc, origin: unknown): Promise<Loaded>;
  add(doc: Y.Doc, update: Uint8Array, unsaved: number, origin: unknown): Promise<void>;
  count(unsaved: number): Promise<void>;
  forget(): Promise<void>;
}

export class Copies {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  static async open(name: string, now = Date.now()): Promise<Copies> {
    const database = await openDB<Schema>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('updates', { autoIncrement: true }).createIndex('doc', 'doc');
        fresh.createObjectStore('docs', { keyPath: 'doc' });
      },
      // Signing out in another tab deletes the database and must not wait for this one.
      blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
    });
    const copies = new Copies(database);
    for (const { doc, unsaved, usedAt } of await database.getAll('docs')) {
      if (unsaved === 0 && usedAt < now - FORGOTTEN_AFTER_MS) await forget(database, doc);
    }
    return copies;
  }

  static remove(name: string): Promise<void> {
    return deleteDB(name);
  }

  /** `doc` has to name one document for ever: an id alone may be another one's after a reinstallation. */
  of(doc: string): DeviceCopy {
    return new StoredCopy(this.#database, doc);
  }

  close(): void {
    this.#database.close();
  }
}

class StoredCopy implements DeviceCopy {
  readonly #database: IDBPDatabase<Schema>;
  readonly #doc: string;
  #stored = 0;

  constructor(database: IDBPDatabase<Schema>, doc: string) {
    this.#database = database;
    this.#doc = doc;
  }

  async load(doc: Y.Doc, origin: unknown): Promise<Loaded> {
    const known = await this.#database.get('docs', this.#doc);
    const present = await this.#applyAll(doc, origin);
    const unsaved = known?.unsaved ?? 0;
    await this.count(unsaved);
    return { present, unsaved };
  }

  async add(doc: Y.Doc, update: Uint8Array, unsaved: number, origin: unknown): Promise<void> {
    // One transaction, so that what is kept and what is counted cannot disagree.
    const writing = this.#database.transaction(['updates', 'docs'], 'readwrite');
    await Promise.all([
      writing.objectStore('updates').add({ doc: this.#doc, update }),
      writing.objectStore('docs').put(this.#record(unsaved)),
      writing.done,
    ]);
    this.#stored += 1;
    if (this.#stored > MOST_UPDATES) await this.#applyAll(doc, origin);
  }

  async count(unsaved: number): Promise<void> {
    await this.#database.put('docs', this.#record(unsaved));
  }

  forget(): Promise<void> {
    return forget(this.#database, this.#doc);
  }

  /** Another tab of the same person may have added to it, so nothing is replaced that has not been applied. */
  async #applyAll(doc: Y.Doc, origin: unknown): Promise<boolean> {
    const writing = this.#database.transaction('updates', 'readwrite');
    const { store } = writing;
    const index = store.index('doc');
    const [stored, keys] = await Promise.all([index.getAll(this.#doc), index.getAllKeys(this.#doc)]);
    doc.transact(() => {
      for (const { update } of stored) Y.applyUpdate(doc, update, origin);
    }, origin);
    this.#stored = keys.length;
    if (keys.length > MOST_UPDATES) {
      this.#stored = 1;
      await Promise.all([
        ...keys.map((key) => store.delete(key)),
        store.add({ doc: this.#doc, update: Y.encodeStateAsUpdate(doc) }),
      ]);
    }
    await writing.done;
    return stored.length > 0;
  }

  #record(unsaved: number): Record {
    return { doc: this.#doc, unsaved, usedAt: Date.now() };
  }
}

async function forget(database: IDBPDatabase<Schema>, doc: string): Promise<void> {
  const writing = database.transaction(['updates', 'docs'], 'readwrite');
  const updates = writing.objectStore('updates');
  const keys = await updates.index('doc').getAllKeys(doc);
  await Promise.all([
    ...keys.map((key) => updates.delete(key)),
    writing.objectStore('docs').delete(doc),
    writing.done,
  ]);
}
