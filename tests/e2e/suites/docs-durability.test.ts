/** What was answered is stored: through power cuts and SIGTERM, under load, with a long history. */
import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { EFFORT } from "../support/doc-dice.ts";
import { Meeting } from "../support/doc-meeting.ts";
import type { TextPage } from "../support/doc-text.ts";
import { Typist } from "../support/doc-typist.ts";
import type { YjsPage } from "../support/doc-yjs.ts";
import { eventually } from "../support/docs.ts";
import { Chatter, postgresUrl } from "../support/index.ts";

/** Two whole-text and two Yjs clients, straight at the server. */
async function aMeeting(server: Chatter): Promise<{ meeting: Meeting; pages: (TextPage | YjsPage)[]; typists: Typist[] }> {
  const meeting = await Meeting.of(server, ["ann", "ben", "cat", "dan"]);
  const pages = [await meeting.text(0), await meeting.text(1), await meeting.yjs(2), await meeting.yjs(3)];
  return { meeting, pages, typists: pages.map((page) => new Typist(page, meeting.dice.another())) };
}

const acks = (pages: (TextPage | YjsPage)[]): number => pages.reduce((sum, { acked }) => sum + acked.length, 0);

/** Everything acked stands in the stored text once, and its version counts no edit that is not there. */
async function assertKept(meeting: Meeting, pages: (TextPage | YjsPage)[], typists: Typist[], when: string): Promise<void> {
  const { content, version } = await meeting.people[0]!.reads(`/api/doc/${meeting.doc}`);
  for (const [n, typist] of typists.entries()) {
    for (const word of typist.words) {
      const count = content.split(word).length - 1;
      assert.ok(count <= 1, `${word} is there ${count} times ${when}; ${meeting.told}`);
      if (pages[n]!.isAcked(word)) assert.equal(count, 1, `${word} was answered and is lost ${when}; ${meeting.told}\n${content}`);
    }
  }
  const highest = Math.max(...pages.flatMap(({ acked }) => acked.map((ack) => ack.version)));
  assert.ok(version >= highest, `version ${highest} was answered, ${version} is stored ${when}`);
}

test("power cuts under the hands of four people lose and double nothing that was answered", async () => {
  await using server = await Chatter.starts({ root: false });
  const { meeting, pages, typists } = await aMeeting(server);
  await using _ = meeting;
  for (let round = 1; round <= 3 * EFFORT; round++) {
    const before = acks(pages);
    let typing = true;
    const hands = typists.map(async (typist) => {
      while (typing) await typist.says(1, [5, 60]);
    });
    await eventually("many answers", () => acks(pages) > before + 60);
    await server.isKilled();
    typing = false;
    await Promise.all(hands);
    for (const page of pages) page.disconnects();
    await server.startsAgain();
    // Before anybody can bring back what they still have on the screen.
    await assertKept(meeting, pages, typists, `after power cut ${round}`);
    await goOn(meeting, pages, typists);
    await assertKept(meeting, pages, typists, `after the return from power cut ${round}`);
  }
});

/** Editors come back with what they have; the whole-text pages are loaded anew. */
async function goOn(meeting: Meeting, pages: (TextPage | YjsPage)[], typists: Typist[]): Promise<void> {
  for (const who of [0, 1]) {
    pages[who] = await meeting.text(who);
    typists[who] = new Typist(pages[who], meeting.dice.another());
  }
  for (const page of pages) page.connects();
  for (const page of pages) await page.isHeard();
  await eventually("the screens to agree", () => pages.every(({ screen }) => screen === pages[2]!.screen));
  assert.equal(await meeting.stored(), pages[0]!.screen);
}

test("an edit that was answered survives a power cut although a page that did not yet show it goes on typing", async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, ["ann", "ben"], "alpha beta gamma");
  const ann = await meeting.text(0);
  const ben = await meeting.yjs(1);
  // Nobody's text is replaced in the middle of their typing.
  ann.splices(ann.screen.length, " one");
  await ann.isHeard();
  ben.splices(0, "two ");
  await ben.isHeard();
  await server.isKilled();
  assert.equal(ann.screen, "alpha beta gamma one");
  await eventually("ann to notice", () => !ann.socket.connected);
  ann.splices(ann.screen.indexOf("beta"), "three ");
  await server.startsAgain();
  await ann.isHeard();
  await ben.isHeard();
  assert.equal(await meeting.stored(), "two alpha three beta gamma one");
});

test("versions count edits one by one, for everybody the same, through a power cut", async () => {
  await using server = await Chatter.starts({ root: false });
  const { meeting, pages, typists } = await aMeeting(server);
  await using _ = meeting;
  const witness = await meeting.people[0]!.connects();
  const joined = await witness.does("doc_join", { doc_id: meeting.doc, protocol: "yjs" });
  await Promise.all(typists.map((typist) => typist.says(8, [0, 50])));
  for (const page of pages) await page.isHeard();
  const told = (await witness.heardSoFar("doc_sync")).map(({ args }) => args[0].version);
  assert.deepEqual(told, told.map((_, n) => joined.version + 1 + n));
  assert.ok(told.length >= 32);
  const { version } = await meeting.people[0]!.reads(`/api/doc/${meeting.doc}`);
  assert.equal(told.at(-1), version);
  const answered = pages.flatMap(({ acked }) => acked.map((ack) => ack.version)).filter((each) => each > joined.version);
  assert.deepEqual(answered.sort((a, b) => a - b), told);

  await server.isKilled();
  for (const page of pages) page.disconnects();
  await server.startsAgain();
  const again = await meeting.people[1]!.connects();
  assert.equal((await again.does("doc_edit", { doc_id: meeting.doc, content: `${await meeting.stored()} more` })).version, version + 1);
});

test("SIGTERM under the hands of four people loses nothing that was answered", async () => {
  await using server = await Chatter.starts({ root: false });
  const { meeting, pages, typists } = await aMeeting(server);
  await using _ = meeting;
  let typing = true;
  const hands = typists.map(async (typist) => {
    while (typing) await typist.says(1, [0, 30]);
  });
  await eventually("many answers", () => acks(pages) > 100);
  await server.stops();
  typing = false;
  await Promise.all(hands);
  // Who came too late was told so.
  for (const page of pages) {
    page.disconnects();
    for (const { error } of page.refusals.splice(0)) assert.equal(error, "busy");
  }
  await server.startsAgain();
  await assertKept(meeting, pages, typists, "after SIGTERM");
  await goOn(meeting, pages, typists);
  await assertKept(meeting, pages, typists, "after the return");
});

test("while the database takes no writes edits are refused and what is stored is shown; editors bring theirs when it does", { skip: postgresUrl === "" }, async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, ["ann", "ben", "cat"], "stored");
  const ann = await meeting.text(0);
  const [ben, cat] = [await meeting.yjs(1), await meeting.yjs(2)];
  let asked = 0;
  cat.socket.on("doc_sync", () => (asked += 1));
  await takesWrites(server, false);
  ben.splices(0, "ben's ");
  await eventually("ben to be refused", () => ben.refusals.length > 0);
  for (let n = 1; n <= 8; n++) {
    ann.splices(ann.screen.length, " by ann");
    await eventually("ann to be refused and shown what is stored", () => ann.refusals.length === n && ann.screen === "stored");
    await meeting.dice.pause(200, 200);
  }
  assert.deepEqual([...ann.refusals, ...ben.refusals].filter(({ error }) => error !== "unavailable"), []);
  assert.deepEqual([ben.screen, cat.screen, await meeting.stored()], ["ben's stored", "stored", "stored"]);
  // Whoever is asked for what the server lacks answers at once: asking all the time would never end.
  assert.ok(asked < 30, `cat was asked ${asked} times`);
  for (const page of [ann, ben]) page.refusals.length = 0;
  await takesWrites(server, true);
  ann.splices(ann.screen.length, " by ann");
  await eventually("everybody to have it all", () => [ann, ben, cat].every(({ screen }) => screen === "ben's stored by ann"), 60_000);
  assert.equal(await meeting.stored(), "ben's stored by ann");
});

/** Every new connection to this server's database may or may not write; there are only new ones. */
async function takesWrites(server: Chatter, may: boolean): Promise<void> {
  const name = new URL(server.database.url).pathname.slice(1);
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${may ? "off" : "on"}`);
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
  } finally {
    await client.end();
  }
}

test("a document of thousands of edits opens as it was, after power cuts and with nobody in it", async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, ["ann", "ben"]);
  const page = await meeting.yjs(0);
  const edits = 2500 * EFFORT;
  const cuts = [Math.floor(edits / 3), Math.floor((edits * 2) / 3), edits];
  let done = 0;
  for (const until of cuts) {
    for (; done < until; done++) {
      const length = page.text.length;
      if (done % 5 === 4) page.splices(meeting.dice.between(0, length - 1), "", 1);
      else page.splices(meeting.dice.between(0, length), String.fromCharCode(97 + (done % 26)));
      if (done % 50 === 49) await page.isHeard();
    }
    await page.isHeard();
    await server.isKilled();
    page.disconnects();
    await server.startsAgain();
    assert.equal(await meeting.stored(), page.screen);
    page.connects();
    await page.isHeard();
  }
  const { version } = await meeting.people[0]!.reads(`/api/doc/${meeting.doc}`);
  assert.equal(version, edits);
  page.closes();
  const newcomer = await meeting.yjs(1);
  assert.equal(newcomer.screen, await meeting.stored());
  const text = await meeting.text(1);
  assert.equal(text.screen, newcomer.screen);
});
