/** Yjs clients over `doc_sync`: the official library stays in step, and nothing but text gets in. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as Y from "yjs";
import { EFFORT } from "../support/doc-dice.ts";
import { Meeting } from "../support/doc-meeting.ts";
import { Typist, converge } from "../support/doc-typist.ts";
import { YjsPage, message, updateOf } from "../support/doc-yjs.ts";
import { MOST_BYTES, drafts, eventually, stored } from "../support/docs.ts";
import { Chatter, aServer, mask, matchesSnapshot, type Person } from "../support/index.ts";

/** A message's kind instead of its bytes. */
const plain = (told: any): any => ({ ...told, message: ["step 1", "step 2", "update"][new Uint8Array(told.message)[0]!] });

/** Joins as a Yjs client and applies what is there to a document, without a page around it. */
async function inStep(person: Person, doc: number): Promise<Y.Doc> {
  const ydoc = new Y.Doc();
  await person.emits("doc_join", { doc_id: doc, protocol: "yjs" });
  await person.emits("doc_sync", { doc_id: doc, message: message.step1(ydoc) });
  const told = await person.receives("doc_sync");
  const bytes = new Uint8Array(told.message);
  assert.equal(bytes[0], 1, "a step 2 comes first");
  // The kind, then the length of the update as a number of seven bits a byte.
  let at = 1;
  while (bytes[at++]! >= 128);
  Y.applyUpdate(ydoc, bytes.subarray(at));
  return ydoc;
}

describe("in step", () => {
  test("a sync gives what one lacks, asks for what the server lacks, and is answered after both", async () => {
    await using server = await Chatter.starts();
    const [ann, ben, cat] = await server.online("ann", "ben", "cat");
    const doc = await drafts(ann, "hello", { ben: "editor", cat: "viewer" });
    matchesSnapshot("acks/doc_join-yjs", await ann.emits("doc_join", { doc_id: doc, protocol: "yjs" }));
    await ann.hearsNothing("doc_content", "doc_sync");
    const ydoc = new Y.Doc();
    matchesSnapshot("acks/doc_sync", await ann.emits("doc_sync", { doc_id: doc, message: message.step1(ydoc) }));
    const heard = await ann.tab.heardSoFar("doc_sync");
    matchesSnapshot("events/doc_sync-steps", heard.map(({ args }) => plain(args[0])));
    assert.ok(Buffer.isBuffer(heard[0]!.args[0].message));

    await ben.emits("doc_join", { doc_id: doc, protocol: "yjs" });
    await cat.emits("doc_join", { doc_id: doc });
    await cat.forgets();
    const mine = await inStep(ben, doc);
    assert.equal(mine.getText("content").toString(), "hello");
    await ben.forgets();
    const ack = await ben.emits("doc_sync", { doc_id: doc, message: message.update(updateOf((text) => text.insert(5, " world"), mine)) });
    assert.equal(ack.version, 2);
    const update = await ann.receives("doc_sync");
    matchesSnapshot("events/doc_sync-update", plain(update));
    assert.equal((await cat.receives("doc_updated")).content, "hello world");
    await ben.hearsNothing("doc_sync", "doc_updated", "doc_content");
    assert.equal(await stored(cat, doc), "hello world");
  });

  test("two editors type at once over slow links and see the same", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben"]);
    const typists = [];
    for (const who of [0, 1]) typists.push(new Typist(await meeting.yjs(who, [0, 150]), meeting.dice.another()));
    await Promise.all(typists.map((typist) => typist.types(10 * EFFORT, [0, 40])));
    await converge(typists, meeting.stored, meeting.told);
  });

  test("what two editors write while both are offline is merged when they return, also after a restart", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben"], "one two three");
    const [ann, ben] = [await meeting.yjs(0), await meeting.yjs(1)];
    ann.disconnects();
    ben.disconnects();
    for (const letter of "four ") ann.splices(ann.text.length, letter);
    ann.splices(0, "zero ");
    ben.splices(ben.screen.indexOf("two "), "", "two ".length);
    ben.splices(0, "minus ");
    ben.splices(0, "", "minus ".length);
    await server.stops();
    await server.startsAgain();
    ben.connects();
    await ben.isHeard();
    assert.equal(await meeting.stored(), "one three");
    ann.connects();
    await ann.isHeard();
    await eventually("ben to have it all", () => ben.screen === ann.screen);
    assert.equal(ann.screen, "zero one threefour ");
    assert.equal(await meeting.stored(), ann.screen);
  });

  test("over links that are cut and restored at random, Yjs and whole-text clients lose and double nothing", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben", "cat", "dan"]);
    const typists = [];
    for (const who of [0, 1]) typists.push(new Typist(await meeting.yjs(who, [0, 80]), meeting.dice.another()));
    const flaky = [...meeting.links];
    for (const who of [2, 3]) typists.push(new Typist(await meeting.text(who, [0, 150]), meeting.dice.another()));
    const typing = Promise.all(typists.map((typist, n) => (n < 2 ? typist.types(12 * EFFORT, [10, 80]) : typist.says(12 * EFFORT, [100, 400]))));
    await Promise.all(flaky.map((link) => link.flaps(typing)));
    await converge(typists, meeting.stored, meeting.told);
  });

  test("line ends become LF for everybody, their writer included", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben"]);
    const [ann, ben] = [await meeting.yjs(0), await meeting.yjs(1)];
    ann.splices(0, "one\r\ntwo\rthree");
    await eventually("both to see LF", () => ann.screen === "one\ntwo\nthree" && ben.screen === ann.screen);
    // In front of a LF it is half of a line end, elsewhere a whole one.
    ben.splices(3, "\r");
    ben.splices(ben.text.length, "\r");
    await eventually("both to see LF again", () => ann.screen === "one\ntwo\nthree\n" && ben.screen === ann.screen);
    assert.equal(await meeting.stored(), ann.screen);
  });

  test("an editor without WebSocket is in step as well", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben"]);
    using polling = await YjsPage.opens(meeting.people[0]!, meeting.doc, server.url, { transports: ["polling"] });
    const typists = [polling, await meeting.yjs(1)].map((page) => new Typist(page, meeting.dice.another()));
    await Promise.all(typists.map((typist) => typist.says(10, [0, 60])));
    await converge(typists, meeting.stored, meeting.told);
    assert.equal(polling.socket.io.engine.transport.name, "polling");
  });

  test("an editor who wrote and deleted much offline brings no more than the difference", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben"], "kept");
    const [ann, ben] = [await meeting.yjs(0), await meeting.yjs(1)];
    ann.disconnects();
    for (let n = 0; n < 200; n++) {
      ann.splices(2, `passing thought ${n}`);
      ann.splices(2, "", `passing thought ${n}`.length);
    }
    ann.splices(4, "!");
    ann.connects();
    await ann.isHeard();
    await eventually("ben to see it", () => ben.screen === "kept!");
    assert.equal(await meeting.stored(), "kept!");
  });
});

describe("a viewer", () => {
  test("is in step without writing, and no step 2 or update of theirs gets in", async () => {
    await using server = await Chatter.starts();
    const [ann, cat] = await server.online("ann", "cat");
    const doc = await drafts(ann, "look", { cat: "viewer" });
    // The page's own step 2 is empty, and that is fine.
    using page = await YjsPage.opens(cat, doc);
    using editor = await YjsPage.opens(ann, doc);
    editor.splices(4, " here");
    await eventually("the viewer to see it", () => page.screen === "look here");

    const ydoc = await inStep(cat, doc);
    await ann.emits("doc_join", { doc_id: doc });
    await ann.forgets();
    const update = updateOf((text) => text.insert(0, "touched: "), ydoc);
    for (const sent of [message.update(update), message.step2(ydoc)]) {
      const ack = await cat.sends("doc_sync", { doc_id: doc, message: sent });
      assert.deepEqual([ack.ok, ack.error, ack.message], [false, "edit_access_denied", "edit access denied"]);
    }
    await cat.emits("doc_sync", { doc_id: doc, message: message.update(Y.encodeStateAsUpdate(new Y.Doc())) });
    await cat.emits("doc_sync", { doc_id: doc, message: message.step2(new Y.Doc()) });
    await ann.hearsNothing();
    await editor.isHeard();
    assert.deepEqual([await stored(ann, doc), editor.screen], ["look here", "look here"]);
  });
});

describe("what is refused", () => {
  const shared = aServer();

  interface Refused {
    what: string;
    message: unknown;
    code: string;
  }

  /** Sends each as an editor in step; every one must be refused, stored nowhere and told to nobody. */
  async function assertRefused(names: readonly [string, string], content: string, cases: (ydoc: Y.Doc) => Refused[]): Promise<void> {
    const [editor, witness] = await shared.server.online(...names);
    const doc = await drafts(editor, content, { [names[1]]: "editor" });
    const ydoc = await inStep(editor, doc);
    using other = await YjsPage.opens(witness, doc);
    await witness.emits("doc_join", { doc_id: doc });
    for (const person of [editor, witness]) await person.forgets();
    for (const { what, message: sent, code } of cases(ydoc)) {
      const ack = await editor.sends("doc_sync", { doc_id: doc, message: sent });
      assert.deepEqual([ack?.ok, ack?.error], [false, code], `${what} answered ${JSON.stringify(ack)}`);
      assert.equal(typeof ack.message, "string");
    }
    await editor.hearsNothing();
    await witness.hearsNothing();
    await other.isHeard();
    assert.equal(other.screen, content);
    const read = await editor.reads(`/api/doc/${doc}`);
    assert.ok(read.content === content);
    assert.equal(read.version, 1);
    // Who was refused can go on at once, and a newcomer sees nothing of it.
    await editor.emits("doc_sync", { doc_id: doc, message: message.update(updateOf((text) => text.delete(0, 1), ydoc)) });
    const newcomer = await inStep(witness, doc);
    assert.ok(newcomer.getText("content").toString() === content.slice(1));
    assert.deepEqual([...newcomer.share.keys()], ["content"]);
    await shared.server.isWell();
  }

  test("is what is no message of the protocol", async () => {
    await assertRefused(["ann", "ben"], "kept", () => {
      const updated = new Y.Doc();
      const good = message.update(updateOf((text) => text.insert(0, "good text of some length"), updated));
      const wrong: [string, unknown][] = [
        ["nothing", undefined], ["null", null], ["a number", 7], ["a text", "AQID"], ["a list", [1, 2]], ["an object", { 0: 2 }],
      ];
      const bytes: [string, Uint8Array][] = [
        ["no bytes", new Uint8Array()],
        ["a kind alone", Uint8Array.of(2)],
        ["a kind that is none", Uint8Array.of(3, 1, 0)],
        ["an update that is none", Uint8Array.of(2, 1, 255)],
        ["an empty buffer as update", Uint8Array.of(2, 0)],
        ["a length beyond the end", Uint8Array.of(2, 200, 1, 0)],
        ["a length of five gigabytes", Uint8Array.of(2, 255, 255, 255, 255, 31, 0)],
        ["something behind the end", Uint8Array.from([...good, 0])],
        ["a state vector of four billion clients", Uint8Array.of(0, 5, 255, 255, 255, 255, 15)],
        ["four billion clients", Uint8Array.of(2, 5, 255, 255, 255, 255, 15)],
        ["four billion structs", Uint8Array.of(2, 6, 1, 255, 255, 255, 255, 15)],
        ["four billion deletions", Uint8Array.of(2, 6, 0, 255, 255, 255, 255, 15)],
        ["an update in Yjs's second format", message.update(Y.encodeStateAsUpdateV2(updated))],
        ["letters", new TextEncoder().encode("\u0002 not a Yjs update at all")],
      ];
      for (let length = 3; length < good.length; length += 5) bytes.push([`the first ${length} bytes`, good.slice(0, length)]);
      for (let length = 2; length < good.length - 2; length += 5) bytes.push([`an update of ${length} bytes`, message.update(good.slice(2, 2 + length))]);
      return [
        ...wrong.map(([what, sent]) => ({ what, message: sent, code: "bad_params" })),
        ...bytes.map(([what, sent]) => ({ what, message: sent, code: "malformed_update" })),
      ];
    });
  });

  test("is everything but plain text in `content`", async () => {
    await assertRefused(["cat", "dan"], "plain text", (ydoc) => {
      const changes: [string, (text: Y.Text, doc: Y.Doc) => void][] = [
        ["a format", (text) => text.format(0, 3, { bold: true })],
        ["formatted text", (text) => text.insert(0, "bold", { bold: true })],
        ["an embed", (text) => text.insertEmbed(0, { image: "https://example.org/x.png" })],
        ["an embedded type", (text) => text.insertEmbed(0, new Y.Map())],
        ["an attribute", (text) => text.setAttribute("lang", "en")],
        ["another text", (_, doc) => doc.getText("title").insert(0, "title")],
        ["a map", (_, doc) => doc.getMap("meta").set("key", "value")],
        ["a list", (_, doc) => doc.getArray("list").push([1])],
        ["XML", (_, doc) => doc.getXmlFragment("xml").insert(0, [new Y.XmlElement("script")])],
        ["a document", (_, doc) => doc.getMap("docs").set("sub", new Y.Doc())],
        ["a text beside good text", (text, doc) => (text.insert(0, "good"), doc.getText("hidden").insert(0, "x".repeat(1000)))],
      ];
      const state = Y.encodeStateAsUpdate(ydoc);
      return changes.flatMap(([what, change]) => {
        const copy = new Y.Doc();
        Y.applyUpdate(copy, state);
        const update = updateOf(change, copy);
        return [{ what, message: message.update(update), code: "malformed_update" }, { what: `${what}, as step 2`, message: message.step2(copy), code: "malformed_update" }];
      });
    });
  });

  test("is a list or a map in the place of `content`", async () => {
    await assertRefused(["eve", "fay"], "plain text", () => {
      const list = new Y.Doc();
      list.getArray("content").push([1, "two", { three: 3 }]);
      const map = new Y.Doc();
      map.getMap("content").set("key", "value");
      const xml = new Y.Doc();
      xml.getXmlFragment("content").insert(0, [new Y.XmlText("x")]);
      return [list, map, xml].map((doc, n) => ({ what: `type ${n}`, message: message.update(Y.encodeStateAsUpdate(doc)), code: "malformed_update" }));
    });
  });

  test("is what builds on something that the server does not have", async () => {
    await assertRefused(["gus", "hal"], "plain text", (ydoc) => {
      const copy = new Y.Doc();
      Y.applyUpdate(copy, Y.encodeStateAsUpdate(ydoc));
      updateOf((text) => text.insert(5, " and never sent"), copy);
      const behind = updateOf((text) => text.insert(20, "behind it"), copy);
      const deletes = updateOf((text) => text.delete(6, 3), copy);
      const stranger = new Y.Doc();
      updateOf((text) => text.insert(0, "never sent"), stranger);
      const another = updateOf((text) => text.insert(10, " either"), stranger);
      return [behind, deletes, another].map((update, n) => ({ what: `update ${n}`, message: message.update(update), code: "out_of_date" }));
    });
  });

  test("is what would make the text too large, however it comes", async () => {
    const content = "x".repeat(MOST_BYTES - 10);
    await assertRefused(["ida", "jan"], content, (ydoc) => {
      const cases = ["y".repeat(11), "é".repeat(6), "😀".repeat(3), "y".repeat(50_000)].map((text) => {
        const copy = new Y.Doc();
        Y.applyUpdate(copy, Y.encodeStateAsUpdate(ydoc));
        return { what: `${text.length} units`, message: message.update(updateOf((it) => it.insert(3, text), copy)), code: "content_too_large" };
      });
      return cases;
    });
  });

  test("is what has its bytes in another place, or more of them than one message", async () => {
    const [ned, oda] = await shared.server.online("ned", "oda");
    const doc = await drafts(ned, "kept", { oda: "editor" });
    const bytes = message.update(updateOf((text) => text.insert(0, "mine")));
    await oda.emits("doc_join", { doc_id: doc, protocol: "yjs" });
    await oda.forgets();
    for (const payload of [bytes, [bytes], { message: bytes }, { doc_id: bytes, message: bytes }, { doc_id: doc, message: { bytes } }, { doc_id: doc, message: [bytes] }, { doc_id: doc, bytes }, { doc_id: doc, message: bytes, more: bytes }]) {
      for (const event of ["doc_sync", "doc_awareness", "doc_edit"]) {
        const tab = await ned.connects();
        await tab.does("doc_join", { doc_id: doc, protocol: "yjs" });
        // Refused, or the end of this connection.
        const ack = await tab.socket.emitWithAck(event, payload).catch(() => ({ ok: false }));
        assert.equal(ack.ok, false, `${event} ${JSON.stringify(payload)} answered ${JSON.stringify(ack)}`);
        tab.closes();
      }
    }
    await oda.hearsNothing("doc_sync", "doc_awareness");
    assert.equal(await stored(ned, doc), "kept");
    await shared.server.isWell();
  });

  test("is a sync before a join, by a text client, or of a document one is no member of", async () => {
    const [kim, lea, max] = await shared.server.online("kim", "lea", "max");
    const doc = await drafts(kim, "kept", { lea: "editor" });
    const sent = { doc_id: doc, message: message.update(updateOf((text) => text.insert(0, "mine"))) };
    const awareness = { doc_id: doc, message: Uint8Array.of(0) };
    await lea.emits("doc_join", { doc_id: doc });
    for (const [person, code] of [[kim, "not_joined"], [lea, "not_joined"], [max, "access_denied"]] as const) {
      for (const [event, payload] of [["doc_sync", sent], ["doc_awareness", awareness], ["doc_sync", { ...sent, message: message.step1(new Y.Doc()) }]] as const) {
        const ack = await person.sends(event, payload);
        assert.equal(ack.ok, false, `${person.name} ${event}`);
        // Who is outside learns nothing about which documents there are.
        if (person !== max) assert.equal(ack.error, code, `${person.name} ${event}`);
        else assert.deepEqual(mask(ack), mask(await max.sends(event, { ...payload, doc_id: 987654 })));
      }
    }
    await kim.hearsNothing("doc_sync", "doc_awareness");
    assert.equal(await stored(kim, doc), "kept");
  });
});

test("a text of exactly the largest size comes and goes through Yjs", async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, ["ann", "ben"]);
  const page = await meeting.yjs(0);
  const half = "x".repeat(MOST_BYTES / 2);
  page.splices(0, half);
  page.splices(0, half);
  await page.isHeard();
  using other = await YjsPage.opens(meeting.people[1]!, meeting.doc);
  assert.ok(other.screen === half + half);
  other.splices(7, "", 1);
  other.splices(MOST_BYTES - 1, "y");
  await other.isHeard();
  await eventually("the other to see it", () => page.screen.endsWith("y"));
  assert.equal((await meeting.stored()).length, MOST_BYTES);
});
