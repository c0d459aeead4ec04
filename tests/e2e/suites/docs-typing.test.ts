/** Whole-text clients that type into one paragraph at once: nothing typed is lost, nothing doubled. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EFFORT } from "../support/doc-dice.ts";
import type { Delay } from "../support/doc-link.ts";
import { Meeting } from "../support/doc-meeting.ts";
import type { TextPage } from "../support/doc-text.ts";
import { Typist, assertEachOnce, converge, settle } from "../support/doc-typist.ts";
import { eventually } from "../support/docs.ts";
import { Chatter, Tab } from "../support/index.ts";

const FAR: Delay = [0, 300];
const NAMES = ["ann", "ben", "cat"] as const;

const bursts = async (typist: Typist): Promise<void> => {
  for (let n = 0; n < 4 * EFFORT; n++) {
    await typist.says(4, [0, 20]);
    await typist.says(1, [600, 900]);
  }
};

for (const [how, type] of [
  ["word by word", (typist: Typist) => typist.says(12 * EFFORT, [50, 250])],
  ["letter by letter", (typist: Typist) => typist.types(6 * EFFORT, [30, 180])],
  ["in bursts", bursts],
] as const) {
  test(`${how}, three people on slow links end with every word once and one text on all screens`, async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, NAMES);
    const typists: Typist[] = [];
    for (const who of NAMES.keys()) typists.push(new Typist(await meeting.text(who, FAR), meeting.dice.another()));
    await Promise.all(typists.map(type));
    await converge(typists, meeting.stored, meeting.told);
  });
}

test("over links that are cut and restored at random, no word that was answered is lost, and none is doubled", async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, NAMES);
  const pages: TextPage[] = [];
  for (const who of NAMES.keys()) pages.push(await meeting.text(who, [0, 100], { rejoins: who === 2 }));
  const typists = pages.map((page) => new Typist(page, meeting.dice.another()));
  const typing = Promise.all(typists.map((typist) => typist.says(15 * EFFORT, [50, 300])));
  await Promise.all(meeting.links.map((link) => link.flaps(typing)));
  assert.ok(meeting.links.every(({ cuts }) => cuts > 0));
  await settle(typists, meeting.told);
  await converge(typists, meeting.stored, meeting.told);
});

describe("what is typed while disconnected", () => {
  for (const rejoins of [false, true]) {
    test(`arrives with the next connection, beside what others typed meanwhile (a page that ${rejoins ? "joins again" : "does not join again"})`, async () => {
      await using server = await Chatter.starts({ root: false });
      await using meeting = await Meeting.of(server, ["ann", "ben"], "alpha beta gamma");
      const page = await meeting.text(0, [0, 0], { rejoins });
      const other = await meeting.text(1);
      const [link] = meeting.links;
      link!.cut();
      await eventually("ann to notice", () => !page.socket.connected);
      let typed = "";
      for (const letter of "one ") {
        page.splices("alpha ".length + typed.length, letter);
        typed += letter;
      }
      other.splices(0, "two ");
      other.splices(other.screen.length, " three");
      other.splices(other.screen.indexOf(" gamma"), "", " gamma".length);
      await other.isHeard();
      link!.restore();
      await page.isHeard();
      const merged = "two alpha one beta three";
      await eventually("both screens to have both", () => page.screen === merged && other.screen === merged).catch(() => {});
      assert.deepEqual([page.screen, other.screen, await meeting.stored()], [merged, merged, merged]);
    });
  }

  test("is merged although the server still holds the dead connection, and has sent others many texts since", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben", "cat"], "alpha beta gamma");
    const page = await meeting.text(0, [0, 0]);
    const other = await meeting.text(1);
    const witness = await meeting.text(2);
    meeting.links[0]!.strand();
    await eventually("ann to notice", () => !page.socket.connected);
    page.splices(page.screen.indexOf("beta"), "one ");
    let merged = "alpha beta gamma";
    for (const word of ["two", "three", "four", "five", "six"]) {
      other.splices(other.screen.length, ` ${word}`);
      merged += ` ${word}`;
      await eventually("cat to be shown it", () => witness.screen === merged);
    }
    meeting.links[0]!.restore();
    await page.isHeard();
    merged = merged.replace("beta", "one beta");
    await eventually("all screens to have both", () => [page, other, witness].every(({ screen }) => screen === merged)).catch(() => {});
    assert.deepEqual([page.screen, other.screen, await meeting.stored()], [merged, merged, merged]);
  });

  test("over several cuts, some of it lost in one, is taken once", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann"], "the end");
    const page = await meeting.text(0, [0, 0]);
    const link = meeting.links[0]!;
    const cut = async (): Promise<void> => {
      link.cut();
      await eventually("ann to notice", () => !page.socket.connected);
    };
    const restore = async (): Promise<void> => {
      link.restore();
      await page.isHeard();
    };
    await cut();
    page.splices(0, "some words before ");
    await restore();
    // Under way when the link is cut, so it never arrives; the next text brings it.
    page.splices("some ".length, "more ");
    await cut();
    page.splices(0, "first ");
    await restore();
    assert.equal(await meeting.stored(), "first some more words before the end");
  });

  test("through a restart of the server is merged with what is stored", async () => {
    await using server = await Chatter.starts({ root: false });
    await using meeting = await Meeting.of(server, ["ann", "ben"], "alpha beta gamma");
    const page = await meeting.text(0);
    const other = await meeting.text(1);
    other.splices(0, "two ");
    await eventually("ann to see it", () => page.screen === "two alpha beta gamma");
    await server.isKilled();
    await eventually("ann to notice", () => !page.socket.connected);
    page.splices(page.screen.indexOf("beta"), "one ");
    await server.startsAgain();
    await page.isHeard();
    assert.equal(await meeting.stored(), "two alpha one beta gamma");
  });
});

test("a person's two pages show each other's words, though each ignores what is said in its own name", async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, ["ann"]);
  const typists: Typist[] = [];
  for (const _ of [1, 2]) typists.push(new Typist(await meeting.text(0), meeting.dice.another()));
  await Promise.all(typists.map((typist) => typist.says(8 * EFFORT, [100, 500])));
  // In turn, long after each was sent what the other wrote.
  for (const typist of [...typists, ...typists]) {
    await typist.says(1, [1200, 1200]);
    await typist.page.isHeard();
  }
  await converge(typists, meeting.stored, meeting.told);
});

test("two people who delete words and one who types between them all get what they did", async () => {
  await using server = await Chatter.starts({ root: false });
  // No two of them alike.
  const words = Array.from({ length: 40 }, (_, n) => `${(2 ** 40 + n * 7_919_191_919).toString(36).split("").reverse().join("")}.`);
  await using meeting = await Meeting.of(server, NAMES, words.join(" "));
  const pages: TextPage[] = [];
  for (const who of NAMES.keys()) pages.push(await meeting.text(who, [50, 150]));
  const removes = async (page: TextPage, rest: number): Promise<void> => {
    for (const word of words.filter((_, n) => n % 4 === rest)) {
      await meeting.dice.pause(50, 200);
      page.splices(page.screen.indexOf(`${word} `), "", word.length + 1);
    }
  };
  const typist = new Typist(pages[2]!, meeting.dice.another());
  await Promise.all([removes(pages[0]!, 0), removes(pages[1]!, 2), typist.says(10, [50, 200])]);
  for (const page of pages) await page.isHeard();
  const text = await meeting.stored();
  await eventually("the screens to show what is stored", () => pages.every(({ screen }) => screen === text));
  const rest = typist.words.reduce((all, word) => all.replace(word, ""), text);
  assert.equal(rest, words.filter((_, n) => n % 2 === 1).join(" "), `${meeting.told}\n${text}`);
  assert.equal(text.length, rest.length + typist.words.join("").length);
});

test("edits that come faster than the limits allow are slowed down, never refused or lost", async () => {
  await using server = await Chatter.starts({ root: false, limits: true });
  await using meeting = await Meeting.of(server, ["ann", "ben"]);
  const [page, other] = [await meeting.text(0), await meeting.text(1)];
  const typist = new Typist(page, meeting.dice.another());
  for (let n = 0; n < 150; n++) typist.saysOne();
  other.splices(0, "!");
  await other.isHeard();
  assert.equal(page.acked.length < 150, true, "150 edits were answered before one of somebody else's");
  await page.isHeard();
  const text = await meeting.stored();
  assert.equal(page.acked.length, 150);
  assertEachOnce(["!", ...typist.words], text, meeting.told);
});

test("clients that say their base_version and wait for answers need no guess", async () => {
  await using server = await Chatter.starts({ root: false });
  await using meeting = await Meeting.of(server, NAMES);
  const { doc, dice } = meeting;
  const words: string[] = [];
  const type = async (who: number): Promise<void> => {
    const person = meeting.people[who]!;
    const link = await meeting.link(FAR);
    const tab = await Tab.open(person.name, link.url, { extraHeaders: { cookie: person.cookie } });
    let { content, version } = await tab.does("doc_join", { doc_id: doc });
    const shows = (told: any): void => {
      if (told.version > version) ({ content, version } = told);
    };
    tab.socket.on("doc_updated", shows);
    for (let n = 0; n < 10 * EFFORT; n++) {
      const word = `[${person.name}.${n}]`;
      words.push(word);
      await dice.pause(0, 100);
      const sent = dice.chance(0.5) ? content + word : word + content;
      shows({ content: sent, ...(await tab.does("doc_edit", { doc_id: doc, content: sent, base_version: version })) });
    }
    tab.closes();
  };
  await Promise.all([...NAMES.keys()].map(type));
  const text = await meeting.stored();
  assert.deepEqual(text.match(/\[.*?\]/g)!.sort(), words.sort(), `${meeting.told}:\n${text}`);
  assert.equal(text.length, words.join("").length);
});
