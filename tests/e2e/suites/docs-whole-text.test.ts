/** Whole texts over the socket (contract 3.3, 3.5): what editing answers and tells, and what it refuses. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MOST_BYTES, drafts, stored } from "../support/docs.ts";
import { aServer, matchesSnapshot, type Person } from "../support/index.ts";

const NEWS = ["doc_content", "doc_updated", "doc_content_updated", "doc_sync"];

describe("an edit", () => {
  const shared = aServer();

  /** A new document of three people, all of whom look at it. */
  async function aDocument(names: readonly [string, string, string], content: string): Promise<{ doc: number; people: readonly [Person, Person, Person] }> {
    const people = await shared.server.online(...names);
    const doc = await drafts(people[0], content, { [names[1]]: "editor", [names[2]]: "viewer" });
    for (const person of people) await person.emits("doc_join", { doc_id: doc });
    for (const person of people) await person.forgets();
    return { doc, people };
  }

  test("is answered with its version, told to the others under both names, and not to its editor", async () => {
    const { doc, people: [ann, ben, cat] } = await aDocument(["ann", "ben", "cat"], "one");
    const ack = await ann.emits("doc_edit", { doc_id: doc, content: "one two" });
    matchesSnapshot("acks/doc_edit", ack);
    for (const other of [ben, cat]) {
      const told = await other.receives("doc_updated");
      matchesSnapshot("events/doc_updated", told);
      assert.deepEqual(await other.receives("doc_content_updated"), told);
      assert.deepEqual([told.doc_id, told.version], [doc, ack.version]);
    }
    // The next news ann hears is of somebody else's edit, not of her own.
    // An id may come as text.
    await ben.emits("doc_edit", { doc_id: String(doc), content: "one two three" });
    assert.deepEqual([(await ann.receives("doc_updated")).edited_by, (await ann.receives("doc_content_updated")).content], ["ben", "one two three"]);
    await ann.hearsNothing(...NEWS);
    assert.equal(await stored(cat, doc), "one two three");
    const { last_edited_by, version } = await cat.reads(`/api/doc/${doc}`);
    assert.deepEqual([last_edited_by, version], ["ben", 3]);
  });

  test("that changes nothing takes no version and is told to nobody", async () => {
    const { doc, people: [dan, eve, fay] } = await aDocument(["dan", "eve", "fay"], "same");
    assert.equal((await dan.emits("doc_edit", { doc_id: doc, content: "same" })).version, 1);
    await dan.emits("doc_edit", { doc_id: doc, content: "same, but longer" });
    assert.equal((await eve.receives("doc_updated")).version, 2);
    assert.equal((await fay.receives("doc_updated")).version, 2);
    await eve.hearsNothing("doc_updated");
  });

  test("without doc_join joins by itself: it is merged, and its socket hears the others from then on", async () => {
    const { doc, people: [gus, hal] } = await aDocument(["gus", "hal", "ida"], "start");
    const tab = await gus.connects();
    await tab.does("doc_edit", { doc_id: doc, content: "start and more" });
    assert.equal((await hal.receives("doc_updated")).content, "start and more");
    await hal.emits("doc_edit", { doc_id: doc, content: "a start and more" });
    assert.equal((await tab.receives("doc_updated")).content, "a start and more");
  });

  test("keeps line ends as LF, NUL and every letter as they are", async () => {
    const { doc, people: [jan, kim] } = await aDocument(["jan", "kim", "lea"], "");
    const typed = "a\r\nb\rc\n\0 é e\u0301 😀 👩‍👩‍👧 \u{10ffff} \u202e\u2028";
    const kept = typed.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
    await jan.emits("doc_edit", { doc_id: doc, content: typed });
    assert.equal((await kim.receives("doc_updated")).content, kept);
    assert.equal(await stored(kim, doc), kept);
    // A face whose first code unit stays.
    const other = kept.replace("😀", "😁");
    await jan.emits("doc_edit", { doc_id: doc, content: other });
    assert.equal((await kim.receives("doc_updated", { version: 2 })).content, other);
  });

  test("of a document in which others typed meanwhile is merged, and its editor is shown the merged text", async () => {
    const { doc, people: [max, ned, oda] } = await aDocument(["max", "ned", "oda"], "the fox jumps");
    // Sent before either can have heard of the other's.
    const both = await Promise.all([
      max.emits("doc_edit", { doc_id: doc, content: "the quick fox jumps" }),
      ned.emits("doc_edit", { doc_id: doc, content: "the fox jumps high" }),
    ]);
    const merged = "the quick fox jumps high";
    for (const person of [max, ned, oda]) {
      const told = await person.receives("doc_content_updated", { content: merged });
      assert.equal(told.version, Math.max(...both.map(({ version }) => version)));
      // Pages ignore what they are told they wrote themselves.
      assert.notEqual(told.edited_by, person.name);
    }
    assert.equal(await stored(oda, doc), merged);
  });
});

describe("base_version", () => {
  const shared = aServer();

  test("makes an old text a difference to that version, answered with the merged text", async () => {
    const [ann, ben] = await shared.server.online("ann", "ben");
    const doc = await drafts(ann, "red green blue", { ben: "editor" });
    const { version } = await ann.emits("doc_join", { doc_id: doc });
    await ben.emits("doc_join", { doc_id: doc });
    const first = await ben.emits("doc_edit", { doc_id: doc, content: "red blue", base_version: version });
    assert.deepEqual(Object.keys(first).sort(), ["doc_id", "ok", "version"]);
    const second = await ann.emits("doc_edit", { doc_id: doc, content: "red green blue black", base_version: version });
    matchesSnapshot("acks/doc_edit-merged", second);
    assert.deepEqual([second.content, second.version], ["red blue black", first.version + 1]);
    // The text that the base is: putting back the word that ben took away is an edit again, not a no-op.
    const third = await ann.emits("doc_edit", { doc_id: doc, content: "red green blue black", base_version: second.version });
    assert.deepEqual([third.content, await stored(ben, doc)], [undefined, "red green blue black"]);
  });

  test("that is none, or not one yet, is refused", async () => {
    const [cat] = await shared.server.online("cat");
    const doc = await drafts(cat, "kept");
    await cat.emits("doc_join", { doc_id: doc });
    for (const base_version of ["one", 1.5, {}, [1], true, 1e300, -1, 2, 99, 2 ** 53]) {
      const ack = await cat.sends("doc_edit", { doc_id: doc, content: "changed", base_version });
      assert.deepEqual([ack.ok, ack.error], [false, "bad_params"], JSON.stringify(base_version));
    }
    assert.equal(await stored(cat, doc), "kept");
    await cat.emits("doc_edit", { doc_id: doc, content: "kept, and more", base_version: null });
    assert.equal(await stored(cat, doc), "kept, and more");
  });
});

describe("what is refused", () => {
  const shared = aServer();

  test("is answered with a clear error, stored nowhere and noticed by nobody", async () => {
    const [ann, ben, cat, dan] = await shared.server.online("ann", "ben", "cat", "dan");
    const doc = await drafts(ann, "kept", { ben: "editor", cat: "viewer" });
    for (const person of [ann, ben, cat]) await person.emits("doc_join", { doc_id: doc });
    for (const person of [ann, ben, cat, dan]) await person.forgets();
    const long = "x".repeat(MOST_BYTES + 1);
    const cases: [Person, string, unknown, string][] = [
      [cat, "doc_edit", { doc_id: doc, content: "mine" }, "edit_access_denied"],
      // Nobody learns from the answers which documents there are.
      ...[doc, String(doc), 987654, 0, -1, 2 ** 53].flatMap((doc_id): [Person, string, unknown, string][] => [
        [dan, "doc_edit", { doc_id, content: "mine" }, "access_denied"],
        [dan, "doc_join", { doc_id }, "access_denied"],
        [dan, "doc_join", { doc_id, protocol: "yjs" }, "access_denied"],
        [dan, "doc_edit", { doc_id, content: "mine", base_version: 1 }, "access_denied"],
      ]),
      ...[undefined, null, 7, true, {}, [], ["kept"], { length: 3 }].map((content): [Person, string, unknown, string] => [ben, "doc_edit", { doc_id: doc, content }, "bad_params"]),
      ...[undefined, null, "", "one", 1.5, {}, [], [doc], true].flatMap((doc_id): [Person, string, unknown, string][] => [
        [ben, "doc_edit", { doc_id, content: "mine" }, "bad_params"],
        [ben, "doc_join", { doc_id }, "bad_params"],
        [ben, "doc_leave", { doc_id }, "bad_params"],
      ]),
      ...[undefined, null, 7, "mine", []].map((payload): [Person, string, unknown, string] => [ben, "doc_edit", payload, "bad_params"]),
      [ben, "doc_join", { doc_id: doc, protocol: "morse" }, "bad_params"],
      [ben, "doc_join", { doc_id: doc, protocol: 7 }, "bad_params"],
      [ben, "doc_edit", { doc_id: doc, content: long }, "content_too_large"],
      [ben, "doc_edit", { doc_id: doc, content: `${"é".repeat(MOST_BYTES / 2)}x` }, "content_too_large"],
      [cat, "doc_edit", { doc_id: doc, content: long }, "edit_access_denied"],
      [dan, "doc_edit", { doc_id: doc, content: long }, "access_denied"],
    ];
    for (const [person, event, payload, code] of cases) {
      const told = `${person.name} ${event} ${JSON.stringify(payload)?.slice(0, 100)}`;
      const ack = await person.sends(event, payload);
      assert.deepEqual([ack?.ok, ack?.error], [false, code], `${told} answered ${JSON.stringify(ack)}`);
      assert.ok(typeof ack.message === "string" && JSON.stringify(ack).length < 500, told);
    }
    const denied = await dan.sends("doc_join", { doc_id: doc });
    assert.deepEqual(denied, await dan.sends("doc_join", { doc_id: 987654 }));
    assert.equal(denied.message, "access denied");
    assert.equal((await cat.sends("doc_edit", { doc_id: doc, content: "mine" })).message, "edit access denied");
    for (const person of [ann, ben, cat, dan]) await person.hearsNothing();
    const { content, version } = await ann.reads(`/api/doc/${doc}`);
    assert.deepEqual([content, version], ["kept", 1]);
    // Who was refused can go on at once.
    await ben.emits("doc_edit", { doc_id: doc, content: "kept, and more" });
    assert.equal((await cat.receives("doc_updated")).content, "kept, and more");
    await dan.hearsNothing();
    await shared.server.isWell();
  });

  test("without an ack comes as an error event to its sender", async () => {
    const [eve, fay] = await shared.server.online("eve", "fay");
    const doc = await drafts(eve, "kept");
    fay.tab.says("doc_join", { doc_id: doc });
    const { event, error, message } = await fay.receives("error");
    assert.deepEqual([event, error, message], ["doc_join", "access_denied", "access denied"]);
    await eve.emits("doc_join", { doc_id: doc });
    await eve.hears("doc_content");
    await fay.hearsNothing();
  });

  test("half a surrogate pair never becomes text", async () => {
    const [gus] = await shared.server.online("gus");
    const doc = await drafts(gus, "kept");
    const ack = await gus.sends("doc_edit", { doc_id: doc, content: "kept \ud83d" });
    assert.equal(ack.ok, false);
    assert.equal(await stored(gus, doc), "kept");
  });
});

describe("the largest text", () => {
  const shared = aServer();

  for (const [what, content] of [
    ["letters of one byte", "x".repeat(MOST_BYTES)],
    ["letters of two bytes", "é".repeat(MOST_BYTES / 2)],
    ["letters of four bytes", "😀".repeat(MOST_BYTES / 4)],
    ["line ends, which JSON doubles", "\n".repeat(MOST_BYTES)],
  ] as const) {
    test(`of ${what} is taken, and one more byte is not`, async () => {
      const [ann] = await shared.server.online(`ann${content.codePointAt(0)}`);
      const doc = await drafts(ann, "short");
      const joined = await ann.emits("doc_edit", { doc_id: doc, content });
      assert.equal(joined.version, 2);
      assert.equal((await ann.sends("doc_edit", { doc_id: doc, content: `${content}x` })).error, "content_too_large");
      assert.ok((await stored(ann, doc)) === content, "the stored text is another one");
      const second = await ann.connects();
      await second.does("doc_join", { doc_id: doc });
      assert.ok((await second.receives("doc_content")).content === content, "the shown text is another one");
      // One letter less at the end makes room for one at the beginning.
      const shifted = `y${[...content].slice(0, -1).join("")}`;
      await ann.emits("doc_edit", { doc_id: doc, content: shifted });
      assert.ok((await second.receives("doc_updated")).content === shifted);
    });
  }

  const lines = (count: number, word: string): string => Array.from({ length: count }, (_, n) => `Line ${n} ${word} ipsum dolor ${word} ipsum dolor\n`).join("");
  for (const [what, before, after] of [
    ["in each of 900 lines", lines(900, "lorem"), lines(900, "changed")],
    ["in each of 18,000 lines", lines(18_000, "lorem"), lines(18_000, "changed")],
    ["in every word, of which there are two", "a b ".repeat(MOST_BYTES / 4), "b a ".repeat(MOST_BYTES / 4)],
  ] as const) {
    test(`may change at once ${what}, and other documents do not wait for it`, async () => {
      const [ben, cat] = await shared.server.online(`ben${before.length}`, `cat${before.length}`);
      const doc = await drafts(ben, before);
      const [, other] = await Promise.all([
        ben.emits("doc_edit", { doc_id: doc, content: after }),
        drafts(cat, "quick").then((id) => cat.emits("doc_edit", { doc_id: id, content: "quick brown" })),
      ]);
      assert.equal(other.version, 2);
      assert.ok((await stored(ben, doc)) === after);
    });
  }
});
