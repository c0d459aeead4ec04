/** The anti-spam ladder of contract 4.3, with limits on. Its clock is configured, never waited for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, type Person } from "../support/index.ts";

/** Limits on, two ordinary people, and only the named checks in the way. */
async function aStrictServer(settings: Record<string, string> = {}) {
  const server = await Chatter.starts({ limits: true });
  await server.root.sets({ ANTISPAM_MIN_GAP: "0", ANTISPAM_RATE_MAX: "1000", ...settings });
  const [alice, bob] = await server.online("alice", "bob");
  return { server, alice, bob };
}

/** The same refusal as ack error and as private system message, and nothing at anybody else. */
async function assertRefused(who: Person, other: Person, text: string, words: RegExp, code: string): Promise<any> {
  const ack = await who.sends("dm_send", { to: other.name, text });
  assert.equal(ack.ok, false);
  assert.equal(ack.error, code, JSON.stringify(ack));
  assert.match(ack.message, words);
  const told = await who.receives("system_message");
  assert.equal(told.username, "System");
  assert.match(told.text, words);
  await other.hearsNothing("dm_new", "new_dm", "system_message");
  return ack;
}

describe("with limits on", () => {
  test("a long message that divides is sent in parts and is no violation", async () => {
    const { server, alice, bob } = await aStrictServer();
    await using _ = server;
    const halves = ["first ", "second "].map((word) => word.repeat(120).trim());
    const ack = await alice.emits("dm_send", { to: "bob", text: halves.join("\n\n") });
    assert.equal(ack.ids.length, 2);
    const heard = await bob.tab.heardSoFar("dm_new");
    assert.deepEqual(heard.map(({ args }) => args[0].source), halves);
    await alice.emits("dm_send", { to: "bob", text: "and nothing holds me back" });
  });

  test("a second message within the minimal gap is refused, in every kind of conversation", async () => {
    for (const event of ["dm_send", "send_message", "gdm_send"]) {
      const { server, alice, bob } = await aStrictServer({ ANTISPAM_MIN_GAP: "600" });
      await using _ = server;
      const group = await alice.gathers([bob]);
      await alice.emits(event, { to: "bob", tid: group.id, text: "first" });
      const ack = await alice.sends(event, { to: "bob", tid: group.id, text: "second" });
      assert.deepEqual([ack.ok, ack.error], [false, "rate_limited"], event);
      assert.match(ack.message, /^Please wait .* seconds between messages\.$/);
      assert.ok(ack.retry_after > 0);
    }
  });

  test("the default gap is refused in the documented words", async () => {
    await using server = await Chatter.starts({ limits: true });
    const [alice, bob] = await server.online("alice", "bob");
    const acks = await Promise.all(["one", "two"].map((text) => alice.sends("dm_send", { to: "bob", text })));
    assert.equal(acks[0].ok, true);
    assert.equal(acks[1].message, "Please wait 0.7 seconds between messages.");
    assert.equal((await alice.receives("system_message")).text, "Please wait 0.7 seconds between messages.");
    assert.equal((await bob.tab.heardSoFar("dm_new")).length, 1);
  });

  test("the ninth message within the window is refused", async () => {
    const { server, alice, bob } = await aStrictServer({ ANTISPAM_RATE_MAX: "8", ANTISPAM_RATE_WINDOW: "10.0" });
    await using _ = server;
    const acks = await Promise.all(Array.from({ length: 9 }, (_, n) => alice.sends("dm_send", { to: "bob", text: `m ${n}` })));
    assert.deepEqual(acks.map((ack) => ack.ok), [...Array(8).fill(true), false]);
    assert.equal(acks[8].message, "Too many messages in 10.0 seconds. Please slow down.");
    assert.equal((await bob.tab.heardSoFar("dm_new")).length, 8);
  });

  test("the same text again is refused, however it is spaced or capitalised", async () => {
    const { server, alice, bob } = await aStrictServer();
    await using _ = server;
    await alice.emits("dm_send", { to: "bob", text: "buy my great thing" });
    await bob.forgets();
    const ack = await assertRefused(alice, bob, "BUY  my great\nTHING ", /^Duplicate message detected/, "duplicate_message");
    assert.equal(ack.ok, false);
  });

  test("a short text may be repeated", async () => {
    const { server, alice, bob } = await aStrictServer();
    await using _ = server;
    for (let n = 0; n < 3; n++) await alice.emits("dm_send", { to: "bob", text: "ok" });
    assert.equal((await bob.tab.heardSoFar("dm_new")).length, 3);
  });

  test("nearly the same text is refused", async () => {
    const { server, alice, bob } = await aStrictServer();
    await using _ = server;
    await alice.emits("dm_send", { to: "bob", text: "this is a rather long line about nothing 1" });
    await bob.forgets();
    await assertRefused(alice, bob, "this is a rather long line about nothing 2", /^Very similar message detected/, "duplicate_message");
  });

  const patterns: [string, string][] = [
    ["ten script tags", "<script>".repeat(10)],
    ["twenty line-break tags", "<br>".repeat(20)],
    ["fifty line breaks", `a${"\n".repeat(50)}b`],
    ["mostly whitespace", `a${" ".repeat(60)}b`],
  ];
  for (const [what, text] of patterns) {
    test(`a text of ${what} is refused`, async () => {
      const { server, alice, bob } = await aStrictServer();
      await using _ = server;
      const ack = await alice.sends("dm_send", { to: "bob", text });
      assert.equal(ack.ok, false, what);
      assert.equal((await alice.receives("system_message")).text, ack.message);
      await bob.hearsNothing();
    });
  }

  test("too long a text is refused with its length", async () => {
    const { server, alice, bob } = await aStrictServer();
    await using _ = server;
    await assertRefused(alice, bob, "x".repeat(1500), /^Message too long \(1500 characters\)\. Maximum allowed: 1000 characters\.$/, "too_long");
  });

  test("the first offence costs nothing, the second slows down", async () => {
    const { server, alice, bob } = await aStrictServer({ ANTISPAM_SLOW_DURATION: "600" });
    await using _ = server;
    const spam = "the very same words";
    await alice.emits("dm_send", { to: "bob", text: spam });
    assert.equal((await alice.sends("dm_send", { to: "bob", text: spam })).error, "duplicate_message");
    await alice.emits("dm_send", { to: "bob", text: "an innocent line in between" });
    assert.equal((await alice.sends("dm_send", { to: "bob", text: spam })).error, "duplicate_message");
    const slowed = await alice.sends("dm_send", { to: "bob", text: "something else entirely" });
    assert.equal(slowed.ok, false);
    assert.match(slowed.message, /^Slow mode active\. Please wait \d+ seconds before sending another message\.$/);
    assert.ok(slowed.retry_after > 0 && slowed.retry_after <= 600, `retry_after ${slowed.retry_after}`);
    await bob.emits("dm_send", { to: "alice", text: "but I may" });
  });

  test("the third offence blocks", async () => {
    const { server, alice, bob } = await aStrictServer({ ANTISPAM_SLOW_DURATION: "0" });
    await using _ = server;
    const spam = "the very same words";
    await alice.emits("dm_send", { to: "bob", text: spam });
    for (let offence = 0; offence < 3; offence++) {
      assert.equal((await alice.sends("dm_send", { to: "bob", text: spam })).error, "duplicate_message", `offence ${offence + 1}`);
    }
    const blocked = await alice.sends("dm_send", { to: "bob", text: "something else entirely" });
    assert.equal(blocked.error, "blocked");
    assert.match(blocked.message, /^You are temporarily blocked\. Time remaining: \d+ seconds\.$/);
    assert.ok(blocked.retry_after > 200 && blocked.retry_after <= 300, `retry_after ${blocked.retry_after}`);
    const elsewhere = await alice.sends("send_message", { text: "not in public either" });
    assert.equal(elsewhere.error, "blocked");
    assert.equal((await bob.tab.heardSoFar("dm_new")).length, 1);
  });

  test("a superadmin is exempt", async () => {
    const { server, alice } = await aStrictServer({ ANTISPAM_MIN_GAP: "600", ANTISPAM_RATE_MAX: "1" });
    await using _ = server;
    await server.root.connects();
    for (let n = 0; n < 5; n++) await server.root.emits("dm_send", { to: "alice", text: "the same words again" });
    assert.equal((await alice.tab.heardSoFar("dm_new")).length, 5);
  });

  test("a resend of an accepted nonce is no offence", async () => {
    const { server, alice } = await aStrictServer({ ANTISPAM_MIN_GAP: "600" });
    await using _ = server;
    const message = { to: "bob", text: "the line was bad", nonce: "resend" };
    const first = await alice.emits("dm_send", message);
    for (let n = 0; n < 5; n++) assert.deepEqual(await alice.sends("dm_send", message), first);
    await alice.hearsNothing("system_message");
  });

  test("a refused message leaves no trace in the conversation", async () => {
    const { server, alice, bob } = await aStrictServer({ ANTISPAM_MIN_GAP: "600" });
    await using _ = server;
    const first = await alice.emits("dm_send", { to: "bob", text: "one" });
    await alice.sends("dm_send", { to: "bob", text: "two" });
    const next = await bob.emits("dm_send", { to: "alice", text: "three" });
    assert.deepEqual([first.seq, next.seq, next.rev], [1, 2, 2]);
  });
});

test("with limits off nobody is refused for talking fast or twice", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const acks = await Promise.all(Array.from({ length: 50 }, () => alice.sends("send_message", { text: "the very same words" })));
  assert.ok(acks.every((ack) => ack.ok));
  assert.equal((await bob.tab.heardSoFar("new_message")).length, 50);
});
