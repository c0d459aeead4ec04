/**
 * The legacy client by its own names: the fields that it sends, and the events and keys that it listens to
 * (contract 2 and 3, marked L). What it says in chats is in clients.test.ts.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, type Person } from "../support/index.ts";

/** An event without asking for an ack, as that client sends all of them. */
function says(person: Person, event: string, ...args: unknown[]): void {
  person.tab.says(event, ...args);
}

describe("the legacy client's chat page", () => {
  test("polls what it shows beside the chat", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice", "bob");
    await server.root.does("/api/admin/settings", { ALERTS_ENABLED: "1", ALERTS_TEXT: "Tea at four" });
    const alert = await alice.reads("/api/alerts");
    assert.deepEqual([alert.enabled, alert.text], [true, "Tea at four"]);
    const profiles = await alice.reads("/api/users_profiles");
    assert.deepEqual(profiles.map((each: any) => each.username), ["alice", "bob", "root"]);
    for (const key of ["avatar", "avatar_url", "bio", "status", "presence"]) assert.ok(key in profiles[0], key);
    assert.equal(profiles[0].avatar_url, "/default_avatar");
    assert.equal((await alice.get("/default_avatar")).status, 200);
    const found = await alice.reads("/api/users/search?q=bo");
    assert.deepEqual(found.users.map((each: any) => each.username), ["bob"]);
    assert.deepEqual(await alice.reads("/api/pinned?type=public"), { ok: true, message: null });
    assert.equal((await alice.does("/api/device_log", { client_id: "0123456789abcdef", private_ips: [], mdns: [] })).ok, true);
    assert.equal((await alice.does("/api/store-return-url", { returnUrl: "/chat?tid=1" })).ok, true);
    await server.root.connects();
    const { admins } = await alice.reads("/api/admins/online");
    assert.deepEqual(admins.map((each: any) => [each.username, each.role]), [["root", "superadmin"]]);
  });

  test("sends files within the event, one or several", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const content = `data:text/plain;base64,${Buffer.from("Hello").toString("base64")}`;
    says(alice, "dm_send", { to: "bob", text: "one", filename: "a.txt", content });
    const one = await bob.receives("dm_new");
    assert.equal((await bob.get(`/uploads/${one.attachment}`)).text, "Hello");
    says(alice, "send_message", { text: "two", attachments: [{ filename: "a.txt", content }, { filename: "b.txt", content }] });
    const names = JSON.parse((await bob.receives("new_message")).attachment);
    assert.equal(names.length, 2);
    for (const name of names) assert.equal((await bob.get(`/uploads/${name}`)).text, "Hello");
  });

  test("leads its groups with its own fields", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    const group = await alice.gathers([bob], "Team");
    await alice.does("/api/gdm/rename", { tid: group.id, name: "Crew" });
    await alice.does("/api/gdm/add_member", { tid: group.id, users: ["carol"] });
    await carol.receives("gdm_threads_refresh", { tid: group.id });
    assert.equal((await carol.reads("/api/gdm/threads"))[0].name, "Crew");
    await alice.does("/api/gdm/kick", { tid: group.id, user: "carol" });
    await alice.does("/api/gdm/force_leave", { tid: group.id, username: "bob" });
    assert.deepEqual(await alice.reads(`/api/gdm/members?tid=${group.id}`), ["alice"]);
    const { token } = await alice.does("/api/gdm/invite/create", { tid: group.id });
    const joined = await bob.does("/api/gdm/invite/join", { token });
    assert.deepEqual([joined.tid, joined.thread_id, joined.thread_name], [group.id, group.id, "Crew"]);
  });

  test("clears: for oneself, the newest, everything, a DM and a group", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const root = server.root;
    await root.connects();
    const group = await root.gathers([alice, bob]);
    const ids: number[] = [];
    for (const text of ["one", "two", "three"]) ids.push((await alice.emits("send_message", { text })).id);
    says(root, "send_message", { text: "/clear 2" });
    const { ids: deleted } = await bob.receives("messages_deleted");
    assert.deepEqual(deleted.sort((a: number, b: number) => a - b), ids.slice(1));
    says(root, "send_message", { text: "/clearall" });
    await bob.receives("clear_all");
    assert.ok(!(await bob.reads("/api/messages")).some((row: any) => ids.includes(row.id)));
    await root.emits("dm_send", { to: "bob", text: "direct" });
    says(root, "dm_send", { to: "bob", text: "/clearall" });
    assert.equal((await bob.receives("dm_cleared")).peer, "root");
    assert.deepEqual(await bob.reads("/api/dm/messages?peer=root"), []);
    await alice.emits("gdm_send", { thread_id: group.id, text: "in the group" });
    says(root, "gdm_send", { thread_id: group.id, text: "/clearall" });
    assert.equal((await bob.receives("gdm_cleared")).thread_id, group.id);
    await alice.emits("dm_send", { to: "bob", text: "mine" });
    const cleared = await alice.does("/api/clear/all", {});
    assert.equal(cleared.removed.dm, 1);
    await alice.receives("clear_all");
    assert.deepEqual(await alice.reads("/api/dm/messages?peer=bob"), []);
    assert.equal((await bob.reads("/api/dm/messages?peer=alice")).length, 1, "the other side stays");
  });
});

describe("the legacy client's documents", () => {
  test("are made, opened, edited, shared and deleted by its names", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const made = await alice.does("/api/doc/create", { name: "Minutes" });
    assert.deepEqual([made.ok, made.doc_id], [true, made.id]);
    await alice.does(`/api/doc/${made.doc_id}/add_member`, { username: "bob", role: "editor" });
    assert.deepEqual(await bob.receives("doc_member_added"), { doc_id: made.doc_id, username: "bob", role: "editor" });
    says(bob, "doc_join", { doc_id: made.doc_id });
    assert.deepEqual(await bob.receives("doc_content", { doc_id: made.doc_id }).then((each) => each.content), "");
    says(alice, "doc_join", { doc_id: made.doc_id });
    await alice.receives("doc_content");
    assert.equal((await bob.receives("doc_user_joined")).username, "alice");
    says(alice, "doc_edit", { doc_id: made.doc_id, content: "typed" });
    for (const event of ["doc_updated", "doc_content_updated"]) {
      const news = await bob.receives(event);
      assert.deepEqual([news.doc_id, news.content, news.edited_by], [made.doc_id, "typed", "alice"], event);
    }
    await alice.hearsNothing("doc_updated", "doc_content_updated", "error");
    await alice.does(`/api/doc/${made.doc_id}/update_member_role`, { username: "bob", role: "viewer" });
    assert.equal((await bob.receives("doc_member_role_updated")).role, "viewer");
    await bob.receives("doc_members_updated", { doc_id: made.doc_id });
    says(bob, "doc_edit", { doc_id: made.doc_id, content: "mine" });
    assert.match((await bob.receives("error")).message, /edit access denied/);
    says(bob, "doc_leave", { doc_id: made.doc_id });
    const left = await alice.receives("doc_user_left");
    assert.deepEqual([left.username, left.doc_id], ["bob", made.doc_id]);
    await alice.does(`/api/doc/${made.doc_id}/delete`, {});
    assert.deepEqual(await bob.receives("doc_deleted"), { doc_id: made.doc_id });
  });
});

describe("the legacy client's reports", () => {
  test("are made by anybody and worked off by admins, with answers as events", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "admin" });
    const { id } = await bob.emits("send_message", { text: "buy my things" });
    says(alice, "report_message", { message_id: id, reason: "spam", details: "again", target_username: "bob" });
    assert.equal(typeof (await alice.receives("report_success")).message, "string");
    const news = await admin.receives("new_report");
    assert.deepEqual([news.type, news.reporter, news.target, news.reason], ["message", "alice", "bob", "spam"]);
    says(alice, "report_user", { target_username: "alice", reason: "spam" });
    assert.equal(typeof (await alice.receives("report_error")).message, "string");
    says(alice, "report_user", { target_username: "bob", reason: "impersonation" });
    await alice.receives("report_success");
    says(admin, "fetch_reports", { status: "pending", offset: 0, limit: 50 });
    const { reports, total } = await admin.receives("reports_data");
    assert.deepEqual([total, reports.length], [2, 2]);
    const report = reports.find((each: any) => each.report_type === "message");
    for (const key of ["id", "target_id", "target_username", "reason", "details", "reporter_username", "created_at", "status", "admin_notes", "resolved_at", "resolved_by"]) {
      assert.ok(key in report, key);
    }
    says(admin, "update_report_status", { report_id: report.id, status: "resolved", admin_notes: "spoke to them" });
    await admin.receives("report_update_success");
    says(admin, "delete_report", { report_id: report.id });
    await admin.receives("report_delete_success");
    says(alice, "fetch_reports", { status: "all" });
    await alice.receives("reports_error");
    await bob.hearsNothing("new_report", "reports_data", "report_success");
  });
});

describe("the legacy client's admin panel", () => {
  test("overviews, searches, warns, shadows, pins, and makes admins", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const root = server.root;
    const overview = await root.reads("/api/admin/overview");
    for (const key of ["admins", "superadmins", "banned_users", "banned_ips", "banned_devices"]) assert.ok(Array.isArray(overview[key]), key);
    assert.deepEqual(overview.superadmins, ["root"]);
    await root.does("/api/admin/role", { action: "add", role: "admin", username: "alice" });
    assert.ok((await bob.receives("admin_list")).admins.includes("alice"));
    assert.deepEqual((await alice.reads("/api/admin/user_search?q=o")).users, ["bob", "root"]);
    await alice.does("/api/admin/warn", { user: "bob", message: "Be kind" });
    assert.match((await bob.receives("dm_new")).text, /Be kind/);
    const { id } = await bob.emits("send_message", { text: "pin me" });
    await alice.does("/api/admin/pin", { type: "public", id, action: "pin" });
    const pinned = await bob.receives("pin_update");
    assert.deepEqual([pinned.kind, pinned.action, pinned.message.id], ["public", "pin", id]);
    assert.equal((await bob.reads("/api/pinned?type=public&all=true")).messages[0].id, id);
    await alice.does("/api/admin/shadow", { user: "bob", action: "add" });
    await alice.does("/api/admin/shadow", { user: "bob", action: "remove" });
    const { items } = await alice.reads("/api/admin/history?type=public&limit=5");
    assert.ok(items.some((each: any) => each.id === id && each.text === "pin me"));
    assert.equal((await alice.get("/api/admin/history_log")).status, 200);
    const toggles = await root.does("/api/admin/toggles", { settings: { MC_MESSAGE_LIFESPAN_DAYS: "-3", NO_SUCH_THING: "1" } });
    assert.equal(toggles.ok, true);
    const settings = await root.reads("/api/admin/app_settings");
    assert.deepEqual([settings.ok, settings.settings.MC_MESSAGE_LIFESPAN_DAYS, settings.settings.NO_SUCH_THING], [true, "0", undefined]);
    assert.equal((await root.does("/api/admin/cleanup_sockets", {})).ok, true);
  });

  test("ends accounts and passwords by its field names", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await server.root.does("/api/admin/reset_password", { username: "alice", password: "given horse" });
    await alice.tab.isClosed();
    alice.password = "given horse";
    await alice.signsIn();
    await server.root.does("/api/admin/delete_user", { username: "alice" });
    await bob.receives("user_list_refresh", { deleted: "alice" });
    assert.equal((await server.root.does("/api/admin/delete_user", { username: "alice" })).ok, true);
    assert.equal((await alice.get("/api/messages")).status, 401);
  });
});
