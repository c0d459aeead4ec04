/** The app settings that touch messaging (contract 1.7), and who may turn them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, matchesSnapshot, type Person } from "../support/index.ts";

const SENDS = [
  ["PUBLIC_ENABLED", "send_message", "new_message"],
  ["DM_ENABLED", "dm_send", "dm_new"],
  ["GDM_ENABLED", "gdm_send", "gdm_new"],
] as const;

for (const [toggle, event, echo] of SENDS) {
  test(`${toggle} off refuses ${event} and nothing else, superadmins included, until it is on again`, async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    await server.root.connects();
    const group = await alice.gathers([bob, server.root]);
    const message = { to: "bob", tid: group.id, text: "hello" };
    await server.root.sets({ [toggle]: "0" });
    await bob.forgets();
    for (const person of [alice, server.root]) {
      const ack = await person.sends(event, message);
      assert.deepEqual([ack.ok, ack.error], [false, "disabled"], person.name);
    }
    for (const [, other] of SENDS) if (other !== event) await alice.emits(other, message);
    await bob.hearsNothing(echo);
    await server.root.sets({ [toggle]: "1" });
    assert.equal((await alice.emits(event, message)).seq, 1);
  });
}

test("MAINTENANCE_MODE refuses every send, admins included, and leaves reading alone", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  await server.root.connects();
  const group = await alice.gathers([bob, server.root]);
  await alice.emits("send_message", { text: "before" });
  await server.root.sets({ MAINTENANCE_MODE: "1" });
  await bob.forgets();
  for (const person of [alice, server.root] as Person[]) {
    for (const [, event] of SENDS) {
      const ack = await person.sends(event, { to: "bob", tid: group.id, text: "hello" });
      assert.deepEqual([ack.ok, ack.error], [false, "maintenance"], `${person.name} ${event}`);
    }
  }
  await bob.hearsNothing("new_message", "dm_new", "gdm_new");
  assert.equal((await bob.reads("/api/messages")).length, 1);
  await bob.emits("sync", { since: {} });
});

test("ANNOUNCEMENTS_ONLY leaves the public chat to admins, and the rest to everybody", async () => {
  await using server = await Chatter.starts();
  const [alice, admin] = await server.online("alice", "admin");
  await server.root.connects();
  await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "admin" });
  await server.root.sets({ ANNOUNCEMENTS_ONLY: "1" });
  const ack = await alice.sends("send_message", { text: "me too" });
  assert.deepEqual([ack.ok, ack.error], [false, "announcements_only"]);
  await admin.emits("send_message", { text: "announced" });
  await server.root.emits("send_message", { text: "announced from above" });
  await alice.emits("dm_send", { to: "admin", text: "in private" });
  assert.deepEqual((await alice.reads("/api/messages")).map((row: any) => row.text), ["announced", "announced from above"]);
});

describe("the settings themselves", () => {
  test("come flat with ok and settings, and flat alone for the client that shows every row", async () => {
    await using server = await Chatter.starts();
    const both = await server.root.reads("/api/admin/app_settings");
    assert.equal(both.ok, true);
    const { ok: _ok, settings, ...flat } = both;
    assert.deepEqual(flat, settings);
    matchesSnapshot("rest/app_settings", settings);
    const react = await server.root.get("/api/admin/app_settings", { "content-type": "application/json", origin: "http://localhost:8080" });
    assert.deepEqual(react.json, settings);
  });

  for (const path of ["/api/admin/app_settings", "/api/admin/toggles", "/api/admin/settings"]) {
    test(`are changed through ${path}, flat or nested; flat wins, unknown keys are ignored`, async () => {
      await using server = await Chatter.starts();
      const value = async (key: string): Promise<string> => (await server.root.reads("/api/admin/app_settings")).settings[key];
      assert.equal((await server.root.does(path, { DM_ENABLED: "0" })).ok, true);
      assert.equal(await value("DM_ENABLED"), "0");
      await server.root.does(path, { settings: { DM_ENABLED: "1", GDM_ENABLED: "0" } });
      assert.deepEqual([await value("DM_ENABLED"), await value("GDM_ENABLED")], ["1", "0"]);
      await server.root.does(path, { GDM_ENABLED: "1", settings: { GDM_ENABLED: "0" } });
      assert.equal(await value("GDM_ENABLED"), "1");
      await server.root.does(path, { NO_SUCH_KEY: "1" });
      assert.equal(await value("NO_SUCH_KEY"), undefined);
    });
  }

  test("survive being read and sent back whole, as one client does", async () => {
    await using server = await Chatter.starts();
    const react = { "content-type": "application/json", origin: "http://localhost:8080" };
    const all = (await server.root.get("/api/admin/app_settings", react)).json;
    const answer = await server.root.post("/api/admin/settings", { ...all, PUBLIC_ENABLED: "0" }, react);
    assert.equal(answer.status, 200);
    assert.deepEqual((await server.root.reads("/api/admin/app_settings")).settings, { ...all, PUBLIC_ENABLED: "0" });
  });

  test("survive a restart", async () => {
    await using server = await Chatter.starts();
    await server.root.sets({ DM_ENABLED: "0" });
    await server.stops();
    await server.startsAgain();
    assert.equal((await server.root.reads("/api/settings/public")).settings.DM_ENABLED, "0");
  });

  test("are a superadmin's alone, to read and to change", async () => {
    await using server = await Chatter.starts();
    const [admin, user] = await server.people("admin", "user");
    await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "admin" });
    for (const person of [admin, user]) {
      assert.equal((await person.get("/api/admin/app_settings")).status, 403);
      for (const path of ["/api/admin/app_settings", "/api/admin/toggles", "/api/admin/settings"]) {
        const answer = await person.post(path, { DM_ENABLED: "0" });
        assert.deepEqual([answer.status, answer.json.error], [403, "forbidden"], `${person.name} ${path}`);
      }
    }
    assert.equal((await server.root.reads("/api/admin/app_settings")).settings.DM_ENABLED, "1");
  });

  test("that everybody is concerned by can be read by everybody signed in", async () => {
    await using server = await Chatter.starts();
    const [user] = await server.people("user");
    const answer = await user.reads("/api/settings/public");
    matchesSnapshot("rest/settings-public", answer);
    assert.equal((await server.stranger.get("/api/settings/public")).status, 401);
  });

  test("of another type than text are taken as what they plainly mean or refused, never stored broken", async () => {
    await using server = await Chatter.starts();
    for (const value of [null, {}, [], "x".repeat(100_000)]) {
      const answer = await server.root.post("/api/admin/app_settings", { DM_ENABLED: value });
      assert.equal(answer.status, 400, JSON.stringify(value).slice(0, 50));
    }
    assert.equal((await server.root.reads("/api/admin/app_settings")).settings.DM_ENABLED, "1");
    await server.root.does("/api/admin/app_settings", { DM_ENABLED: false, GDM_ENABLED: 0 });
    const { settings } = await server.root.reads("/api/admin/app_settings");
    assert.deepEqual([settings.DM_ENABLED, settings.GDM_ENABLED], ["0", "0"]);
  });
});
