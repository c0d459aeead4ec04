/** The React client page by page: every call that a page makes, and what it needs of the answer (contract 1.9). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, FRONTEND, PASSWORD, ReactClient, type Person } from "../support/index.ts";

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNgYGAAAAAEAAHI6uv5AAAAAElFTkSuQmCC",
  "base64",
);

/** Somebody at the React client, signed in and connected. */
async function at(server: Chatter, person: Person) {
  const react = new ReactClient(server);
  const socket = await react.signsIn(person.name);
  return { react, socket };
}

describe("any page", () => {
  test("starts with who one is, which nobody has to be", async () => {
    await using server = await Chatter.starts();
    const react = new ReactClient(server);
    const nobody = await react.fetchApi("/api/whoami");
    assert.ok(["", null].includes(nobody.effective));
    assert.deepEqual([nobody.authenticated, nobody.is_superadmin], [false, false]);
    await server.people("alice");
    await react.signsIn("alice");
    const me = await react.fetchApi("/api/whoami");
    assert.deepEqual([me.effective, me.session, me.username, me.is_superadmin], ["alice", "alice", "alice", false]);
    for (const text of ["bio", "status"]) assert.equal(typeof me[text], "string", text);
    const role = await react.fetchApi("/api/me/role");
    assert.deepEqual([role.is_superadmin, role.is_admin, role.role], [false, false, "user"]);
  });
});

describe("/reset-password", () => {
  test("asks for a token and sets a password without repeating it", async () => {
    await using server = await Chatter.starts();
    const react = new ReactClient(server);
    const [alice] = await server.people("alice");
    await alice.does("/api/settings", { email: "alice@example.org" });
    const asked = await react.fetchApi("/api/request_password_reset", "POST", { username: "alice", email: "alice@example.org" });
    assert.deepEqual([asked.ok, asked.token], [true, null]);
    assert.equal(typeof asked.message, "string");
    const [, token] = await server.logs(/reset-password\?token=([^&\s]+)/);
    await react.isRefused("/api/reset_password", 400, /invalid/i, { username: "alice", token: "x", password: "another horse" });
    const reset = await react.fetchApi("/api/reset_password", "POST", { username: "alice", token, password: "another horse" });
    assert.equal(reset.ok, true);
    assert.equal((await react.submits("/login", { username: "alice", password: "another horse" })).status, 200);
  });
});

describe("/chat", () => {
  test("fills its list, its sidebars and its dialogs", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await bob.gathers([alice], "Team");
    await bob.emits("dm_send", { to: "alice", text: "direct" });
    await bob.emits("gdm_send", { thread_id: group.id, text: "to the group" });
    await bob.emits("send_message", { text: "to all" });
    const { react } = await at(server, alice);

    const [inPublic] = await react.fetchApi("/api/messages");
    for (const key of ["id", "user_id", "username", "text", "created_at", "edited"]) assert.ok(key in inPublic, key);
    assert.deepEqual([inPublic.attachment, inPublic.reply_to, inPublic.edited, inPublic.reactions], [null, null, 0, []]);
    assert.ok(!Number.isNaN(Date.parse(inPublic.created_at)) && inPublic.created_at.endsWith("Z"));
    assert.deepEqual(await react.fetchApi("/api/dm/peers"), ["bob"]);
    const [thread] = await react.fetchApi("/api/gdm/threads");
    assert.deepEqual([thread.id, thread.name, thread.created_by, thread.locked, thread.members.sort()], [group.id, "Team", "bob", false, ["alice", "bob"]]);
    const [direct] = await react.fetchApi("/api/dm/messages?peer=bob");
    assert.deepEqual([direct.from_user, direct.to_user, direct.text, direct.avatar], ["bob", "alice", "direct", null]);
    const [inGroup] = await react.fetchApi(`/api/gdm/messages?tid=${group.id}`);
    assert.deepEqual([inGroup.username, inGroup.text, inGroup.tid, inGroup.thread_id], ["bob", "to the group", group.id, group.id]);

    const online = await react.fetchApi("/api/online");
    for (const each of online) {
      for (const key of ["username", "avatar", "avatar_url", "bio", "status", "presence"]) assert.ok(key in each, key);
    }
    assert.deepEqual(online.map((each: any) => each.username).sort(), ["alice", "bob"]);
    const { users } = await react.fetchApi("/api/users_all");
    const row = users.find((each: any) => each.username === "bob");
    assert.deepEqual([row.status, row.is_online, row.role], ["online", true, "user"]);
    assert.equal(users.find((each: any) => each.username === "root").status, "offline");

    const { user } = await react.fetchApi("/api/users/bob");
    assert.deepEqual([user.username, user.is_me, user.is_online], ["bob", false, true]);
    assert.deepEqual([typeof user.message_count, typeof user.dm_count, typeof user.language], ["number", "number", "string"]);
    await react.isRefused("/api/users/nobody", 404, /not found/i);
    assert.deepEqual((await react.fetchApi(`/api/gdm/members?tid=${group.id}`)).sort(), ["alice", "bob"]);
    assert.deepEqual(await react.fetchApi("/api/gdm/members?tid=NaN"), []);
  });

  test("sends an uploaded file by the name that the upload answered, and shows it", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await bob.gathers([alice]);
    const { react, socket } = await at(server, alice);
    const file = await react.uploads("/api/upload", "file", "photo.png", PIXEL);
    assert.deepEqual([file.ok, file.url], [true, `/uploads/${file.filename}`]);
    socket.says("dm_send", { peer: "bob", text: "", attachment: file.filename });
    assert.equal((await bob.receives("new_dm")).attachment, file.filename);
    socket.says("gdm_send", { tid: group.id, text: "look", attachment: file.filename });
    assert.equal((await bob.receives("gdm_new")).attachment, file.filename);
    const shown = await server.stranger.get(`/uploads/${file.filename}`, { origin: FRONTEND });
    assert.equal(shown.status, 200);
    assert.equal(shown.headers["content-type"], "image/png");
  });

  test("leads a group: what its menus do reaches the others", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "alice" });
    const { react } = await at(server, alice);
    const made = await react.fetchApi("/api/gdm/threads", "POST", { name: "Club", members: ["bob", "carol"] });
    for (const person of [bob, carol]) await person.receives("gdm_threads_refresh", { tid: made.id });
    await react.fetchApi("/api/gdm/lock", "POST", { tid: made.id });
    const refused = await bob.sends("gdm_send", { tid: made.id, text: "hello?" });
    assert.equal(refused.ok, false);
    await react.fetchApi("/api/gdm/unlock", "POST", { tid: made.id });
    await bob.emits("gdm_send", { tid: made.id, text: "hello" });
    await react.fetchApi("/api/gdm/remove_member", "POST", { tid: made.id, username: "carol" });
    await carol.receives("gdm_threads_refresh");
    assert.deepEqual(await carol.reads("/api/gdm/threads"), []);
    await react.fetchApi("/api/gdm/transfer", "POST", { tid: made.id, new_owner: "bob" });
    const [thread] = await bob.reads("/api/gdm/threads");
    assert.equal(thread.created_by, "bob");
    await react.fetchApi("/api/gdm/delete", "POST", { tid: made.id });
    await bob.receives("gdm_threads_refresh", { deleted: made.id });
    await react.isRefused("/api/gdm/lock", 404, /not found/, { tid: made.id });
  });
});

describe("/settings", () => {
  test("changes what it shows, and reads it again", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const { react } = await at(server, alice);
    assert.equal((await react.fetchApi("/api/settings", "POST", { bio: "about me", status: "at lunch", email: "alice@example.org" })).ok, true);
    await bob.receives("user_list_refresh");
    // It sends the address back as it shows it.
    await react.fetchApi("/api/settings", "POST", { bio: "more about me", email: "a***e@example.org" });
    const me = await react.fetchApi("/api/whoami");
    assert.deepEqual([me.bio, me.status, me.email], ["more about me", "at lunch", "alice@example.org"]);
    const picture = await react.uploads("/api/upload/avatar", "avatar", "me.png", PIXEL);
    await bob.receives("user_list_refresh", { avatar_updated: "alice" });
    assert.equal((await react.fetchApi("/api/whoami")).avatar, picture.avatar);
    const profile = (await react.fetchApi("/api/users/alice")).user;
    // At the server, by its public address, and not where the pages come from.
    assert.equal(profile.avatar, `http://localhost:5000/uploads/${picture.avatar}`);
    await react.isRefused("/api/settings", 403, /invalid current password/, { current_password: "wrong", new_password: "new horse" });
    await react.fetchApi("/api/settings", "POST", { current_password: PASSWORD, new_password: "new horse" });
    const renamed = await react.fetchApi("/api/settings", "POST", { new_username: "alicia" });
    assert.equal(renamed.username, "alicia");
    assert.equal((await react.fetchApi("/api/whoami")).effective, "alicia");
    assert.equal((await react.submits("/login", { username: "alicia", password: "new horse" })).status, 200);
  });
});

describe("/admin", () => {
  test("lists who is there, and bans, times out, speaks and makes accounts", async () => {
    await using server = await Chatter.starts();
    const [bob, carol] = await server.online("bob", "carol");
    const { react, socket } = await at(server, server.root);
    const { online } = await react.fetchApi("/api/admin/online");
    const row = online.find((each: any) => each.username === "bob");
    for (const key of ["private", "public", "immune", "device_banned", "private_banned", "public_banned"]) assert.ok(key in row, key);
    assert.deepEqual([typeof row.ip, typeof row.client_id], ["string", "string"]);

    await react.fetchApi("/api/admin/timeout", "POST", { user: "bob", minutes: 5 });
    assert.ok(Number.isInteger((await bob.receives("timeout_set")).until));
    await react.fetchApi("/api/admin/broadcast", "POST", { text: "hear, hear" });
    assert.match((await carol.receives("new_message", { username: "System" })).text, /hear, hear/);
    assert.equal((await carol.receives("broadcast")).text, "hear, hear");
    assert.match((await socket.receives("new_message", { username: "System" })).avatar, /sys_pfp/);

    assert.deepEqual(await react.fetchApi("/api/admin/create_user", "POST", { username: "dave", password: PASSWORD }), { ok: true, username: "dave" });
    await carol.receives("user_list_refresh", { new_user: "dave" });
    await react.isRefused("/api/admin/create_user", 409, /Username taken/, { username: "DAVE", password: PASSWORD });
    await react.fetchApi("/api/admin/reset_password", "POST", { username: "dave", new_password: "given horse" });
    assert.equal((await new ReactClient(server).submits("/login", { username: "dave", password: "given horse" })).status, 200);
    const immunity = await react.fetchApi("/api/admin/toggle_immunity/carol", "POST");
    assert.deepEqual([immunity.ok, immunity.immune], [true, true]);

    await react.fetchApi("/api/admin/ban", "POST", { type: "user", action: "ban", value: "bob" });
    await bob.tab.isClosed();
    assert.deepEqual((await react.fetchApi("/api/admin/banned_users")).banned_users, ["bob"]);
    const banned = await new ReactClient(server).submits("/login", { username: "bob", password: PASSWORD });
    assert.equal(banned.status, 403);
    assert.match(banned.text, /banned/);
    await react.fetchApi("/api/admin/ban", "POST", { type: "user", action: "unban", value: "bob" });
    assert.deepEqual((await react.fetchApi("/api/admin/banned_users")).banned_users, []);
    const gone = await react.fetchApi("/api/admin/true_ban", "POST", { user: "carol" });
    assert.equal(gone.ok, true);
    assert.ok(Array.isArray(gone.banned_ips));
    await carol.tab.isClosed();
    assert.ok((await react.fetchApi("/api/messages")).length > 0);
  });

  test("shows the switches as a flat map, and takes it back whole", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice");
    const { react } = await at(server, server.root);
    const settings = await react.fetchApi("/api/admin/app_settings");
    assert.ok(!("ok" in settings) && !("settings" in settings));
    for (const [key, value] of Object.entries(settings)) assert.equal(typeof value, "string", key);
    await react.fetchApi("/api/admin/settings", "POST", { ...settings, PUBLIC_ENABLED: "0" });
    assert.equal((await alice.sends("send_message", { text: "anybody?" })).ok, false);
    assert.equal((await react.fetchApi("/api/admin/app_settings")).PUBLIC_ENABLED, "0");
  });

  test("is nobody's but admins', who are told so in words that it shows", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "bob" });
    const { react } = await at(server, alice);
    await react.isRefused("/api/admin/online", 403, /forbidden|not allowed/);
    await react.isRefused("/api/admin/ban", 403, /forbidden|not allowed/, { type: "user", action: "ban", value: "bob" });
    await react.isRefused("/api/admin/all_groups", 403, /forbidden|not allowed/);
    const admin = (await at(server, bob)).react;
    await admin.fetchApi("/api/admin/online");
    await admin.isRefused("/api/admin/create_user", 403, /forbidden/, { username: "eve", password: PASSWORD });
    await admin.isRefused("/api/admin/ban", 403, /not allowed|forbidden/, { type: "user", action: "ban", value: "root" });
  });
});

describe("/admin/message-logs", () => {
  test("shows what is said in groups, of deleted ones too", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const [here, gone] = [await alice.gathers([bob], "Here"), await alice.gathers([bob], "Gone")];
    await alice.emits("gdm_send", { thread_id: gone.id, text: "in the group" });
    await server.root.does("/api/gdm/delete", { tid: gone.id });
    const { react } = await at(server, server.root);
    const { groups } = await react.fetchApi("/api/admin/all_groups");
    const rows = groups.map((each: any) => [each.id, each.name, each.creator_name, each.is_deleted, each.message_count]);
    assert.deepEqual(rows.sort((a: any, b: any) => a[0] - b[0]), [
      [here.id, "Here", "alice", false, 0],
      [gone.id, "Gone", "alice", true, 1],
    ]);
    const { messages } = await react.fetchApi(`/api/admin/group_messages/${gone.id}`);
    assert.deepEqual(messages.map((each: any) => [each.username, each.text]), [["alice", "in the group"]]);
  });
});
