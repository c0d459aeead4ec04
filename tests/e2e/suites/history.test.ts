/** History over REST: newest 200, oldest first, paged by id. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Chatter, type Answer, type Group, type Person } from "../support/index.ts";

const TOTAL = 250;
const text = (n: number): string => `message ${n}`;
const all = Array.from({ length: TOTAL }, (_, n) => text(n));

describe("a history of 250 messages", () => {
  let server: Chatter;
  let alice: Person;
  let bob: Person;
  let mallory: Person;
  let group: Group;
  before(async () => {
    server = await Chatter.starts();
    [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    group = await alice.gathers([bob]);
    for (const [event, address] of [["send_message", {}], ["dm_send", { to: "bob" }], ["gdm_send", { tid: group.id }]] as const) {
      for (const each of all) alice.tab.says(event, { ...address, text: each });
      await alice.tab.catchesUp();
    }
  });
  after(async () => server[Symbol.asyncDispose]());

  const kinds: [string, () => string][] = [
    ["public", () => "/api/messages?"],
    ["dm", () => "/api/dm/messages?peer=alice&"],
    ["gdm by tid", () => `/api/gdm/messages?tid=${group.id}&`],
    ["gdm by thread_id", () => `/api/gdm/messages?thread_id=${group.id}&`],
  ];
  const texts = (answer: Answer): string[] => answer.json.map((row: any) => row.text);
  const more = (answer: Answer): unknown => answer.headers["x-has-more"];

  for (const [kind, path] of kinds) {
    test(`of ${kind} is by default the newest 200, oldest first`, async () => {
      const answer = await bob.get(path());
      assert.deepEqual(texts(answer), all.slice(50));
      assert.equal(more(answer), "true");
    });

    test(`of ${kind} is whole with a limit of 1000`, async () => {
      const answer = await bob.get(`${path()}limit=1000`);
      assert.deepEqual(texts(answer), all);
      assert.equal(more(answer), "false");
    });

    test(`of ${kind} pages backwards with before, to the very beginning`, async () => {
      let collected: any[] = (await bob.get(`${path()}limit=60`)).json;
      for (let page; page === undefined || more(page) === "true"; ) {
        page = await bob.get(`${path()}limit=60&before=${collected[0].id}`);
        collected = [...page.json, ...collected];
      }
      assert.deepEqual(collected.map((row) => row.text), all);
    });

    test(`of ${kind} pages forwards with after, to the very end`, async () => {
      let collected: any[] = [];
      for (let page; page === undefined || more(page) === "true"; ) {
        page = await bob.get(`${path()}limit=60&after=${collected.at(-1)?.id ?? 0}`);
        collected = [...collected, ...page.json];
      }
      assert.deepEqual(collected.map((row) => row.text), all);
    });

    test(`of ${kind} refuses limits and ids that are none`, async () => {
      for (const query of ["limit=abc", "limit=-1", "before=abc", "after=1.5", "before=99999999999999999999999", "before=5&after=1"]) {
        const answer = await bob.get(path() + query);
        assert.equal(answer.status, 400, `${query}: ${answer.status}`);
        assert.equal(answer.json.ok, false);
      }
    });
  }

  test("of a group is 403 to outsiders, and 404 where there is no such group", async () => {
    assert.equal((await mallory.get(`/api/gdm/messages?tid=${group.id}`)).status, 403);
    assert.equal((await mallory.get("/api/gdm/messages?tid=987654")).status, 404);
    assert.equal((await mallory.get("/api/gdm/messages?tid=NaN")).status, 404);
  });

  test("of a direct conversation is one's own only", async () => {
    assert.deepEqual((await mallory.get("/api/dm/messages?peer=alice")).json, []);
    assert.deepEqual((await mallory.get("/api/dm/messages?peer=bob")).json, []);
    assert.deepEqual((await mallory.get("/api/dm/messages")).json, []);
    assert.deepEqual((await mallory.get("/api/dm/messages?peer=nobody")).json, []);
  });

  test("is read the same with a JSON content type on the GET, as one client sends it", async () => {
    const answer = await bob.get("/api/messages", { "content-type": "application/json", origin: "http://localhost:8080" });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.length, 200);
  });
});
