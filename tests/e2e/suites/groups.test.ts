/** Groups: making, joining, leading and leaving them (contract 2.8 and 4.5). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, matchesSnapshot, urlencoded, type Group, type Person } from "../support/index.ts";

async function promotes(server: Chatter, admin: Person): Promise<void> {
  await server.root.does("/api/admin/role", { action: "add", role: "admin", username: admin.name });
}

const members = (person: Person, group: Group): Promise<string[]> => person.reads(`/api/gdm/members?tid=${group.id}`);

async function invite(owner: Person, group: Group, more: object = {}): Promise<any> {
  return owner.does("/api/gdm/invite/create", { thread_id: group.id, ...more });
}

/** What came out of the group cannot be heard, read or sent to any more. */
async function assertOutside(person: Person, group: Group, someoneInside: Person): Promise<void> {
  await person.forgets();
  await someoneInside.emits("gdm_send", { tid: group.id, text: "among ourselves" });
  await someoneInside.emits("gdm_typing", { tid: group.id });
  await person.hearsNothing();
  assert.equal((await person.sends("gdm_send", { tid: group.id, text: "let me in" })).ok, false);
  assert.equal((await person.get(`/api/gdm/messages?tid=${group.id}`)).status, 403);
  assert.deepEqual(await members(person, group), []);
  assert.equal((await person.get(`/api/gdm/thread_info?tid=${group.id}`)).status, 403);
  assert.equal(await person.sees(group.conversation), undefined);
  assert.ok(!(await person.reads("/api/gdm/threads")).some((thread: any) => thread.id === group.id));
  assert.deepEqual((await person.syncs({ [group.conversation]: 0 })).gone, [group.conversation]);
}

describe("making a group", () => {
  test("adds the maker, drops doubles, and tells every member", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const made = await alice.does("/api/gdm/threads", { name: "Hiking", members: ["bob", "BOB", "alice", "bob"] });
    matchesSnapshot("rest/gdm-threads-post", made);
    assert.deepEqual(await bob.receives("gdm_threads_refresh"), { tid: made.id });
    assert.deepEqual(await alice.receives("gdm_threads_refresh"), { tid: made.id });
    assert.deepEqual((await bob.reads(`/api/gdm/members?tid=${made.id}`)).sort(), ["alice", "bob"]);
    await mallory.hearsNothing();
    matchesSnapshot("rest/gdm-threads-owner", await alice.reads("/api/gdm/threads"));
    matchesSnapshot("rest/gdm-threads-member", await bob.reads("/api/gdm/threads"));
    assert.deepEqual(await mallory.reads("/api/gdm/threads"), []);
    matchesSnapshot("rest/gdm-thread_info", await bob.reads(`/api/gdm/thread_info?tid=${made.id}`));
  });

  test("needs two distinct people who exist", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    for (const names of [[], ["alice"], ["nobody"], ["Alice", "ALICE"]]) {
      const answer = await alice.post("/api/gdm/threads", { name: "Alone", members: names });
      assert.equal(answer.status, 400, names.join());
      assert.equal(answer.json.ok, false);
    }
    assert.match((await alice.post("/api/gdm/threads", { name: "Alone", members: [] })).json.error, /need at least 2 members/);
    assert.deepEqual(await alice.reads("/api/gdm/threads"), []);
  });

  test("without a name gives it one", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice", "bob");
    for (const name of [undefined, "", "   "]) {
      const made = await alice.does("/api/gdm/threads", { name, members: ["bob"] });
      assert.match(made.name, /^Group \d{6}$/);
    }
  });

  test("refuses what is no list of names", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice", "bob");
    for (const body of [{}, { members: "bob" }, { members: [7] }, { members: [null] }, { members: { 0: "bob" } }, { name: 7, members: ["bob"] }, [], "bob"]) {
      assert.equal((await alice.post("/api/gdm/threads", body)).status, 400, JSON.stringify(body));
    }
    assert.deepEqual(await alice.reads("/api/gdm/threads"), []);
  });
});

describe("questions about groups one is not in", () => {
  test("members of a foreign, missing or senseless group are an empty list", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.people("alice", "bob", "mallory");
    const group = await alice.gathers([bob]);
    for (const tid of [group.id, 987654, "NaN", "", "-1", "1e9"]) assert.deepEqual(await mallory.reads(`/api/gdm/members?tid=${tid}`), []);
    assert.deepEqual(await mallory.reads("/api/gdm/members"), []);
  });

  test("its information is 403 to outsiders", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.people("alice", "bob", "mallory");
    const group = await alice.gathers([bob]);
    assert.equal((await mallory.get(`/api/gdm/thread_info?tid=${group.id}`)).status, 403);
    assert.equal((await mallory.get("/api/gdm/thread_info?tid=NaN")).status, 400);
  });

  const commands: [string, object][] = [
    ["rename", { name: "Mine" }], ["update", { name: "Mine" }], ["add_member", { users: ["mallory"] }], ["remove_member", { username: "bob" }], ["kick", { user: "bob" }],
    ["transfer", { new_owner: "mallory" }], ["lock", {}], ["unlock", {}], ["delete", {}], ["force_leave", { username: "bob" }], ["invite/create", {}],
  ];
  test("no outsider and no plain member commands a group", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const group = await alice.gathers([bob], "Hiking");
    for (const person of [alice, bob]) await person.forgets();
    for (const [command, body] of commands) {
      const foreign = await mallory.post(`/api/gdm/${command}`, { tid: group.id, thread_id: group.id, ...body });
      assert.ok([403, 404].includes(foreign.status), `${command} by an outsider: ${foreign.status}`);
      const member = await bob.post(`/api/gdm/${command}`, { tid: group.id, thread_id: group.id, ...body });
      assert.equal(member.status, 403, `${command} by a member`);
      const missing = await bob.post(`/api/gdm/${command}`, { tid: 987654, thread_id: 987654, ...body });
      assert.equal(missing.status, 404, `${command} of no group`);
      const senseless = await alice.post(`/api/gdm/${command}`, { tid: { a: 1 } });
      assert.ok([400, 404].includes(senseless.status), `${command} of nonsense: ${senseless.status}`);
    }
    const info = await alice.reads(`/api/gdm/thread_info?tid=${group.id}`);
    assert.deepEqual([info.name, info.created_by, Boolean(info.locked), info.members.sort()], ["Hiking", "alice", false, ["alice", "bob"]]);
    await alice.hearsNothing();
    await bob.hearsNothing();
  });
});

describe("leading a group", () => {
  test("its owner renames it, and every member hears", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await alice.gathers([bob]);
    await bob.forgets();
    assert.equal((await alice.does("/api/gdm/rename", { tid: String(group.id), name: "Climbing" })).ok, true);
    assert.deepEqual(await bob.receives("gdm_threads_refresh"), { tid: group.id });
    assert.equal((await bob.reads("/api/gdm/threads"))[0].name, "Climbing");
    await alice.does("/api/gdm/update", { thread_id: group.id, name: "Skiing" });
    assert.equal((await bob.reads("/api/gdm/threads"))[0].name, "Skiing");
  });

  for (const [key, value] of [["users", ["carol"]], ["members", ["carol"]], ["usernames", ["carol"]], ["username", "carol"], ["user", "carol"]] as const) {
    test(`its owner adds people named with ${key}, who are in at once`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob, carol] = await server.online("alice", "bob", "carol");
      const group = await alice.gathers([bob]);
      await alice.emits("gdm_send", { tid: group.id, text: "before carol" });
      await bob.forgets();
      await alice.does("/api/gdm/add_member", { tid: group.id, [key]: value });
      assert.deepEqual(await carol.receives("gdm_threads_refresh"), { tid: group.id });
      assert.deepEqual(await bob.receives("gdm_threads_refresh"), { tid: group.id });
      await bob.emits("gdm_send", { tid: group.id, text: "welcome" });
      assert.equal((await carol.receives("gdm_new")).text, "welcome");
      assert.deepEqual((await members(carol, group)).sort(), ["alice", "bob", "carol"]);
    });
  }

  for (const [path, key] of [["kick", "user"], ["kick", "username"], ["remove_member", "username"], ["force_leave", "username"]] as const) {
    test(`its owner puts a member out with ${path} {${key}}, who hears nothing of it any more`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob, carol] = await server.online("alice", "bob", "carol");
      const phone = await bob.connects();
      const group = await alice.gathers([bob, carol]);
      await alice.emits("gdm_send", { tid: group.id, text: "before" });
      for (const person of [alice, bob, carol]) await person.forgets();
      await phone.forgets();
      assert.equal((await alice.does(`/api/gdm/${path}`, { tid: group.id, [key]: "bob" })).ok, true);
      assert.deepEqual(await bob.receives("gdm_threads_refresh"), { tid: group.id });
      assert.deepEqual(await bob.receives("conversation_removed"), { conversation: group.conversation });
      assert.deepEqual(await phone.receives("conversation_removed"), { conversation: group.conversation });
      assert.deepEqual(await carol.receives("gdm_threads_refresh"), { tid: group.id });
      assert.deepEqual((await members(alice, group)).sort(), ["alice", "carol"]);
      await assertOutside(bob, group, carol);
      await phone.hearsNothing("gdm_new", "gdm_typing", "user_typing");
    });
  }

  test("its owner cannot be put out", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const group = await alice.gathers([bob]);
    for (const [path, words] of [["remove_member", /cannot remove owner/], ["force_leave", /cannot force owner/], ["kick", /./]] as const) {
      for (const person of [alice, server.root]) {
        const answer = await person.post(`/api/gdm/${path}`, { tid: group.id, username: "alice" });
        assert.equal(answer.status, 400, `${path}: ${answer.text}`);
        assert.match(answer.json.error, words);
      }
    }
    assert.deepEqual((await members(alice, group)).sort(), ["alice", "bob"]);
  });

  test("who was kicked cannot come back with the codes of that time; a removed member can", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    const group = await alice.gathers([bob, carol]);
    const { invite_code } = await invite(alice, group);
    const permanent = (await alice.reads("/api/gdm/threads"))[0].invite_code;
    await alice.does("/api/gdm/kick", { tid: group.id, user: "bob" });
    await alice.does("/api/gdm/remove_member", { tid: group.id, username: "carol" });
    for (const code of [invite_code, permanent]) {
      const answer = await bob.post("/api/gdm/invite/join", { code });
      assert.ok([403, 404].includes(answer.status), `${answer.status} ${answer.text}`);
    }
    assert.equal((await carol.post("/api/gdm/invite/join", { code: invite_code })).status, 200);
    assert.deepEqual((await members(alice, group)).sort(), ["alice", "carol"]);
  });

  test("an owner hands it over; the old one stays, with no more to say than anybody", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    const group = await alice.gathers([bob]);
    for (const person of [alice, bob]) await person.forgets();
    assert.equal((await alice.post("/api/gdm/transfer", { tid: group.id, new_owner: "nobody" })).status, 404);
    await alice.does("/api/gdm/transfer", { tid: group.id, new_owner: "bob" });
    assert.deepEqual(await bob.receives("gdm_threads_refresh"), { tid: group.id });
    assert.equal((await bob.reads(`/api/gdm/thread_info?tid=${group.id}`)).is_owner, true);
    assert.equal((await alice.post("/api/gdm/rename", { tid: group.id, name: "Still mine" })).status, 403);
    await bob.does("/api/gdm/transfer", { tid: group.id, new_owner: "carol" });
    assert.deepEqual(await carol.receives("gdm_threads_refresh"), { tid: group.id });
    assert.deepEqual((await members(carol, group)).sort(), ["alice", "bob", "carol"]);
    await carol.does("/api/gdm/rename", { tid: group.id, name: "Carol's" });
  });

  test("locking leaves reading to members and sending to the owner and superadmins", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    await server.root.connects();
    const group = await alice.gathers([bob, admin, server.root]);
    await bob.forgets();
    await admin.does("/api/gdm/lock", { tid: group.id });
    assert.deepEqual(await bob.receives("gdm_threads_refresh"), { tid: group.id });
    assert.ok((await bob.reads(`/api/gdm/thread_info?tid=${group.id}`)).locked);
    assert.ok((await bob.reads("/api/gdm/threads"))[0].locked);
    for (const person of [bob, admin]) {
      assert.equal((await person.sends("gdm_send", { tid: group.id, text: "may I?" })).error, "locked", person.name);
    }
    await alice.emits("gdm_send", { tid: group.id, text: "the owner may" });
    await server.root.emits("gdm_send", { tid: group.id, text: "so may root" });
    assert.deepEqual((await bob.tab.heardSoFar("gdm_new")).map(({ args }) => args[0].text), ["the owner may", "so may root"]);
    await server.root.does("/api/gdm/unlock", { tid: group.id });
    await bob.emits("gdm_send", { tid: group.id, text: "me again" });
  });

  test("locking and deleting are an admin's, and an owner's only where GD_OWNER_CONTROLS says so", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    const group = await alice.gathers([bob]);
    for (const path of ["lock", "unlock", "delete"]) assert.equal((await alice.post(`/api/gdm/${path}`, { tid: group.id })).status, 403, path);
    await server.root.sets({ GD_OWNER_CONTROLS: "1" });
    await alice.does("/api/gdm/lock", { tid: group.id });
    await alice.does("/api/gdm/unlock", { tid: group.id });
    assert.equal((await bob.post("/api/gdm/lock", { tid: group.id })).status, 403);
    await alice.does("/api/gdm/delete", { tid: group.id });
    assert.equal((await bob.post("/api/gdm/delete", { tid: group.id })).status, 404);
  });

  test("deleting ends it for everybody at once", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const group = await alice.gathers([bob]);
    await alice.emits("gdm_send", { tid: group.id, text: "last words" });
    for (const person of [alice, bob, mallory]) await person.forgets();
    await server.root.does("/api/gdm/delete", { tid: group.id });
    assert.deepEqual(await bob.receives("gdm_threads_refresh"), { deleted: group.id });
    assert.deepEqual(await alice.receives("gdm_threads_refresh"), { deleted: group.id });
    assert.equal((await bob.get(`/api/gdm/messages?tid=${group.id}`)).status, 404);
    assert.equal((await bob.sends("gdm_send", { tid: group.id, text: "anybody?" })).ok, false);
    assert.deepEqual(await alice.reads("/api/gdm/threads"), []);
    assert.equal(await bob.sees(group.conversation), undefined);
    assert.deepEqual((await bob.syncs({ [group.conversation]: 0 })).gone, [group.conversation]);
    await mallory.hearsNothing("gdm_new", "conversation_removed");
  });

  const gates: [string, string, object][] = [
    ["GD_LOCK_GROUP", "lock", {}], ["GD_UNLOCK_GROUP", "unlock", {}], ["GD_REMOVE_USER", "remove_member", { username: "bob" }],
    ["GD_TRANSFER_OWNERSHIP", "transfer", { new_owner: "bob" }], ["GD_DELETE_GROUP", "delete", {}], ["GD_FORCE_LEAVE_GROUP", "force_leave", { username: "bob" }],
  ];
  for (const [toggle, path, body] of gates) {
    test(`${toggle} off answers ${path} with 403 disabled, to superadmins too`, async () => {
      await using server = await Chatter.starts();
      const [alice, bob] = await server.people("alice", "bob");
      const group = await alice.gathers([bob]);
      await server.root.sets({ [toggle]: "0" });
      const answer = await server.root.post(`/api/gdm/${path}`, { tid: group.id, ...body });
      assert.deepEqual([answer.status, answer.json.error], [403, "disabled"]);
      assert.deepEqual((await members(alice, group)).sort(), ["alice", "bob"]);
      await server.root.sets({ [toggle]: "1" });
      assert.equal((await server.root.post(`/api/gdm/${path}`, { tid: group.id, ...body })).status, 200);
    });
  }
});

describe("leaving a group", () => {
  test("is at once, and the others hear", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    const group = await alice.gathers([bob, carol]);
    for (const person of [alice, bob, carol]) await person.forgets();
    assert.equal((await bob.does("/api/gdm/leave", { tid: group.id })).ok, true);
    assert.deepEqual(await alice.receives("gdm_threads_refresh"), { tid: group.id });
    assert.deepEqual(await bob.receives("conversation_removed"), { conversation: group.conversation });
    await assertOutside(bob, group, carol);
    assert.ok([403, 404].includes((await bob.post("/api/gdm/leave", { tid: group.id })).status));
  });

  test("by its owner hands it to the longest-standing member", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    const group = await alice.gathers([bob]);
    await alice.does("/api/gdm/add_member", { tid: group.id, users: ["carol"] });
    await alice.does("/api/gdm/leave", { tid: group.id });
    assert.equal((await carol.reads(`/api/gdm/thread_info?tid=${group.id}`)).created_by, "bob");
    await bob.does("/api/gdm/rename", { tid: group.id, name: "Bob's" });
  });

  test("by the last one ends it", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await alice.gathers([bob]);
    await bob.does("/api/gdm/leave", { tid: group.id });
    await alice.does("/api/gdm/leave", { tid: group.id });
    assert.equal((await alice.get(`/api/gdm/messages?tid=${group.id}`)).status, 404);
    assert.deepEqual((await alice.syncs({ [group.conversation]: 0 })).gone, [group.conversation]);
  });

  test("and coming back brings what was said there, gapless", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob", "carol");
    const group = await alice.gathers([bob]);
    await alice.does("/api/gdm/add_member", { tid: group.id, users: ["carol"] });
    await bob.does("/api/gdm/leave", { tid: group.id });
    const missed = await alice.emits("gdm_send", { tid: group.id, text: "while bob was away" });
    await alice.does("/api/gdm/add_member", { tid: group.id, users: ["bob"] });
    const next = await bob.emits("gdm_send", { tid: group.id, text: "back" });
    assert.equal(next.seq, missed.seq + 1);
  });
});

describe("invites", () => {
  test("are the owner's to make, and answer in every client's words", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const group = await alice.gathers([bob]);
    const made = await invite(alice, group);
    matchesSnapshot("rest/gdm-invite-create", made);
    assert.equal(made.token, made.invite_code);
    assert.equal(made.link, made.invite_url);
    assert.ok(made.invite_url.endsWith(`/join/${made.invite_code}`));
    const day = Date.parse(made.expires_at) - Date.now();
    assert.ok(day > 86_300_000 && day <= 86_401_000, made.expires_at);
    assert.ok((await alice.does("/api/gdm/invite/create", { tid: String(group.id), expires_in: 60 })).ok);
    assert.notEqual((await invite(alice, group)).invite_code, made.invite_code);
  });

  test("let one person in, once, who is in at once", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol, dave] = await server.online("alice", "bob", "carol", "dave");
    const group = await alice.gathers([bob], "Hiking");
    const { invite_code } = await invite(alice, group);
    for (const person of [alice, bob]) await person.forgets();
    const joined = await carol.does("/api/gdm/invite/join", { code: invite_code });
    matchesSnapshot("rest/gdm-invite-join", joined);
    assert.deepEqual(await alice.receives("gdm_threads_refresh"), { tid: group.id });
    assert.deepEqual(await carol.receives("gdm_threads_refresh"), { tid: group.id });
    await bob.emits("gdm_send", { tid: group.id, text: "welcome" });
    assert.equal((await carol.receives("gdm_new")).text, "welcome");
    const late = await dave.post("/api/gdm/invite/join", { code: invite_code });
    assert.ok([400, 410].includes(late.status), `status ${late.status}`);
    assert.match(late.json.error, /invite already used/);
    assert.ok(!(await members(alice, group)).includes("dave"));
  });

  test("of a hundred who join with one code at once, one gets in", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const crowd: Person[] = [];
    for (let n = 0; n < 20; n++) crowd.push(await server.register(`guest ${n}`));
    const group = await alice.gathers([bob]);
    const { invite_code } = await invite(alice, group);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => crowd[n % crowd.length]!.post("/api/gdm/invite/join", { code: invite_code })));
    const inside = (await members(alice, group)).filter((name) => name.startsWith("guest"));
    assert.equal(inside.length, 1, inside.join());
    for (const [n, answer] of answers.entries()) {
      const { name } = crowd[n % crowd.length]!;
      if (name === inside[0]) assert.ok([200, 400, 410].includes(answer.status), answer.text);
      else assert.ok([400, 410].includes(answer.status), `${name}: ${answer.status} ${answer.text}`);
    }
    assert.ok(answers.some(({ status }) => status === 200));
  });

  test("a member who joins again is told so without spending the code", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.people("alice", "bob", "carol");
    const group = await alice.gathers([bob]);
    const { invite_code } = await invite(alice, group);
    assert.equal((await bob.does("/api/gdm/invite/join", { code: invite_code })).thread_id, group.id);
    assert.equal((await carol.does("/api/gdm/invite/join", { code: invite_code })).thread_id, group.id);
  });

  for (const key of ["code", "invite_code", "token"]) {
    for (const path of ["/api/gdm/invite/join", "/api/gdm/join"]) {
      test(`join through ${path} with ${key}, in any letter case`, async () => {
        await using server = await Chatter.starts();
        const [alice, bob, carol, dave] = await server.people("alice", "bob", "carol", "dave");
        const group = await alice.gathers([bob]);
        const { invite_code } = await invite(alice, group);
        assert.equal((await carol.does(path, { [key]: invite_code.toLowerCase() })).ok, true);
        const [{ invite_code: permanent }] = await alice.reads("/api/gdm/threads");
        const answer = await dave.does(path, { [key]: permanent });
        assert.equal(answer.ok, true);
        assert.deepEqual((await members(alice, group)).sort(), ["alice", "bob", "carol", "dave"]);
      });
    }
  }

  test("the legacy answer of /api/gdm/join names the group", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.people("alice", "bob", "carol");
    const group = await alice.gathers([bob], "Hiking");
    const { invite_code } = await invite(alice, group);
    const joined = await carol.does("/api/gdm/join", { invite_code });
    assert.deepEqual([joined.ok, joined.id, joined.name], [true, group.id, "Hiking"]);
    const again = await carol.post("/api/gdm/join", { invite_code: (await alice.reads("/api/gdm/threads"))[0].invite_code });
    assert.ok(again.status === 200 || again.json.error === "already a member", again.text);
  });

  test("a form may carry the token", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.people("alice", "bob", "carol");
    const group = await alice.gathers([bob]);
    const { invite_code } = await invite(alice, group);
    const { body, type } = urlencoded({ token: invite_code });
    assert.equal((await carol.post("/api/gdm/invite/join", body, { "content-type": type })).status, 200);
  });

  test("the permanent code works once, is the owner's to see, and is replaced when used", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol, dave] = await server.people("alice", "bob", "carol", "dave");
    const group = await alice.gathers([bob]);
    const code = async (person: Person): Promise<string | null> => (await person.reads("/api/gdm/threads"))[0].invite_code ?? null;
    const first = await code(alice);
    assert.match(first ?? "", /^[A-Z0-9]{8}$/);
    assert.ok([null, ""].includes(await code(bob)), "a member must not see the permanent code");
    await carol.does("/api/gdm/join", { invite_code: first });
    const second = await code(alice);
    assert.notEqual(second, first);
    assert.ok((await dave.post("/api/gdm/join", { invite_code: first })).status >= 400);
    await dave.does("/api/gdm/join", { invite_code: second });
    assert.equal((await members(alice, group)).length, 4);
  });

  test("live as long as their maker says", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const group = await alice.gathers([bob]);
    const asked = Date.now();
    const { expires_at } = await invite(alice, group, { expires_in: 3600 });
    const life = Date.parse(expires_at) - asked;
    assert.ok(life >= 3_599_000 && life <= 3_660_000, expires_at);
  });

  test("with a senseless life are refused", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const group = await alice.gathers([bob]);
    for (const expires_in of [0, -1, "soon", 1e18, {}]) {
      assert.equal((await alice.post("/api/gdm/invite/create", { thread_id: group.id, expires_in })).status, 400, String(expires_in));
    }
  });

  test("a code that is none is refused", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    const missing = await alice.post("/api/gdm/invite/join", {});
    assert.equal(missing.status, 400);
    assert.match(missing.json.error, /code required/);
    const wrong = await alice.post("/api/gdm/invite/join", { code: "NOTACODE" });
    assert.equal(wrong.status, 404);
    assert.match(wrong.json.error, /invalid invite code/);
    for (const code of [7, {}, [], "x".repeat(100_000), "A\0B"]) {
      const answer = await alice.post("/api/gdm/invite/join", { code });
      assert.ok([400, 404].includes(answer.status), `${answer.status}`);
    }
  });

  test("are spent by a deliberate GET only: no prefetch, no HEAD, no other site", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.people("alice", "bob", "carol");
    const group = await alice.gathers([bob]);
    const { invite_code } = await invite(alice, group);
    for (const path of [`/api/gdm/invite/join?code=${invite_code}`, `/api/gdm/invite/join?token=${invite_code}`]) {
      await carol.request("HEAD", path);
      const idle: Record<string, string>[] = [
        { purpose: "prefetch" }, { "sec-purpose": "prefetch" }, { "sec-purpose": "prefetch;prerender" }, { "x-moz": "prefetch" }, { "x-purpose": "preview" },
        { "sec-fetch-site": "cross-site", origin: "" },
        { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image", origin: "" },
        { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", accept: "text/html", origin: "" },
        { origin: "https://evil.example" },
      ];
      for (const headers of idle) {
        await carol.get(path, headers);
        assert.ok(!(await members(alice, group)).includes("carol"), JSON.stringify(headers));
      }
    }
    const joined = await carol.get(`/api/gdm/invite/join?code=${invite_code}`);
    assert.equal(joined.status, 200);
    assert.deepEqual([joined.json.thread_id, joined.json.thread_name], [group.id, group.name]);
    assert.ok((await members(alice, group)).includes("carol"));
  });

  test("/join/<code> is a page with a button; opening it joins nothing", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.people("alice", "bob", "carol");
    const group = await alice.gathers([bob]);
    const { invite_code } = await invite(alice, group);
    const page = await carol.get(`/join/${invite_code}`, { accept: "text/html", "sec-fetch-mode": "navigate", origin: "" });
    assert.equal(page.status, 200);
    assert.match(page.headers["content-type"] ?? "", /text\/html/);
    assert.match(page.text, /<button/i);
    assert.deepEqual((await members(alice, group)).sort(), ["alice", "bob"]);
    const hostile = await carol.get("/join/%3Cscript%3Ealert(1)%3C%2Fscript%3E", { accept: "text/html" });
    assert.ok(!hostile.text.includes("<script>alert(1)"), "the code is echoed unescaped");
    assert.equal((await carol.post("/api/gdm/invite/join", { code: invite_code })).status, 200);
  });

  test("a name of a group is text, whatever it looks like", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const group = await alice.gathers([bob], "<img src=x onerror=alert(1)>");
    const { invite_code } = await invite(alice, group);
    const page = await bob.get(`/join/${invite_code}`, { accept: "text/html", "sec-fetch-mode": "navigate", origin: "" });
    assert.ok(!page.text.includes("<img src=x"), "the group's name is markup on the page");
  });
});
