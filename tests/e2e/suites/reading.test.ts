/** What one has read: unread counts, `mark_read`, `read_state` and the conversation list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter, matchesSnapshot } from "../support/index.ts";

test("unread counts what others sent since one's last own or read message", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  for (const text of ["one", "two", "three"]) await alice.emits("dm_send", { to: "bob", text });
  assert.equal((await bob.sees("dm:alice")).unread, 3);
  assert.equal((await alice.sees("dm:bob")).unread, 0);
  await bob.emits("dm_send", { to: "alice", text: "answer" });
  assert.deepEqual([(await bob.sees("dm:alice")).unread, (await bob.sees("dm:alice")).read_seq], [0, 4]);
  assert.equal((await alice.sees("dm:bob")).unread, 1);
});

test("a deleted unread message is not unread any more", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const one = await alice.emits("dm_send", { to: "bob", text: "one" });
  await alice.emits("dm_send", { to: "bob", text: "two" });
  await alice.emits("dm_delete", { id: one.id });
  assert.equal((await bob.sees("dm:alice")).unread, 1);
  await bob.emits("mark_read", { conversation: "dm:alice", seq: 2 });
  assert.equal((await bob.sees("dm:alice")).unread, 0);
});

test("mark_read reaches the person's other tabs as read_state, and nobody else", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const phone = await bob.connects();
  for (const text of ["one", "two", "three"]) await alice.emits("dm_send", { to: "bob", text });
  await bob.forgets();
  await phone.forgets();
  await alice.forgets();
  const ack = await bob.emits("mark_read", { conversation: "dm:alice", seq: 2 });
  matchesSnapshot("acks/mark_read", ack);
  const state = await phone.receives("read_state");
  matchesSnapshot("events/read_state", state);
  assert.deepEqual([ack.read_seq, ack.unread, state.read_seq, state.unread], [2, 1, 2, 1]);
  await bob.hearsNothing();
  await alice.hearsNothing();
});

test("POST /api/read does the same, and every tab hears of it", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  await alice.emits("dm_send", { to: "bob", text: "one" });
  const answer = await bob.does("/api/read", { conversation: "dm:alice", seq: 1 });
  assert.deepEqual([answer.ok, answer.conversation, answer.read_seq, answer.unread, answer.mentions], [true, "dm:alice", 1, 0, 0]);
  assert.equal((await bob.receives("read_state")).read_seq, 1);
});

test("reading only moves forward, and never past the last message", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const phone = await bob.connects();
  for (const text of ["one", "two", "three"]) await alice.emits("dm_send", { to: "bob", text });
  await bob.emits("mark_read", { conversation: "dm:alice", seq: 2 });
  await phone.forgets();
  const back = await bob.emits("mark_read", { conversation: "dm:alice", seq: 1 });
  assert.deepEqual([back.read_seq, back.unread], [2, 1]);
  for (const { args } of await phone.heardSoFar("read_state")) assert.equal(args[0].read_seq, 2);
  const far = await bob.emits("mark_read", { conversation: "dm:alice", seq: 1_000_000 });
  assert.deepEqual([far.read_seq, far.unread], [3, 0]);
  await alice.emits("dm_send", { to: "bob", text: "four" });
  assert.equal((await bob.sees("dm:alice")).unread, 1);
});

test("one marks nothing read that one cannot see", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
  const group = await alice.gathers([bob]);
  await alice.emits("gdm_send", { tid: group.id, text: "one" });
  const foreign = await mallory.sends("mark_read", { conversation: group.conversation, seq: 1 });
  const missing = await mallory.sends("mark_read", { conversation: "gdm:987654", seq: 1 });
  assert.equal(foreign.ok, false);
  assert.deepEqual(foreign, missing);
  for (const conversation of ["dm:nobody", "nonsense", "gdm:x", "", 7, null]) {
    assert.equal((await mallory.sends("mark_read", { conversation, seq: 1 })).ok, false, String(conversation));
  }
  for (const seq of [-1, 1.5, "one", null, {}]) {
    assert.equal((await bob.sends("mark_read", { conversation: group.conversation, seq })).error, "bad_params", String(seq));
  }
  assert.equal((await bob.sees(group.conversation)).unread, 1);
});

test("the conversation list has everything one is in, the newest first", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, carol] = await server.online("alice", "bob", "carol");
  const group = await alice.gathers([bob, carol], "Hiking");
  await alice.emits("send_message", { text: "to all" });
  await alice.emits("gdm_send", { tid: group.id, text: "to the group" });
  await alice.emits("dm_send", { to: "bob", text: "to bob" });
  const list = await bob.reads("/api/conversations");
  assert.deepEqual(list.conversations.map((each: any) => each.conversation), ["dm:alice", group.conversation, "public"]);
  matchesSnapshot("rest/conversations", list);
  assert.deepEqual((await carol.reads("/api/conversations")).conversations.map((each: any) => each.conversation), [group.conversation, "public"]);
  await carol.emits("send_message", { text: "up again" });
  assert.equal((await bob.reads("/api/conversations")).conversations[0].conversation, "public");
});

test("a newcomer's unread public chat does not count what was said before they came", async () => {
  await using server = await Chatter.starts();
  const [alice] = await server.online("alice");
  for (const text of ["one", "two"]) await alice.emits("send_message", { text });
  const [late] = await server.online("late");
  const before = (await late.sees("public")).unread;
  await alice.emits("send_message", { text: "three" });
  assert.equal((await late.sees("public")).unread, before + 1);
});
