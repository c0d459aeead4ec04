/** Moderation with real clients: what those concerned see, and what everybody else sees. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, type Person } from "../support/index.ts";

const NEWS = ["new_message", "dm_new", "new_dm", "gdm_new", "message_edited", "message_deleted", "typing", "user_typing", "dm_typing"];

async function promotes(server: Chatter, ...admins: Person[]): Promise<void> {
  for (const { name } of admins) await server.root.does("/api/admin/role", { action: "add", role: "admin", username: name });
}

describe("a timeout", () => {
  test("keeps somebody from saying anything, and is told to every socket of theirs until it is lifted", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    const group = await bob.gathers([alice]);
    await admin.does("/api/admin/timeout", { user: "bob", minutes: 5 });
    const { until } = await bob.receives("timeout_set");
    assert.ok(until > Date.now() / 1000 + 200 && until <= Date.now() / 1000 + 301, String(until));
    assert.equal((await bob.receives("dm_new")).from_user, "System");
    const sends: [string, object][] = [["send_message", {}], ["dm_send", { to: "alice" }], ["gdm_send", { tid: group.id }]];
    for (const [event, to] of sends) {
      const ack = await bob.sends(event, { ...to, text: "hello" });
      assert.deepEqual([ack.ok, ack.error, ack.message], [false, "timed_out", "You are timed out"], event);
    }
    await alice.hearsNothing("new_message", "dm_new", "gdm_new");
    const tab = await (await bob.onAnotherDevice()).connects();
    assert.equal((await tab.receives("timeout_set")).until, until);
    assert.deepEqual(await server.root.does("/api/admin/undo_timeout", {}), { ok: true, user: "bob" });
    assert.deepEqual(await bob.receives("timeout_removed"), {});
    await bob.emits("send_message", { text: "hello again" });
    assert.equal((await alice.receives("new_message")).text, "hello again");
  });
});

describe("a shadow ban", () => {
  test("is noticed by nobody: the banned person sees everything as before, the others see nothing", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    const group = await alice.gathers([bob]);
    const first = await alice.emits("send_message", { text: "one" });
    await bob.receives("new_message");
    await admin.does("/api/admin/shadow", { user: "bob", action: "add" });
    for (const person of [alice, bob, admin]) await person.forgets();

    const hidden = [
      await bob.emits("send_message", { text: "two" }),
      await bob.emits("dm_send", { to: "alice", text: "psst" }),
      await bob.emits("gdm_send", { tid: group.id, text: "all" }),
    ];
    assert.equal(hidden[0].seq, first.seq + 1);
    assert.equal((await bob.receives("new_message")).id, hidden[0].id);
    assert.equal((await bob.receives("dm_new")).id, hidden[1].id);
    assert.equal((await bob.receives("gdm_new")).id, hidden[2].id);
    await bob.sends("typing", { typing: true });
    await alice.hearsNothing(...NEWS);
    await admin.hearsNothing(...NEWS);

    const ids = (rows: any[]): number[] => rows.map((row) => row.id);
    for (const person of [alice, admin, server.root]) assert.deepEqual(ids(await person.reads("/api/messages")), [first.id]);
    assert.deepEqual(ids(await bob.reads("/api/messages")), [first.id, hidden[0].id]);
    assert.deepEqual(await alice.reads("/api/dm/peers"), []);
    assert.deepEqual(await bob.reads("/api/dm/peers"), ["alice"]);
    assert.equal((await alice.sees("public")).unread, 0);
    assert.equal(await alice.sees("dm:bob"), undefined);
  });

  test("leaves a jump of the counter, which one sync closes", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const first = await alice.emits("send_message", { text: "one" });
    await server.root.does("/api/admin/shadow", { user: "bob", action: "add" });
    await alice.forgets();
    await bob.emits("send_message", { text: "hidden" });
    const last = await alice.emits("send_message", { text: "three" });
    assert.equal((await alice.receives("new_message")).rev, first.rev + 2);
    const synced = await alice.syncs({ public: first.rev });
    assert.equal(synced.more, false);
    assert.deepEqual(synced.conversations[0].messages.map((message: any) => message.id), [last.id]);
    assert.equal(synced.conversations[0].rev, last.rev);
    assert.deepEqual((await alice.syncs({ public: last.rev })).conversations, []);
  });
});

describe("a ban", () => {
  test("ends the sockets of the banned person, who is told why at the next request and not let in again", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    await admin.does("/api/admin/true_ban", { user: "bob" });
    assert.equal(await bob.tab.isClosed(), "io server disconnect");
    const refused = await bob.get("/api/messages");
    assert.deepEqual([refused.status, refused.json.error], [403, "user banned"]);
    assert.equal((await bob.post("/login", { username: "bob", password: bob.password })).status, 403);
    assert.equal((await alice.post("/api/admin/true_unban", { user: "bob" })).status, 403);
    await admin.does("/api/admin/true_unban", { user: "bob" });
    await bob.signsIn();
    await alice.emits("send_message", { text: "welcome back" });
  });
});

describe("a report", () => {
  test("is heard by admins alone, and worked off", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    const said = await bob.emits("send_message", { text: "rude" });
    await alice.emits("report_message", { message_id: said.id, reason: "harassment", target_username: "bob" });
    assert.equal(typeof (await alice.receives("report_success")).message, "string");
    const told = await admin.receives("new_report");
    assert.deepEqual([told.type, told.reporter, told.target, told.reason], ["message", "alice", "bob", "harassment"]);
    await bob.hearsNothing("new_report");
    const page = await admin.emits("fetch_reports", { status: "pending", offset: 0, limit: 10 });
    assert.deepEqual((await admin.receives("reports_data")).reports, page.reports);
    await admin.emits("update_report_status", { report_id: page.reports[0].id, status: "dismissed" });
    assert.equal((await admin.emits("fetch_reports", { status: "pending" })).total, 0);
    assert.equal((await bob.sends("fetch_reports", {})).error, "forbidden");
  });
});

describe("a downtime", () => {
  test("lets nobody but superadmins in, tells pages why, and ends", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice");
    await server.root.sets({ DOWNTIME_ENABLED: "1", DOWNTIME_REASON: "new disks" });
    const refused = await alice.get("/api/messages", { origin: "http://localhost:8080" });
    assert.deepEqual([refused.status, refused.json.error, refused.json.reason], [503, "server in maintenance", "new disks"]);
    assert.equal(refused.headers["access-control-allow-origin"], "http://localhost:8080");
    const preflight = await alice.request("OPTIONS", "/api/messages", undefined, {
      origin: "http://localhost:8080",
      "access-control-request-method": "GET",
    });
    assert.ok(preflight.status < 300, String(preflight.status));
    await server.root.reads("/api/messages");
    await server.root.sets({ DOWNTIME_ENABLED: "0" });
    await alice.reads("/api/messages");
  });
});
