/** `@everyone` and `@role` in channels, and channels that are locked, as the clients of members are told (platform contract 2.2 and 3). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aServer, type Person } from "../support/index.ts";
import { Community, gets, isRefused } from "../support/platform.ts";

let owner: Person;
let bob: Person;
let carol: Person;
aServer({}, async (server) => {
  [owner, bob, carol] = await server.online("owner", "bob", "carol");
});

/** A server in which Bob is Staff and Carol is a member like any other. */
async function meeting(): Promise<{ guild: Community; staff: number }> {
  const guild = await Community.foundedBy(owner);
  const [bobs] = await guild.admits(bob, carol);
  const staff = await guild.role("Night Staff");
  await guild.changes(bobs!, { roleIds: [staff] });
  for (const person of [owner, bob, carol]) await person.forgets();
  return { guild, staff };
}

const waiting = async (person: Person, channel: number): Promise<number> => {
  const { conversations } = await person.reads("/api/conversations");
  return conversations.find((one: any) => one.channel_id === channel).mentions;
};

describe("roles and everybody", () => {
  test("are mentioned by who may, live, in history and in the counts of those who are meant", async () => {
    const { guild, staff } = await meeting();
    await owner.emits("channel_send", { channel_id: guild.general, text: "@night staff, look" });
    for (const person of [bob, carol]) {
      const news = await person.receives("channel_new");
      assert.deepEqual([news.mention_everyone, news.mention_roles, news.mentions], [false, [staff], []]);
    }
    assert.deepEqual([await waiting(bob, guild.general), await waiting(carol, guild.general)], [1, 0]);
    const { id } = await owner.emits("channel_send", { channel_id: guild.general, text: "@everyone and @bob" });
    const news = await bob.receives("channel_new", { id });
    assert.deepEqual([news.mention_everyone, news.mention_roles, news.mentions], [true, [], ["bob"]]);
    assert.deepEqual([await waiting(bob, guild.general), await waiting(carol, guild.general)], [2, 1]);
    assert.deepEqual((await guild.history()).map(({ mention_everyone }) => mention_everyone), [false, true]);

    await owner.emits("channel_edit", { id, text: "never mind" });
    const edited = await carol.receives("channel_edit", { id });
    assert.deepEqual([edited.mention_everyone, edited.mention_roles], [false, []]);
    assert.deepEqual([await waiting(bob, guild.general), await waiting(carol, guild.general)], [1, 0]);
    const conversation = `channel:${guild.general}`;
    const read = await bob.emits("mark_read", { conversation, seq: 2 });
    assert.deepEqual([read.unread, read.mentions], [0, 0]);
  });

  test("are plain text from who may not call them", async () => {
    const { guild } = await meeting();
    const { id } = await carol.emits("channel_send", { channel_id: guild.general, text: "@everyone @Night Staff" });
    const news = await bob.receives("channel_new", { id });
    assert.deepEqual([news.source, news.mention_everyone, news.mention_roles], ["@everyone @Night Staff", false, []]);
    assert.equal(await waiting(bob, guild.general), 0);
    const { id: sent } = await owner.emits("send_message", { text: "@everyone" });
    const elsewhere = await bob.receives("new_message", { id: sent });
    assert.ok(!("mention_everyone" in elsewhere) && !("mention_roles" in elsewhere), "nothing is said of them elsewhere");
  });

  test("are mentioned by a webhook that may, unless its post says otherwise", async () => {
    const { guild } = await meeting();
    const hook = await guild.webhook();
    const everybody = { content: "@everyone", allowed_mentions: { parse: ["everyone"] } };
    await isRefused(hook.posts(everybody), 400, "mention_not_allowed");
    await gets(200, owner.request("PATCH", `/apps/${hook.app}`, { mentionEveryone: true }));
    await gets(200, hook.posts(everybody));
    await gets(200, hook.posts({ content: "@everyone", allowed_mentions: {} }));
    assert.equal(await waiting(carol, guild.general), 1);
  });
});

describe("a locked channel", () => {
  test("is for those who manage channels to write in, and for all to read", async () => {
    const { guild } = await meeting();
    const hook = await guild.webhook();
    const { id } = await carol.emits("channel_send", { channel_id: guild.general, text: "before" });
    const path = `${guild.path}/channels/${guild.general}`;
    await isRefused(carol.request("PATCH", path, { locked: true }), 403, "forbidden");
    const { channel } = await gets(200, owner.request("PATCH", path, { locked: true }));
    assert.equal(channel.locked, true);
    assert.equal((await carol.receives("server_updated", { what: "channels" })).server_id, guild.id);

    const send = { channel_id: guild.general, text: "after" };
    for (const refused of [await carol.sends("channel_send", send), await carol.sends("channel_edit", { id, text: "after" })]) {
      assert.deepEqual([refused.ok, refused.error], [false, "channel_locked"]);
    }
    await isRefused(carol.post(`${path}/messages`, { content: "after" }), 403, "channel_locked");
    await isRefused(hook.posts({ content: "after" }), 403, "channel_locked");
    await carol.emits("channel_delete", { id });
    await owner.emits("channel_send", { channel_id: guild.general, text: "rules" });
    assert.deepEqual((await guild.history(guild.general, carol)).map(({ source }) => source), ["rules"]);

    await gets(200, owner.request("PATCH", path, { locked: false }));
    await carol.emits("channel_send", send);
  });
});
