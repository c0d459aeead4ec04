/** A resend is harmless: the sender's nonce names a message once and for all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter } from "../support/index.ts";

const KINDS = [
  ["send_message", "new_message"],
  ["dm_send", "dm_new"],
  ["gdm_send", "gdm_new"],
] as const;

for (const [event, echo] of KINDS) {
  test(`${event} twice with one nonce answers the same ack, emits once and stores once`, async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await alice.gathers([bob]);
    await bob.forgets();
    const message = { to: "bob", tid: group.id, text: "only once", nonce: "0192f3c4-0000-7000-8000-000000000001" };
    const first = await alice.emits(event, message);
    assert.equal((await bob.receives(echo)).nonce, message.nonce);
    await bob.forgets();
    assert.deepEqual(await alice.emits(event, message), first);
    assert.deepEqual(await alice.emits(event, { ...message, text: "another text" }), first);
    await bob.hearsNothing();
    const later = await alice.emits(event, { ...message, nonce: "0192f3c4-0000-7000-8000-000000000002" });
    assert.equal(later.seq, first.seq + 1);
  });

  test(`forty ${event} of one nonce at once, over two tabs, make one message`, async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const second = await alice.connects();
    const group = await alice.gathers([bob]);
    await bob.forgets();
    const message = { to: "bob", tid: group.id, text: "only once", nonce: "racing" };
    const acks = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? alice.tab : second).does(event, message)));
    for (const ack of acks) assert.deepEqual(ack, acks[0]);
    assert.equal((await bob.tab.heardSoFar(echo)).length, 1);
  });
}

test("one nonce of two people names two messages", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const hers = await alice.emits("dm_send", { to: "bob", text: "hers", nonce: "same" });
  const his = await bob.emits("dm_send", { to: "alice", text: "his", nonce: "same" });
  assert.notEqual(hers.id, his.id);
  assert.deepEqual((await alice.reads("/api/dm/messages?peer=bob")).map((row: any) => row.source), ["hers", "his"]);
});

test("a nonce of 64 characters is kept, a longer one and a wrong type are refused", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const ack = await alice.emits("dm_send", { to: "bob", text: "fits", nonce: "n".repeat(64) });
  assert.equal((await bob.receives("dm_new")).id, ack.id);
  for (const nonce of ["n".repeat(65), 7, {}, ["n"]]) {
    assert.equal((await alice.sends("dm_send", { to: "bob", text: "too long", nonce })).error, "bad_params", JSON.stringify(nonce));
  }
  await bob.hearsNothing("dm_new");
});

test("messages without a nonce, or with null, are messages of their own", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  for (const nonce of [undefined, null, undefined, null]) await alice.emits("dm_send", { to: "bob", text: "again", nonce });
  const heard = await bob.tab.heardSoFar("dm_new");
  assert.deepEqual(heard.map(({ args }) => args[0].nonce), [null, null, null, null]);
});

test("a nonce survives a restart and the deletion of its message", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const first = await alice.emits("dm_send", { to: "bob", text: "once", nonce: "durable" });
  alice.disconnects();
  bob.disconnects();
  await server.stops();
  await server.startsAgain();
  await alice.connects();
  await bob.connects();
  assert.deepEqual(await alice.emits("dm_send", { to: "bob", text: "once", nonce: "durable" }), first);
  await alice.emits("dm_delete", { id: first.id });
  const { id, seq } = await alice.emits("dm_send", { to: "bob", text: "once", nonce: "durable" });
  assert.deepEqual([id, seq], [first.id, first.seq]);
  await bob.hearsNothing("dm_new");
});

test("a resend is answered like the first, though direct messages were switched off meanwhile", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const message = { to: "bob", text: "said in time", nonce: "in-time" };
  const first = await alice.emits("dm_send", message);
  await bob.receives("dm_new");
  await bob.receives("new_dm");
  await server.root.sets({ DM_ENABLED: "0" });

  assert.deepEqual(await alice.emits("dm_send", message), first);
  assert.equal((await alice.sends("dm_send", { ...message, nonce: "too-late" })).error, "disabled");
  await bob.hearsNothing("dm_new", "new_dm");
});
