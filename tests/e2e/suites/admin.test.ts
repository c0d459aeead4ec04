/** Roles, the record of direct messages, and the record of those who read it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, matchesSnapshot, type Person } from "../support/index.ts";

async function promotes(server: Chatter, ...admins: Person[]): Promise<void> {
  for (const { name } of admins) await server.root.does("/api/admin/role", { action: "add", role: "admin", username: name });
}

describe("roles", () => {
  test("are given and taken by a superadmin, and everybody hears", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const given = await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "ALICE" });
    matchesSnapshot("rest/admin-role", given);
    assert.deepEqual(given.admins, ["alice"]);
    assert.deepEqual(await bob.receives("admin_list"), { admins: ["alice"] });
    assert.equal((await bob.receives("system_message")).username, "System");
    assert.equal((await alice.reads("/api/me/role")).is_admin, true);
    const taken = await server.root.does("/api/admin/role", { action: "remove", role: "admin", username: "alice" });
    assert.deepEqual(taken.admins, []);
    assert.deepEqual(await bob.receives("admin_list"), { admins: [] });
    assert.equal((await alice.reads("/api/me/role")).is_admin, false);
  });

  test("are nobody else's to give, and not to nobody", async () => {
    await using server = await Chatter.starts();
    const [admin, user] = await server.people("admin", "user");
    await promotes(server, admin);
    for (const person of [admin, user]) {
      assert.equal((await person.post("/api/admin/role", { action: "add", role: "admin", username: "user" })).status, 403);
    }
    assert.equal((await server.root.post("/api/admin/role", { action: "add", role: "admin", username: "nobody" })).status, 404);
    for (const body of [{}, { action: "add", role: "superadmin", username: "user" }, { action: "give", role: "admin", username: "user" }, { action: "add", role: "admin" }]) {
      assert.equal((await server.root.post("/api/admin/role", body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await user.reads("/api/me/role")).role, "user");
  });

  test("take effect on the live session at once, both ways", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const first = await bob.emits("send_message", { text: "one" });
    const second = await bob.emits("send_message", { text: "two" });
    assert.equal((await alice.sends("delete_message", { id: first.id })).error, "forbidden");
    await promotes(server, alice);
    await alice.emits("delete_message", { id: first.id });
    await server.root.does("/api/admin/role", { action: "remove", role: "admin", username: "alice" });
    assert.equal((await alice.sends("delete_message", { id: second.id })).error, "forbidden");
  });
});

describe("the record of direct messages", () => {
  test("shows an admin all of a person's, in the documented shape", async () => {
    await using server = await Chatter.starts();
    const [alice, , carol, admin] = await server.online("alice", "bob", "carol", "admin");
    await promotes(server, admin);
    await alice.emits("dm_send", { to: "bob", text: "**to** bob" });
    await carol.emits("dm_send", { to: "alice", text: "to alice" });
    await carol.emits("dm_send", { to: "bob", text: "not alice's" });
    for (const reader of [admin, server.root]) {
      const rows = await reader.reads("/api/admin/dm_logs?peer=alice");
      assert.deepEqual(rows.map((row: any) => [row.from_user, row.to_user]), [["alice", "bob"], ["carol", "alice"]]);
      matchesSnapshot("rest/dm_logs", rows);
    }
  });

  test("is closed to users and strangers", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await alice.emits("dm_send", { to: "bob", text: "private" });
    for (const reader of [alice, bob]) {
      const answer = await reader.get("/api/admin/dm_logs?peer=alice");
      assert.deepEqual([answer.status, answer.json.ok], [403, false]);
      assert.ok(!answer.text.includes("private"));
    }
    assert.equal((await server.stranger.get("/api/admin/dm_logs?peer=alice")).status, 401);
  });

  test("never contains what was sent while it was off, and cannot be read while it is off", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await alice.emits("dm_send", { to: "bob", text: "logged before" });
    await server.root.sets({ GD_SAVE_DM_LOGS: "0" });
    assert.equal((await bob.reads("/api/settings/public")).settings.GD_SAVE_DM_LOGS, "0");
    const between = await alice.emits("dm_send", { to: "bob", text: "between ourselves" });
    const off = await server.root.get("/api/admin/dm_logs?peer=alice");
    assert.deepEqual([off.status, off.json.ok], [403, false]);
    assert.ok(!off.text.includes("logged before"));
    await server.root.sets({ GD_SAVE_DM_LOGS: "1" });
    await alice.emits("dm_edit", { id: between.id, text: "between ourselves, edited" });
    await alice.emits("dm_send", { to: "bob", text: "logged after" });
    const rows = await server.root.reads("/api/admin/dm_logs?peer=bob");
    assert.deepEqual(rows.map((row: any) => row.text), ["logged before", "logged after"]);
    assert.ok(!JSON.stringify(rows).includes("between"));
    assert.equal((await bob.reads("/api/dm/messages?peer=alice")).length, 3);
  });

  test("is append-only: what people edit or delete later stays as it was sent", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const one = await alice.emits("dm_send", { to: "bob", text: "as sent" });
    const two = await alice.emits("dm_send", { to: "bob", text: "regretted" });
    await alice.emits("dm_edit", { id: one.id, text: "polished" });
    await alice.emits("dm_delete", { id: two.id });
    const texts = (await server.root.reads("/api/admin/dm_logs?peer=alice")).map((row: any) => row.text);
    assert.ok(texts.includes("as sent") && texts.includes("regretted"), texts.join());
    assert.equal((await bob.reads("/api/dm/messages?peer=alice")).length, 1);
  });

  test("holds a message once, however often it was resent", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice", "bob");
    for (let n = 0; n < 3; n++) await alice.emits("dm_send", { to: "bob", text: "once", nonce: "same" });
    assert.equal((await server.root.reads("/api/admin/dm_logs?peer=alice")).length, 1);
  });

  test("does not hold group or public messages", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await alice.gathers([bob]);
    await alice.emits("gdm_send", { tid: group.id, text: "to the group" });
    await alice.emits("send_message", { text: "to all" });
    assert.deepEqual(await server.root.reads("/api/admin/dm_logs?peer=alice"), []);
  });

  test("of nobody is refused, of somebody unknown empty or not found", async () => {
    await using server = await Chatter.starts();
    assert.equal((await server.root.get("/api/admin/dm_logs")).status, 400);
    const unknown = await server.root.get("/api/admin/dm_logs?peer=nobody");
    assert.ok(unknown.status === 404 || unknown.text === "[]", `${unknown.status} ${unknown.text}`);
  });
});

describe("the audit record", () => {
  test("has an entry for every read of somebody's direct messages", async () => {
    await using server = await Chatter.starts();
    const [alice, admin] = await server.online("alice", "admin");
    await promotes(server, admin);
    await alice.emits("dm_send", { to: "admin", text: "hello" });
    await admin.reads("/api/admin/dm_logs?peer=alice");
    await admin.reads("/api/admin/dm_logs?peer=alice");
    await server.root.reads("/api/admin/dm_logs?peer=admin");
    const { ok, entries } = await server.root.reads("/api/admin/audit");
    assert.equal(ok, true);
    const reads = entries.filter((entry: any) => /dm_logs/.test(entry.action));
    assert.deepEqual(reads.map((entry: any) => [entry.actor, entry.target]), [["root", "admin"], ["admin", "alice"], ["admin", "alice"]]);
    matchesSnapshot("rest/audit-entry", reads[0]);
    assert.ok(!JSON.stringify(entries).includes("hello"), "the audit record must not carry the messages");
  });

  test("has an entry for roles, bans and settings, and pages by before and limit", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    await promotes(server, alice);
    await server.root.does("/api/admin/role", { action: "remove", role: "admin", username: "alice" });
    await server.root.does("/api/admin/ban", { type: "user", action: "ban", value: "alice" });
    await server.root.sets({ DM_ENABLED: "0" });
    const { entries } = await server.root.reads("/api/admin/audit");
    assert.ok(entries.length >= 4, JSON.stringify(entries));
    for (const entry of entries) assert.equal(entry.actor, "root");
    const first = await server.root.reads("/api/admin/audit?limit=2");
    const second = await server.root.reads(`/api/admin/audit?limit=100&before=${first.entries.at(-1).id}`);
    assert.deepEqual([...first.entries, ...second.entries].map((entry: any) => entry.id), entries.map((entry: any) => entry.id));
  });

  test("is not for users to read, nor are refused attempts a read", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    assert.equal((await alice.get("/api/admin/audit")).status, 403);
    await alice.get("/api/admin/dm_logs?peer=root");
    await server.root.sets({ GD_SAVE_DM_LOGS: "0" });
    await server.root.get("/api/admin/dm_logs?peer=alice");
    const { entries } = await server.root.reads("/api/admin/audit");
    assert.deepEqual(entries.filter((entry: any) => /dm_logs/.test(entry.action) && entry.actor === "alice"), []);
  });
});

describe("bans", () => {
  test("with a senseless body are refused", async () => {
    await using server = await Chatter.starts();
    await server.people("alice");
    for (const body of [{}, { type: "user" }, { type: "user", action: "ban" }, { type: "planet", action: "ban", value: "alice" }, { type: "user", action: "poke", value: "alice" }, { type: "user", action: "ban", value: 7 }]) {
      const answer = await server.root.post("/api/admin/ban", body);
      assert.equal(answer.status, 400, JSON.stringify(body));
    }
    assert.equal((await server.root.post("/api/admin/ban", { type: "user", action: "ban", value: "nobody" })).status, 404);
  });

  test("are off with UM_BAN_USER", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    await server.root.sets({ UM_BAN_USER: "0" });
    const answer = await server.root.post("/api/admin/ban", { type: "user", action: "ban", value: "alice" });
    assert.deepEqual([answer.status, answer.json.error], [403, "disabled"]);
    assert.equal((await alice.get("/api/messages")).status, 200);
  });
});
