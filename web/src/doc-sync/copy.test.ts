import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Copies, type DeviceCopy } from './copy';
import { TEXT } from './wire';

const NAME = 'chatter.docs.1.alice';
const FROM_DEVICE = Symbol('from the device');

let copies: Copies;

beforeEach(async () => {
  copies = await Copies.open(NAME);
});

afterEach(async () => {
  copies.close();
  await Copies.remove(NAME);
});

/** A document that is written down as a session does it. */
function kept(copy: DeviceCopy): { doc: Y.Doc; write(words: string): Promise<void> } {
  const doc = new Y.Doc();
  let unsaved = 0;
  let writing: Promise<void> = Promise.resolve();
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === FROM_DEVICE) return;
    unsaved += 1;
    writing = copy.add(doc, update, unsaved, FROM_DEVICE);
  });
  return {
    doc,
    write(words) {
      const text = doc.getText(TEXT);
      text.insert(text.length, words);
      return writing;
    },
  };
}

async function read(copy: DeviceCopy) {
  const doc = new Y.Doc();
  const loaded = await copy.load(doc, FROM_DEVICE);
  return { ...loaded, text: doc.getText(TEXT).toString() };
}

describe('the copy on this device', () => {
  it('brings back what was written, and how much of it nobody has confirmed', async () => {
    const page = kept(copies.of('7'));
    await page.write('kept ');
    await page.write('here');
    expect(await read(copies.of('7'))).toEqual({ present: true, unsaved: 2, text: 'kept here' });
    await copies.of('7').count(0);
    expect(await read(copies.of('7'))).toEqual({ present: true, unsaved: 0, text: 'kept here' });
  });

  it('is another one for every document', async () => {
    await kept(copies.of('7')).write('of seven');
    expect(await read(copies.of('8'))).toEqual({ present: false, unsaved: 0, text: '' });
    await copies.of('8').forget();
    expect((await read(copies.of('7'))).text).toBe('of seven');
  });

  it('is another one for every person', async () => {
    await kept(copies.of('7')).write('of alice');
    const other = await Copies.open('chatter.docs.2.bob');
    expect((await read(other.of('7'))).text).toBe('');
    other.close();
    await Copies.remove('chatter.docs.2.bob');
  });

  it('forgets one document', async () => {
    await kept(copies.of('7')).write('gone');
    await kept(copies.of('8')).write('stays');
    await copies.of('7').forget();
    expect(await read(copies.of('7'))).toEqual({ present: false, unsaved: 0, text: '' });
    expect((await read(copies.of('8'))).text).toBe('stays');
  });

  it('is gone after signing out, even while another tab has it open, which then is told', async () => {
    const page = kept(copies.of('7'));
    await page.write('secret');
    await Copies.remove(NAME);
    await expect(page.write('more')).rejects.toThrow();
    copies = await Copies.open(NAME);
    expect((await read(copies.of('7'))).present).toBe(false);
  });

  it('merges what two tabs have written', async () => {
    const one = kept(copies.of('7'));
    const two = kept(copies.of('7'));
    await one.write('one');
    await two.write('two');
    expect((await read(copies.of('7'))).text).toMatch(/^(onetwo|twoone)$/);
  });

  it('stays small, and loses nothing of another tab by that', async () => {
    const one = kept(copies.of('7'));
    const two = kept(copies.of('7'));
    await two.write('B');
    for (let count = 0; count < 1100; count += 1) await one.write('a');
    const { text } = await read(copies.of('7'));
    expect(text.replace('B', '')).toBe('a'.repeat(1100));
    expect(text).toContain('B');
    // What the other tab wrote has come to this one on the way.
    expect(one.doc.getText(TEXT).toString()).toContain('B');
    const database = await openRaw();
    expect(await database.count('updates')).toBeLessThan(502);
    database.close();
  });

  it('forgets after a month what is saved, and never what is not', async () => {
    const month = 31 * 86_400_000;
    await kept(copies.of('saved')).write('saved');
    await copies.of('saved').count(0);
    await kept(copies.of('unsaved')).write('unsaved');
    const later = await Copies.open(NAME, Date.now() + month);
    expect((await read(later.of('saved'))).present).toBe(false);
    expect((await read(later.of('unsaved'))).text).toBe('unsaved');
    later.close();
  });
});

async function openRaw() {
  const { openDB } = await import('idb');
  return openDB(NAME);
}
