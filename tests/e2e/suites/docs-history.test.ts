/** The history of a document: kept by itself and by name, compared, restored; and who wrote it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { YjsPage } from "../support/doc-yjs.ts";
import { drafts, eventually, stored } from "../support/docs.ts";
import { aServer, matchesSnapshot, type Answer, type Person } from "../support/index.ts";

const shared = aServer();

const revisions = async (reader: Person, doc: number, query = ""): Promise<any[]> => (await reader.reads(`/api/doc/${doc}/revisions${query}`)).revisions;
const keeps = async (editor: Person, doc: number, name: string): Promise<any> => (await editor.does(`/api/doc/${doc}/revisions`, { name })).revision;
const writes = (editor: Person, doc: number, content: string): Promise<any> => editor.emits("doc_edit", { doc_id: doc, content });

function refusal(answer: Answer): [status: number, code: string] {
  assert.equal(answer.json.ok, false, answer.text);
  return [answer.status, answer.json.code];
}

test("a text that is kept under a name stays as it was, with everybody who wrote it since the last", async () => {
  const [ann, ben, cat] = await shared.server.online("ann", "ben", "cat");
  const doc = await drafts(ann, "one", { ben: "editor", cat: "viewer" });
  const kept = await ben.does(`/api/doc/${doc}/revisions`, { name: " First " });
  matchesSnapshot("rest/doc-revision-kept", kept);
  await writes(ben, doc, "one two");
  await writes(ann, doc, "one two three");
  const second = await keeps(ann, doc, "Second");
  await writes(ben, doc, "one two three four");
  assert.deepEqual([kept.revision.authors, second.authors, second.version, second.bytes], [["ann"], ["ann", "ben"], 3, 13]);
  matchesSnapshot("rest/doc-revisions", await cat.reads(`/api/doc/${doc}/revisions`));
  matchesSnapshot("rest/doc-revision", await cat.reads(`/api/doc/${doc}/revisions/${second.id}`));
  assert.equal((await cat.reads(`/api/doc/${doc}/revisions/${kept.revision.id}`)).revision.content, "one");
});

test("a text that one edit takes most of away is kept first, however young it is", async () => {
  const [ann, ben, cat] = await shared.server.online("amy", "bob", "coe");
  const doc = await drafts(ann, "Everything that was agreed on in the meeting", { bob: "editor", coe: "viewer" });
  await writes(ben, doc, "Everything that was agreed on");
  assert.deepEqual(await revisions(cat, doc), []);
  await writes(ben, doc, "");
  // Once a minute is enough.
  await writes(ben, doc, "Something else that is not as old");
  await writes(ben, doc, "no");
  const [kept, ...more] = await revisions(cat, doc);
  assert.deepEqual([more, kept.authors, kept.name], [[], ["amy", "bob"], null]);
  assert.equal((await cat.reads(`/api/doc/${doc}/revisions/${kept.id}`)).revision.content, "Everything that was agreed on");
  assert.deepEqual(refusal(await cat.post(`/api/doc/${doc}/revisions/${kept.id}/restore`)), [403, "edit_access_denied"]);
  await ann.does(`/api/doc/${doc}/revisions/${kept.id}/restore`);
  assert.equal(await stored(cat, doc), "Everything that was agreed on");
});

test("a kept text is renamed, and without a name is one of the automatic ones", async () => {
  const [dan] = await shared.server.people("dan");
  const doc = await drafts(dan, "one");
  const { id } = await keeps(dan, doc, "First");
  const renamed = await dan.does(`/api/doc/${doc}/revisions/${id}/rename`, { name: "Better" });
  matchesSnapshot("rest/doc-revision-rename", renamed);
  for (const name of [null, ""]) {
    assert.equal((await dan.does(`/api/doc/${doc}/revisions/${id}/rename`, { name })).revision.name, null);
    await dan.does(`/api/doc/${doc}/revisions/${id}/rename`, { name: "Better" });
  }
  for (const name of ["x".repeat(101), "a\nb"]) {
    assert.deepEqual(refusal(await dan.post(`/api/doc/${doc}/revisions/${id}/rename`, { name })), [400, "invalid_name"]);
    assert.deepEqual(refusal(await dan.post(`/api/doc/${doc}/revisions`, { name })), [400, "invalid_name"]);
  }
  for (const body of [{}, { name: "" }, { name: 7 }, { name: null }]) assert.equal((await dan.post(`/api/doc/${doc}/revisions`, body)).status, 400);
  assert.deepEqual((await revisions(dan, doc)).map(({ name }) => name), ["Better"]);
});

test("differences put the old and the new text together exactly, by words within a line", async () => {
  const [eve] = await shared.server.online("eve");
  const texts = [
    "# Title\n\nThe quick brown fox\njumps over the lazy dog.\n",
    "# Title\n\nThe quick red fox\njumps over the dog.\nAnd back.\n",
    "",
    "völlig anders 👩‍👩‍👧 e\u0301\n\n\n\ttab\0",
  ];
  const doc = await drafts(eve, texts[0]);
  const ids: number[] = [];
  for (const [n, text] of texts.entries()) {
    await writes(eve, doc, text);
    ids.push((await keeps(eve, doc, `text ${n}`)).id);
  }
  for (const [a, from] of ids.entries()) {
    for (const [b, to] of [...ids.entries(), [3, undefined] as const]) {
      const answer = await eve.reads(`/api/doc/${doc}/revisions/${from}/diff${to === undefined ? "" : `?to=${to}`}`);
      const side = (other: string): string => answer.changes.filter(({ kind }: any) => kind !== other).map(({ text }: any) => text).join("");
      assert.deepEqual([side("insert"), side("delete")], [texts[a], texts[b]]);
      assert.deepEqual([answer.from.id, answer.to.id], [from, to ?? null]);
      if (a === b) assert.ok(answer.changes.every(({ kind }: any) => kind === "equal"));
    }
  }
  const words = await eve.reads(`/api/doc/${doc}/revisions/${ids[0]}/diff?to=${ids[1]}`);
  matchesSnapshot("rest/doc-diff", words);
  for (const to of ["987654", "abc", "-1", ""]) {
    const answer = await eve.get(`/api/doc/${doc}/revisions/${ids[0]}/diff?to=${to}`);
    assert.ok([400, 404].includes(answer.status), `to=${to}: ${answer.status}`);
  }
});

test("a text comes back as an edit: everybody sees it, the state before is kept, and what others typed survives", async () => {
  const [fay, gus, hal] = await shared.server.online("fay", "gus", "hal");
  const doc = await drafts(fay, "the old words", { gus: "editor", hal: "viewer" });
  const { id } = await keeps(fay, doc, "Old");
  await gus.emits("doc_join", { doc_id: doc });
  using page = await YjsPage.opens(hal, doc);
  await writes(gus, doc, "the old words and some newer");
  await gus.forgets();
  const restored = await fay.does(`/api/doc/${doc}/revisions/${id}/restore`);
  assert.deepEqual(restored, { ok: true, version: 3 });
  const told = await gus.receives("doc_updated");
  assert.deepEqual([told.content, told.edited_by, told.version], ["the old words", "fay", 3]);
  await eventually("the viewer to see it", () => page.screen === "the old words");
  const [before, named] = await revisions(hal, doc);
  assert.deepEqual([before.name, before.version, before.authors, named.id], [null, 2, ["gus"], id]);
  assert.equal((await hal.reads(`/api/doc/${doc}/revisions/${before.id}`)).revision.content, "the old words and some newer");
  // And back, which is as good as never having done it.
  await gus.does(`/api/doc/${doc}/revisions/${before.id}/restore`);
  assert.equal(await stored(hal, doc), "the old words and some newer");
  const { version, last_edited_by } = await hal.reads(`/api/doc/${doc}`);
  assert.deepEqual([version, last_edited_by], [4, "gus"]);
  // What is already so is no edit.
  await gus.does(`/api/doc/${doc}/revisions/${before.id}/restore`);
  assert.equal((await hal.reads(`/api/doc/${doc}`)).version, 4);
});

test("long work is kept by itself, as one state, with its authors", async () => {
  const [ida, jan] = await shared.server.online("ida", "jan");
  const doc = await drafts(ida, "", { jan: "editor" });
  using one = await YjsPage.opens(ida, doc);
  using two = await YjsPage.opens(jan, doc);
  for (let n = 0; n < 700; n++) {
    (n % 2 === 0 ? one : two).splices(0, `${n} `);
    if (n % 50 === 49) await Promise.all([one.isHeard(), two.isHeard()]);
  }
  await eventually("a kept state", async () => (await revisions(ida, doc)).length > 0);
  const [only, ...more] = await revisions(ida, doc);
  assert.deepEqual([only.name, only.authors, more], [null, ["ida", "jan"], []]);
  assert.ok(only.version > 0 && only.version <= 700);
});

test("a long list comes in pages, the newest first", async () => {
  const [kim] = await shared.server.online("kim");
  const doc = await drafts(kim, "0");
  for (let n = 1; n <= 7; n++) {
    await writes(kim, doc, String(n));
    await keeps(kim, doc, `state ${n}`);
  }
  const names: string[] = [];
  let before = "";
  for (let more = true, pages = 0; more && pages < 9; pages++) {
    const page = await kim.reads(`/api/doc/${doc}/revisions?limit=3${before}`);
    names.push(...page.revisions.map(({ name }: any) => name));
    more = page.has_more;
    before = `&before=${page.revisions.at(-1).id}`;
  }
  assert.deepEqual(names, [7, 6, 5, 4, 3, 2, 1].map((n) => `state ${n}`));
  for (const query of ["limit=0", "limit=-1", "limit=x", "before=x", "limit=1e9"]) {
    const { status } = await kim.get(`/api/doc/${doc}/revisions?${query}`);
    assert.ok(status === 200 || status === 400, `${query}: ${status}`);
  }
});

test("a kept text belongs to its document: by another's address it is not there", async () => {
  const [lea, max] = await shared.server.people("lea", "max");
  const [mine, theirs] = [await drafts(lea, "mine"), await drafts(max, "theirs")];
  const { id } = await keeps(max, theirs, "theirs");
  for (const [method, path] of [["GET", ""], ["GET", "/diff"], ["POST", "/restore"], ["POST", "/rename"]] as const) {
    const answer = await lea.request(method, `/api/doc/${mine}/revisions/${id}${path}`, method === "POST" ? { name: "taken" } : undefined);
    assert.deepEqual(refusal(answer), [404, "not_found"], `${method} ${path}`);
    for (const rid of ["987654", "abc", "0"]) {
      assert.equal((await lea.request(method, `/api/doc/${mine}/revisions/${rid}${path}`, method === "POST" ? { name: "x" } : undefined)).status, 404, `${method} ${path} ${rid}`);
    }
  }
  const own = await keeps(lea, mine, "mine");
  assert.deepEqual(refusal(await lea.get(`/api/doc/${mine}/revisions/${own.id}/diff?to=${id}`)), [404, "not_found"]);
  assert.deepEqual([await stored(lea, mine), (await revisions(max, theirs))[0].name], ["mine", "theirs"]);
});
