/** Integrations: what a token may do to members, to the letter, and never more than its scopes, its role and its creator (platform contract 2.3). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, aServer, type Answer, type Person } from "../support/index.ts";
import { Community, Token, gets, isRefused } from "../support/platform.ts";

const ALL = ["manage_members", "read_member_profile", "read_members", "read_roles", "read_audit_log", "moderate_members"];

let owner: Person;
let bob: Person;
let outsider: Person;
const shared = aServer({}, async (server) => {
  [owner, bob, outsider] = await server.online("owner", "bob", "outsider");
});

interface Meeting {
  guild: Community;
  /** Bob's id, and what a token calls him. */
  user: number;
  path: string;
  token: Token;
}

/** A new server with Bob in it and an integration. */
async function meeting(...scopes: string[]): Promise<Meeting> {
  const guild = await Community.foundedBy(owner);
  const [user] = (await guild.admits(bob)) as [number];
  const token = await guild.integration(...(scopes.length === 0 ? ALL : scopes));
  for (const person of [owner, bob, outsider]) await person.forgets();
  return { guild, user, path: guild.member(user), token };
}

const soon = (): string => new Date(Date.now() + 3_600_000).toISOString();

describe("a profile", () => {
  test("has the documented fields and a tag", async () => {
    const { guild, user, path, token } = await meeting("read_member_profile");
    const role = await guild.role("VIP");
    await guild.changes(user, { nickname: "Bobby", roleIds: [role] });
    const answer = await token.reads(path);
    const { ok, profile } = await gets(200, answer);
    assert.equal(ok, true);
    assert.deepEqual(Object.keys(profile).sort(), ["avatarUrl", "isOwner", "joinedAt", "name", "nickname", "roleIds", "roles", "status", "timedOutUntil", "userId", "username"]);
    assert.deepEqual([profile.userId, profile.username, profile.nickname, profile.roleIds, profile.isOwner, profile.timedOutUntil], [user, "bob", "Bobby", [role], false, null]);
    assert.deepEqual([profile.roles[0].id, profile.roles[0].name], [role, "VIP"]);
    assert.match(answer.headers.etag!, /^"[^"]+"$/);
    assert.equal((await token.reads(path)).headers.etag, answer.headers.etag);
    await guild.changes(user, { nickname: "Robert" });
    assert.notEqual((await token.reads(path)).headers.etag, answer.headers.etag);
  });
});

describe("a change", () => {
  test("leaves what is absent, clears what is null, and is told to everybody who is in", async () => {
    const { guild, user, path, token } = await meeting();
    const [one, two] = [await guild.role("One"), await guild.role("Two")];
    const until = soon();
    for (const person of [owner, bob, outsider]) await person.forgets();
    const { membership } = await gets(200, token.changes(path, { nickname: "  VIP Player  ", roleIds: [one, String(two), one], timedOutUntil: until }));
    assert.deepEqual([membership.nickname, membership.roleIds.toSorted(), membership.timedOutUntil], ["VIP Player", [one, two].toSorted(), until]);
    for (const person of [owner, bob]) assert.equal((await person.receives("server_updated")).what, "members");
    assert.equal((await bob.sends("channel_send", { channel_id: guild.general, text: "?" })).error, "timed_out");

    assert.deepEqual((await gets(200, token.changes(path, {}))).membership, membership);
    const cleared = await gets(200, token.changes(path, { nickname: null, timedOutUntil: null }));
    assert.deepEqual([cleared.membership.nickname, cleared.membership.roleIds, cleared.membership.timedOutUntil], [null, membership.roleIds, null]);
    await bob.emits("channel_send", { channel_id: guild.general, text: "!" });
    assert.deepEqual((await gets(200, token.changes(path, { roleIds: [] }))).membership.roleIds, []);
    assert.equal((await gets(200, token.changes(path, { nickname: "" }))).membership.nickname, null);
    assert.deepEqual((await guild.profile(user)).roleIds, []);
    await outsider.hearsNothing();
  });

  test("adds and takes roles without naming the others", async () => {
    const { guild, user, path, token } = await meeting();
    const [one, two, three] = [await guild.role("One"), await guild.role("Two"), await guild.role("Three")];
    await guild.changes(user, { roleIds: [one, two] });
    const { membership } = await gets(200, token.changes(path, { addRoleIds: [three], removeRoleIds: [one] }));
    assert.deepEqual(membership.roleIds.toSorted(), [two, three].toSorted());
    const both = await token.changes(path, { roleIds: [one], addRoleIds: [two] });
    assert.equal(both.status, 400, both.text);
    assert.deepEqual((await guild.profile(user)).roleIds.toSorted(), [two, three].toSorted());
  });

  test("that breaks a rule is refused by its code, and nothing of it happens", async () => {
    const { guild, user, path, token } = await meeting();
    const { roles } = await owner.reads(`${guild.path}/roles`);
    const managed = roles.find((role: any) => role.managed).id;
    const role = await guild.role("VIP");
    await guild.changes(user, { nickname: "Before" });
    const before = await guild.profile(user);
    const refusals: [patch: unknown, error: string, status?: number][] = [
      ["{", "invalid_json"],
      ["[]", "invalid_json"],
      [{ nickname: "x".repeat(33) }, "nickname_too_long"],
      [{ nickname: "a\nb" }, "nickname_invalid"],
      [{ nickname: "a\u202eb" }, "nickname_invalid"],
      [{ roleIds: null }, "role_ids_null"],
      [{ roleIds: [987654] }, "unknown_role:987654"],
      [{ roleIds: [managed] }, `role_managed:${managed}`],
      [{ timedOutUntil: "tomorrow" }, "timed_out_until_invalid"],
      [{ timedOutUntil: "2030-01-01T00:00:00" }, "timed_out_until_invalid"],
      [{ timedOutUntil: "2020-01-01T00:00:00Z" }, "timed_out_until_in_past"],
      [{ timedOutUntil: new Date(Date.now() + 29 * 86_400_000).toISOString() }, "timed_out_until_too_far"],
    ];
    await bob.forgets();
    for (const [patch, error] of refusals) {
      const whole = typeof patch === "string" ? patch : { ...(patch as object), ...("nickname" in (patch as object) ? { roleIds: [role] } : { nickname: "After" }) };
      await isRefused(token.changes(path, whole), 400, error);
    }
    await isRefused(token.changes(path, { nickname: "After", padding: "x".repeat(17_000) }), 413, "payload_too_large");
    const type = await token.changes(path, "nickname=After", { "content-type": "application/x-www-form-urlencoded" });
    await isRefused(type, 415, "unsupported_media_type");
    assert.deepEqual(await guild.profile(user), before);
    await bob.hearsNothing();
  });

  test("says what it did not understand, or is refused for it where that is asked for", async () => {
    const { guild, user, path, token } = await meeting();
    const lenient = await gets(200, token.changes(path, { nick: "Typo", nickname: "Right" }, { "content-type": "application/merge-patch+json" }));
    assert.equal(lenient.membership.nickname, "Right");
    assert.match(JSON.stringify(lenient.warnings), /nick/);
    await isRefused(token.changes(path, { nick: "Typo", nickname: "Wrong" }, { prefer: "handling=strict" }), 400, "unknown_field:nick");
    assert.equal((await guild.profile(user)).nickname, "Right");
  });

  test("can be made to depend on what was read, to have a reason, and to happen once", async () => {
    const { guild, user, path, token } = await meeting();
    const { etag } = (await token.reads(path)).headers;
    await gets(200, token.changes(path, { nickname: "First" }, { "if-match": etag! }));
    await isRefused(token.changes(path, { nickname: "Second" }, { "if-match": etag! }), 412, "precondition_failed");

    const key = { "idempotency-key": `k-${user}`, "x-audit-log-reason": encodeURIComponent("for the league – ✓") };
    const first = await token.changes(path, { nickname: "Once" }, key);
    await guild.changes(user, { nickname: "Meanwhile" });
    const again = await token.changes(path, { nickname: "Once" }, key);
    assert.deepEqual([first.status, again.status, again.headers["idempotency-replayed"], again.text], [200, 200, "true", first.text]);
    assert.equal((await guild.profile(user)).nickname, "Meanwhile");
    await isRefused(token.changes(path, { nickname: "Twice" }, key), 422, "idempotency_key_reused");

    const { entries } = await gets(200, token.reads(`${guild.path}/audit`));
    const entry = entries.find(({ reason }: any) => reason === "for the league – ✓");
    assert.deepEqual([entry.actor.kind, entry.before.nickname, entry.after.nickname], ["integration", "First", "Once"]);
    assert.equal(entries.filter(({ after }: any) => after?.nickname === "Once").length, 1);
  });
});

describe("the power of a token", () => {
  test("is its scopes", async () => {
    const { guild, user, path, token } = await meeting("read_member_profile");
    await gets(200, token.reads(path));
    const refused = await token.changes(path, { nickname: "Mine" });
    await isRefused(refused, 403, "insufficient_scope");
    assert.equal(refused.headers["www-authenticate"], 'Bearer error="insufficient_scope", scope="manage_members"');
    for (const below of ["/memberships", "/roles", "/audit"]) await isRefused(token.reads(`${guild.path}${below}`), 403, "insufficient_scope");
    await isRefused(token.calls("DELETE", path), 403, "insufficient_scope");
    const writer = await guild.token(token.app, "manage_members");
    await gets(200, writer.changes(path, { nickname: "Ours" }));
    await isRefused(writer.reads(path), 403, "insufficient_scope");
    assert.equal((await guild.profile(user)).nickname, "Ours");
  });

  test("ends below its role, and at the owner", async () => {
    const { guild, user, path, token } = await meeting();
    const { roles } = await owner.reads(`${guild.path}/roles`);
    const managed = roles.find((role: any) => role.managed);
    const above = await guild.role("Above");
    await gets(200, owner.request("PATCH", `${guild.path}/roles/${above}`, { position: managed.position + 1 }));
    await isRefused(token.changes(path, { addRoleIds: [above] }), 403, `role_hierarchy:${above}`);
    await isRefused(token.changes(guild.member(guild.ownerId), { timedOutUntil: soon() }), 403, "target_is_owner");
    await guild.changes(user, { roleIds: [above] });
    await isRefused(token.changes(path, { nickname: "Small" }), 403, "target_above_you");
    assert.deepEqual([(await guild.profile(user)).nickname, (await guild.profile(user)).roleIds], [null, [above]]);
  });

  test("ends with the power of who made it, until somebody else takes it over", async () => {
    const guild = await Community.foundedBy(owner);
    const [user] = (await guild.admits(bob)) as [number];
    const manager = await guild.role("Manager", ["manage_server", "manage_members"]);
    await guild.changes(user, { roleIds: [manager] });
    const { app } = await gets(201, bob.post(`${guild.path}/apps`, { kind: "integration", name: "Bob's" }));
    const { secret, token: { id } } = await gets(201, bob.post(`/apps/${app.id}/tokens`, { name: "t", scopes: ["read_member_profile", "manage_members"] }));
    const token = new Token(shared.server, app.id, id, secret);
    await gets(200, token.reads(guild.member(user)));
    await guild.changes(user, { roleIds: [] });
    await isRefused(token.reads(guild.member(user)), 403, "creator_lost_permission");
    await isRefused(token.changes(guild.member(user), { nickname: "Back door" }), 403, "creator_lost_permission");
    await gets(200, owner.post(`/apps/${app.id}/adopt`, {}));
    await gets(200, token.changes(guild.member(user), { nickname: "Adopted" }));
    await gets(204, owner.delete(guild.member(user)));
    await gets(200, token.reads(guild.member(guild.ownerId)));
  });

  test("is its server's alone", async () => {
    const { guild, token, user } = await meeting();
    const other = await Community.foundedBy(owner, "Other");
    await other.admits(bob);
    await isRefused(token.reads(other.member(user)), 404, "server_not_found");
    await isRefused(token.changes(other.member(user), { nickname: "Crossed" }), 404, "server_not_found");
    await isRefused(token.reads(guild.member(987654)), 404, "membership_not_found");
    await isRefused(token.reads("/servers/987654/memberships/1"), 404, "server_not_found");
    assert.equal((await other.profile(user)).nickname, null);
  });

  test("is none on routes of people nor in another place than the header, and a session adds nothing to it", async () => {
    const { guild, path, token, user } = await meeting();
    for (const [method, route, body] of [
      ["GET", "/servers"], ["GET", guild.path], ["POST", "/servers", { name: "Mine" }], ["POST", `${guild.path}/invites`, {}], ["GET", "/apps"], ["POST", `/apps/${token.app}/tokens`, { name: "more", scopes: ALL }],
      ["GET", `${guild.path}/channels/${guild.general}/messages`], ["POST", `${guild.path}/channels/${guild.general}/messages`, { content: "hi" }], ["DELETE", guild.path], ["GET", "/oauth/grants"],
    ] as const) {
      const answer = await token.calls(method, route, body);
      assert.equal(answer.status, 403, `${method} ${route}: ${answer.text}`);
    }
    await isRefused(shared.server.stranger.get(`${path}?access_token=${token.secret}`), 401, "unauthorized");
    // A session beside it adds nothing to it, and a token that is none is not made good by one.
    const reader = await guild.token(token.app, "read_member_profile");
    for (const [secret, status] of [[reader.secret, 403], [`${reader.secret}x`, 401]] as const) {
      const beside = await owner.request("PATCH", path, { nickname: "Mixed" }, { authorization: `Bearer ${secret}` });
      assert.equal(beside.status, status, beside.text);
    }
    assert.equal((await guild.profile(user)).nickname, null);
  });
});

describe("a token", () => {
  test("that is missing is asked for; one that is unknown, revoked or malformed is answered alike", async () => {
    const { guild, path, token } = await meeting();
    const none = await shared.server.stranger.get(path, { origin: "" });
    await isRefused(none, 401, "unauthorized");
    assert.equal(none.headers["www-authenticate"], "Bearer");

    const revoked = await guild.token(token.app, ...ALL);
    await gets(200, revoked.reads(path));
    await gets(204, owner.delete(`/apps/${token.app}/tokens/${revoked.id}`));
    const answers: Answer[] = [await revoked.reads(path)];
    for (const secret of [`chti_${"A".repeat(38)}`, "chti_", "x", token.secret.slice(0, -1), token.secret.toUpperCase()]) {
      answers.push(await new Token(shared.server, 0, 0, secret).reads(path));
    }
    for (const answer of answers) {
      assert.deepEqual({ ...(await isRefused(answer, 401, "invalid_token")), request_id: "" }, { ...answers[0]!.json, request_id: "" });
      assert.equal(answer.headers["www-authenticate"], 'Bearer error="invalid_token"');
    }
    await gets(200, token.reads(path));
  });

  test("is shown once, named, and lives for as long as was said", async () => {
    const { guild, token } = await meeting("read_roles");
    const made = await owner.post(`/apps/${token.app}/tokens`, { name: "forever", scopes: ["read_roles"], expiresInDays: null });
    assert.equal(made.headers["cache-control"], "no-store");
    const { secret } = await gets(201, made);
    assert.match(secret, /^chti_[0-9A-Za-z]{38}$/);
    const { tokens } = await owner.reads(`/apps/${token.app}/tokens`);
    assert.deepEqual(tokens.map(({ name, scopes, expiresAt }: any) => [name, scopes, expiresAt === null]).toSorted(), [["forever", ["read_roles"], true], ["main", ["read_roles"], false]]);
    assert.equal(tokens.find(({ name }: any) => name === "forever").last4, secret.slice(-4));
    assert.ok(!JSON.stringify(tokens).includes(secret));
    for (const [body, error] of [[{ name: "x", scopes: [] }, "scopes_required"], [{ name: "x", scopes: ["administrator"] }, "unknown_scope:administrator"], [{ name: "x", scopes: ["read_roles"], expiresInDays: 0 }, "expires_in_days_invalid"]] as const) {
      await isRefused(owner.post(`/apps/${token.app}/tokens`, body), 400, error);
    }
    for (const person of [bob, outsider]) assert.ok([403, 404].includes((await person.get(`/apps/${token.app}/tokens`)).status));
    assert.deepEqual((await gets(200, token.reads(`${guild.path}/roles`))).roles.length, 2);
  });

  test("says what it is", async () => {
    const { guild, token } = await meeting("read_member_profile");
    const me = await gets(200, token.reads("/integrations/me"));
    const said = JSON.stringify(me);
    for (const part of ["Game server", "read_member_profile", String(guild.id), String(token.app)]) assert.ok(said.includes(part), said);
    assert.ok(!said.includes(token.secret));
  });

  test("with what it was given lists members and roles, and puts people out", async () => {
    const { guild, user, path, token } = await meeting();
    const { memberships } = await gets(200, token.reads(`${guild.path}/memberships?limit=1`));
    assert.equal(memberships.length, 1);
    const rest = await gets(200, token.reads(`${guild.path}/memberships?after=${memberships[0].userId}`));
    assert.deepEqual([memberships[0].userId, ...rest.memberships.map(({ userId }: any) => userId)].toSorted(), [guild.ownerId, user].toSorted());
    await bob.forgets();
    await gets(204, token.calls("DELETE", path));
    await bob.receives("server_updated");
    assert.equal((await bob.sends("channel_send", { channel_id: guild.general, text: "?" })).error, "channel_not_found");
    await isRefused(token.calls("DELETE", guild.member(guild.ownerId)), 403, "target_is_owner");
    await guild.admits(bob);
    await gets(204, token.calls("PUT", `${guild.path}/bans/${user}`, { reason: "cheats" }));
    const { invite } = await gets(201, owner.post(`${guild.path}/invites`));
    await isRefused(bob.post(`/invites/${invite.code}/accept`), 403, "banned");
  });

  test("goes with its integration", async () => {
    const { guild, path, token } = await meeting();
    await gets(204, owner.delete(`/apps/${token.app}`));
    await isRefused(token.reads(path), 401, "invalid_token");
    assert.ok(!(await owner.reads(`${guild.path}/roles`)).roles.some((role: any) => role.managed));
  });
});

test("limits are in every answer's headers", async () => {
  await using server = await Chatter.starts({ limits: true });
  const [owner] = await server.people("owner");
  const guild = await Community.foundedBy(owner);
  const token = await guild.integration("read_member_profile", "manage_members");
  const path = guild.member(guild.ownerId);
  const read = await token.reads(path);
  assert.deepEqual([read.status, read.headers["x-ratelimit-limit"], read.headers["x-ratelimit-remaining"]], [200, "300", "299"]);
  const writes = await Promise.all(Array.from({ length: 70 }, (_, at) => token.changes(path, { nickname: `N${at}` })));
  const refused = writes.filter(({ status }) => status === 429);
  assert.ok(refused.length > 0, writes.map(({ status }) => status).join());
  assert.deepEqual([refused[0]!.json.error, Number(refused[0]!.headers["retry-after"]) >= 1], ["rate_limited", true]);
});
