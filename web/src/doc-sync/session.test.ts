import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { connect, cut, joined, opened, type Person, settle, text, write } from './fixturePeople';
import { DOC, FakeServer, randomFrom } from './fixtures';
import { mayWrite } from './state';
import { missingMessage, TEXT, updateMessage, vectorMessage } from './wire';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a session', () => {
  it('shows the text the server has, and who else is there', async () => {
    const server = new FakeServer();
    server.doc.getText(TEXT).insert(0, 'There already.');
    const alice = await joined(server, 'alice');
    expect(text(alice)).toBe('There already.');
    expect(alice.session.state).toMatchObject({ ready: true, synced: true, unsaved: 0, people: ['alice'] });
    const bob = await joined(server, 'bob');
    expect(bob.session.state.people).toEqual(['alice', 'bob']);
    expect(alice.session.state.people).toEqual(['alice', 'bob']);
    bob.session.close();
    await settle();
    expect(alice.session.state.people).toEqual(['alice']);
  });

  it('knows who came and who went while it joined, though it hears of them before the list', async () => {
    const server = new FakeServer();
    await joined(server, 'carol');
    const link = server.link('alice');
    const session = opened(link);
    const request = link.request.bind(link);
    link.request = async (event, payload, timeout) => {
      const answer = await request(event, payload, timeout);
      if (event !== 'doc_join') return answer as never;
      link.arrive('doc_user_joined', { doc_id: DOC, username: 'bob' });
      link.arrive('doc_user_left', { doc_id: DOC, username: 'carol' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return answer as never;
    };
    connect({ link, session });
    await settle();
    expect(session.state.people).toEqual(['alice', 'bob']);
  });

  it('is not ready before there is a text', async () => {
    const server = new FakeServer();
    const link = server.link('alice');
    const session = opened(link);
    await settle();
    expect(session.state).toMatchObject({ ready: false, online: false, synced: false });
    expect(mayWrite(session.state)).toBe(false);
    connect({ link, session });
    await settle();
    expect(mayWrite(session.state)).toBe(true);
  });

  it('brings what is written to the server and to the others', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const bob = await joined(server, 'bob');
    write(alice, 'one ');
    expect(alice.session.state.unsaved).toBe(1);
    await settle();
    write(bob, 'two');
    await settle();
    for (const words of [server.text(), text(alice), text(bob)]) expect(words).toBe('one two');
    expect(alice.session.state.unsaved).toBe(0);
  });

  it('has one update under way, and merges what is written meanwhile', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const before = alice.link.requests.length;
    for (const letter of 'a burst of typing') write(alice, letter);
    expect(alice.link.requests.length - before).toBe(1);
    expect(alice.session.state.unsaved).toBe(17);
    await settle(25);
    // The first letter is confirmed, and nothing that was written after it was sent.
    expect(alice.session.state.unsaved).toBe(16);
    await settle();
    expect(alice.link.requests.length - before).toBe(2);
    expect(server.text()).toBe('a burst of typing');
    expect(server.taken).toHaveLength(2);
    expect(alice.session.state).toMatchObject({ unsaved: 0, synced: true });
  });

  it('does not send an update that others made', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const bob = await joined(server, 'bob');
    const before = bob.link.requests.length;
    write(alice, 'mine');
    await settle();
    expect(text(bob)).toBe('mine');
    expect(bob.link.requests.length).toBe(before);
    expect(bob.session.state.unsaved).toBe(0);
  });

  it('hears nothing of other documents', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const other = new Y.Doc();
    other.getText(TEXT).insert(0, 'of another document');
    const message = updateMessage(Y.encodeStateAsUpdate(other));
    server.tell('doc_sync', { doc_id: DOC + 1, message });
    server.tell('doc_deleted', { doc_id: DOC + 1 });
    server.tell('doc_user_joined', { doc_id: DOC + 1, username: 'mallory' });
    await settle();
    expect(text(alice)).toBe('');
    expect(alice.session.state).toMatchObject({ lost: null, people: ['alice'] });
  });
});

describe('a link that breaks', () => {
  it('merges what was written on both sides of it', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const bob = await joined(server, 'bob');
    write(alice, 'middle');
    await settle();
    cut(alice);
    expect(alice.session.state).toMatchObject({ online: false, synced: false, people: [] });
    for (const letter of 'begin ') write(alice, letter, text(alice).length - 6);
    write(bob, ' end');
    await settle();
    expect(alice.session.state.unsaved).toBe(6);
    expect(text(bob)).toBe('middle end');
    connect(alice);
    await settle();
    for (const words of [server.text(), text(alice), text(bob)]) expect(words).toBe('begin middle end');
    expect(alice.session.state).toMatchObject({ unsaved: 0, synced: true });
  });

  it('keeps deletions too', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    write(alice, 'keep drop');
    await settle();
    cut(alice);
    alice.session.text.delete(4, 5);
    connect(alice);
    await settle();
    expect(server.text()).toBe('keep');
    expect(alice.session.state.unsaved).toBe(0);
  });

  it('sends again what was not answered, and it counts once', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    alice.link.answersToLose = 1;
    write(alice, 'once');
    await settle(100);
    expect(server.text()).toBe('once');
    expect(alice.session.state.unsaved).toBe(1);
    cut(alice);
    connect(alice);
    await settle();
    expect(server.text()).toBe('once');
    expect(alice.session.state).toMatchObject({ unsaved: 0, synced: true });
  });

  it('starts again by itself when an answer does not come though the link stands', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    alice.link.answersToLose = 1;
    write(alice, 'patience');
    await settle(5000);
    expect(alice.session.state.unsaved).toBe(1);
    await settle(10_000);
    expect(alice.session.state).toMatchObject({ unsaved: 0, synced: true });
    expect(server.text()).toBe('patience');
  });

  it('survives being cut in the middle of every exchange', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    for (let step = 0; step < 12; step += 1) {
      cut(alice);
      write(alice, `${step} `);
      connect(alice);
      // A round trip takes 20 ms: join, vector, offer end at 60.
      await settle(step * 7);
    }
    await settle();
    expect(server.text()).toBe('0 1 2 3 4 5 6 7 8 9 10 11 ');
    expect(alice.session.state).toMatchObject({ unsaved: 0, synced: true });
  });

  it('takes a second connect for a new beginning even when nobody saw the first one end', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    alice.link.cut();
    connect(alice);
    write(alice, 'still here');
    await settle();
    expect(server.text()).toBe('still here');
    expect(alice.link.joined).toBe(true);
  });

  it('asks for everything when an update builds on what it has not', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const elsewhere = new Y.Doc();
    elsewhere.getText(TEXT).insert(0, 'first ');
    const first = Y.encodeStateAsUpdate(elsewhere);
    const known = Y.encodeStateVector(elsewhere);
    elsewhere.getText(TEXT).insert(6, 'second');
    const second = Y.encodeStateAsUpdate(elsewhere, known);
    // The first one is on the server, but its broadcast was never seen here.
    Y.applyUpdate(server.doc, first);
    Y.applyUpdate(server.doc, second);
    server.publish('doc_sync', { doc_id: DOC, message: updateMessage(second) });
    await settle();
    expect(text(alice)).toBe('first second');
    expect(alice.session.state.synced).toBe(true);
  });

  it('offers everything again when the server has lost what it had not stored', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    write(alice, 'said twice if need be');
    await settle();
    server.doc = new Y.Doc();
    const message = vectorMessage(Y.encodeStateVector(server.doc));
    server.publish('doc_sync', { doc_id: DOC, message });
    await settle();
    expect(server.text()).toBe('said twice if need be');
  });

  it('starts again after a message that cannot be read', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    const joins = () => alice.link.requests.filter((event) => event === 'doc_join').length;
    expect(joins()).toBe(1);
    server.publish('doc_sync', { doc_id: DOC, message: new Uint8Array([9, 9, 9]) });
    await settle();
    expect(joins()).toBe(2);
    expect(alice.session.state.synced).toBe(true);
  });
});

describe('many people on bad links', () => {
  it.each([1, 2, 3, 4, 5, 6])('see the same text with every word exactly once (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const server = new FakeServer();
    const people = await Promise.all(['alice', 'bob', 'carol'].map((name) => joined(server, name)));
    people.forEach(({ link }, index) => {
      link.latency = 1 + Math.floor(random() * 100 * (index + 1));
    });
    const written: string[] = [];
    for (let step = 0; step < 400; step += 1) {
      const person = people[Math.floor(random() * people.length)] as Person;
      const dice = random();
      if (dice < 0.06) cut(person);
      else if (dice < 0.2) connect(person);
      else if (dice < 0.24) person.link.answersToLose = 1;
      else {
        const word = `<${seed}.${step}>`;
        // Between words, as the writer sees them: inside of one it would be torn apart on purpose.
        const places = [...text(person).matchAll(/</g)].map(({ index }) => index);
        write(person, word, places[Math.floor(random() * places.length)] ?? 0);
        written.push(word);
      }
      await settle(Math.floor(random() * 120));
    }
    for (const person of people) connect(person);
    await settle(60_000);
    const final = server.text();
    for (const person of people) {
      expect(text(person)).toBe(final);
      expect(person.session.state).toMatchObject({ unsaved: 0, synced: true });
    }
    expect((final.match(/<[^>]*>/g) ?? []).sort()).toEqual(written.sort());
  });
});

describe('without a copy on the device', () => {
  it('says so', async () => {
    const alice = await joined(new FakeServer(), 'alice');
    expect(alice.session.state.kept).toBe(false);
  });

  it('goes on when the copy cannot be read or written', async () => {
    const server = new FakeServer();
    server.doc.getText(TEXT).insert(0, 'on the server');
    const link = server.link('alice');
    const broken = () => Promise.reject(new Error('no storage'));
    const copy = { load: broken, catchUp: broken, add: broken, saved: broken, unsaved: broken };
    const session = opened(link, { ...copy, forget: broken, forgetSaved: broken });
    connect({ link, session });
    await settle();
    expect(session.text.toString()).toBe('on the server');
    expect(session.state).toMatchObject({ kept: false, synced: true });
  });

  it('does not take a change without an origin for one found on the device', async () => {
    const server = new FakeServer();
    const alice = await joined(server, 'alice');
    alice.session.doc.transact(() => write(alice, 'counted'), null);
    expect(alice.session.state.unsaved).toBe(1);
  });
});

it('a second answer to the same vector changes nothing', async () => {
  const server = new FakeServer();
  const alice = await joined(server, 'alice');
  write(alice, 'twice');
  await settle();
  server.publish('doc_sync', { doc_id: DOC, message: missingMessage(Y.encodeStateAsUpdate(server.doc)) });
  await settle();
  expect(text(alice)).toBe('twice');
});
