/** What takes effect while a document is open: rights, names, presence, and the end of sessions. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { YjsPage, message, updateOf } from "../support/doc-yjs.ts";
import { MOST_BYTES, drafts, eventually, stored } from "../support/docs.ts";
import { Chatter, PASSWORD, matchesSnapshot, type Person, type Tab } from "../support/index.ts";
import { Wire } from "../support/wire.ts";

const NEWS = ["doc_content", "doc_updated", "doc_content_updated", "doc_sync", "doc_awareness", "doc_user_joined", "doc_user_left", "doc_members_updated", "doc_renamed", "doc_deleted", "doc_member_added", "doc_member_removed", "doc_member_role_updated"];

interface World {
  server: Chatter;
  doc: number;
  ann: Person;
  ben: Person;
  cat: Person;
  dan: Person;
}

/** Ann's document with ben as editor and cat as viewer, who look at it; dan is not in it. */
async function aWorld(): Promise<World> {
  const server = await Chatter.starts();
  const [ann, ben, cat, dan] = await server.online("ann", "ben", "cat", "dan");
  const doc = await drafts(ann, "text", { ben: "editor", cat: "viewer" });
  for (const person of [ann, ben, cat]) await person.emits("doc_join", { doc_id: doc });
  for (const person of [ann, ben, cat, dan]) await person.forgets();
  return { server, doc, ann, ben, cat, dan };
}

/** A tab of this person's that has the document open as Yjs editors do, and has forgotten all of it. */
async function asYjs(person: Person, doc: number): Promise<Tab> {
  const tab = await person.connects();
  await tab.does("doc_join", { doc_id: doc, protocol: "yjs" });
  await tab.forgets();
  return tab;
}

describe("who is there", () => {
  test("is told once for a person, however many tabs, and to everybody but those", async () => {
    const { server, doc, ann, ben, cat, dan } = await aWorld();
    await using _ = server;
    matchesSnapshot("acks/doc_join", await ben.emits("doc_join", { doc_id: doc }));
    matchesSnapshot("events/doc_content", await ben.receives("doc_content"));
    await ann.hearsNothing();
    const second = await ben.connects();
    assert.deepEqual((await second.does("doc_join", { doc_id: doc, protocol: "yjs" })).users, ["ann", "ben", "cat"]);
    await ann.hearsNothing(...NEWS);
    second.closes();
    matchesSnapshot("acks/doc_leave", await ben.emits("doc_leave", { doc_id: doc }));
    for (const other of [ann, cat]) matchesSnapshot("events/doc_user_left", await other.receives("doc_user_left"));
    await ben.emits("doc_leave", { doc_id: doc });
    await ann.hearsNothing(...NEWS);
    await ben.emits("doc_join", { doc_id: doc });
    for (const other of [ann, cat]) matchesSnapshot("events/doc_user_joined", await other.receives("doc_user_joined"));
    await ben.hearsNothing("doc_user_joined", "doc_user_left");
    ben.disconnects();
    assert.deepEqual(await ann.receives("doc_user_left"), { doc_id: doc, username: "ben" });
    await ann.hearsNothing(...NEWS);
    await dan.hearsNothing(...NEWS);
  });

  test("who leaves without waiting to be let in is out all the same", async () => {
    const { server, ann, ben } = await aWorld();
    await using _ = server;
    // Each has to be read from the database first.
    const docs = await Promise.all(Array.from({ length: 10 }, () => drafts(ann, "text", { ben: "viewer" })));
    await ben.forgets();
    await Promise.all(docs.flatMap((doc_id) => [ben.emits("doc_join", { doc_id }), ben.emits("doc_leave", { doc_id })]));
    await ben.forgets();
    for (const doc_id of docs) {
      assert.deepEqual((await ann.emits("doc_join", { doc_id })).users, ["ann"]);
      await ann.emits("doc_edit", { doc_id, content: "not for ben" });
    }
    await ben.hearsNothing(...NEWS);
  });

  test("who asks for much at once is given all of it", async () => {
    const { server, ann, cat } = await aWorld();
    await using _ = server;
    const doc = await drafts(ann, "x".repeat(MOST_BYTES), { cat: "viewer" });
    for (const tab of [cat.tab, await cat.connects({ transports: ["polling"] })]) {
      const asked = Array.from({ length: 20 }, () => tab.does("doc_join", { doc_id: doc }));
      for (const joined of await Promise.all(asked)) assert.equal(joined.content.length, MOST_BYTES);
    }
  });

  test("who does not read what others write is put out before much of it waits, and nobody else", async () => {
    const { server, ann, ben, cat } = await aWorld();
    await using _ = server;
    const doc = await drafts(ann, "", { ben: "viewer", cat: "viewer" });
    await ann.emits("doc_join", { doc_id: doc });
    const reader = await asYjs(cat, doc);
    using wire = await Wire.connects(server, ben);
    wire.emits(1, "doc_join", { doc_id: doc, protocol: "yjs" });
    await wire.receives((packet) => packet.startsWith("431"));
    wire.stalls();
    let gone = false;
    ann.tab.socket.on("doc_user_left", ({ username }: any) => (gone ||= username === "ben"));
    let edits = 0;
    for (; !gone && edits < 200; edits++) await ann.emits("doc_edit", { doc_id: doc, content: edits % 2 === 0 ? "x".repeat(MOST_BYTES) : "" });
    assert.ok(gone, `after ${edits} edits ben was still there`);
    assert.deepEqual(await ann.receives("doc_user_left"), { doc_id: doc, username: "ben" });
    assert.ok((await reader.heardSoFar("doc_sync")).length >= edits, "cat missed some");
    await ann.hearsNothing("doc_user_left");
  });

  test("who has left hears nothing more, and joins again by editing", async () => {
    const { server, doc, ann, ben } = await aWorld();
    await using _ = server;
    await ben.emits("doc_leave", { doc_id: doc });
    await ann.receives("doc_user_left");
    await ann.emits("doc_edit", { doc_id: doc, content: "text, edited" });
    await ben.hearsNothing(...NEWS);
    await ben.emits("doc_edit", { doc_id: doc, content: "text, edited twice" });
    await ann.receives("doc_user_joined", { username: "ben" });
    assert.equal((await ann.receives("doc_updated")).content, "text, edited twice");
  });

  test("who joins again as another kind of client hears that kind's news and no other", async () => {
    const { server, doc, ann, ben } = await aWorld();
    await using _ = server;
    await ben.emits("doc_join", { doc_id: doc, protocol: "yjs" });
    await ann.emits("doc_edit", { doc_id: doc, content: "text for Yjs" });
    assert.equal((await ben.receives("doc_sync")).edited_by, "ann");
    await ben.hearsNothing(...NEWS);
    await ben.emits("doc_join", { doc_id: doc });
    assert.equal((await ben.receives("doc_content")).content, "text for Yjs");
    await ann.emits("doc_edit", { doc_id: doc, content: "text for all" });
    assert.equal((await ben.receives("doc_updated")).content, "text for all");
    await ben.receives("doc_content_updated");
    await ben.hearsNothing(...NEWS);
    await ann.hearsNothing("doc_user_joined", "doc_user_left");
  });

  test("nobody has more than 64 documents open on one connection", async () => {
    await using server = await Chatter.starts();
    const [ann] = await server.online("ann");
    const docs: number[] = [];
    for (let n = 0; n < 65; n++) docs.push(await drafts(ann, "", {}, `Number ${n}`));
    const acks = [];
    for (const doc_id of docs) acks.push((await ann.sends("doc_join", { doc_id })).error);
    assert.deepEqual(acks, [...Array.from({ length: 64 }, () => undefined), "too_many_documents"]);
    assert.equal((await ann.sends("doc_edit", { doc_id: docs[64], content: "x" })).error, "too_many_documents");
    await ann.emits("doc_leave", { doc_id: docs[0] });
    await ann.emits("doc_join", { doc_id: docs[64] });
  });
});

describe("a member", () => {
  test("who is added hears of it, and can open the document at once", async () => {
    const { server, doc, ann, ben, dan } = await aWorld();
    await using _ = server;
    await ann.does(`/api/doc/${doc}/add_member`, { username: "dan", role: "viewer" });
    for (const person of [ann, ben, dan]) {
      matchesSnapshot("events/doc_member_added", await person.receives("doc_member_added"));
      matchesSnapshot("events/doc_members_updated", await person.receives("doc_members_updated"));
      await person.hearsNothing(...NEWS);
    }
    await dan.emits("doc_join", { doc_id: doc });
    // Once more changes nothing and is no news.
    await ann.does(`/api/doc/${doc}/add_member`, { username: "dan", role: "editor" });
    await ben.receives("doc_user_joined");
    await ben.hearsNothing(...NEWS);
    assert.equal((await dan.sends("doc_edit", { doc_id: doc, content: "mine" })).error, "edit_access_denied");
  });

  test("who is named when the document is made hears of it", async () => {
    await using server = await Chatter.starts();
    const [ann, ben, cat] = await server.online("ann", "ben", "cat");
    const doc = await drafts(ann, "", { ben: "editor" });
    assert.deepEqual(await ben.receives("doc_member_added"), { doc_id: doc, username: "ben", role: "editor" });
    await ben.receives("doc_members_updated");
    await ben.hearsNothing();
    await cat.hearsNothing();
  });

  test("who is removed is out before the next edit, on every tab, and cannot come back", async () => {
    const { server, doc, ann, ben, cat, dan } = await aWorld();
    await using _ = server;
    const yjs = await asYjs(ben, doc);
    await ann.does(`/api/doc/${doc}/remove_member`, { username: "ben" });
    await ann.emits("doc_edit", { doc_id: doc, content: "text without ben" });
    for (const tab of [ben.tab, yjs]) {
      matchesSnapshot("events/doc_member_removed", await tab.receives("doc_member_removed"));
      await tab.receives("doc_members_updated");
      await tab.hearsNothing();
      for (const [event, payload] of [
        ["doc_join", {}], ["doc_join", { protocol: "yjs" }], ["doc_edit", { content: "mine" }],
        ["doc_sync", { message: message.update(updateOf((text) => text.insert(0, "mine"))) }],
        ["doc_awareness", { message: Uint8Array.of(0) }],
      ] as const) {
        const ack = await tab.sends(event, { doc_id: doc, ...payload });
        assert.equal(ack.ok, false, event);
        assert.ok(["access_denied", "not_joined"].includes(ack.error), `${event}: ${ack.error}`);
      }
    }
    for (const other of [ann, cat]) {
      await other.receives("doc_member_removed");
      assert.deepEqual(await other.receives("doc_user_left"), { doc_id: doc, username: "ben" });
    }
    await dan.hearsNothing(...NEWS);
    assert.equal((await ben.get(`/api/doc/${doc}`)).status, 403);
    assert.equal(await stored(ann, doc), "text without ben");
    assert.deepEqual((await ann.emits("doc_join", { doc_id: doc })).users, ["ann", "cat"]);
  });

  test("who is removed in the middle of others' typing hears nothing from the answer on", async () => {
    const { server, doc, ann, ben, cat } = await aWorld();
    await using _ = server;
    using editor = await YjsPage.opens(ann, doc);
    await cat.emits("doc_leave", { doc_id: doc });
    const yjs = await asYjs(cat, doc);
    let typing = true;
    const types = (async () => {
      for (let n = 0; typing; n++) {
        editor.splices(0, `${n} `);
        if (n % 10 === 9) await editor.isHeard();
      }
    })();
    await yjs.receives("doc_sync");
    await ben.emits("doc_edit", { doc_id: doc, content: `${await stored(ben, doc)} and ben` });
    await ann.does(`/api/doc/${doc}/remove_member`, { username: "cat" });
    // What was on its way before the answer is here now.
    await yjs.forgets();
    const { version } = editor;
    await eventually("more edits after the removal", () => editor.version > version + 50);
    typing = false;
    await types;
    await yjs.hearsNothing(...NEWS);
  });

  test("who is removed with edits still on their way gets none of them in after the answer", async () => {
    const { server, doc, ann, ben } = await aWorld();
    await using _ = server;
    const page = await YjsPage.opens(ben, doc);
    const acks: Promise<any>[] = [];
    for (let n = 0; n < 60; n++) {
      acks.push(ben.sends("doc_edit", { doc_id: doc, content: `text ${n}` }));
      page.splices(0, `${n} `);
    }
    await ann.does(`/api/doc/${doc}/remove_member`, { username: "ben" });
    const then = await ann.reads(`/api/doc/${doc}`);
    const answers = await Promise.all(acks);
    await eventually("the editor to be refused", () => page.refusals.length > 0);
    page.closes();
    assert.deepEqual(await ann.reads(`/api/doc/${doc}`), then);
    assert.ok(answers.every(({ ok, error, version }) => (ok ? version <= then.version : error === "access_denied")));
  });

  test("who leaves by themselves is out like the removed", async () => {
    const { server, doc, ann, ben } = await aWorld();
    await using _ = server;
    await ben.does(`/api/doc/${doc}/remove_member`, { username: "ben" });
    assert.deepEqual(await ann.receives("doc_member_removed"), { doc_id: doc, username: "ben" });
    await ben.receives("doc_member_removed");
    await ben.receives("doc_members_updated");
    await ann.emits("doc_edit", { doc_id: doc, content: "text, later" });
    await ben.hearsNothing();
  });

  test("who is no editor any more cannot write from then on, and can again when made one, without joining anew", async () => {
    const { server, doc, ann, ben, cat } = await aWorld();
    await using _ = server;
    using page = await YjsPage.opens(ben, doc);
    const edit = (): Promise<any> => ben.sends("doc_edit", { doc_id: doc, content: "edited by ben" });
    const update = (): Promise<any> => page.socket.emitWithAck("doc_sync", { doc_id: doc, message: message.update(updateOf((text) => text.insert(0, "x"))) });
    await ann.does(`/api/doc/${doc}/update_member_role`, { username: "ben", role: "viewer" });
    assert.deepEqual([(await edit()).error, (await update()).error], ["edit_access_denied", "edit_access_denied"]);
    for (const person of [ann, ben, cat]) {
      matchesSnapshot("events/doc_member_role_updated", await person.receives("doc_member_role_updated"));
      await person.receives("doc_members_updated");
    }
    await ann.hearsNothing("doc_updated", "doc_content_updated");
    assert.equal(await stored(ann, doc), "text");
    // He still sees what the others write.
    await ann.emits("doc_edit", { doc_id: doc, content: "text!" });
    assert.equal((await ben.receives("doc_updated")).content, "text!");
    await ann.does(`/api/doc/${doc}/update_member_role`, { username: "ben", role: "editor" });
    assert.equal((await ben.sends("doc_edit", { doc_id: doc, content: "text! edited" })).ok, true);
    assert.equal((await update()).ok, true);
    assert.equal((await ann.receives("doc_updated", { edited_by: "ben" })).content, "text! edited");
  });
});

describe("the document", () => {
  test("that is renamed is so for everybody in it, looking or not", async () => {
    const { server, doc, ann, ben, cat, dan } = await aWorld();
    await using _ = server;
    await cat.emits("doc_leave", { doc_id: doc });
    await ben.receives("doc_user_left");
    await ann.does(`/api/doc/${doc}/rename`, { name: "Agenda" });
    for (const person of [ann, ben, cat]) matchesSnapshot("events/doc_renamed", await person.receives("doc_renamed"));
    await ben.hearsNothing();
    await dan.hearsNothing();
    assert.equal((await ben.emits("doc_join", { doc_id: doc })).name, "Agenda");
  });

  test("that is deleted is gone for everybody in it, looking or not, and takes no edit", async () => {
    const { server, doc, ann, ben, cat, dan } = await aWorld();
    await using _ = server;
    await cat.emits("doc_leave", { doc_id: doc });
    const yjs = await asYjs(ben, doc);
    await ben.forgets();
    await ann.does(`/api/doc/${doc}/delete`);
    for (const listener of [ann, ben, cat, yjs]) matchesSnapshot("events/doc_deleted", await listener.receives("doc_deleted"));
    for (const person of [ann, ben]) {
      assert.equal((await person.sends("doc_edit", { doc_id: doc, content: "still here" })).error, "access_denied");
      assert.equal((await person.sends("doc_join", { doc_id: doc })).error, "access_denied");
      assert.equal((await person.get(`/api/doc/${doc}`)).status, 404);
      assert.deepEqual((await person.reads("/api/doc/list")).documents, []);
    }
    await yjs.hearsNothing("doc_sync", "doc_updated");
    await dan.hearsNothing();
  });

  test("that is deleted under the hands of its editors ends their edits, and nobody falls over", async () => {
    const { server, doc, ann, ben } = await aWorld();
    await using _ = server;
    const acks: Promise<any>[] = [];
    for (let n = 0; n < 40; n++) {
      acks.push(ben.sends("doc_edit", { doc_id: doc, content: `text ${n}` }));
      if (n === 20) acks.push(ann.does(`/api/doc/${doc}/delete`));
    }
    const refused = (await Promise.all(acks)).filter(({ ok }) => ok !== true);
    assert.deepEqual([...new Set(refused.map(({ error }) => error))].filter((error) => error !== "access_denied"), []);
    assert.equal((await ben.sends("doc_edit", { doc_id: doc, content: "after" })).error, "access_denied");
    await server.isWell();
  });
});

describe("the end of a session", () => {
  for (const [what, ends] of [
    ["signing out", (world: World) => world.ben.post("/logout")],
    ["a ban", (world: World) => world.server.root.does("/api/admin/ban", { type: "user", action: "ban", value: "ben" })],
    ["a new password", async (world: World) => {
      const elsewhere = await world.ben.onAnotherDevice();
      await elsewhere.does("/api/me/password", { current_password: PASSWORD, new_password: "another long password" });
    }],
  ] as const) {
    test(`by ${what} ends its documents too`, async () => {
      const world = await aWorld();
      const { server, doc, ann, ben } = world;
      await using _ = server;
      const yjs = await asYjs(ben, doc);
      const closed = Promise.all([ben.tab.isClosed(), yjs.isClosed()]);
      let heard = 0;
      await ends(world);
      for (const tab of ben.tabs) tab.socket.onAny((event: string) => (heard += NEWS.includes(event) ? 1 : 0));
      await ann.emits("doc_edit", { doc_id: doc, content: "text, after" });
      assert.deepEqual(await ann.receives("doc_user_left"), { doc_id: doc, username: "ben" });
      await closed;
      assert.equal(heard, 0);
      assert.deepEqual((await ann.emits("doc_join", { doc_id: doc })).users, ["ann", "cat"]);
    });
  }
});
