/** Nothing is missed: `sync`, over the socket and over REST. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter, matchesSnapshot, type Person } from "../support/index.ts";

const row = (answer: any, conversation: string): any => answer.conversations.find((each: any) => each.conversation === conversation);
const sources = (answer: any, conversation: string): string[] => (row(answer, conversation)?.messages ?? []).map((message: any) => message.source);

/** Asks page after page until there is no more; every message in the order it came. */
async function everything(person: Person, since: Record<string, number>, limit: number): Promise<Record<string, any[]>> {
  const collected: Record<string, any[]> = {};
  const known = { ...since };
  for (let more = true, pages = 0; more; pages++) {
    assert.ok(pages < 500, "sync never ends");
    const answer = await person.syncs(known, limit);
    for (const each of answer.conversations) {
      (collected[each.conversation] ??= []).push(...each.messages);
      known[each.conversation] = each.rev;
    }
    more = answer.more;
  }
  return collected;
}

test("a first sync is a snapshot of every conversation with its newest messages", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const group = await alice.gathers([bob]);
  await alice.emits("dm_send", { to: "bob", text: "in private" });
  await alice.emits("gdm_send", { tid: group.id, text: "in the group" });
  await alice.emits("send_message", { text: "in public" });
  const answer = await bob.emits("sync", { since: {} });
  assert.deepEqual(answer, await bob.syncs({}));
  assert.deepEqual(answer.conversations.map((each: any) => each.conversation).sort(), ["dm:alice", group.conversation, "public"].sort());
  for (const each of answer.conversations) {
    assert.equal(each.snapshot, true);
    assert.equal(each.more, false);
    assert.equal(each.rev, each.last_rev);
  }
  assert.equal(answer.more, false);
  assert.deepEqual(answer.gone, []);
  assert.deepEqual(sources(answer, "dm:alice"), ["in private"]);
  matchesSnapshot("acks/sync", { ...answer, conversations: [row(answer, "dm:alice")] });
});

test("a sync brings exactly what changed: new messages, edits and tombstones, by rev", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const acks = [];
  for (const text of ["one", "two", "three"]) acks.push(await alice.emits("dm_send", { to: "bob", text }));
  const since = { "dm:alice": row(await bob.syncs({}), "dm:alice").rev };
  await alice.emits("dm_edit", { id: acks[0].id, text: "one, edited" });
  await alice.emits("dm_send", { to: "bob", text: "four" });
  await alice.emits("dm_delete", { id: acks[1].id });
  const answer = await bob.emits("sync", { since });
  const dm = row(answer, "dm:alice");
  assert.equal(dm.snapshot, false);
  const [edited, fresh, tombstone] = dm.messages;
  assert.equal(dm.messages.length, 3);
  assert.deepEqual([edited.id, edited.source, edited.edited], [acks[0].id, "one, edited", 1]);
  assert.equal(fresh.source, "four");
  assert.deepEqual([tombstone.id, tombstone.deleted, tombstone.text, tombstone.source, tombstone.attachment], [acks[1].id, true, "", "", null]);
  matchesSnapshot("acks/sync-tombstone", tombstone);
  assert.deepEqual(dm.messages.map((message: any) => message.rev), [since["dm:alice"] + 1, since["dm:alice"] + 2, since["dm:alice"] + 3]);
  assert.equal(dm.rev, dm.last_rev);
});

test("who is up to date gets nothing again", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  await alice.emits("dm_send", { to: "bob", text: "old news" });
  const since = Object.fromEntries((await bob.syncs({})).conversations.map((each: any) => [each.conversation, each.rev]));
  const answer = await bob.emits("sync", { since });
  assert.deepEqual(answer.conversations.flatMap((each: any) => each.messages), []);
  assert.equal(answer.more, false);
});

test("tombstones come by sync only, history leaves them out", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const ack = await alice.emits("dm_send", { to: "bob", text: "regretted secret" });
  await alice.emits("dm_delete", { id: ack.id });
  assert.deepEqual(await bob.reads("/api/dm/messages?peer=alice"), []);
  const [tombstone] = row(await bob.syncs({ "dm:alice": 0 }), "dm:alice").messages;
  assert.equal(tombstone.deleted, true);
  assert.ok(!JSON.stringify(await bob.syncs({ "dm:alice": 0 })).includes("regretted"), "a tombstone must not carry its text");
  assert.ok(!JSON.stringify(await bob.reads("/api/conversations")).includes("regretted"), "the list must not carry a deleted text");
});

test("pages add up to everything, in order and without a double", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const group = await alice.gathers([bob]);
  const sent: Record<string, string[]> = { "dm:alice": [], [group.conversation]: [], public: [] };
  for (let n = 0; n < 23; n++) {
    await Promise.all([
      alice.emits("dm_send", { to: "bob", text: `d${n}` }),
      alice.emits("gdm_send", { tid: group.id, text: `g${n}` }),
      alice.emits("send_message", { text: `p${n}` }),
    ]);
    sent["dm:alice"]!.push(`d${n}`);
    sent[group.conversation]!.push(`g${n}`);
    sent.public!.push(`p${n}`);
  }
  const since = { "dm:alice": 0, [group.conversation]: 0, public: 0 };
  const first = await bob.syncs(since, 10);
  assert.equal(first.more, true);
  assert.ok(first.conversations.flatMap((each: any) => each.messages).length <= 30);
  for (const limit of [1, 7, 10, 1000]) {
    const collected = await everything(bob, since, limit);
    for (const [conversation, texts] of Object.entries(sent)) {
      assert.deepEqual(collected[conversation]!.map((message) => message.source), texts, `${conversation} in pages of ${limit}`);
    }
  }
});

test("a page that is not the end says so, and names where to go on", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  for (let n = 0; n < 5; n++) await alice.emits("dm_send", { to: "bob", text: `m${n}` });
  const page = row(await bob.syncs({ "dm:alice": 0 }, 2), "dm:alice");
  assert.deepEqual([page.messages.length, page.more, page.rev, page.last_rev], [2, true, 2, 5]);
  const next = row(await bob.syncs({ "dm:alice": page.rev }, 10), "dm:alice");
  assert.deepEqual([next.messages.map((message: any) => message.source), next.more, next.rev], [["m2", "m3", "m4"], false, 5]);
});

test("what one can no longer see is gone, just like what never was", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, carol] = await server.online("alice", "bob", "carol");
  const group = await alice.gathers([bob, carol]);
  const foreign = await alice.gathers([carol], "Without Bob");
  await alice.emits("gdm_send", { tid: group.id, text: "farewell" });
  await bob.does("/api/gdm/leave", { tid: group.id });
  await alice.emits("gdm_send", { tid: group.id, text: "he is gone" });
  const since = { [group.conversation]: 0, [foreign.conversation]: 0, "gdm:987654": 0, "dm:nobody": 0 };
  const answer = await bob.emits("sync", { since });
  assert.deepEqual([...answer.gone].sort(), Object.keys(since).sort());
  for (const each of answer.conversations) assert.ok(!(each.conversation in since), each.conversation);
  assert.ok(!JSON.stringify(answer).includes("farewell") && !JSON.stringify(answer).includes("he is gone"));
});

test("a conversation begun while one was away comes as a snapshot beside the asked ones", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, carol] = await server.online("alice", "bob", "carol");
  await alice.emits("dm_send", { to: "bob", text: "known" });
  const since = Object.fromEntries((await bob.syncs({})).conversations.map((each: any) => [each.conversation, each.rev]));
  bob.disconnects();
  await carol.emits("dm_send", { to: "bob", text: "new friend" });
  await bob.connects();
  const answer = await bob.emits("sync", { since });
  assert.equal(row(answer, "dm:carol").snapshot, true);
  assert.deepEqual(sources(answer, "dm:carol"), ["new friend"]);
  assert.deepEqual(sources(answer, "dm:alice"), []);
});

test("a snapshot of a long conversation is its newest part; the older is history", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const sent = [];
  for (let n = 0; n < 30; n++) sent.push(await alice.emits("dm_send", { to: "bob", text: `m${n}` }));
  const snapshot = row(await bob.syncs({}, 10), "dm:alice");
  const texts = snapshot.messages.map((message: any) => message.source);
  assert.deepEqual(texts, sent.slice(-texts.length).map((_, n) => `m${30 - texts.length + n}`));
  assert.equal(snapshot.rev, 30);
  const older = await bob.reads(`/api/dm/messages?peer=alice&before=${snapshot.messages[0].id}`);
  assert.deepEqual(older.map((message: any) => message.source), Array.from({ length: 30 - texts.length }, (_, n) => `m${n}`));
});

test("a sync that makes no sense is refused, and the socket lives on", async () => {
  await using server = await Chatter.starts();
  const [alice] = await server.online("alice");
  const senseless = [
    { since: "everything" }, { since: [1, 2] }, { since: { public: "x" } }, { since: { public: -1 } }, { since: { public: 1.5 } },
    { since: { public: {} } }, { since: {}, limit: -1 }, { since: {}, limit: "many" }, "sync", 7, [],
  ];
  for (const payload of senseless) {
    const ack = await alice.sends("sync", payload);
    assert.equal(ack.error, "bad_params", JSON.stringify(payload));
    const answer = await alice.post("/api/sync", payload);
    assert.equal(answer.status, 400, JSON.stringify(payload));
  }
  await alice.emits("sync", { since: {} });
});

test("state kept from events equals state fetched afresh, after any mix of changes", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, carol] = await server.online("alice", "bob", "carol");
  const group = await alice.gathers([bob, carol]);
  await bob.forgets();

  const kept = new Map<number, any>();
  const revs: Record<string, number[]> = {};
  const note = (change: any): void => void (revs[change.conversation] ??= []).push(change.rev);
  const socket = bob.tab.socket;
  for (const event of ["new_message", "dm_new", "gdm_new"]) {
    socket.on(event, (message: any) => (kept.set(message.id, message), note(message)));
  }
  socket.on("message_edited", (change: any) => {
    const { text, source, mentions, edited_at, edited_by, rev } = change;
    kept.set(change.id, { ...kept.get(change.id), text, source, mentions, edited_at, edited_by, rev, edited: 1 });
    note(change);
  });
  socket.on("message_deleted", (change: any) => {
    kept.delete(change.id);
    // What is deleted is not quoted any more either.
    for (const message of kept.values()) if (message.reply_to === change.id) message.reply_snippet = null;
    note(change);
  });

  const people: Person[] = [alice, bob, carol];
  const own: { who: Person; id: number; edit: string; remove: string }[] = [];
  for (let step = 0; step < 120; step++) {
    const who = people[(step * 7) % 3]!;
    const [send, address, edit, remove] = (
      [
        ["send_message", {}, "edit_message", "delete_message"],
        ["dm_send", { to: who === bob ? "alice" : "bob" }, "dm_edit", "dm_delete"],
        ["gdm_send", { tid: group.id }, "gdm_edit", "gdm_delete"],
      ] as const
    )[step % 3]!;
    const target = own[(step * 5) % Math.max(1, own.length)];
    if (step % 4 === 2 && target) await target.who.emits(target.edit, { id: target.id, text: `edit ${step}` });
    else if (step % 10 === 9 && target) {
      await target.who.emits(target.remove, { id: target.id });
      own.splice(own.indexOf(target), 1);
    } else {
      const ack = await who.emits(send, { ...address, text: `step ${step}`, reply_to: target?.id });
      own.push({ who, id: ack.id, edit, remove });
    }
  }

  const fresh = await bob.emits("sync", { since: {}, limit: 1000 });
  const fetched = fresh.conversations.flatMap((each: any) => each.messages).filter((message: any) => !message.deleted);
  const byId = (a: any, b: any): number => a.id - b.id;
  assert.deepEqual([...kept.values()].sort(byId), fetched.sort(byId));
  for (const [conversation, seen] of Object.entries(revs)) {
    assert.deepEqual(seen, seen.map((_, n) => n + 1), `revs of ${conversation} have gaps`);
    assert.equal(row(fresh, conversation).last_rev, seen.at(-1));
  }
});
