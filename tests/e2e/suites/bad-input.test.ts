/** Anything malformed, oversized, foreign or out of turn: a clear error, and nothing changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter, type Group, type Person } from "../support/index.ts";

interface World {
  server: Chatter;
  alice: Person;
  bob: Person;
  group: Group;
  message: any;
}

/** A small world, and the proof that it is as it was. */
async function aWorld(): Promise<World> {
  const server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const group = await alice.gathers([bob]);
  const message = await bob.emits("dm_send", { to: "alice", text: "untouched" });
  await bob.emits("gdm_send", { tid: group.id, text: "untouched" });
  await bob.emits("send_message", { text: "untouched" });
  for (const person of [alice, bob]) await person.forgets();
  return { server, alice, bob, group, message };
}

async function assertUntouched({ server, bob, group }: World): Promise<void> {
  await bob.hearsNothing();
  const { conversations } = await bob.syncs({});
  assert.deepEqual(
    conversations.map((each: any) => [each.conversation, each.last_seq, each.last_rev, each.messages.map((message: any) => message.source)]).sort(),
    [["dm:alice", 1, 1, ["untouched"]], [group.conversation, 1, 1, ["untouched"]], ["public", 1, 1, ["untouched"]]].sort(),
  );
  await server.isWell();
}

const WRONG: unknown[] = [
  undefined, null, true, false, 0, -1, 1.5, 1e308, "", "text", [], {}, [[]], [{}], { text: 7 }, { text: {} }, { text: [] }, { text: null }, { text: true },
  { text: "x", to: 7 }, { text: "x", to: {} }, { text: "x", to: [] }, { text: "x", to: null }, { text: "x", peer: ["bob"] },
  { text: "x", tid: "abc" }, { text: "x", tid: {} }, { text: "x", tid: [] }, { text: "x", tid: -5 }, { text: "x", thread_id: 1.5 }, { text: "x", tid: 1e300 }, { text: "x", tid: null },
  { id: "abc" }, { id: {} }, { id: null }, { id: -1 }, { id: 1.5 }, { id: 1e300 }, { id: [] }, { id: 0, text: "x" }, { id: true },
  { since: 7 }, { since: null }, { conversation: 7, seq: "x" }, { conversation: {}, seq: {} },
];
const EVENTS = [
  "dm_send", "gdm_send", "edit_message", "dm_edit", "gdm_edit", "delete_message", "dm_delete", "gdm_delete", "mark_read", "dm_typing", "gdm_typing", "dm_stop_typing", "gdm_stop_typing", "gdm_join",
];

for (const event of EVENTS) {
  test(`${event} answers every senseless payload with an error, and changes nothing`, async () => {
    const world = await aWorld();
    await using _ = world.server;
    for (const payload of WRONG) {
      const ack = await world.alice.sends(event, ...(payload === undefined ? [] : [payload]));
      assert.equal(ack?.ok, false, `${event} ${JSON.stringify(payload)} answered ${JSON.stringify(ack)}`);
      assert.match(ack.error, /^[a-z_]+$/);
      assert.notEqual(ack.error, "internal", `${event} ${JSON.stringify(payload)}`);
      assert.equal(typeof ack.message, "string");
    }
    await assertUntouched(world);
  });
}

test("send_message answers every payload that is none with an error", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const wrong = [undefined, null, true, 7, "text", [], {}, { text: 7 }, { text: {} }, { text: null }, { text: "x", mode: "dm" }, { text: "x", mode: "gdm" }, { text: "x", mode: "telepathy" }, { text: "x", mode: 7 }, { text: "x", reply_to: {} }];
  for (const payload of wrong) {
    const ack = await world.alice.sends("send_message", ...(payload === undefined ? [] : [payload]));
    assert.equal(ack?.ok, false, `${JSON.stringify(payload)} answered ${JSON.stringify(ack)}`);
  }
  await assertUntouched(world);
});

/** `{"to":"bob","text":[[[[…]]]]}` as raw text: no client library can be talked into it. */
function nested(depth: number): string {
  return `{"to":"bob","text":${"[".repeat(depth)}${"]".repeat(depth)}}`;
}

test("JSON nested ten thousand deep is refused over the socket and over HTTP, and nobody falls over", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const second = await world.alice.connects();
  second.socket.io.engine.write(`42${JSON.stringify(["dm_send"]).slice(0, -1)},${nested(10_000)}]`);
  const answer = await world.alice.post("/api/sync", `{"since":${nested(10_000)}}`);
  assert.equal(answer.status, 400);
  const { status } = await world.alice.post("/login", nested(10_000));
  assert.ok(status === 400 || status === 401, `login answered ${status}`);
  second.closes();
  await assertUntouched(world);
});

test("a hundred thousand characters are refused wherever a text goes", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const huge = "x".repeat(100_000);
  const { alice, group, message } = world;
  const asked: [string, object][] = [
    ["send_message", { text: huge }], ["dm_send", { to: "bob", text: huge }], ["gdm_send", { tid: group.id, text: huge }], ["dm_send", { to: huge, text: "x" }],
    ["dm_edit", { id: message.id, text: huge }], ["dm_send", { to: "bob", text: "x", nonce: huge }], ["mark_read", { conversation: huge, seq: 1 }], ["sync", { since: { [huge]: 1 }, limit: "x" }],
    ["dm_typing", { to: huge }],
  ];
  for (const [event, payload] of asked) {
    const ack = await alice.sends(event, payload);
    assert.equal(ack.ok, false, event);
    assert.ok(JSON.stringify(ack).length < 1000, `${event} echoes what it refused`);
  }
  for (const [path, body] of [["/api/gdm/threads", { name: huge, members: ["bob"] }], ["/api/gdm/rename", { tid: group.id, name: huge }], ["/register", { username: huge, password: "long enough" }], ["/register", { username: "fits", password: huge }], ["/login", { username: huge, password: huge }]] as const) {
    const answer = await alice.post(path, body);
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
  }
  await alice.does("/api/gdm/rename", { tid: group.id, name: group.name });
  await world.bob.forgets();
  await assertUntouched(world);
});

test("NUL is refused wherever a text goes", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const { alice, bob, group } = world;
  const asked: [string, object][] = [
    ["send_message", { text: "a\0b" }], ["dm_send", { to: "bob", text: "a\0b" }], ["gdm_send", { tid: group.id, text: "a\0b" }], ["dm_send", { to: "bo\0b", text: "x" }],
    ["dm_send", { to: "bob", text: "x", nonce: "a\0b" }], ["mark_read", { conversation: "dm:bo\0b", seq: 1 }], ["dm_typing", { to: "bo\0b" }],
  ];
  for (const [event, payload] of asked) {
    const ack = await alice.sends(event, payload);
    assert.equal(ack.ok, false, `${event} ${JSON.stringify(payload)}`);
    assert.notEqual(ack.error, "internal", `${event} ${JSON.stringify(payload)}`);
  }
  for (const [path, body] of [["/api/gdm/threads", { name: "a\0b", members: ["bob"] }], ["/api/gdm/rename", { tid: group.id, name: "a\0b" }], ["/api/gdm/kick", { tid: group.id, user: "b\0b" }], ["/login", { username: "a\0b", password: "a\0b" }]] as const) {
    const answer = await alice.post(path, body);
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
  }
  for (const path of ["/api/dm/messages?peer=a%00b", "/api/users/search?q=a%00b", "/api/gdm/members?tid=%00", "/join/%00", "/api/admin/dm_logs?peer=%00"]) {
    const { status } = await alice.get(path);
    assert.ok(status < 500, `${path}: ${status}`);
  }
  assert.equal((await bob.reads("/api/gdm/threads"))[0].name, group.name);
  await assertUntouched(world);
});

test("an ill-formed request body is a 400 in JSON on every endpoint that takes one", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const paths = ["/api/sync", "/api/read", "/api/gdm/threads", "/api/gdm/rename", "/api/gdm/add_member", "/api/gdm/kick", "/api/gdm/transfer", "/api/gdm/leave", "/api/gdm/lock", "/api/gdm/delete", "/api/gdm/invite/create", "/api/gdm/invite/join", "/api/gdm/join", "/api/me/password", "/api/admin/role", "/api/admin/ban", "/api/admin/app_settings"];
  for (const path of paths) {
    for (const body of ["{", "nonsense", "[1,2", '"text"', "7", "null", "\u0000"]) {
      const answer = await world.server.root.post(path, body);
      assert.ok([400, 404].includes(answer.status), `${path} ${JSON.stringify(body)}: ${answer.status}`);
      assert.equal(answer.json.ok, false);
      assert.equal(typeof answer.json.error, "string");
    }
  }
  await assertUntouched(world);
});

test("a body that is too large is a 413 in JSON", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const answer = await world.alice.post("/api/sync", `{"since":{},"filler":"${"x".repeat(4 * 1024 * 1024)}"}`, { connection: "close" }).catch((error) => error as NodeJS.ErrnoException);
  if (answer instanceof Error) assert.match(answer.code ?? "", /EPIPE|ECONNRESET/);
  else assert.deepEqual([answer.status, answer.json.ok], [413, false]);
  await assertUntouched(world);
});

test("packets that are no Socket.IO end at most their own connection", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const packets = ["42", "42[", "42[]", "42[7]", "42{}", "42null", "4", "49", "45", "451-[\"dm_send\",{\"_placeholder\":true,\"num\":0}]", "459999999999-[\"x\"]", "42999999999999999999999[\"dm_send\"]", "43[]", "4399[{}]", "41", "44{}", "9", "x", "", "2probe", "42[\"connect\"]", "42[\"disconnect\"]", "42[\"dm_send\",{\"to\":\"bob\",\"text\":\"\\ud800\"}]", "42[\"ü\u{10ffff}"];
  for (const packet of packets) {
    const tab = await world.alice.connects();
    tab.socket.io.engine.write(packet);
    tab.closes();
    await world.alice.tab.catchesUp();
  }
  await assertUntouched(world);
});

test("a binary attachment is refused or ignored, never a message", async () => {
  const world = await aWorld();
  await using _ = world.server;
  const tab = await world.alice.connects();
  tab.says("dm_send", { to: "bob", text: Buffer.from("binary") });
  tab.says("dm_send", Buffer.from("binary"));
  tab.closes();
  await world.alice.tab.catchesUp();
  await assertUntouched(world);
});
