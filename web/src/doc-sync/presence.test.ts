import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { hueOf } from '../ui/hue';
import { coloursOf } from './colour';
import { Presence } from './presence';
import { TEXT } from './wire';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const settle = (ms = 200) => vi.advanceTimersByTimeAsync(ms);

/** Somebody's presence, and everything it says. */
function present(name: string) {
  const doc = new Y.Doc();
  doc.getText(TEXT).insert(0, 'some text to point at');
  const said: Uint8Array[] = [];
  const farewells: Uint8Array[] = [];
  const answers: boolean[] = [];
  const presence = new Presence(doc, name, {
    share: async (message) => {
      said.push(message);
      return answers.shift() ?? true;
    },
    farewell: (message) => farewells.push(message),
  });
  return { doc, presence, said, farewells, answers };
}

function pointAt(doc: Y.Doc, index: number) {
  return Y.createRelativePositionFromTypeIndex(doc.getText(TEXT), index);
}

/** What a client that is not ours says. */
function foreign(state: unknown): { client: number; message: Uint8Array } {
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalState(state as Record<string, unknown>);
  const message = encodeAwarenessUpdate(awareness, [awareness.clientID]);
  const client = awareness.clientID;
  awareness.destroy();
  return { client, message };
}

function others(presence: Presence) {
  const states = new Map(presence.awareness.getStates());
  states.delete(presence.awareness.clientID);
  return [...states.values()];
}

describe('presence', () => {
  it('says nothing before one has joined', async () => {
    const { presence, said } = present('alice');
    presence.awareness.setLocalState({ cursor: null });
    await settle();
    expect(said).toHaveLength(0);
  });

  it('shows a name, and its colour, which is the same everywhere', async () => {
    const alice = present('alice');
    const bob = present('bob');
    alice.presence.enter();
    await settle();
    bob.presence.receive(alice.said.at(-1) as Uint8Array);
    const [seen] = others(bob.presence);
    expect(seen?.user.name).toBe('alice');
    expect(seen?.user).toEqual(alice.presence.awareness.getLocalState()?.user);
    const carol = present('carol');
    carol.presence.enter();
    expect(carol.presence.awareness.getLocalState()?.user.color).not.toBe(seen?.user.color);
  });

  it('has a colour of its own even where two names have one hue', () => {
    const sameHue = (name: string) =>
      Array.from({ length: 2000 }, (_, n) => `${name}${n}`).find((other) => hueOf(other) === hueOf(name));
    const twin = sameHue('alice') ?? '';
    expect(twin).not.toBe('');
    expect(coloursOf(twin).color).not.toBe(coloursOf('alice').color);
  });

  it('is told at most every 80 ms, and the last state is told', async () => {
    const { doc, presence, said } = present('alice');
    presence.enter();
    await settle();
    const before = said.length;
    for (let index = 0; index < 20; index += 1) {
      presence.awareness.setLocalStateField('cursor', {
        anchor: pointAt(doc, index),
        head: pointAt(doc, index),
      });
      await settle(10);
    }
    await settle();
    expect(said.length - before).toBeLessThanOrEqual(4);
    const bob = present('bob');
    Y.applyUpdate(bob.doc, Y.encodeStateAsUpdate(doc));
    bob.presence.receive(said.at(-1) as Uint8Array);
    expect(others(bob.presence)[0]?.cursor.head.item.clock).toBe(19);
  });

  it('is offered again when the server still thinks the cursor is an older connection’s', async () => {
    const { presence, said, answers } = present('alice');
    answers.push(false);
    presence.enter();
    await settle();
    expect(said).toHaveLength(1);
    await settle(3500);
    expect(said).toHaveLength(2);
    await settle(8000);
    expect(said).toHaveLength(2);
  });

  it('is taken away on leaving', async () => {
    const alice = present('alice');
    const bob = present('bob');
    alice.presence.enter();
    await settle();
    bob.presence.receive(alice.said.at(-1) as Uint8Array);
    expect(others(bob.presence)).toHaveLength(1);
    alice.presence.leave();
    expect(alice.farewells).toHaveLength(1);
    bob.presence.receive(alice.farewells[0] as Uint8Array);
    expect(others(bob.presence)).toHaveLength(0);
    alice.presence.leave();
    expect(alice.farewells).toHaveLength(1);
  });

  it('of others is unknown while the link is down, and known again by the same message', async () => {
    const alice = present('alice');
    const bob = present('bob');
    alice.presence.enter();
    await settle();
    const message = alice.said.at(-1) as Uint8Array;
    bob.presence.receive(message);
    const heard = vi.fn();
    bob.presence.awareness.on('change', heard);
    bob.presence.lost();
    expect(heard).toHaveBeenCalledOnce();
    expect(others(bob.presence)).toHaveLength(0);
    bob.presence.receive(message);
    expect(others(bob.presence)).toHaveLength(1);
  });

  it('counts as new after a rejoin, though others have heard that the old connection is gone', async () => {
    const alice = present('alice');
    const bob = present('bob');
    alice.presence.enter();
    await settle();
    bob.presence.receive(alice.said.at(-1) as Uint8Array);
    const { awareness } = bob.presence;
    const gone = new Awareness(alice.doc);
    gone.meta.set(alice.doc.clientID, {
      clock: (awareness.meta.get(alice.doc.clientID)?.clock ?? 0) + 1,
      lastUpdated: 0,
    });
    gone.states.delete(alice.doc.clientID);
    bob.presence.receive(encodeAwarenessUpdate(gone, [alice.doc.clientID]));
    gone.destroy();
    expect(others(bob.presence)).toHaveLength(0);
    alice.presence.lost();
    alice.presence.enter();
    await settle();
    bob.presence.receive(alice.said.at(-1) as Uint8Array);
    expect(others(bob.presence)).toHaveLength(1);
  });
});

describe('what strangers send', () => {
  it('never decides a colour: it would end up in a style', () => {
    const { presence } = present('alice');
    const styled = { user: { name: 'mallory', color: 'red;position:fixed', colorLight: 'url(//x)' } };
    presence.receive(foreign(styled).message);
    const [seen] = others(presence);
    expect(seen?.user.name).toBe('mallory');
    expect(JSON.stringify(seen)).not.toMatch(/fixed|url/);
  });

  it.each([
    ['no object', 'text'],
    ['a list', [1, 2]],
    ['a name that is no text', { user: { name: { toString: 1 } }, cursor: null }],
    ['half a cursor', { user: { name: 'm' }, cursor: { anchor: null, head: {} } }],
    ['a place in another type', { user: { name: 'm' }, cursor: place({ tname: 'other' }) }],
    ['a negative place', { user: { name: 'm' }, cursor: place({ item: { client: 1, clock: -1 } }) }],
    ['a broken place', { user: { name: 'm' }, cursor: place({ item: { client: 'x', clock: 0.5 } }) }],
  ])('is not pointed at with %s', (_what, state) => {
    const { doc, presence } = present('alice');
    presence.receive(foreign(state).message);
    for (const seen of others(presence)) expect(seen.cursor).toBeNull();
    expect([...doc.share.keys()]).toEqual([TEXT]);
  });

  it('is ignored when it is not even a message', () => {
    const { presence } = present('alice');
    presence.receive(new Uint8Array([1, 2, 3]));
    presence.receive(new Uint8Array());
    expect(others(presence)).toHaveLength(0);
  });

  it('marks no more than the screen can bear', () => {
    const { doc, presence } = present('alice');
    doc.getText(TEXT).insert(0, 'x'.repeat(30_000));
    const all = { anchor: pointAt(doc, 0), head: pointAt(doc, 30_000) };
    presence.receive(foreign({ user: { name: 'bob' }, cursor: all }).message);
    const [seen] = others(presence);
    expect(seen?.cursor.anchor).toEqual(seen?.cursor.head);
  });

  it('keeps a name short', () => {
    const { presence } = present('alice');
    presence.receive(foreign({ user: { name: 'n'.repeat(5000) } }).message);
    expect(others(presence)[0]?.user.name).toHaveLength(100);
  });
});

function place(position: object) {
  return { anchor: position, head: position };
}
