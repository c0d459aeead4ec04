/** Sending: every spelling clients use, both event families, replies, splits and mentions. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, matchesSnapshot, mask, type Person } from "../support/index.ts";

describe("direct messages", () => {
  for (const key of ["to", "peer", "to_user"]) {
    test(`dm_send names its recipient with ${key}`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
      await alice.emits("dm_send", { [key]: "bob", text: "hi" });
      const heard = await bob.receives("dm_new");
      assert.deepEqual([heard.from_user, heard.to_user, heard.text], ["alice", "bob", "hi"]);
      await mallory.hearsNothing();
    });
  }

  test("reach both people as dm_new and new_dm with the same payload, and nobody else", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const ack = await alice.emits("dm_send", { to: "bob", text: "**hi** there", nonce: "n-1" });
    matchesSnapshot("acks/dm_send", ack);
    const atBob = await bob.receives("dm_new");
    matchesSnapshot("events/dm_new-recipient", atBob);
    assert.deepEqual(await bob.receives("new_dm"), atBob);
    const atAlice = await alice.receives("dm_new");
    matchesSnapshot("events/dm_new-sender", atAlice);
    assert.deepEqual(await alice.receives("new_dm"), atAlice);
    assert.deepEqual([ack.id, ack.seq, ack.rev, ack.created_at], [atAlice.id, atAlice.seq, atAlice.rev, atAlice.created_at]);
    await bob.hearsNothing();
    await alice.hearsNothing();
    await mallory.hearsNothing();
    assert.deepEqual(await bob.reads("/api/dm/messages?peer=alice"), [atBob]);
    assert.deepEqual(await alice.reads("/api/dm/messages?peer=bob"), [atAlice]);
    assert.deepEqual(await mallory.reads("/api/dm/messages?peer=alice"), []);
  });

  test("to a name in other letter case reach the same person under their own spelling", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "Bob");
    const ack = await alice.emits("dm_send", { to: "bOB", text: "hi" });
    assert.equal(ack.conversation, "dm:Bob");
    assert.equal((await bob.receives("dm_new")).to_user, "Bob");
    assert.deepEqual(await alice.reads("/api/dm/peers"), ["Bob"]);
  });

  test("to nobody are refused, and a private system message says so", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const ack = await alice.sends("dm_send", { to: "nobody", text: "hello?" });
    assert.equal(ack.ok, false);
    assert.equal(ack.error, "user_not_found");
    matchesSnapshot("acks/dm_send-unknown-recipient", ack);
    const told = await alice.receives("system_message");
    assert.equal(told.username, "System");
    await bob.hearsNothing();
    assert.deepEqual(await alice.reads("/api/dm/peers"), []);
  });

  test("to oneself are notes: one message, heard once in every tab, and never unread", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const phone = await alice.connects();
    const ack = await alice.emits("dm_send", { to: "alice", text: "milk" });
    assert.equal(ack.conversation, "dm:alice");
    for (const tab of [alice.tab, phone]) {
      assert.deepEqual((await tab.heardSoFar("dm_new")).map(({ args }) => [args[0].id, args[0].conversation]), [[ack.id, "dm:alice"]]);
    }
    assert.equal((await alice.sees("dm:alice")).unread, 0);
    await bob.hearsNothing();
  });

  test("appear under peers in alphabetical order whatever the letter case, for both sides", async () => {
    await using server = await Chatter.starts();
    const [alice, ...others] = await server.online("alice", "Zoe", "bob", "Carl");
    for (const other of others) await alice.emits("dm_send", { to: other.name, text: "hi" });
    assert.deepEqual(await alice.reads("/api/dm/peers"), ["bob", "Carl", "Zoe"]);
    assert.deepEqual(await others[0]!.reads("/api/dm/peers"), ["alice"]);
  });
});

describe("group messages", () => {
  for (const key of ["thread_id", "tid"]) {
    for (const as of [Number, String]) {
      test(`gdm_send names its group with ${key} as a ${as.name.toLowerCase()}`, async () => {
        await using server = await Chatter.starts();
        const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
        const group = await alice.gathers([bob]);
        await mallory.forgets();
        await alice.emits("gdm_send", { [key]: as(group.id), text: "hi" });
        const heard = await bob.receives("gdm_new");
        assert.deepEqual([heard.tid, heard.thread_id, heard.username], [group.id, group.id, "alice"]);
        await mallory.hearsNothing();
      });
    }
  }

  test("reach every member once, the sender too, and nobody else", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol, mallory] = await server.online("alice", "bob", "carol", "mallory");
    const group = await alice.gathers([bob, carol]);
    for (const person of [alice, bob, carol, mallory]) await person.forgets();
    const ack = await alice.emits("gdm_send", { tid: group.id, text: "hello team" });
    matchesSnapshot("acks/gdm_send", ack);
    const heard = await bob.receives("gdm_new");
    matchesSnapshot("events/gdm_new", heard);
    assert.deepEqual(await carol.receives("gdm_new"), heard);
    assert.deepEqual(await alice.receives("gdm_new"), heard);
    for (const person of [alice, bob, carol, mallory]) await person.hearsNothing();
    assert.deepEqual(await carol.reads(`/api/gdm/messages?tid=${group.id}`), [heard]);
  });

  test("into a group one is not in are refused exactly like into one that does not exist", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const group = await alice.gathers([bob]);
    for (const person of [alice, bob, mallory]) await person.forgets();
    const foreign = await mallory.sends("gdm_send", { tid: group.id, text: "let me in" });
    const missing = await mallory.sends("gdm_send", { tid: group.id + 100_000, text: "let me in" });
    assert.equal(foreign.ok, false);
    assert.deepEqual(foreign, missing);
    await alice.hearsNothing();
    await bob.hearsNothing();
    assert.deepEqual(await alice.reads(`/api/gdm/messages?tid=${group.id}`), []);
  });
});

describe("public messages", () => {
  test("reach everybody, the sender too", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const ack = await alice.emits("send_message", { text: "Hello!" });
    matchesSnapshot("acks/send_message", ack);
    const heard = await bob.receives("new_message");
    matchesSnapshot("events/new_message", heard);
    assert.deepEqual(await alice.receives("new_message"), heard);
    assert.deepEqual(await bob.reads("/api/messages"), [heard]);
    await alice.hearsNothing();
    await bob.hearsNothing();
  });

  test("send_message with mode dm is a direct message", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const ack = await alice.emits("send_message", { mode: "dm", peer: "bob", text: "psst" });
    assert.equal(ack.conversation, "dm:bob");
    assert.equal((await bob.receives("dm_new")).text, "psst");
    await mallory.hearsNothing();
    assert.deepEqual(await mallory.reads("/api/messages"), []);
  });

  test("send_message with mode gdm is a group message", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const group = await alice.gathers([bob]);
    await mallory.forgets();
    const ack = await alice.emits("send_message", { mode: "gdm", thread_id: group.id, text: "psst" });
    assert.equal(ack.conversation, group.conversation);
    assert.equal((await bob.receives("gdm_new")).text, "psst");
    await mallory.hearsNothing();
    assert.deepEqual(await mallory.reads("/api/messages"), []);
  });
});

test("ids are one sequence over public, direct and group messages", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const group = await alice.gathers([bob]);
  const ids: number[] = [];
  for (let round = 0; round < 3; round++) {
    ids.push((await alice.emits("send_message", { text: `p${round}` })).id);
    ids.push((await alice.emits("dm_send", { to: "bob", text: `d${round}` })).id);
    ids.push((await alice.emits("gdm_send", { tid: group.id, text: `g${round}` })).id);
  }
  assert.deepEqual(ids, [...new Set(ids)].sort((a, b) => a - b));
  assert.ok(ids.every((id) => Number.isSafeInteger(id) && id > 0));
});

test("seq counts 1, 2, 3 within each conversation, whoever sends", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const acks = [
    await alice.emits("dm_send", { to: "bob", text: "one" }),
    await bob.emits("dm_send", { to: "alice", text: "two" }),
    await alice.emits("send_message", { text: "public one" }),
    await alice.emits("dm_send", { to: "bob", text: "three" }),
  ];
  assert.deepEqual(acks.map(({ conversation, seq }) => [conversation, seq]), [["dm:bob", 1], ["dm:alice", 2], ["public", 1], ["dm:bob", 3]]);
});

test("people sending at once share one order, the same for everybody", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, carol] = await server.online("alice", "bob", "carol");
  const group = await alice.gathers([bob, carol]);
  const everyone: Person[] = [alice, bob, carol];
  for (const person of everyone) await person.forgets();
  await Promise.all(
    everyone.flatMap((person) => Array.from({ length: 50 }, (_, n) => person.emits("gdm_send", { tid: group.id, text: `${person.name} ${n}` }))),
  );
  const orders = await Promise.all(everyone.map((person) => person.tab.heardSoFar("gdm_new")));
  const seqs = orders[0]!.map(({ args }) => args[0].seq);
  assert.deepEqual(seqs, Array.from({ length: 150 }, (_, n) => n + 1));
  for (const order of orders) assert.deepEqual(order.map(({ args }) => args[0].id), orders[0]!.map(({ args }) => args[0].id));
});

describe("replies", () => {
  test("carry the author and the first 140 characters of what they answer, without markup", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const long = `**Bold** <i>start</i> & ${"word ".repeat(60)}`;
    const first = await alice.emits("dm_send", { to: "bob", text: long });
    await bob.emits("dm_send", { to: "alice", text: "yes", reply_to: first.id });
    const reply = await alice.receives("dm_new", { source: "yes" });
    assert.equal(reply.reply_to, first.id);
    assert.equal(reply.reply_username, "alice");
    assert.equal(reply.reply_snippet.length, 140);
    assert.match(reply.reply_snippet, /^Bold start & word/);
    assert.doesNotMatch(reply.reply_snippet, /[<>*]/);
    matchesSnapshot("events/dm_new-reply", { ...reply, reply_snippet: "[snippet]" });
  });

  test("work in public and in groups alike", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await alice.gathers([bob]);
    const inPublic = await alice.emits("send_message", { text: "question" });
    await bob.emits("send_message", { text: "answer", reply_to: inPublic.id });
    const publicReply = await alice.receives("new_message", { text: "answer" });
    assert.deepEqual([publicReply.reply_to, publicReply.reply_username, publicReply.reply_snippet], [inPublic.id, "alice", "question"]);
    const inGroup = await alice.emits("gdm_send", { tid: group.id, text: "question" });
    await bob.emits("gdm_send", { tid: group.id, text: "answer", reply_to: inGroup.id });
    const groupReply = await alice.receives("gdm_new", { text: "answer" });
    assert.deepEqual([groupReply.reply_to, groupReply.reply_username, groupReply.reply_snippet], [inGroup.id, "alice", "question"]);
  });

  test("to an unknown id or to a message of another conversation carry nothing of it", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const secret = await alice.emits("dm_send", { to: "bob", text: "the secret" });
    const elsewhere = await alice.emits("send_message", { text: "public" });
    for (const reply_to of [secret.id, elsewhere.id, 987_654_321]) {
      await mallory.emits("dm_send", { to: "bob", text: "look", reply_to });
      const heard = await bob.receives("dm_new", { source: "look" });
      assert.deepEqual([heard.reply_to, heard.reply_username, heard.reply_snippet], [null, null, null]);
    }
  });
});

describe("mentions", () => {
  test("are resolved at send to people's own spelling, once each, and only to people who exist", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "Bob", "carol");
    await alice.emits("send_message", { text: "@bob @BOB and @carol, not @nobody nor mail@alice.example" });
    const heard = await bob.receives("new_message");
    assert.deepEqual([...heard.mentions].sort(), ["Bob", "carol"]);
  });

  test("count for those mentioned until they have read them, and for nobody else", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    await alice.emits("send_message", { text: "@bob one" });
    await alice.emits("send_message", { text: "@bob two" });
    const last = await alice.emits("send_message", { text: "nobody in particular" });
    assert.deepEqual([(await bob.sees("public")).mentions, (await bob.sees("public")).unread], [2, 3]);
    assert.deepEqual([(await carol.sees("public")).mentions, (await carol.sees("public")).unread], [0, 3]);
    await bob.emits("mark_read", { conversation: "public", seq: last.seq });
    assert.deepEqual([(await bob.sees("public")).mentions, (await bob.sees("public")).unread], [0, 0]);
  });
});

describe("length", () => {
  test("a text of 1000 characters goes out whole", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const text = "ü".repeat(1000);
    await alice.emits("dm_send", { to: "bob", text });
    assert.equal((await bob.receives("dm_new")).source, text);
  });

  const paragraph = (letter: string, length: number): string => `${letter.repeat(length - 1)}.`;
  const splits: [string, string, string[]][] = [
    ["paragraphs", [paragraph("a", 600), paragraph("b", 600), paragraph("c", 600)].join("\n\n"), [paragraph("a", 600), paragraph("b", 600), paragraph("c", 600)]],
    ["sentences", [paragraph("a", 600), paragraph("b", 600)].join(" "), [paragraph("a", 600), paragraph("b", 600)]],
    ["lines", ["a".repeat(600), "b".repeat(600)].join("\n"), ["a".repeat(600), "b".repeat(600)]],
  ];
  for (const [what, text, parts] of splits) {
    test(`a longer text is split into its ${what}, in order, none longer than 1000 characters`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob] = await server.online("alice", "bob");
      const group = await alice.gathers([bob]);
      await bob.forgets();
      const sends: [string, object, string][] = [["dm_send", { to: "bob" }, "dm_new"], ["send_message", {}, "new_message"], ["gdm_send", { tid: group.id }, "gdm_new"]];
      for (const [event, address, echo] of sends) {
        const ack = await alice.emits(event, { ...address, text });
        const heard = (await bob.tab.heardSoFar(echo)).map(({ args }) => args[0]);
        assert.deepEqual(heard.map(({ source }) => source), parts, event);
        assert.deepEqual(ack.ids, heard.map(({ id }) => id), event);
        const last = heard.at(-1);
        assert.deepEqual([ack.id, ack.seq, ack.rev], [last.id, last.seq, last.rev], event);
        assert.deepEqual(heard.map(({ seq }) => seq), parts.map((_, n) => n + 1), event);
      }
    });
  }

  test("a split text sent twice with one nonce is there once, and answers the same ids", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const text = [paragraph("a", 700), paragraph("b", 700)].join("\n\n");
    const first = await alice.emits("dm_send", { to: "bob", text, nonce: "split-1" });
    matchesSnapshot("acks/dm_send-split", first);
    const again = await alice.emits("dm_send", { to: "bob", text, nonce: "split-1" });
    assert.deepEqual(again, first);
    assert.equal((await bob.tab.heardSoFar("dm_new")).length, 2);
  });

  test("the reply of a split text is on one part only", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const asked = await bob.emits("dm_send", { to: "alice", text: "why?" });
    await bob.forgets();
    await alice.emits("dm_send", { to: "bob", text: [paragraph("a", 700), paragraph("b", 700)].join("\n\n"), reply_to: asked.id });
    const heard = (await bob.tab.heardSoFar("dm_new")).map(({ args }) => args[0].reply_to);
    assert.deepEqual(heard.filter((reply) => reply !== null), [asked.id]);
  });

  test("a long text that cannot be split is refused in the documented words, and nothing of it is sent", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const unbroken = await alice.sends("dm_send", { to: "bob", text: "x".repeat(1500) });
    assert.equal(unbroken.ok, false);
    assert.equal(unbroken.error, "too_long");
    assert.equal(unbroken.message, "Message too long (1500 characters). Maximum allowed: 1000 characters.");
    const sixPages = await alice.sends("dm_send", { to: "bob", text: Array.from("abcdef", (letter) => letter.repeat(900)).join("\n\n") });
    assert.equal(sixPages.error, "too_long");
    await bob.hearsNothing();
    assert.deepEqual(await bob.reads("/api/dm/messages?peer=alice"), []);
  });

  test("a text of nothing is refused", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    for (const text of ["", "   ", "\n\t\n", null, undefined]) {
      const ack = await alice.sends("dm_send", { to: "bob", text });
      assert.equal(ack.error, "empty_message", JSON.stringify(text));
    }
    await bob.hearsNothing();
  });
});

test("a public system message looks like a message of System with an id of its own", async () => {
  await using server = await Chatter.starts();
  const [alice] = await server.online("alice", "bob");
  await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "bob" });
  await server.root.does("/api/admin/role", { action: "remove", role: "admin", username: "bob" });
  const [one, two] = [await alice.receives("system_message"), await alice.receives("system_message")];
  assert.notEqual(one.id, two.id);
  const shape = mask(one) as Record<string, unknown>;
  assert.deepEqual([shape.id, shape.user_id, shape.username, shape.avatar, shape.created_at], ["[id]", 0, "System", "/sys_pfp.png", "[time]"]);
  matchesSnapshot("events/system_message-role", one);
});
