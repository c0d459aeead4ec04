/** The existing clients, call by call as they make them (contract 1.9, 6 and 8). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { io } from "socket.io-client";
import { Chatter, FRONTEND, PASSWORD, ReactClient, Stranger, Tab, urlencoded, within } from "../support/index.ts";

describe("the React client", () => {
  test("has a whole session: who am I, sign up, sign in, chat, sign out", async () => {
    await using server = await Chatter.starts();
    const [bob] = await server.online("bob");
    const react = new ReactClient(server);

    assert.ok(["", null].includes((await react.fetchApi("/api/whoami")).effective));
    const registered = await react.submits("/register", { username: "alice", password: PASSWORD });
    assert.ok(registered.status >= 200 && registered.status < 300);
    await bob.receives("user_list_refresh", { new_user: "alice" });
    const wrong = await react.submits("/login", { username: "alice", password: "wrong password" });
    assert.ok(wrong.status >= 400);
    assert.match(wrong.text, /Invalid username or password/);
    const taken = await react.submits("/register", { username: "alice", password: PASSWORD });
    assert.ok(taken.status >= 400);
    assert.match(taken.text, /Username taken/);

    const signedIn = await react.submits("/login", { username: "alice", password: PASSWORD });
    assert.equal(signedIn.status, 200);
    assert.match((signedIn.headers["set-cookie"] ?? []).join(), /HttpOnly/i);
    const me = await react.fetchApi("/api/whoami");
    assert.equal(me.effective, "alice");
    assert.equal(me.is_superadmin, false);
    const role = await react.fetchApi("/api/me/role");
    assert.deepEqual([role.ok, role.username, role.role], [true, "alice", "user"]);

    const socket = await react.opensSocket();
    await bob.receives("user_list_refresh", { online: "alice" });

    assert.deepEqual(await react.fetchApi("/api/messages"), []);
    assert.deepEqual(await react.fetchApi("/api/dm/peers"), []);
    assert.deepEqual(await react.fetchApi("/api/gdm/threads"), []);
    const online = await react.fetchApi("/api/online");
    assert.deepEqual(online.map((each: any) => each.username), ["alice", "bob"]);
    const everyone = await react.fetchApi("/api/users_all");
    assert.ok(everyone.users.some((each: any) => each.username === "bob" && each.status === "online"));
    assert.deepEqual(await react.fetchApi("/api/gdm/members?tid=NaN"), []);

    socket.says("dm_send", { peer: "bob", text: "from react" });
    const echo = await socket.receives("new_dm");
    assert.deepEqual([echo.from_user, echo.to_user, echo.text], ["alice", "bob", "from react"]);
    assert.equal((await socket.receives("dm_new")).id, echo.id);
    assert.equal((await bob.receives("dm_new")).id, echo.id);
    assert.equal((await bob.receives("new_dm")).id, echo.id);
    assert.deepEqual((await react.fetchApi("/api/dm/messages?peer=bob")).map((row: any) => row.id), [echo.id]);

    const made = await react.fetchApi("/api/gdm/threads", "POST", { name: "From React", members: ["bob"] });
    assert.equal(made.ok, true);
    await bob.receives("gdm_threads_refresh", { tid: made.id });
    const [thread] = await react.fetchApi("/api/gdm/threads");
    assert.deepEqual([thread.id, thread.name, thread.created_by, thread.members.sort()], [made.id, "From React", "alice", ["alice", "bob"]]);
    socket.says("gdm_send", { tid: made.id, text: "to the group" });
    const inGroup = await socket.receives("gdm_new");
    assert.deepEqual([inGroup.tid, inGroup.username, inGroup.text], [made.id, "alice", "to the group"]);
    assert.equal((await bob.receives("gdm_new")).tid, made.id);
    assert.deepEqual((await react.fetchApi(`/api/gdm/messages?tid=${made.id}`)).map((row: any) => row.id), [inGroup.id]);
    assert.deepEqual((await react.fetchApi(`/api/gdm/members?tid=${made.id}`)).sort(), ["alice", "bob"]);

    socket.says("send_message", { text: "to all" });
    assert.equal((await bob.receives("new_message")).text, "to all");
    assert.equal((await react.fetchApi("/api/messages"))[0].text, "to all");

    await react.preflight("/logout", "GET");
    const out = await react.caller.get("/logout", { origin: FRONTEND, accept: "*/*", "sec-fetch-mode": "cors" });
    assert.ok(out.status === 200 || (out.status >= 300 && out.status < 400), `logout: ${out.status}`);
    assert.equal(out.headers["access-control-allow-origin"], FRONTEND);
    await socket.isClosed();
    assert.deepEqual(await bob.receives("user_list_refresh", { offline: "alice" }), { offline: "alice" });
    assert.ok(["", null].includes((await react.fetchApi("/api/whoami")).effective));
    await bob.hearsNothing("error");
  });

  test("types and stops typing in its own words", async () => {
    await using server = await Chatter.starts();
    const [bob] = await server.online("bob");
    await server.people("alice");
    const react = new ReactClient(server);
    const socket = await react.signsIn("alice");
    const group = await react.fetchApi("/api/gdm/threads", "POST", { name: "G", members: ["bob"] });
    socket.says("typing");
    assert.equal((await bob.receives("user_typing")).username, "alice");
    socket.says("stop_typing");
    assert.equal((await bob.receives("user_stop_typing")).username, "alice");
    socket.says("dm_typing", { peer: "bob" });
    assert.equal((await bob.receives("dm_typing")).username, "alice");
    socket.says("dm_stop_typing", { peer: "bob" });
    socket.says("gdm_typing", { tid: group.id });
    assert.equal((await bob.receives("gdm_typing")).tid, group.id);
    socket.says("gdm_stop_typing", { tid: group.id });
    await socket.hearsNothing("error");
  });

  test("hears edits and deletions in its own words", async () => {
    await using server = await Chatter.starts();
    const [bob] = await server.online("bob");
    await server.people("alice");
    const socket = await new ReactClient(server).signsIn("alice");
    const ack = await bob.emits("dm_send", { to: "alice", text: "one" });
    await bob.emits("dm_edit", { id: ack.id, text: "two" });
    const edited = await socket.receives("message_edited");
    assert.deepEqual([edited.id, edited.content, edited.edited_by, edited.type, edited.peer], [ack.id, "two", "bob", "dm", "bob"]);
    await bob.emits("dm_delete", { id: ack.id });
    const deleted = await socket.receives("message_deleted");
    assert.deepEqual([deleted.id, deleted.deleted_by, deleted.type, deleted.peer], [ack.id, "bob", "dm", "bob"]);
  });

  test("manages a group as a superadmin", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const group = await alice.gathers([bob]);
    const react = new ReactClient(server);
    await react.signsIn("root");
    assert.equal((await react.fetchApi("/api/gdm/lock", "POST", { tid: group.id })).ok, true);
    assert.equal((await react.fetchApi("/api/gdm/unlock", "POST", { tid: group.id })).ok, true);
    assert.equal((await react.fetchApi("/api/gdm/remove_member", "POST", { tid: group.id, username: "bob" })).ok, true);
    assert.equal((await react.fetchApi("/api/gdm/transfer", "POST", { tid: group.id, new_owner: "bob" })).ok, true);
    assert.equal((await react.fetchApi("/api/gdm/delete", "POST", { tid: group.id })).ok, true);
    const settings = await react.fetchApi("/api/admin/app_settings");
    assert.ok(Object.entries(settings).every(([key, value]) => key !== "ok" && typeof value === "string"));
    assert.equal((await react.fetchApi("/api/admin/settings", "POST", settings)).ok, true);
    const found = await react.fetchApi("/api/users/search?q=al");
    assert.deepEqual(found.users.map((each: any) => each.username), ["alice"]);
  });

  test("is told in JSON, not in a redirect, that its session is over", async () => {
    await using server = await Chatter.starts();
    const react = new ReactClient(server);
    const answer = await react.caller.get("/api/messages", { origin: FRONTEND, "content-type": "application/json", accept: "*/*" });
    assert.deepEqual([answer.status, answer.json.error], [401, "not logged in"]);
  });
});

describe("the legacy client", () => {
  test("signs in by form, opens polling first, and hears everything under its old names", async () => {
    await using server = await Chatter.starts();
    const [bob] = await server.online("bob");
    const page = new Stranger(server);
    const navigation = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };
    const form = urlencoded({ username: "alice", password: PASSWORD });
    assert.equal((await page.post("/register", form.body, { "content-type": form.type, ...navigation })).status, 303);
    assert.equal((await page.post("/login", form.body, { "content-type": form.type, ...navigation })).status, 303);

    const tab = await Tab.open("legacy", server.url, { transports: ["polling", "websocket"], extraHeaders: { cookie: page.cookie } });
    const made = await page.does("/api/gdm/threads", { name: "Old friends", members: ["bob"] });
    await bob.receives("gdm_threads_refresh", { tid: made.id });
    await tab.receives("gdm_threads_refresh", { tid: made.id });
    tab.says("gdm_join", { thread_id: made.id });

    tab.says("send_message", { text: "public", reply_to: null });
    const inPublic = await tab.receives("new_message");
    tab.says("send_message", { text: "direct", mode: "dm", peer: "bob" });
    const direct = await tab.receives("dm_new");
    tab.says("gdm_send", { thread_id: made.id, text: "group" });
    const inGroup = await tab.receives("gdm_new");
    assert.equal(inGroup.thread_id, made.id);
    assert.equal(new Set([inPublic.id, direct.id, inGroup.id]).size, 3);

    tab.says("edit_message", { id: inPublic.id, text: "public, edited" });
    assert.deepEqual([(await bob.receives("edit_message")).text, (await tab.receives("edit_message")).id], ["public, edited", inPublic.id]);
    tab.says("dm_edit", { id: direct.id, text: "direct, edited" });
    assert.equal((await bob.receives("dm_edit")).text, "direct, edited");
    tab.says("gdm_edit", { id: inGroup.id, text: "group, edited" });
    assert.equal((await bob.receives("gdm_edit")).text, "group, edited");
    tab.says("delete_message", inPublic.id);
    assert.equal(await bob.receives("delete_message"), inPublic.id);
    tab.says("dm_delete", { id: direct.id });
    assert.equal(await bob.receives("dm_delete"), direct.id);
    tab.says("gdm_delete", { id: inGroup.id });
    assert.equal(await bob.receives("gdm_delete"), inGroup.id);

    tab.says("typing_start");
    assert.deepEqual(await bob.receives("typing"), { users: ["alice"] });
    tab.says("typing_stop");
    assert.deepEqual(await bob.receives("typing"), { users: [] });
    tab.says("dm_typing", { to: "bob" });
    const typing = await bob.receives("dm_typing");
    assert.deepEqual([typing.from, typing.to], ["alice", "bob"]);
    tab.says("gdm_typing", { thread_id: made.id });
    const groupTyping = await bob.receives("gdm_typing");
    assert.deepEqual([groupTyping.from, groupTyping.thread_id, groupTyping.group_name], ["alice", made.id, "Old friends"]);
    await tab.hearsNothing("error");

    const info = await page.reads(`/api/gdm/thread_info?tid=${made.id}`);
    assert.deepEqual([info.ok, Number(info.locked)], [true, 0]);
    assert.deepEqual(await page.reads("/api/online"), ["alice", "bob"]);
    const invite = await page.does("/api/gdm/invite/create", { tid: made.id });
    assert.equal(typeof invite.token, "string");
    assert.equal(invite.link, invite.invite_url);

    const out = await page.get("/logout", { ...navigation, origin: "" });
    assert.equal(out.status, 303);
    assert.match(out.headers.location ?? "", /\/login$/);
    await tab.isClosed();
  });
});

test("an unmodified documented client talks with nothing but a cookie", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const socket = io(server.url, { extraHeaders: { cookie: alice.cookie }, forceNew: true, reconnection: false });
  try {
    await within("the connection", new Promise<void>((resolve, reject) => (socket.once("connect", resolve), socket.once("connect_error", reject))));
    const echo = new Promise<any>((resolve) => socket.once("dm_new", resolve));
    socket.emit("dm_send", { to: "bob", text: "Hello!" });
    assert.equal((await within("the echo", echo)).text, "Hello!");
    assert.equal((await bob.receives("dm_new")).text, "Hello!");
  } finally {
    socket.disconnect();
  }
});
