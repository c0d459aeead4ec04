/** Who is typing: every spelling clients use, throttled, expiring, never to outsiders. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, matchesSnapshot } from "../support/index.ts";

describe("typing in public", () => {
  const started: [string, unknown[]][] = [["typing", []], ["typing", [{ typing: true }]], ["typing", [{}]], ["typing_start", []]];
  const stopped: [string, unknown[]][] = [["stop_typing", []], ["typing_stop", []], ["typing", [{ typing: false }]]];
  for (const [at, [start, payload]] of started.entries()) {
    test(`begins with ${start} ${JSON.stringify(payload)}`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob] = await server.online("alice", "bob");
      alice.tab.says(start, ...payload);
      const list = await bob.receives("typing");
      assert.deepEqual(list, { users: ["alice"] });
      const news = await bob.receives("user_typing");
      assert.deepEqual([news.username, news.conversation], ["alice", "public"]);
      if (at === 0) matchesSnapshot("events/user_typing-public", news);
      await alice.emits("stop_typing");
    });
  }
  for (const [at, [stop, payload]] of stopped.entries()) {
    test(`ends with ${stop} ${JSON.stringify(payload)}`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob] = await server.online("alice", "bob");
      await alice.emits("typing", { typing: true });
      await bob.receives("typing", (list: any) => list.users.includes("alice"));
      await alice.emits(stop, ...payload);
      assert.deepEqual(await bob.receives("typing"), { users: [] });
      const news = await bob.receives("user_stop_typing");
      assert.deepEqual([news.username, news.conversation], ["alice", "public"]);
      if (at === 0) matchesSnapshot("events/user_stop_typing-public", news);
    });
  }

  test("is over when the message is sent", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await alice.emits("typing");
    await bob.receives("typing", (list: any) => list.users.length === 1);
    await alice.emits("send_message", { text: "here it is" });
    assert.deepEqual(await bob.receives("typing"), { users: [] });
  });

  test("is over when the typist's last tab is gone", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await alice.emits("typing");
    await bob.receives("typing", (list: any) => list.users.length === 1);
    alice.disconnects();
    assert.deepEqual(await bob.receives("typing"), { users: [] });
  });

  test("runs out by itself", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await alice.emits("typing");
    await bob.receives("user_typing");
    assert.equal((await bob.receives("user_stop_typing")).username, "alice");
    assert.deepEqual((await bob.tab.heardSoFar("typing")).at(-1)!.args[0], { users: [] });
  });

  test("lists everybody who types at once", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    await alice.emits("typing");
    await bob.emits("typing");
    const both = await carol.receives("typing", (list: any) => list.users.length === 2);
    assert.deepEqual([...both.users].sort(), ["alice", "bob"]);
  });

  test("a flood of it is neither refused nor passed on event by event", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    for (let n = 0; n < 500; n++) alice.tab.says("typing");
    await alice.emits("typing");
    const heard = await bob.tab.heardSoFar("user_typing");
    assert.ok(heard.length >= 1 && heard.length < 50, `${heard.length} events for 501 keystrokes`);
  });
});

describe("typing to one person", () => {
  for (const key of ["to", "peer"]) {
    test(`names them with ${key}, and only they hear it`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
      await alice.emits("dm_typing", { [key]: "bob" });
      const heard = await bob.receives("dm_typing");
      matchesSnapshot("events/dm_typing", heard);
      assert.deepEqual([heard.from, heard.to, heard.conversation], ["alice", "bob", "dm:alice"]);
      await alice.emits("dm_stop_typing", { [key]: "bob" });
      const stop = await bob.receives("user_stop_typing");
      assert.deepEqual([stop.username, stop.conversation], ["alice", "dm:alice"]);
      await mallory.hearsNothing();
    });
  }

  test("runs out by itself", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await alice.emits("dm_typing", { to: "bob" });
    await bob.receives("dm_typing");
    assert.equal((await bob.receives("user_stop_typing")).conversation, "dm:alice");
  });

  test("who does not exist is an error", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice");
    assert.equal((await alice.sends("dm_typing", { to: "nobody" })).error, "user_not_found");
    assert.equal((await alice.sends("dm_typing", {})).error, "bad_params");
  });
});

describe("typing in a group", () => {
  for (const key of ["thread_id", "tid"]) {
    test(`names it with ${key}, and only members hear it`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
      const group = await alice.gathers([bob], "Hiking");
      for (const person of [alice, bob, mallory]) await person.forgets();
      await alice.emits("gdm_typing", { [key]: group.id });
      const heard = await bob.receives("gdm_typing");
      matchesSnapshot("events/gdm_typing", heard);
      assert.deepEqual([heard.from, heard.group_name, heard.thread_id, heard.tid], ["alice", "Hiking", group.id, group.id]);
      await alice.emits("gdm_stop_typing", { [key]: group.id });
      const stop = await bob.receives("user_stop_typing");
      assert.deepEqual([stop.username, stop.conversation], ["alice", group.conversation]);
      await mallory.hearsNothing();
    });
  }

  test("one is not in is refused like one that does not exist, and no member hears it", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const group = await alice.gathers([bob]);
    for (const person of [alice, bob]) await person.forgets();
    const foreign = await mallory.sends("gdm_typing", { tid: group.id });
    const missing = await mallory.sends("gdm_typing", { tid: 987654 });
    assert.equal(foreign.ok, false);
    assert.deepEqual(foreign, missing);
    await alice.hearsNothing();
    await bob.hearsNothing();
  });
});

test("typing is never stored: a sync after it brings nothing", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  await alice.emits("dm_send", { to: "bob", text: "hi" });
  await alice.emits("dm_typing", { to: "bob" });
  const { conversations } = await bob.emits("sync", { since: { "dm:alice": 1, public: 0 } });
  assert.deepEqual(conversations.flatMap((each: any) => each.messages), []);
});

test("starting and stopping over and over passes on no more than typing does", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      await alice.emits("dm_typing", { to: "bob" });
      await alice.emits("dm_stop_typing", { to: "bob" });
    }),
  );
  const heard = await bob.tab.heardSoFar("dm_typing");
  // Two hundred within some seconds, of which at most one a second is passed on.
  assert.ok(heard.length >= 1 && heard.length < 50, `${heard.length} were passed on`);
});
