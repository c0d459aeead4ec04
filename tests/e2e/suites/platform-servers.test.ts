/** Servers: who gets in, what is said in channels, who hears it, and what moderation cuts off (platform contract 1 and 3). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aServer, matchesSnapshot, type Person } from "../support/index.ts";
import { Community, gets, isRefused } from "../support/platform.ts";

let owner: Person;
let bob: Person;
let carol: Person;
let outsider: Person;
const shared = aServer({}, async (server) => {
  [owner, bob, carol, outsider] = await server.online("owner", "bob", "carol", "outsider");
});

/** A new server of the owner's with some of the others in it; their user ids. */
async function meeting<const People extends readonly Person[]>(...members: People): Promise<{ guild: Community; ids: { [K in keyof People]: number } }> {
  const guild = await Community.foundedBy(owner);
  const ids = await guild.admits(...members);
  for (const person of [owner, bob, carol, outsider]) await person.forgets();
  return { guild, ids: ids as { [K in keyof People]: number } };
}

/** The row of a server in somebody's list. */
async function listed(person: Person, guild: Community): Promise<any> {
  return (await person.reads("/servers")).servers.find((server: any) => server.id === guild.id);
}

const conversation = (channel: number): string => `channel:${channel}`;

/** Nothing of the server is there for this person: not to read, not to write to, not to hear. */
async function assertOutside(person: Person, guild: Community, channel = guild.general): Promise<void> {
  await person.forgets();
  const { id } = await guild.owner.emits("channel_send", { channel_id: channel, text: "among ourselves" });
  await guild.owner.emits("channel_typing", { channel_id: channel });
  await guild.owner.emits("channel_edit", { id, text: "still among ourselves" });
  await person.hearsNothing();
  const ack = await person.sends("channel_send", { channel_id: channel, text: "let me in" });
  assert.deepEqual([ack.ok, ack.error], [false, "channel_not_found"]);
  for (const path of ["", "/channels", "/roles", "/memberships", `/memberships/${guild.ownerId}`, "/widgets", "/audit", `/channels/${channel}/messages`]) {
    await isRefused(person.get(`${guild.path}${path}`), 404, "server_not_found");
  }
  await isRefused(person.post(`${guild.path}/channels/${channel}/messages`, { content: "let me in" }), 404, "server_not_found");
  assert.equal(await listed(person, guild), undefined);
  assert.equal(await person.sees(conversation(channel)), undefined);
  assert.deepEqual((await person.syncs({ [conversation(channel)]: 0 })).gone, [conversation(channel)]);
  const kept = (await guild.history(channel)).at(-1);
  assert.deepEqual([kept.id, kept.source], [id, "still among ourselves"]);
}

describe("a server", () => {
  test("begins with its owner, a channel and a default role, and is its members' alone", async () => {
    const { guild } = await meeting();
    const row = await listed(owner, guild);
    assert.deepEqual([row.name, row.ownerId, row.memberCount, row.unread], ["Guild", guild.ownerId, 1, 0]);
    assert.ok(row.permissions.includes("manage_server") && row.permissions.includes("administrator"));
    const whole = await owner.reads(guild.path);
    assert.deepEqual(whole.channels.map(({ name }: any) => name), ["general"]);
    assert.deepEqual(whole.roles.map(({ position }: any) => position), [0]);
    assert.deepEqual([whole.server.ownerId, whole.me.timedOutUntil, whole.pinnedWidget], [guild.ownerId, null, null]);
    await assertOutside(outsider, guild);
  });

  test("has a name of 1 to 100 characters", async () => {
    const before = (await outsider.reads("/servers")).servers.length;
    const person = outsider;
    await isRefused(person.post("/servers", {}), 400, "name_required");
    await isRefused(person.post("/servers", { name: "  " }), 400, "name_required");
    await isRefused(person.post("/servers", { name: "x".repeat(101) }), 400, "name_too_long");
    assert.equal((await person.reads("/servers")).servers.length, before);
    assert.equal((await gets(201, person.post("/servers", { name: "x".repeat(100) }))).server.name.length, 100);
  });

  test("is for people who are signed in", async () => {
    for (const path of ["/servers", "/servers/1", "/servers/1/memberships/1"]) {
      await isRefused(shared.server.stranger.get(path), 401, "unauthorized");
    }
  });

  test("is handed over and deleted by its owner alone", async () => {
    const { guild, ids: [next] } = await meeting(bob);
    await isRefused(bob.request("PATCH", guild.path, { ownerId: next }), 403, "forbidden");
    await isRefused(bob.delete(guild.path), 403, "forbidden");
    await isRefused(outsider.delete(guild.path), 404, "server_not_found");
    assert.equal((await gets(200, owner.request("PATCH", guild.path, { ownerId: next }))).server.ownerId, next);
    await isRefused(owner.delete(guild.path), 403, "forbidden");
    await gets(204, bob.delete(guild.path));
    for (const person of [owner, bob]) {
      assert.equal((await person.receives("server_updated", { what: "deleted" })).server_id, guild.id);
      await isRefused(person.get(guild.path), 404, "server_not_found");
      assert.equal((await person.sends("channel_send", { channel_id: guild.general, text: "?" })).error, "channel_not_found");
    }
    await outsider.hearsNothing();
  });
});

describe("an invite", () => {
  test("lets in as many as it says, and tells members that somebody came", async () => {
    const { guild } = await meeting(bob);
    const { invite } = await gets(201, owner.post(`${guild.path}/invites`));
    assert.deepEqual([invite.maxUses, invite.uses], [1, 0]);
    assert.ok(invite.url.endsWith(invite.code));
    await gets(200, carol.post(`/invites/${invite.code}/accept`));
    assert.deepEqual(await owner.receives("server_updated", { what: "members" }), { server_id: guild.id, what: "members" });
    // Who is in already uses none up; who comes later finds it used up.
    await gets(200, carol.post(`/invites/${invite.code}/accept`));
    await isRefused(outsider.post(`/invites/${invite.code}/accept`), 410, "invite_expired");
    await isRefused(outsider.post("/invites/NOSUCHCODE/accept"), 404, "invite_not_found");
    await isRefused(outsider.get(guild.path), 404, "server_not_found");
  });

  test("is made by who may, and ended", async () => {
    const { guild } = await meeting(bob);
    await guild.owner.request("PATCH", `${guild.path}/roles/${await guild.defaultRole()}`, { permissions: ["view_channel", "read_history", "send_messages"] });
    await isRefused(bob.post(`${guild.path}/invites`), 403, "forbidden");
    await isRefused(outsider.post(`${guild.path}/invites`), 404, "server_not_found");
    for (const [body, error] of [[{ maxUses: 0 }, "max_uses_invalid"], [{ expiresIn: 0 }, "expires_in_invalid"]] as const) {
      await isRefused(owner.post(`${guild.path}/invites`, body), 400, error);
    }
    const { invite } = await gets(201, owner.post(`${guild.path}/invites`, { maxUses: 5 }));
    const { invites } = await owner.reads(`${guild.path}/invites`);
    assert.ok(!JSON.stringify(invites).includes(invite.code));
    for (const { id } of invites) await gets(204, owner.delete(`${guild.path}/invites/${id}`));
    await isRefused(outsider.post(`/invites/${invite.code}/accept`), 404, "invite_not_found");
  });
});

describe("a message in a channel", () => {
  test("reaches its members in the documented form, and nobody else", async () => {
    const { guild } = await meeting(bob);
    const ack = await bob.emits("channel_send", { channel_id: guild.general, text: "Hello **all**!", nonce: "n-1" });
    assert.deepEqual([ack.seq, ack.ok], [1, true]);
    for (const person of [owner, bob]) {
      const heard = await person.receives("channel_new", { id: ack.id });
      assert.deepEqual([heard.server_id, heard.channel_id, heard.source, heard.author.kind, heard.username], [guild.id, guild.general, "Hello **all**!", "user", "bob"]);
      if (person === owner) matchesSnapshot("events/channel_new", { ...heard, author: { ...heard.author, id: "[id]" } });
    }
    assert.deepEqual(await bob.emits("channel_send", { channel_id: guild.general, text: "Hello **all**!", nonce: "n-1" }), ack);
    const { message } = await gets(201, owner.post(`${guild.path}/channels/${guild.general}/messages`, { content: "Hi!", replyTo: ack.id }));
    const heard = await bob.receives("channel_new", { id: message.id });
    assert.deepEqual([heard.reply_to, heard.reply_username, heard.seq], [ack.id, "bob", 2]);
    assert.deepEqual((await guild.history(guild.general, bob)).map(({ id }: any) => id), [ack.id, message.id]);
    await owner.receives("channel_new", { id: message.id });
    for (const person of [owner, bob, carol, outsider]) await person.hearsNothing();
  });

  test("is edited by its author, deleted by who moderates as well, and both are seen by all", async () => {
    const { guild, ids: [moderator] } = await meeting(carol, bob);
    await guild.changes(moderator, { roleIds: [await guild.role("Moderator", ["manage_messages"])] });
    const { id } = await bob.emits("channel_send", { channel_id: guild.general, text: "Hlelo" });
    for (const person of [owner, carol, bob]) await person.forgets();
    assert.equal((await carol.sends("channel_edit", { id, text: "I said" })).ok, false);
    await bob.emits("channel_edit", { id, text: "Hello" });
    assert.deepEqual((await owner.receives("message_edited", { id })).source, "Hello");
    await carol.emits("channel_delete", { id });
    for (const person of [owner, bob]) await person.receives("message_deleted");
    assert.equal((await bob.sends("channel_delete", { id })).ok, false);
    assert.deepEqual(await guild.history(), []);
    await outsider.hearsNothing();
  });

  test("counts as unread until it is read, and mentions are counted", async () => {
    const { guild } = await meeting(bob);
    const { seq } = await owner.emits("channel_send", { channel_id: guild.general, text: "Hi @bob" });
    await owner.emits("channel_send", { channel_id: guild.general, text: "Read this" });
    const unread = async (person: Person): Promise<number> => (await listed(person, guild)).unread;
    assert.deepEqual([await unread(owner), await unread(bob)], [0, 2]);
    const row = await bob.sees(conversation(guild.general));
    assert.deepEqual([row.kind, row.unread, row.mentions, row.server_id, row.last_message.source], ["channel", 2, 1, guild.id, "Read this"]);
    await bob.emits("mark_read", { conversation: conversation(guild.general), seq });
    assert.deepEqual([await unread(bob), (await bob.reads(guild.path)).channels[0].unread], [1, 1]);
  });

  test("that somebody missed is brought by sync: what is new, edited and deleted", async () => {
    const { guild } = await meeting(bob);
    const sent = [];
    for (const text of ["one", "two"]) sent.push(await owner.emits("channel_send", { channel_id: guild.general, text }));
    const name = conversation(guild.general);
    const since = { [name]: (await bob.syncs({})).conversations.find((each: any) => each.conversation === name).rev };
    bob.disconnects();
    await owner.emits("channel_edit", { id: sent[0].id, text: "one, edited" });
    await owner.emits("channel_send", { channel_id: guild.general, text: "three" });
    await owner.emits("channel_delete", { id: sent[1].id });
    await bob.connects();
    const answer = await bob.emits("sync", { since });
    const [row] = answer.conversations.filter((each: any) => each.conversation === name);
    assert.deepEqual(row.messages.map(({ source, deleted }: any) => [source, deleted]), [["one, edited", false], ["three", false], ["", true]]);
    // And the next message is heard on the new connection.
    const { id } = await owner.emits("channel_send", { channel_id: guild.general, text: "four" });
    assert.equal((await bob.receives("channel_new")).id, id);
  });

  test("that is being typed is seen by the others alone", async () => {
    const { guild } = await meeting(bob);
    await owner.emits("channel_typing", { channel_id: guild.general });
    const seen = await bob.receives("user_typing");
    assert.deepEqual([seen.username, seen.channel_id, seen.server_id], ["owner", guild.general, guild.id]);
    await owner.emits("channel_stop_typing", { channel_id: guild.general });
    await bob.receives("user_stop_typing");
    await outsider.hearsNothing();
    await owner.hearsNothing("user_typing", "user_stop_typing");
  });

  test("is read page by page, by who may read history", async () => {
    const { guild } = await meeting(bob);
    const ids: number[] = [];
    for (let at = 0; at < 5; at++) ids.push((await owner.emits("channel_send", { channel_id: guild.general, text: `message ${at}` })).id);
    const messages = `${guild.path}/channels/${guild.general}/messages`;
    const page = async (query: string): Promise<number[]> => (await bob.reads(`${messages}?${query}`)).messages.map(({ id }: any) => id);
    assert.deepEqual(await page("limit=2"), ids.slice(3));
    assert.deepEqual(await page(`limit=2&before=${ids[3]}`), ids.slice(1, 3));
    assert.deepEqual(await page(`limit=2&after=${ids[0]}`), ids.slice(1, 3));
    await guild.overwrites(guild.general, await guild.defaultRole(), { deny: ["read_history"] });
    assert.equal((await bob.get(messages)).status, 403);
    // Still there, and still heard.
    await bob.forgets();
    await owner.emits("channel_send", { channel_id: guild.general, text: "now" });
    assert.equal((await bob.receives("channel_new")).source, "now");
  });
});

describe("a channel that not everybody may view", () => {
  test("is absent for them, wherever they look, and from the moment on that it is closed", async () => {
    const { guild, ids: [insider] } = await meeting(carol, bob);
    const staff = await guild.role("Staff");
    await guild.changes(insider, { roleIds: [staff] });
    const secret = await guild.channel("plans");
    for (const person of [owner, carol, bob]) await person.forgets();
    await owner.emits("channel_send", { channel_id: secret, text: "open to all" });
    await bob.receives("channel_new", { source: "open to all" });

    await guild.overwrites(secret, await guild.defaultRole(), { deny: ["view_channel"] });
    await guild.overwrites(secret, staff, { allow: ["view_channel"] });
    for (const person of [owner, carol, bob]) await person.forgets();
    const { id } = await carol.emits("channel_send", { channel_id: secret, text: "for staff, @bob" });
    for (const person of [owner, carol]) assert.equal((await person.receives("channel_new")).id, id);
    await owner.emits("channel_typing", { channel_id: secret });
    await bob.hearsNothing();
    await outsider.hearsNothing();
    assert.deepEqual((await bob.reads(`${guild.path}/channels`)).channels.map(({ name }: any) => name), ["general"]);
    await isRefused(bob.get(`${guild.path}/channels/${secret}/messages`), 404, "channel_not_found");
    await isRefused(bob.post(`${guild.path}/channels/${secret}/messages`, { content: "me?" }), 404, "channel_not_found");
    assert.equal((await bob.sends("channel_send", { channel_id: secret, text: "me?" })).error, "channel_not_found");
    assert.equal(await bob.sees(conversation(secret)), undefined);
    assert.equal((await listed(bob, guild)).unread, 0);
    assert.deepEqual((await bob.syncs({ [conversation(secret)]: 0 })).gone, [conversation(secret)]);

    // The role is what opens it, and taking the role closes it again.
    await guild.changes(insider, { roleIds: [] });
    await carol.forgets();
    await owner.emits("channel_send", { channel_id: secret, text: "alone" });
    await carol.hearsNothing("channel_new");
    assert.equal((await carol.sends("channel_send", { channel_id: secret, text: "me?" })).error, "channel_not_found");
  });

  test("can be one to read only", async () => {
    const { guild } = await meeting(bob);
    const news = await guild.channel("news");
    await guild.overwrites(news, await guild.defaultRole(), { deny: ["send_messages"] });
    await bob.forgets();
    const { id } = await owner.emits("channel_send", { channel_id: news, text: "Extra!" });
    assert.equal((await bob.receives("channel_new")).id, id);
    assert.equal((await bob.sends("channel_send", { channel_id: news, text: "first" })).error, "forbidden");
    assert.equal((await bob.sends("channel_typing", { channel_id: news })).ok, false);
    assert.equal((await bob.post(`${guild.path}/channels/${news}/messages`, { content: "first" })).status, 403);
    assert.deepEqual((await guild.history(news)).map(({ source }: any) => source), ["Extra!"]);
    await owner.hearsNothing("user_typing");
  });

  test("is gone for all when it is deleted", async () => {
    const { guild } = await meeting(bob);
    const doomed = await guild.channel("doomed");
    await owner.emits("channel_send", { channel_id: doomed, text: "last words" });
    await gets(204, owner.delete(`${guild.path}/channels/${doomed}`));
    await bob.receives("server_updated", { what: "channels" });
    for (const person of [owner, bob]) {
      assert.equal((await person.sends("channel_send", { channel_id: doomed, text: "?" })).error, "channel_not_found");
      await isRefused(person.get(`${guild.path}/channels/${doomed}/messages`), 404, "channel_not_found");
      assert.equal(await person.sees(conversation(doomed)), undefined);
    }
  });
});

describe("a role", () => {
  test("gives what it says, to who has it and as long as they have it", async () => {
    const { guild, ids: [manager, other] } = await meeting(bob, carol);
    const make = (person: Person): Promise<any> => person.post(`${guild.path}/channels`, { name: "ideas" }) as Promise<any>;
    await isRefused(make(bob), 403, "forbidden");
    const role = await guild.role("Gardener", ["manage_channels"]);
    await guild.changes(manager, { addRoleIds: [role] });
    await gets(201, make(bob));
    await isRefused(make(carol), 403, "forbidden");
    await isRefused(make(outsider), 404, "server_not_found");
    await guild.changes(other, { addRoleIds: [role] });
    await gets(201, make(carol));
    await gets(200, guild.owner.request("PATCH", `${guild.path}/roles/${role}`, { permissions: [] }));
    for (const person of [bob, carol]) await isRefused(make(person), 403, "forbidden");
    assert.equal((await guild.owner.reads(`${guild.path}/channels`)).channels.length, 3);
  });

  test("lets nobody reach above themselves", async () => {
    const { guild, ids: [manager, above] } = await meeting(bob, carol);
    // Made later, placed lower: positions are said outright.
    const low = await guild.role("Low");
    const middle = await guild.role("Middle", ["manage_roles", "manage_members", "kick_members", "ban_members", "moderate_members"]);
    const high = await guild.role("High");
    for (const [position, role] of [low, middle, high].entries()) {
      await gets(200, owner.request("PATCH", `${guild.path}/roles/${role}`, { position: position + 1 }));
    }
    await guild.changes(manager, { roleIds: [middle] });
    await guild.changes(above, { roleIds: [high] });
    const patch = (user: number, body: object): Promise<any> => bob.request("PATCH", guild.member(user), body) as Promise<any>;
    await isRefused(patch(above, { nickname: "Z" }), 403, "target_above_you");
    await isRefused(patch(guild.ownerId, { nickname: "A" }), 403, "target_is_owner");
    await isRefused(patch(manager, { addRoleIds: [high] }), 403, `role_hierarchy:${high}`);
    await isRefused(bob.delete(guild.member(above)), 403, "target_above_you");
    await isRefused(bob.request("PUT", `${guild.path}/bans/${above}`, {}), 403, "target_above_you");
    await isRefused(bob.delete(guild.member(guild.ownerId)), 403, "target_is_owner");
    await isRefused(bob.delete(`${guild.path}/roles/${middle}`), 403, `role_hierarchy:${middle}`);
    const grown = await bob.request("PATCH", `${guild.path}/roles/${low}`, { permissions: ["manage_server"] });
    assert.equal(grown.status, 403);
    assert.deepEqual((await guild.profile(above)).roleIds, [high]);
    assert.deepEqual((await guild.profile(manager)).roleIds, [middle]);
    await guild.changes(above, { roleIds: [] });
    await gets(200, patch(above, { nickname: "Z", addRoleIds: [low] }));
    assert.equal((await guild.profile(above)).nickname, "Z");
  });
});

describe("moderation", () => {
  test("a timeout silences at once, everywhere in the server, and leaves reading", async () => {
    const { guild, ids: [user] } = await meeting(bob);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    assert.equal((await guild.changes(user, { timedOutUntil: until })).timedOutUntil, until);
    await owner.forgets();
    const ack = await bob.sends("channel_send", { channel_id: guild.general, text: "but" });
    assert.deepEqual([ack.ok, ack.error], [false, "timed_out"]);
    assert.equal((await bob.post(`${guild.path}/channels/${guild.general}/messages`, { content: "but" })).status, 403);
    assert.equal((await bob.sends("channel_typing", { channel_id: guild.general })).ok, false);
    assert.equal((await bob.post(`${guild.path}/invites`)).status, 403);
    await owner.hearsNothing();
    assert.equal((await bob.reads(guild.path)).me.timedOutUntil, until);
    const { id } = await owner.emits("channel_send", { channel_id: guild.general, text: "calm down" });
    assert.equal((await bob.receives("channel_new")).id, id);
    await guild.changes(user, { timedOutUntil: null });
    await bob.emits("channel_send", { channel_id: guild.general, text: "sorry" });
    assert.equal((await owner.receives("channel_new", { source: "sorry" })).username, "bob");
  });

  test("who is put out hears nothing more, and may come back; who is banned may not", async () => {
    const { guild, ids: [user] } = await meeting(bob);
    await gets(204, owner.delete(guild.member(user)));
    await assertOutside(bob, guild);
    await guild.admits(bob);
    const { id } = await bob.emits("channel_send", { channel_id: guild.general, text: "back" });
    assert.equal((await owner.receives("channel_new", { id })).username, "bob");

    await gets(204, owner.request("PUT", `${guild.path}/bans/${user}`, { reason: "spam" }));
    await assertOutside(bob, guild);
    const { bans } = await owner.reads(`${guild.path}/bans`);
    assert.deepEqual(bans.map(({ userId, reason }: any) => [userId, reason]), [[user, "spam"]]);
    const { invite } = await gets(201, owner.post(`${guild.path}/invites`));
    await isRefused(bob.post(`/invites/${invite.code}/accept`), 403, "banned");
    await gets(204, owner.delete(`${guild.path}/bans/${user}`));
    await gets(200, bob.post(`/invites/${invite.code}/accept`));
  });

  test("who leaves has left", async () => {
    const { guild, ids: [user] } = await meeting(bob);
    await gets(204, bob.delete(guild.member(user)));
    await owner.receives("server_updated", { what: "members" });
    await assertOutside(bob, guild);
    assert.equal((await owner.delete(guild.member(guild.ownerId))).status, 403);
  });

  test("is for who may, and is written down", async () => {
    const { guild, ids: [bobs, carols] } = await meeting(bob, carol);
    await isRefused(bob.delete(guild.member(carols)), 403, "forbidden");
    await isRefused(bob.request("PUT", `${guild.path}/bans/${carols}`, {}), 403, "forbidden");
    await isRefused(bob.request("PATCH", guild.member(carols), { nickname: "Victim" }), 403, "forbidden");
    await isRefused(bob.get(`${guild.path}/audit`), 403, "forbidden");
    await isRefused(outsider.request("PUT", `${guild.path}/bans/${carols}`, {}), 404, "server_not_found");
    await carol.emits("channel_send", { channel_id: guild.general, text: "still here" });

    const reason = encodeURIComponent("as agreed – in the pub");
    await gets(200, owner.request("PATCH", guild.member(bobs), { nickname: "Boss" }, { "x-audit-log-reason": reason }));
    const { entries } = await owner.reads(`${guild.path}/audit?limit=1`);
    assert.equal(entries.length, 1);
    assert.equal(entries[0].reason, "as agreed – in the pub");
    assert.deepEqual([entries[0].before.nickname, entries[0].after.nickname], [null, "Boss"]);
    const count = (await owner.reads(`${guild.path}/audit?limit=200`)).entries.length;
    await owner.forgets();
    // What changes nothing is no news and no entry.
    await gets(200, owner.request("PATCH", guild.member(bobs), { nickname: "Boss" }));
    await owner.hearsNothing();
    assert.equal((await owner.reads(`${guild.path}/audit?limit=200`)).entries.length, count);
  });
});
