import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Copies, type DeviceCopy } from './copy';
import { TEXT } from './wire';

const NAME = 'chatter.docs.1.alice';
const FROM_DEVICE = Symbol('from the device');

let copies: Copies;
const marks = new Map<string, boolean>();
const mark = (doc: string, unsaved: boolean) => marks.set(doc, unsaved);

beforeEach(async () => {
  marks.clear();
  copies = await Copies.open(NAME, mark);
});

afterEach(async () => {
  copies.close();
  await Copies.remove(NAME);
});

/** A page that writes a document down as a session does it. */
async function page(copy: DeviceCopy, doc = new Y.Doc()) {
  let unsaved = 0;
  let writing: Promise<void> = Promise.resolve();
  const found = (count: number) => {
    unsaved += count;
  };
  const present = await copy.load({ doc, origin: FROM_DEVICE, found });
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === FROM_DEVICE) return;
    unsaved += 1;
    writing = copy.add(update, true);
  });
  return {
    copy,
    present,
    doc,
    get unsaved() {
      return unsaved;
    },
    get text() {
      return doc.getText(TEXT).toString();
    },
    write(words: string) {
      const text = doc.getText(TEXT);
      text.insert(text.length, words);
      return writing;
    },
    saves(count: number) {
      unsaved -= count;
      return copy.saved(count);
    },
  };
}

describe('the copy on this device', () => {
  it('brings back what was written, and how much of it nobody has confirmed', async () => {
    const one = await page(copies.of('7'));
    expect(one.present).toBe(false);
    await one.write('kept ');
    await one.write('here');
    expect(await page(copies.of('7'))).toMatchObject({ present: true, unsaved: 2, text: 'kept here' });
    await one.saves(1);
    expect(await page(copies.of('7'))).toMatchObject({ unsaved: 1, text: 'kept here' });
    await one.saves(1);
    expect(await page(copies.of('7'))).toMatchObject({ present: true, unsaved: 0, text: 'kept here' });
  });

  it('is another one for every document', async () => {
    await (await page(copies.of('7'))).write('of seven');
    expect(await page(copies.of('8'))).toMatchObject({ present: false, unsaved: 0, text: '' });
    await copies.of('8').forget();
    expect(await page(copies.of('7'))).toMatchObject({ text: 'of seven', unsaved: 1 });
  });

  it('is another one for every person', async () => {
    await (await page(copies.of('7'))).write('of alice');
    const other = await Copies.open('chatter.docs.2.bob');
    expect((await page(other.of('7'))).text).toBe('');
    other.close();
    await Copies.remove('chatter.docs.2.bob');
  });

  it('forgets one document', async () => {
    await (await page(copies.of('7'))).write('gone');
    await (await page(copies.of('8'))).write('stays');
    await copies.of('7').forget();
    expect(await page(copies.of('7'))).toMatchObject({ present: false, unsaved: 0, text: '' });
    expect((await page(copies.of('8'))).text).toBe('stays');
  });

  it('is gone after signing out, even while another tab has it open, which then is told', async () => {
    const one = await page(copies.of('7'));
    await one.write('secret');
    await Copies.remove(NAME);
    await expect(one.write('more')).rejects.toThrow();
    copies = await Copies.open(NAME, mark);
    expect((await page(copies.of('7'))).present).toBe(false);
  });

  it('stays small, and loses nothing of another page by that', async () => {
    const one = await page(copies.of('7'));
    const two = await page(copies.of('7'));
    await two.write('B');
    for (let count = 0; count < 1100; count += 1) await one.write('a');
    const { text } = await page(copies.of('7'));
    expect(text.replace('B', '')).toBe('a'.repeat(1100));
    expect(text).toContain('B');
    // What the other page wrote has come to this one on the way, as something that is not saved.
    expect(one.text).toContain('B');
    expect(one.unsaved).toBe(1101);
    const database = await openRaw();
    expect(await database.count('updates')).toBeLessThan(502);
    database.close();
  });

  it('forgets after a month what is saved, and never what is not', async () => {
    const month = 31 * 86_400_000;
    const saved = await page(copies.of('saved'));
    await saved.write('saved');
    await saved.saves(1);
    await (await page(copies.of('unsaved'))).write('unsaved');
    const later = await Copies.open(NAME, mark, Date.now() + month);
    expect((await page(later.of('saved'))).present).toBe(false);
    expect((await page(later.of('unsaved'))).text).toBe('unsaved');
    later.close();
  });

  it('forgets what is not wanted any more, and not what is not saved', async () => {
    const gone = await page(copies.of('gone'));
    await gone.write('a secret of others');
    await gone.saves(1);
    await (await page(copies.of('unsaved'))).write('mine');
    const listed = await page(copies.of('listed'));
    await listed.write('listed');
    await listed.saves(1);
    await copies.keepOnly(new Set(['listed']));
    expect((await page(copies.of('gone'))).present).toBe(false);
    expect((await page(copies.of('unsaved'))).text).toBe('mine');
    expect((await page(copies.of('listed'))).text).toBe('listed');
  });
});

describe('several pages', () => {
  it('are merged, and each learns what the others have added', async () => {
    const one = await page(copies.of('7'));
    const two = await page(copies.of('7'));
    await one.write('one ');
    await two.copy.catchUp();
    expect(two).toMatchObject({ text: 'one ', unsaved: 1 });
    await two.write('two ');
    await two.copy.catchUp();
    expect(two).toMatchObject({ text: 'one two ', unsaved: 2 });
    await one.copy.catchUp();
    expect(one).toMatchObject({ text: 'one two ', unsaved: 2 });
  });

  it('mark a document as unsaved until all of it is saved, whoever saves it', async () => {
    const one = await page(copies.of('7'));
    const two = await page(copies.of('7'));
    await one.write('one');
    await two.write('two');
    expect(marks.get('7')).toBe(true);
    await two.saves(1);
    expect(marks.get('7')).toBe(true);
    expect(await copies.of('7').unsaved()).toBe(1);
    await one.saves(1);
    expect(marks.get('7')).toBe(false);
    // What a page left behind is saved by the next one.
    await one.write('!');
    const next = await page(copies.of('7'));
    await next.write('?');
    expect(next.unsaved).toBe(2);
    await next.saves(1);
    expect(marks.get('7')).toBe(true);
    await next.saves(1);
    expect(marks.get('7')).toBe(false);
    expect(await page(copies.of('7'))).toMatchObject({ unsaved: 0, text: next.text });
  });

  it('take nothing for saved that was written after they have looked', async () => {
    const one = await page(copies.of('7'));
    await one.write('seen ');
    const two = await page(copies.of('7'));
    expect(two.unsaved).toBe(1);
    await one.write('not seen');
    await two.saves(1);
    expect(marks.get('7')).toBe(true);
    expect(await copies.of('7').unsaved()).toBe(1);
    await two.copy.catchUp();
    expect(two).toMatchObject({ text: 'seen not seen', unsaved: 1 });
    // The page that wrote it says itself that all of it is saved.
    await one.saves(2);
    expect(marks.get('7')).toBe(false);
    expect(await copies.of('7').unsaved()).toBe(0);
  });

  it('do not forget what another has not saved', async () => {
    const one = await page(copies.of('7'));
    const two = await page(copies.of('7'));
    await one.write('mine');
    await two.copy.forgetSaved();
    expect(await page(copies.of('7'))).toMatchObject({ text: 'mine', unsaved: 1 });
    await one.saves(1);
    await two.copy.forgetSaved();
    expect((await page(copies.of('7'))).present).toBe(false);
  });
});

async function openRaw() {
  const { openDB } = await import('idb');
  return openDB(NAME);
}
