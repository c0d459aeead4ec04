/** Reactions, the search, pins and commands, as real clients see them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, type Person } from "../support/index.ts";

const react = (person: Person, id: number, kind: string, emoji: string) =>
  person.post("/api/reactions/add", { message_id: id, message_type: kind, emoji });

const find = async (person: Person, q: string): Promise<string[]> =>
  (await person.reads(`/api/search?q=${encodeURIComponent(q)}`)).results.map((message: { source: string }) => message.source);

describe("reactions", () => {
  test("reach those who see the message, once each, and are there after an absence", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const sent = await alice.emits("dm_send", { to: "bob", text: "lunch?" });
    for (const person of [alice, bob, mallory]) await person.forgets();

    assert.equal((await react(bob, sent.id, "dm", "👍")).status, 200);
    assert.equal((await react(bob, sent.id, "dm", "👍")).status, 200);
    assert.equal((await react(mallory, sent.id, "dm", "👍")).status, 404);

    for (const [person, other] of [[alice, "bob"], [bob, "alice"]] as const) {
      const heard = await person.receives("reaction_added");
      assert.deepEqual([heard.id, heard.emoji, heard.username, heard.count], [sent.id, "👍", "bob", 1]);
      assert.deepEqual([heard.conversation, heard.rev], [`dm:${other}`, sent.rev + 1]);
      await person.hearsNothing();
    }
    await mallory.hearsNothing();
    const synced = await alice.syncs({ "dm:bob": sent.rev });
    const entry = synced.conversations.find((one: { conversation: string }) => one.conversation === "dm:bob");
    assert.deepEqual(entry.messages[0].reactions, [{ emoji: "👍", users: ["bob"], count: 1, me: false }]);
    assert.equal(entry.unread, 0);
  });
});

describe("the search", () => {
  test("finds what one may read, at once, in any script", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    await alice.emits("send_message", { text: "Встреча в 10% случаев" });
    await alice.emits("dm_send", { to: "bob", text: "секретная встреча 会議室" });

    assert.deepEqual(await find(bob, "ВСТРЕЧА"), ["секретная встреча 会議室", "Встреча в 10% случаев"]);
    assert.deepEqual(await find(bob, "議室"), ["секретная встреча 会議室"]);
    assert.deepEqual(await find(mallory, "встреча"), ["Встреча в 10% случаев"]);
    assert.deepEqual(await find(mallory, "встреча in:dm:bob"), []);
    assert.deepEqual(await find(mallory, "10%"), ["Встреча в 10% случаев"]);
    assert.deepEqual(await find(bob, "from:alice in:@alice встреча"), ["секретная встреча 会議室"]);
  });
});

describe("pins", () => {
  test("of admins are announced and listed; others cannot pin", async () => {
    await using server = await Chatter.starts();
    const [bob] = await server.online("bob");
    const { root } = server;
    const sent = await bob.emits("send_message", { text: "The rules" });
    await bob.forgets();
    const pin = { type: "public", id: sent.id, action: "pin" };

    assert.equal((await bob.post("/api/admin/pin", pin)).status, 403);
    assert.equal((await root.post("/api/admin/pin", pin)).status, 200);

    const update = await bob.receives("pin_update");
    assert.deepEqual([update.kind, update.action, update.message.id], ["public", "pin", sent.id]);
    const { messages } = await bob.reads("/api/pinned?type=public&all=true");
    assert.deepEqual(messages.map((one: { id: number; pinned_by: string }) => [one.id, one.pinned_by]), [[sent.id, root.name]]);
  });
});

describe("clearing everything", () => {
  test("takes one's own messages and one's side of DMs", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await alice.emits("send_message", { text: "public of alice" });
    await alice.emits("dm_send", { to: "bob", text: "dm of alice" });
    await bob.forgets();

    const { removed } = await alice.does("/api/clear/all");

    assert.deepEqual(removed, { public: 1, dm: 1, gdm: 0 });
    await alice.receives("clear_all");
    assert.equal((await bob.receives("message_deleted")).type, "public");
    assert.deepEqual(await alice.reads("/api/dm/messages?peer=bob"), []);
    assert.equal((await bob.reads("/api/dm/messages?peer=alice")).length, 1);
  });
});

describe("commands", () => {
  test("are answered to the one who typed them, and said to nobody", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    for (const person of [alice, bob]) await person.forgets();

    const answer = await alice.sends("send_message", { text: "/user info bob" });

    assert.equal(answer.ok, true);
    assert.match(answer.text, /^bob\nrole: user\n/);
    assert.match((await alice.receives("system_message")).text, /role: user/);
    const refused = await alice.sends("send_message", { text: "/clearall" });
    assert.equal(refused.error, "forbidden");
    await bob.hearsNothing();
    assert.deepEqual(await bob.reads("/api/messages"), []);
  });
});
