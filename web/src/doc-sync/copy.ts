/**
 * The copy of documents on this device: one database for each person, in it
 * the updates of each document, and how many changes of each page the server
 * has not confirmed. Several pages may have a document open at once. Whatever
 * fails here rejects; the caller then goes on without.
 */

import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import * as Y from 'yjs';
import { Backlog } from './backlog';

/** Above this many, the updates of a document are replaced by one. */
const MOST_UPDATES = 500;

/** What is saved and has not been looked at for so long is not worth its place. */
const FORGOTTEN_AFTER_MS = 30 * 86_400_000;

interface Schema extends DBSchema {
  updates: { key: number; value: { doc: string; update: Uint8Array }; indexes: { doc: string } };
  docs: { key: string; value: { doc: string; usedAt: number } };
  /** For each page that has written something: how much, and how much of it is saved. Gone once all is. */
  pages: { key: [doc: string, page: number]; value: { made: number; saved: number } };
}

type Store = 'updates' | 'docs' | 'pages';
const STORES: Store[] = ['updates', 'docs', 'pages'];
type Writing = IDBPTransaction<Schema, Store[], 'readwrite'>;

/** Is told within the transaction, so that what pages say one after the other is what is there one after the other. */
type Mark = (doc: string, unsaved: boolean) => void;

/** Who reads a copy. */
export interface Reader {
  doc: Y.Doc;
  /** Of what is applied. */
  origin: unknown;
  /** So many changes that the server has not confirmed are about to be applied. */
  found(unsaved: number): void;
}

export interface DeviceCopy {
  /** Applies what is kept; false when nothing is. To be called before anything else. */
  load(reader: Reader): Promise<boolean>;
  /** Applies what other pages have added since. */
  catchUp(): Promise<void>;
  /** `mine`: the server has to confirm it. */
  add(update: Uint8Array, mine: boolean): Promise<void>;
  /** So many of the unconfirmed changes, in the order in which they were found and added, are confirmed. */
  saved(count: number): Promise<void>;
  /** How many are not, whichever page made them. */
  unsaved(): Promise<number>;
  forget(): Promise<void>;
  /** Unless there is something that is not saved. */
  forgetSaved(): Promise<void>;
}

export class Copies {
  readonly #database: IDBPDatabase<Schema>;
  readonly #mark: Mark;

  private constructor(database: IDBPDatabase<Schema>, mark: Mark) {
    this.#database = database;
    this.#mark = mark;
  }

  static async open(name: string, mark: Mark = () => {}, now = Date.now()): Promise<Copies> {
    const database = await openDB<Schema>(name, 2, {
      upgrade(fresh) {
        for (const store of Array.from(fresh.objectStoreNames)) fresh.deleteObjectStore(store);
        fresh.createObjectStore('updates', { autoIncrement: true }).createIndex('doc', 'doc');
        fresh.createObjectStore('docs', { keyPath: 'doc' });
        fresh.createObjectStore('pages');
      },
      // Signing out in another tab deletes the database and must not wait for this one.
      blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
    });
    const copies = new Copies(database, mark);
    await copies.#forgetWhere(({ usedAt }) => usedAt < now - FORGOTTEN_AFTER_MS);
    return copies;
  }

  static remove(name: string): Promise<void> {
    return deleteDB(name);
  }

  /** `doc` has to name one document for ever: an id alone may be another one's after a reinstallation. */
  of(doc: string): DeviceCopy {
    return new StoredCopy(this.#database, doc, this.#mark);
  }

  /** Forgets the others, except for what is not saved. */
  keepOnly(docs: ReadonlySet<string>): Promise<void> {
    return this.#forgetWhere(({ doc }) => !docs.has(doc));
  }

  close(): void {
    this.#database.close();
  }

  async #forgetWhere(unwanted: (known: Schema['docs']['value']) => boolean): Promise<void> {
    for (const known of await this.#database.getAll('docs')) {
      if (unwanted(known)) await this.of(known.doc).forgetSaved();
    }
  }
}

class StoredCopy implements DeviceCopy {
  readonly #database: IDBPDatabase<Schema>;
  readonly #doc: string;
  readonly #mark: Mark;
  #reader: Reader | null = null;
  #backlog = new Backlog(0);
  #rows = 0;
  /** The last row that has been read. */
  #seen = 0;

  constructor(database: IDBPDatabase<Schema>, doc: string, mark: Mark) {
    this.#database = database;
    this.#doc = doc;
    this.#mark = mark;
  }

  async load(reader: Reader): Promise<boolean> {
    this.#reader = reader;
    this.#backlog = new Backlog(reader.doc.clientID);
    const writing = this.#write();
    await this.#read(writing);
    await this.#touch(writing);
    await this.#tell(writing);
    return this.#rows > 0;
  }

  async catchUp(): Promise<void> {
    const writing = this.#write();
    await this.#read(writing);
    await writing.done;
  }

  async add(update: Uint8Array, mine: boolean): Promise<void> {
    if (mine) this.#backlog.made();
    const { own, page } = this.#backlog;
    // One transaction, so that what is kept and what is counted cannot disagree.
    const writing = this.#write();
    const adding = writing.objectStore('updates').add({ doc: this.#doc, update });
    await this.#touch(writing);
    if (mine) await writing.objectStore('pages').put(own, [this.#doc, page]);
    await adding;
    if (mine) this.#mark(this.#doc, true);
    this.#rows += 1;
    if (this.#rows > MOST_UPDATES) await this.#compact(writing);
    await writing.done;
  }

  async saved(count: number): Promise<void> {
    const confirmed = this.#backlog.confirm(count);
    const writing = this.#write();
    const pages = writing.objectStore('pages');
    for (const [page, upTo] of confirmed) {
      const known = await pages.get([this.#doc, page]);
      if (known === undefined) continue;
      const saved = Math.max(known.saved, upTo);
      if (saved >= known.made) await pages.delete([this.#doc, page]);
      else await pages.put({ made: known.made, saved }, [this.#doc, page]);
    }
    await this.#tell(writing);
  }

  async unsaved(): Promise<number> {
    return (await pagesOf(this.#write(), this.#doc)).reduce((sum, { made, saved }) => sum + made - saved, 0);
  }

  async forget(): Promise<void> {
    await this.#forget(this.#write());
  }

  async forgetSaved(): Promise<void> {
    const writing = this.#write();
    if ((await pagesOf(writing, this.#doc)).length === 0) await this.#forget(writing);
    else await writing.done;
  }

  #write(): Writing {
    return this.#database.transaction(STORES, 'readwrite');
  }

  async #touch(writing: Writing): Promise<void> {
    await writing.objectStore('docs').put({ doc: this.#doc, usedAt: Date.now() });
  }

  /** What is new, and of how much of it the server knows nothing. */
  async #read(writing: Writing): Promise<void> {
    const store = writing.objectStore('updates');
    const keys = await store.index('doc').getAllKeys(this.#doc);
    const fresh = keys.filter((key) => key > this.#seen);
    const rows = await Promise.all(fresh.map((key) => store.get(key)));
    const found = this.#backlog.found(await pagesOf(writing, this.#doc));
    this.#rows = keys.length;
    this.#seen = keys.at(-1) ?? this.#seen;
    const reader = this.#reader;
    if (reader === null) return;
    if (found > 0) reader.found(found);
    reader.doc.transact(() => {
      for (const row of rows) if (row !== undefined) Y.applyUpdate(reader.doc, row.update, reader.origin);
    }, reader.origin);
  }

  /** Another page of the same person may have added to it, so nothing is replaced that has not been applied. */
  async #compact(writing: Writing): Promise<void> {
    if (this.#reader === null) return;
    await this.#read(writing);
    const store = writing.objectStore('updates');
    const keys = await store.index('doc').getAllKeys(this.#doc);
    for (const key of keys) await store.delete(key);
    const update = Y.encodeStateAsUpdate(this.#reader.doc);
    this.#seen = await store.add({ doc: this.#doc, update });
    this.#rows = 1;
  }

  async #forget(writing: Writing): Promise<void> {
    const updates = writing.objectStore('updates');
    for (const key of await updates.index('doc').getAllKeys(this.#doc)) await updates.delete(key);
    await writing.objectStore('pages').delete(everyPageOf(this.#doc));
    await writing.objectStore('docs').delete(this.#doc);
    await this.#tell(writing);
  }

  async #tell(writing: Writing): Promise<void> {
    this.#mark(this.#doc, (await pagesOf(writing, this.#doc)).length > 0);
    await writing.done;
  }
}

interface Page {
  page: number;
  made: number;
  saved: number;
}

const everyPageOf = (doc: string) => IDBKeyRange.bound([doc], [doc, []]);

async function pagesOf(writing: Writing, doc: string): Promise<Page[]> {
  const store = writing.objectStore('pages');
  const range = everyPageOf(doc);
  const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
  return keys.flatMap(([, page], index) => {
    const value = values[index];
    return value === undefined ? [] : [{ page, ...value }];
  });
}
