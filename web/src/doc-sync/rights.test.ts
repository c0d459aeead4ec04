/** What a session does when the server refuses: for now, for good, or because somebody may not. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UndoManager } from 'yjs';
import { connect, cut, joined, opened, settle, text, write } from './fixturePeople';
import { DOC, FakeServer } from './fixtures';
import { MOST_BYTES } from './limit';
import { mayWrite } from './state';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('refusals', () => {
  it.each(['out_of_date', 'not_joined', 'busy', 'storage_failed'])('start again after %s', async (code) => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    server.refuseNext = code;
    write(alice, 'in the end');
    await settle(5000);
    expect(server.text()).toBe('in the end');
    expect(alice.session.state).toMatchObject({ unsaved: 0, synced: true, stuck: null, lost: null });
  });

  it('pause longer and longer while they go on', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const joins = () => alice.link.requests.filter((event) => event === 'doc_join').length;
    vi.spyOn(server, 'handle').mockReturnValue({ ok: false, error: 'busy' });
    cut(alice);
    connect(alice);
    await settle(60_000);
    expect(joins()).toBeLessThan(12);
    expect(joins()).toBeGreaterThan(5);
  });

  it('of an update the server cannot read stop the writing and keep the text', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    server.refuseNext = 'malformed_update';
    write(alice, 'kept');
    await settle();
    expect(alice.session.state).toMatchObject({ stuck: 'malformed', unsaved: 1 });
    expect(mayWrite(alice.session.state)).toBe(false);
    expect(text(alice)).toBe('kept');
    const before = alice.link.requests.length;
    await settle(60_000);
    expect(alice.link.requests.length).toBe(before);
    expect(server.text()).toBe('');
  });
});

describe('a text that is too long', () => {
  it('for another reason than its length is not shortened in vain', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const sync = vi.spyOn(server, 'refusalOf').mockReturnValue('content_too_large');
    write(alice, 'one letter more');
    await settle(60_000);
    expect(sync).toHaveBeenCalledTimes(3);
    expect(alice.session.state).toMatchObject({ stuck: 'full', over: 0, unsaved: 1 });
    expect(text(alice)).toBe('one letter more');
  });

  it('is not sent, and is sent once it is short enough', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const before = alice.link.requests.length;
    write(alice, 'ä'.repeat(MOST_BYTES / 2 + 1));
    await settle();
    expect(alice.link.requests.length).toBe(before);
    expect(alice.session.state).toMatchObject({ over: 2, unsaved: 1 });
    expect(mayWrite(alice.session.state)).toBe(true);
    alice.session.text.delete(0, 1);
    await settle();
    expect(alice.session.state).toMatchObject({ over: 0, unsaved: 0, synced: true });
    expect(server.text()).toHaveLength(MOST_BYTES / 2);
  });

  it('by what another person wrote at the same time is seen when the server refuses it', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const bob = await joined(server, 'bob');
    const most = 'x'.repeat(MOST_BYTES / 2 + 1);
    cut(alice);
    write(alice, most);
    write(bob, most);
    await settle();
    expect(bob.session.state.unsaved).toBe(0);
    connect(alice);
    await settle(20_000);
    expect(alice.session.state).toMatchObject({ over: 2, unsaved: 1, stuck: null });
    expect(server.text()).toBe(most);
    alice.session.text.delete(0, 2);
    await settle();
    expect(alice.session.state).toMatchObject({ over: 0, unsaved: 0, synced: true });
    expect(server.text()).toHaveLength(MOST_BYTES);
  });

  it('says by how much, with every change, also without a link', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    cut(alice);
    write(alice, 'x'.repeat(MOST_BYTES));
    expect(alice.session.state.over).toBe(0);
    write(alice, 'äö');
    expect(alice.session.state.over).toBe(4);
    alice.session.text.delete(0, 3);
    expect(alice.session.state.over).toBe(1);
    connect(alice);
    await settle();
    expect(alice.session.state).toMatchObject({ over: 1, unsaved: 3 });
    expect(server.text()).toBe('');
  });

  it('in its history is not sent, and says so', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    cut(alice);
    const { doc, text: words } = alice.session;
    // Each letter before the one that was written before it: nothing of this can be put together, so a letter is
    // seven bytes or more (Yjs writes the device's number with each: one to five bytes, by how large it is).
    const letters = 300_000;
    doc.transact(() => {
      for (let times = 0; times < letters; times += 1) words.insert(0, 'x');
    });
    connect(alice);
    await settle(60_000);
    expect(alice.session.state).toMatchObject({ stuck: 'full', over: 0, unsaved: 1, online: true });
    expect(mayWrite(alice.session.state)).toBe(false);
    expect(server.text()).toBe('');
    expect(text(alice)).toHaveLength(letters);
  });

  it.each(['without a link', 'before the answer'])(
    'of words that are gone again (%s) is nobody’s trouble',
    async (when) => {
      const server = new FakeServer();
      const alice = await joined(server, 'alice');
      const { text: words } = alice.session;
      // Keeps what is deleted, to bring it back.
      const undo = new UndoManager(words, { captureTimeout: 0 });
      if (when === 'without a link') cut(alice);
      for (let times = 0; times < 5; times += 1) {
        write(alice, 'x'.repeat(MOST_BYTES - 10));
        words.delete(0, words.length);
      }
      write(alice, 'stays');
      if (when === 'without a link') connect(alice);
      await settle(10_000);
      expect(server.text()).toBe('stays');
      expect(alice.session.state).toMatchObject({ unsaved: 0, synced: true, stuck: null });
      for (let times = 0; times < 2; times += 1) undo.undo();
      await settle(10_000);
      expect(server.text()).toBe('x'.repeat(MOST_BYTES - 10));
    },
  );
});

describe('roles', () => {
  it('of a viewer let nothing be written, and what others write is seen', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice', 'viewer');
    const bob = await joined(server, 'bob');
    expect(mayWrite(alice.session.state)).toBe(false);
    write(bob, 'live');
    await settle();
    expect(text(alice)).toBe('live');
    expect(alice.session.state).toMatchObject({ synced: true, stuck: null });
    const sent = alice.link.requests.filter((event) => event === 'doc_sync').length;
    cut(alice);
    connect(alice);
    await settle();
    // Their vector alone: a viewer offers nothing.
    expect(alice.link.requests.filter((event) => event === 'doc_sync').length).toBe(sent + 1);
  });

  it('change while one writes: nothing more is sent, and what was written stays', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    write(alice, 'before ');
    await settle();
    server.role('alice', 'viewer');
    write(alice, 'after');
    await settle();
    expect(alice.session.state).toMatchObject({ role: 'viewer', stuck: 'role', unsaved: 1 });
    expect(server.text()).toBe('before ');
    expect(text(alice)).toBe('before after');
    server.role('alice', 'editor');
    await settle();
    expect(alice.session.state).toMatchObject({ role: 'editor', stuck: null, unsaved: 0, synced: true });
    expect(server.text()).toBe('before after');
  });

  it('change while one is away', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    cut(alice);
    write(alice, 'for nothing');
    server.roles.set('alice', 'viewer');
    connect(alice);
    await settle();
    expect(alice.session.state).toMatchObject({ role: 'viewer', stuck: 'role', unsaved: 1 });
    expect(server.text()).toBe('');
    cut(alice);
    server.roles.set('alice', 'editor');
    connect(alice);
    await settle();
    expect(alice.session.state).toMatchObject({ stuck: null, unsaved: 0 });
    expect(server.text()).toBe('for nothing');
  });

  it('of somebody else are none of one’s business', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    await joined(server, 'bob');
    server.role('bob', 'viewer');
    server.remove('bob');
    await settle();
    expect(alice.session.state).toMatchObject({ role: 'editor', lost: null });
  });

  it('promote a viewer without a new join', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice', 'viewer');
    const joins = alice.link.requests.length;
    server.role('alice', 'editor');
    await settle();
    expect(mayWrite(alice.session.state)).toBe(true);
    write(alice, 'promoted');
    await settle();
    expect(server.text()).toBe('promoted');
    expect(alice.link.requests.length).toBe(joins + 1);
  });
});

describe('access', () => {
  it('that is lost keeps the text, stops everything, and comes back with a new invitation', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const bob = await joined(server, 'bob');
    write(alice, 'mine ');
    await settle();
    server.remove('alice');
    write(alice, 'unsaved');
    await settle();
    expect(alice.session.state).toMatchObject({ lost: 'removed', unsaved: 1, people: [] });
    expect(text(alice)).toBe('mine unsaved');
    expect(server.text()).toBe('mine ');
    write(bob, 'secret');
    await settle();
    expect(text(alice)).not.toContain('secret');
    const before = alice.link.requests.length;
    await settle(60_000);
    expect(alice.link.requests.length).toBe(before);
    server.roles.set('alice', 'editor');
    server.tell('doc_member_added', { doc_id: DOC, username: 'alice', role: 'editor' });
    await settle();
    expect(alice.session.state).toMatchObject({ lost: null, unsaved: 0, synced: true });
    expect(server.text()).toContain('secret');
    expect(server.text()).toContain('unsaved');
    expect(text(alice)).toBe(server.text());
  });

  it('that was never there is said', async () => {
    const server = new FakeServer();
    const link = server.link('mallory');
    server.roles.delete('mallory');
    const session = opened(link);
    connect({ link, session });
    await settle();
    expect(session.state).toMatchObject({ lost: 'removed', ready: false });
  });

  it('to a deleted document never comes back', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    write(alice, 'last words');
    await settle();
    server.tell('doc_deleted', { doc_id: DOC });
    await settle();
    expect(alice.session.state.lost).toBe('deleted');
    const before = alice.link.requests.length;
    cut(alice);
    connect(alice);
    await settle();
    expect(alice.link.requests.length).toBe(before);
    expect(text(alice)).toBe('last words');
  });
});
