/** What was answered is stored: through power cuts and SIGTERM, under load, with a long history. */
import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { EFFORT } from "../support/doc-dice.ts";
import { Meeting } from "../support/doc-meeting.ts";
import type { TextPage } from "../support/doc-text.ts";
import { Typist } from "../support/doc-typist.ts";
import type { YjsPage } from "../support/doc-yjs.ts";
import { drafts, eventually, stored } from "../support/docs.ts";
import { Chatter, postgresUrl } from "../support/index.ts";
import { Wire } from "../support/wire.ts";

interface Writer {
  page: TextPage | YjsPage;
  typist: Typist;
}

/** Two whole-text and two Yjs clients, straight at the server. */
class Load implements AsyncDisposable {
  /** Pages that were loaded anew, and what was written into them. */
  private readonly former: Writer[] = [];

  private constructor(
    readonly meeting: Meeting,
    readonly writers: Writer[],
  ) {}

  static async on(server: Chatter): Promise<Load> {
    const load = new Load(await Meeting.of(server, ["ann", "ben", "cat", "dan"]), []);
    for (const who of [0, 1]) load.sits(who, await load.meeting.text(who));
    for (const who of [2, 3]) load.sits(who, await load.meeting.yjs(who));
    return load;
  }

  get pages(): (TextPage | YjsPage)[] {
    return this.writers.map(({ page }) => page);
  }

  get acks(): number {
    return this.pages.reduce((sum, { acked }) => sum + acked.length, 0);
  }

  /** Everybody types until many more edits are answered and `end` has come of it; then everybody is disconnected. */
  async until(end: () => Promise<void>): Promise<void> {
    const before = this.acks;
    let typing = true;
    const hands = this.writers.map(async ({ typist }) => {
      while (typing) await typist.says(1, [20, 100]);
    });
    await eventually("many answers", () => this.acks > before + 60);
    await end();
    typing = false;
    await Promise.all(hands);
    for (const page of this.pages) page.disconnects();
  }

  /** Editors come back with what they have; whole-text pages are loaded anew, or go on with what is on them. */
  async goesOn(reload: boolean): Promise<void> {
    for (const who of reload ? [0, 1] : []) {
      this.former.push(this.writers[who]!);
      this.sits(who, await this.meeting.text(who));
    }
    for (const page of this.pages) page.connects();
    // A page that does not join again is known once it has written.
    if (!reload) for (const { typist } of this.writers.slice(0, 2)) typist.saysOne();
    for (const page of this.pages) await page.isHeard();
    const text = await this.meeting.stored();
    await eventually("the screens to show what is stored", () => this.pages.every(({ screen }) => screen === text));
  }

  /** Everything acked stands in the stored text once, and its version counts no edit that is not there. */
  async isKept(when: string): Promise<void> {
    const { content, version } = await this.meeting.people[0]!.reads(`/api/doc/${this.meeting.doc}`);
    const told = `${when}; ${this.meeting.told}\n${content}`;
    for (const { page, typist } of [...this.former, ...this.writers]) {
      for (const word of typist.words) {
        const count = content.split(word).length - 1;
        assert.ok(count <= 1, `${word} is there ${count} times ${told}`);
        if (page.isAcked(word)) assert.equal(count, 1, `${word} was answered and is lost ${told}`);
      }
      for (const ack of page.acked) assert.ok(ack.version <= version, `version ${ack.version} was answered, ${version} is stored ${told}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.meeting[Symbol.asyncDispose]();
  }

  private sits(who: number, page: TextPage | YjsPage): void {
    this.writers[who] = { page, typist: new Typist(page, this.meeting.dice.another()) };
  }
}

for (const reload of [true, false]) {
  test(`power cuts under the hands of four people lose and double nothing that was answered, whole-text pages ${reload ? "being loaded anew" : "living on"}`, async () => {
    await using server = await Chatter.starts({ root: false });
    await using load = await Load.on(server);
    for (let round = 1; round <= 3 * EFFORT; round++) {
      await load.until(() => server.isKilled());
      await server.startsAgain();
      // Before anybody can bring back what they still have on the screen.
      await load.isKept(`after power cut ${round}`);
      await load.goesOn(reload);
      await load.isKept(`after the return from power cut ${round}`);
    }
  });
}

test("SIGTERM under the hands of four people loses nothing that was answered", async () => {
  await using server = await Chatter.starts({ root: false });
  await using load = await Load.on(server);
  await load.until(() => server.stops());
  // Who came too late was told so.
  for (const page of load.pages) for (const { error } of page.refusals.splice(0)) assert.equal(error, "busy");
  await server.startsAgain();
  await load.isKept("after SIGTERM");
  await load.goesOn(false);
  await load.isKept("after the return");
});

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
  await using load = await Load.on(server);
  const { doc, people } = load.meeting;
  const witness = await people[0]!.connects();
  const joined = await witness.does("doc_join", { doc_id: doc, protocol: "yjs" });
  await Promise.all(load.writers.map(({ typist }) => typist.says(8, [0, 50])));
  for (const page of load.pages) await page.isHeard();
  const told = (await witness.heardSoFar("doc_sync")).map(({ args }) => args[0].version);
  assert.deepEqual(told, told.map((_, n) => joined.version + 1 + n));
  assert.ok(told.length >= 32);
  const { version } = await people[0]!.reads(`/api/doc/${doc}`);
  assert.equal(told.at(-1), version);
  const answered = load.pages.flatMap(({ acked }) => acked.map((ack) => ack.version)).filter((each) => each > joined.version);
  assert.deepEqual(answered.sort((a, b) => a - b), told);

  await server.isKilled();
  for (const page of load.pages) page.disconnects();
  await server.startsAgain();
  const again = await people[1]!.connects();
  assert.equal((await again.does("doc_edit", { doc_id: doc, content: `${await load.meeting.stored()} more` })).version, version + 1);
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

test("while a document cannot even be read it stays open, and everybody has what is stored as soon as it can", { skip: postgresUrl === "" }, async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, ["ann", "ben", "cat"], "stored");
  const [ann, idle] = [await meeting.text(0), await meeting.text(2)];
  const ben = await meeting.yjs(1);
  await inItsDatabase(server, "ALTER TABLE doc RENAME TO doc_elsewhere");
  ann.splices(0, "ann's ");
  ben.splices(0, "ben's ");
  await eventually("both to be refused", () => ann.refusals.length > 0 && ben.refusals.length > 0);
  await inItsDatabase(server, "ALTER TABLE doc_elsewhere RENAME TO doc");
  await eventually("ben's words to be brought", () => [ann, ben, idle].every(({ screen }) => screen === "ben's stored"), 60_000);
  ann.splices(ann.screen.length, " and more");
  await eventually("all to follow", () => [ann, ben, idle].every(({ screen }) => screen === "ben's stored and more"));
  for (const page of [ann, ben]) {
    assert.deepEqual(page.refusals.filter(({ error }) => error !== "unavailable"), []);
    page.refusals.length = 0;
  }
});

for (const [how, goes] of [
  ["closes the connection", (wire: Wire) => wire.closes()],
  ["leaves the namespace", (wire: Wire) => wire.says("41")],
] as const) {
  test(`whoever sends much and ${how} at once has said all of it`, async () => {
    await using server = await Chatter.starts({ root: false, limits: true });
    await using meeting = await Meeting.of(server, ["ann", "ben"], "");
    for (const joins of [true, false]) {
      const doc = await drafts(meeting.people[0]!, "", { ben: "viewer" });
      using wire = await Wire.connects(server, meeting.people[0]!);
      if (joins) {
        wire.emits(0, "doc_join", { doc_id: doc });
        await wire.receives((packet) => packet.startsWith("430"));
      }
      let text = "";
      for (let n = 1; n <= 25; n++) wire.emits(n, "doc_edit", { doc_id: doc, content: (text += `word ${n} `) });
      goes(wire);
      await eventually("all of it to be stored", async () => (await stored(meeting.people[1]!, doc)) === text);
      const after = await meeting.people[0]!.connects();
      assert.deepEqual((await after.does("doc_join", { doc_id: doc })).users, ["ann"], "whoever is gone is not in it");
    }
  });
}

async function inItsDatabase(server: Chatter, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

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
