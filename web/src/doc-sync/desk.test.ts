import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Doc } from 'yjs';
import { Copies } from './copy';
import { Desk } from './desk';
import { DOC, type FakeLink, FakeServer } from './fixtures';
import { type DocRef, docKey } from './ref';
import type { DocSession } from './session';

const NAME = 'chatter.docs.1.alice';
const REF: DocRef = { id: DOC, createdAt: '2026-01-15T10:30:00Z' };

const desks: Desk[] = [];

afterEach(async () => {
  for (const desk of desks.splice(0)) desk.close();
  await Copies.remove(NAME);
  marks.clear();
});

/** What is marked as unsaved on the device, by all pages. */
const marks = new Map<string, boolean>();

const isMarked = () => marks.get(docKey(REF)) ?? false;

function deskOf(link: FakeLink, kept = true) {
  link.latency = 1;
  const mark = (doc: string, unsaved: boolean) => marks.set(doc, unsaved);
  const left: string[] = [];
  const desk = new Desk({
    me: link.name,
    channel: link,
    copies: kept ? Copies.open(NAME, mark) : Promise.resolve(null),
    onUnsaved: (ref, unsaved) => mark(docKey(ref), unsaved),
    onLeft: (doc) => left.push(doc),
  });
  desks.push(desk);
  return { desk, left };
}

function connect(desk: Desk, link: FakeLink): void {
  link.up();
  desk.linkUp();
}

const loaded = (session: DocSession) => vi.waitFor(() => expect(session.state.loading).toBe(false));
const synced = (session: DocSession) =>
  vi.waitFor(() => expect(session.state).toMatchObject({ synced: true, unsaved: 0 }));

describe('the desk', () => {
  it('has one session for a document, however many look at it, and leaves after the last', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const { desk } = deskOf(link);
    connect(desk, link);
    const first = desk.take(REF, 'editor');
    const second = desk.take(REF, 'editor');
    expect(second).toBe(first);
    await synced(first);
    desk.putAway(first);
    expect(link.requests).not.toContain('doc_leave');
    expect(link.joined).toBe(true);
    desk.putAway(first);
    await vi.waitFor(() => expect(link.joined).toBe(false));
    expect(desk.take(REF, 'editor')).not.toBe(first);
  });

  it('keeps what is put away unsaved until it is saved, unseen', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const { desk } = deskOf(link);
    connect(desk, link);
    const session = desk.take(REF, 'editor');
    await synced(session);
    link.cut();
    desk.linkDown();
    session.text.insert(0, 'written without a link');
    await vi.waitFor(() => expect(isMarked()).toBe(true));
    desk.putAway(session);
    connect(desk, link);
    await vi.waitFor(() => expect(server.text()).toBe('written without a link'));
    await vi.waitFor(() => expect(isMarked()).toBe(false));
    await vi.waitFor(() => expect(link.joined).toBe(false));
    expect(link.shown).toBeNull();
  });

  it('brings back after a reload what was written offline, and saves it', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const before = deskOf(link);
    connect(before.desk, link);
    const first = before.desk.take(REF, 'editor');
    await synced(first);
    first.text.insert(0, 'begin ');
    await synced(first);
    link.cut();
    before.desk.linkDown();
    first.text.insert(6, 'middle ');
    first.text.insert(13, 'end');
    const copies = await Copies.open(NAME);
    await vi.waitFor(async () => expect(await copies.of(docKey(REF)).unsaved()).toBe(2));
    before.desk.close();

    const after = deskOf(link);
    const second = after.desk.take(REF, 'editor');
    await loaded(second);
    expect(second.text.toString()).toBe('begin middle end');
    expect(second.state).toMatchObject({ ready: true, unsaved: 2, online: false });
    expect(isMarked()).toBe(true);
    server.doc.getText('content').insert(0, 'Others: ');
    connect(after.desk, link);
    await synced(second);
    expect(server.text()).toBe('Others: begin middle end');
    expect(second.text.toString()).toBe(server.text());
    copies.close();
  });

  it('never takes a document for an older one with the same id', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const { desk } = deskOf(link);
    connect(desk, link);
    const old = desk.take(REF, 'editor');
    await synced(old);
    old.text.insert(0, 'from before the reinstallation');
    await synced(old);
    desk.putAway(old);
    const fresh = new FakeServer();
    const again = fresh.link('alice');
    const { desk: later } = deskOf(again);
    connect(later, again);
    const session = later.take({ ...REF, createdAt: '2026-05-01T00:00:00Z' }, 'editor');
    await synced(session);
    expect(session.text.toString()).toBe('');
    expect(fresh.text()).toBe('');
  });

  it('gives up what cannot be saved, on this device too', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const { desk } = deskOf(link);
    connect(desk, link);
    const session = desk.take(REF, 'editor');
    await synced(session);
    server.refuseNext = 'malformed_update';
    session.text.insert(0, 'poison');
    await vi.waitFor(() => expect(session.state.stuck).toBe('malformed'));
    await desk.discard(session);
    expect(isMarked()).toBe(false);
    const next = desk.take(REF, 'editor');
    expect(next).not.toBe(session);
    await synced(next);
    expect(next.text.toString()).toBe('');
  });

  it('keeps what was not saved when access is lost', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const { desk } = deskOf(link);
    connect(desk, link);
    const session = desk.take(REF, 'editor');
    await synced(session);
    link.cut();
    desk.linkDown();
    session.text.insert(0, 'not saved');
    server.roles.delete('alice');
    connect(desk, link);
    await vi.waitFor(() => expect(session.state.lost).toBe('removed'));
    desk.putAway(session);
    const copies = await Copies.open(NAME);
    const doc = new Doc();
    const copy = copies.of(docKey(REF));
    expect(await copy.load({ doc, origin: null, found: () => {} })).toBe(true);
    expect(await copy.unsaved()).toBe(1);
    expect(doc.getText('content').toString()).toBe('not saved');
    expect(isMarked()).toBe(true);
    copies.close();
  });

  it('forgets what others wrote when access is lost', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const { desk } = deskOf(link);
    connect(desk, link);
    const session = desk.take(REF, 'editor');
    await synced(session);
    server.doc.getText('content').insert(0, 'a secret');
    session.text.insert(0, 'mine ');
    await synced(session);
    server.remove('alice');
    await vi.waitFor(() => expect(session.state.lost).toBe('removed'));
    desk.putAway(session);
    const copies = await Copies.open(NAME);
    await vi.waitFor(async () => {
      const reader = { doc: new Doc(), origin: null, found: () => {} };
      expect(await copies.of(docKey(REF)).load(reader)).toBe(false);
    });
    copies.close();
  });

  it('warns only where closing the page would lose something', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const kept = deskOf(link);
    const first = kept.desk.take(REF, 'editor');
    await loaded(first);
    first.text.insert(0, 'kept');
    expect(kept.desk.wouldLose).toBe(false);
    const { desk } = deskOf(server.link('bob'), false);
    const second = desk.take(REF, 'editor');
    await loaded(second);
    expect(desk.wouldLose).toBe(false);
    second.text.insert(0, 'in this tab alone');
    expect(desk.wouldLose).toBe(true);
  });

  it('tells where nothing is kept on the device that there is something unsaved', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const { desk } = deskOf(link, false);
    const session = desk.take(REF, 'editor');
    await loaded(session);
    expect(isMarked()).toBe(false);
    connect(desk, link);
    await synced(session);
    link.cut();
    desk.linkDown();
    session.text.insert(0, 'in this tab alone');
    expect(isMarked()).toBe(true);
    connect(desk, link);
    await synced(session);
    expect(isMarked()).toBe(false);
  });
});

describe('two pages of one person', () => {
  /** Both have the document open, and no link any more. */
  async function twoPages(server: FakeServer) {
    const links = [server.link('alice'), server.link('alice')] as const;
    const pages = links.map((link) => ({ link, ...deskOf(link) }));
    const opened = [];
    for (const { desk, link, left } of pages) {
      connect(desk, link);
      const session = desk.take(REF, 'editor');
      await synced(session);
      opened.push({ desk, link, left, session });
    }
    for (const { desk, link } of opened) {
      link.cut();
      desk.linkDown();
    }
    const [one, other] = opened;
    if (one === undefined || other === undefined) throw new Error('two pages');
    return { one, other };
  }

  it('see without a link what the other has written, and save it once', async () => {
    const server = new FakeServer();
    const { one, other } = await twoPages(server);
    one.session.text.insert(0, 'from one page ');
    await vi.waitFor(() => expect(one.left).toEqual([docKey(REF)]));
    other.desk.catchUp(docKey(REF));
    await vi.waitFor(() => expect(other.session.text.toString()).toBe('from one page '));
    expect(other.session.state).toMatchObject({ unsaved: 1, online: false });
    for (const { desk, link } of [one, other]) connect(desk, link);
    for (const { session } of [one, other]) await synced(session);
    expect(server.text()).toBe('from one page ');
    await vi.waitFor(() => expect(isMarked()).toBe(false));
  });

  it('save what the other left when it was closed, whether or not they were told', async () => {
    for (const told of [true, false]) {
      const server = new FakeServer();
      const { one, other } = await twoPages(server);
      one.session.text.insert(0, 'last words');
      await vi.waitFor(() => expect(one.left).toEqual([docKey(REF)]));
      one.desk.close();
      await vi.waitFor(() => expect(one.left).toHaveLength(2));
      connect(other.desk, other.link);
      await synced(other.session);
      if (told) other.desk.catchUp(docKey(REF));
      await vi.waitFor(() => expect(server.text()).toBe('last words'));
      await synced(other.session);
      await vi.waitFor(() => expect(isMarked()).toBe(false));
      other.desk.close();
      await Copies.remove(NAME);
    }
  });

  it('do not take for saved what only the other has', async () => {
    const server = new FakeServer();
    const { one, other } = await twoPages(server);
    connect(other.desk, other.link);
    await synced(other.session);
    one.session.text.insert(0, 'not yet ');
    await vi.waitFor(() => expect(isMarked()).toBe(true));
    other.session.text.insert(0, 'saved ');
    await synced(other.session);
    expect(server.text()).toBe('saved ');
    const copies = await Copies.open(NAME);
    await vi.waitFor(async () => expect(await copies.of(docKey(REF)).unsaved()).toBe(1));
    copies.close();
    expect(isMarked()).toBe(true);
    connect(one.desk, one.link);
    await synced(one.session);
    expect(server.text()).toContain('not yet ');
    await vi.waitFor(() => expect(isMarked()).toBe(false));
  });
});
