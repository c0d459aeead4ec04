/** Cursors of Yjs clients over `doc_awareness`: names are the server's, and end with the connection. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as encoding from "lib0/encoding";
import { Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { YjsPage } from "../support/doc-yjs.ts";
import { drafts, eventually } from "../support/docs.ts";
import { aServer, type Person } from "../support/index.ts";

const shared = aServer();

/** An awareness update as bytes, whatever it claims. */
function states(...entries: [client: number, clock: number, state: string][]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, entries.length);
  for (const [client, clock, state] of entries) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, state);
  }
  return encoding.toUint8Array(encoder);
}

async function aDocument(people: readonly Person[]): Promise<number> {
  const [creator, ...others] = people;
  return drafts(creator!, "text", Object.fromEntries(others.map(({ name }) => [name, "viewer"] as const)));
}

test("everybody sees the others' cursors, also those who come later, viewers included", async () => {
  const [ann, ben, cat] = await shared.server.people("ann", "ben", "cat");
  const doc = await aDocument([ann, ben, cat]);
  using one = await YjsPage.opens(ann, doc);
  using two = await YjsPage.opens(ben, doc);
  one.shows({ user: { name: "ann", color: "#123456" }, cursor: { anchor: 1, head: 3 } });
  two.shows({ user: { name: "ben" } });
  await eventually("both to see each other", () => one.cursors().join() === "ben" && two.cursors().join() === "ann");
  using three = await YjsPage.opens(cat, doc);
  await eventually("the third to see both", () => three.cursors().join() === "ann,ben");
  assert.deepEqual(three.awareness.getStates().get(one.ydoc.clientID), { user: { name: "ann", color: "#123456" }, cursor: { anchor: 1, head: 3 } });
  one.shows({ user: { name: "ann" }, cursor: null });
  await eventually("the cursor to be gone", () => three.awareness.getStates().get(one.ydoc.clientID)?.cursor === null);
});

test("nobody goes by another's name", async () => {
  const [dan, eve] = await shared.server.people("dan", "eve");
  const doc = await aDocument([dan, eve]);
  using one = await YjsPage.opens(dan, doc);
  using two = await YjsPage.opens(eve, doc);
  for (const state of [{ user: { name: "dan", color: "red" } }, { user: "dan" }, { user: null }, { user: [{ name: "dan" }] }, {}, { cursor: 1 }]) {
    two.shows({ ...state, step: JSON.stringify(state) });
    await eventually("dan to see it", () => one.awareness.getStates().get(two.ydoc.clientID)?.step === JSON.stringify(state));
    assert.deepEqual(one.cursors(), ["eve"], JSON.stringify(state));
  }
});

test("a cursor goes with its connection, and is there again when its editor returns", async () => {
  const [fay, gus] = await shared.server.people("fay", "gus");
  const doc = await aDocument([fay, gus]);
  using one = await YjsPage.opens(fay, doc);
  using two = await YjsPage.opens(gus, doc);
  two.shows({ user: { name: "gus" } });
  await eventually("fay to see the cursor", () => one.cursors().join() === "gus");
  for (let n = 0; n < 3; n++) {
    two.disconnects();
    await eventually("the cursor to be gone", () => one.cursors().length === 0);
    two.connects();
    await eventually("the cursor to be back", () => one.cursors().join() === "gus");
  }
  await two.socket.emitWithAck("doc_leave", { doc_id: doc });
  await eventually("the cursor to be gone after leaving", () => one.cursors().length === 0);
});

test("an editor who is back before the dead connection is noticed keeps the cursor", async () => {
  const [hal, ida] = await shared.server.online("hal", "ida");
  const doc = await aDocument([hal, ida]);
  using one = await YjsPage.opens(hal, doc);
  const dead = await ida.connects();
  const back = await ida.connects();
  for (const tab of [dead, back]) {
    await tab.does("doc_join", { doc_id: doc, protocol: "yjs" });
    await tab.does("doc_awareness", { doc_id: doc, message: states([77, tab === dead ? 1 : 2, '{"user":{"name":"ida"}}']) });
  }
  await eventually("hal to see the cursor", () => one.cursors().join() === "ida");
  dead.closes();
  // Something behind the end of the dead connection, from the one that is alive.
  await back.does("doc_awareness", { doc_id: doc, message: states([78, 1, '{"fence":1}']) });
  await eventually("hal to see the fence", () => one.awareness.getStates().has(78));
  assert.deepEqual(one.cursors(), ["ida", "ida"]);
  back.closes();
  await eventually("both to be gone", () => one.cursors().length === 0);
});

test("one's cursor is nobody else's to move or to end, not even with an update of many", async () => {
  const [jan, kim] = await shared.server.online("jan", "kim");
  const doc = await aDocument([jan, kim]);
  using one = await YjsPage.opens(jan, doc);
  one.shows({ user: { name: "jan" }, cursor: 1 });
  await one.isHeard();
  const client = one.ydoc.clientID;
  using witness = await YjsPage.opens(kim, doc);
  await eventually("kim to see jan", () => witness.cursors().join() === "jan");
  await kim.emits("doc_join", { doc_id: doc, protocol: "yjs" });
  await kim.forgets();
  for (const sent of [states([client, 99, '{"cursor":9}']), states([client, 99, "null"]), states([5, 1, "{}"], [client, 99, "null"])]) {
    const ack = await kim.sends("doc_awareness", { doc_id: doc, message: sent });
    assert.deepEqual([ack.ok, ack.error], [false, "not_yours"]);
  }
  await kim.hearsNothing("doc_awareness");
  assert.deepEqual([witness.cursors(), witness.awareness.getStates().get(client)?.cursor], [["jan"], 1]);
});

test("what is no awareness update, or too much of one, is refused and told to nobody", async () => {
  const [lea, max] = await shared.server.online("lea", "max");
  const doc = await aDocument([lea, max]);
  for (const person of [lea, max]) await person.emits("doc_join", { doc_id: doc, protocol: "yjs" });
  for (const person of [lea, max]) await person.forgets();
  const wrong: [unknown, string][] = [
    [undefined, "bad_params"], [null, "bad_params"], ["AQ==", "bad_params"], [[1], "bad_params"], [7, "bad_params"],
    [new Uint8Array(), "malformed_update"],
    [Uint8Array.of(1), "malformed_update"],
    [Uint8Array.of(255, 255, 255, 255, 15), "malformed_update"],
    [Uint8Array.of(1, 7, 1, 200, 1, 65), "malformed_update"],
    [states([7, 1, "not json"]), "malformed_update"],
    [states([7, 1, "[]"]), "malformed_update"],
    [states([7, 1, '"text"']), "malformed_update"],
    [states([7, 1, "7"]), "malformed_update"],
    [Uint8Array.from([...states([7, 1, "{}"]), 0]), "malformed_update"],
    [states([7, 1, JSON.stringify({ long: "x".repeat(16 * 1024) })]), "malformed_update"],
    [states([2 ** 53, 1, "{}"]), "malformed_update"],
    [states(...Array.from({ length: 1000 }, (_, n): [number, number, string] => [n, 1, "{}"])), "malformed_update"],
    [states([7, 1, `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`]), "malformed_update"],
  ];
  for (const [sent, code] of wrong) {
    const ack = await lea.sends("doc_awareness", { doc_id: doc, message: sent });
    assert.deepEqual([ack?.ok, ack?.error], [false, code], JSON.stringify(sent)?.slice(0, 100));
  }
  await max.hearsNothing();
  // The largest that fits goes through.
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalState({ long: "y".repeat(16_000) });
  await lea.emits("doc_awareness", { doc_id: doc, message: encodeAwarenessUpdate(awareness, [awareness.clientID]) });
  assert.ok(Buffer.isBuffer((await max.receives("doc_awareness")).message));
  awareness.destroy();
  await shared.server.isWell();
});

test("a whole-text client hears nothing of cursors", async () => {
  const [ned, oda] = await shared.server.online("ned", "oda");
  const doc = await aDocument([ned, oda]);
  await oda.emits("doc_join", { doc_id: doc });
  await oda.forgets();
  await ned.emits("doc_join", { doc_id: doc, protocol: "yjs" });
  await ned.emits("doc_awareness", { doc_id: doc, message: states([7, 1, "{}"]) });
  await oda.receives("doc_user_joined");
  await oda.hearsNothing("doc_awareness", "doc_sync");
});

test("whoever goes on with whole texts has no cursor any more", async () => {
  const [pat, quin] = await shared.server.online("pat", "quin");
  const doc = await aDocument([pat, quin]);
  for (const person of [pat, quin]) await person.emits("doc_join", { doc_id: doc, protocol: "yjs" });
  await pat.emits("doc_awareness", { doc_id: doc, message: states([7, 1, "{}"]) });
  await quin.receives("doc_awareness");
  await quin.forgets();
  await pat.emits("doc_join", { doc_id: doc, protocol: null });
  assert.deepEqual(Buffer.from((await quin.receives("doc_awareness")).message), Buffer.from(states([7, 1, "null"])));
  const late = await quin.connects();
  await late.does("doc_join", { doc_id: doc, protocol: "yjs" });
  await late.hearsNothing("doc_awareness");
});
