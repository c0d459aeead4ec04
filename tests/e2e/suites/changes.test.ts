/** Editing and deleting: who may (contract 4.2), and what everybody hears of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, matchesSnapshot, type Person } from "../support/index.ts";

interface Kind {
  kind: "public" | "dm" | "gdm";
  send: string;
  edit: string;
  remove: string;
  sent: string;
  history: (address: Record<string, unknown>) => string;
}

const KINDS: Kind[] = [
  { kind: "public", send: "send_message", edit: "edit_message", remove: "delete_message", sent: "new_message", history: () => "/api/messages" },
  { kind: "dm", send: "dm_send", edit: "dm_edit", remove: "dm_delete", sent: "dm_new", history: ({ to }) => `/api/dm/messages?peer=${to}` },
  { kind: "gdm", send: "gdm_send", edit: "gdm_edit", remove: "gdm_delete", sent: "gdm_new", history: ({ tid }) => `/api/gdm/messages?tid=${tid}` },
];

/** Alice and Bob with a message of Alice's between them, and Mallory outside (of all but public). */
async function aMessage(server: Chatter, how: Kind, text = "first version") {
  const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
  const group = await alice.gathers([bob]);
  const address: Record<string, unknown> = how.kind === "dm" ? { to: "bob" } : how.kind === "gdm" ? { tid: group.id } : {};
  const ack = await alice.emits(how.send, { ...address, text });
  for (const person of [alice, bob, mallory]) await person.forgets();
  return { alice, bob, mallory, group, address, ack };
}

for (const how of KINDS) {
  describe(`a ${how.kind} message`, () => {
    test("is edited by its author, and everybody who can see it hears both event families", async () => {
      await using server = await Chatter.starts();
      const { alice, bob, mallory, address, ack } = await aMessage(server, how);
      const edited = await alice.emits(how.edit, { id: ack.id, text: "second *version*" });
      matchesSnapshot(`acks/${how.edit}`, edited);
      const modern = await bob.receives("message_edited");
      matchesSnapshot(`events/message_edited-${how.kind}`, modern);
      const legacy = await bob.receives(how.edit);
      matchesSnapshot(`events/${how.edit}`, legacy);
      assert.deepEqual([legacy.id, legacy.text], [ack.id, modern.text]);
      assert.deepEqual([edited.id, edited.rev], [ack.id, modern.rev]);
      assert.equal((await alice.receives("message_edited")).id, ack.id);
      await alice.receives(how.edit);
      await bob.hearsNothing();
      await alice.hearsNothing();
      if (how.kind !== "public") await mallory.hearsNothing();

      const [row] = await alice.reads(how.history(address));
      assert.deepEqual([row.source, row.text, row.edited, row.edited_by], ["second *version*", "second <em>version</em>", 1, "alice"]);
      assert.equal(row.seq, ack.seq);
      assert.ok(row.rev > ack.rev);
    });

    test("is deleted by its author, and everybody who could see it hears both event families", async () => {
      await using server = await Chatter.starts();
      const { alice, bob, mallory, address, ack } = await aMessage(server, how);
      const deleted = await alice.emits(how.remove, { id: ack.id });
      matchesSnapshot(`acks/${how.remove}`, deleted);
      const modern = await bob.receives("message_deleted");
      matchesSnapshot(`events/message_deleted-${how.kind}`, modern);
      assert.deepEqual((await bob.hears(how.remove)).args, [ack.id]);
      await alice.receives("message_deleted");
      await alice.hears(how.remove);
      await bob.hearsNothing();
      await alice.hearsNothing();
      if (how.kind !== "public") await mallory.hearsNothing();
      assert.deepEqual(await alice.reads(how.history(address)), []);
    });

    test("is deleted with its bare id too", async () => {
      await using server = await Chatter.starts();
      const { alice, bob, address, ack } = await aMessage(server, how);
      await alice.emits(how.remove, ack.id);
      assert.equal((await bob.receives("message_deleted")).id, ack.id);
      assert.deepEqual(await alice.reads(how.history(address)), []);
    });

    test("is neither edited nor deleted by somebody else who can see it", async () => {
      await using server = await Chatter.starts();
      const { alice, bob, address, ack } = await aMessage(server, how);
      assert.equal((await bob.sends(how.edit, { id: ack.id, text: "mine now" })).error, "forbidden");
      assert.equal((await bob.sends(how.remove, { id: ack.id })).error, "forbidden");
      await alice.hearsNothing();
      const [row] = await alice.reads(how.history(address));
      assert.deepEqual([row.source, row.edited, row.rev], ["first version", 0, ack.rev]);
    });

    if (how.kind !== "public") {
      test("answers outsiders exactly like an id that does not exist", async () => {
        await using server = await Chatter.starts();
        const { alice, bob, mallory, ack } = await aMessage(server, how);
        for (const event of [how.edit, how.remove]) {
          const foreign = await mallory.sends(event, { id: ack.id, text: "gotcha" });
          const missing = await mallory.sends(event, { id: ack.id + 1_000_000, text: "gotcha" });
          assert.equal(foreign.ok, false);
          assert.equal(foreign.error, "not_found");
          assert.deepEqual(foreign, missing);
        }
        await alice.hearsNothing();
        await bob.hearsNothing();
      });
    }

    test("is left alone by an edit to nothing, to too much, or to the same", async () => {
      await using server = await Chatter.starts();
      const { alice, bob, address, ack } = await aMessage(server, how);
      assert.equal((await alice.sends(how.edit, { id: ack.id, text: "  " })).error, "empty_message");
      assert.equal((await alice.sends(how.edit, { id: ack.id, text: "x".repeat(1001) })).error, "too_long");
      await alice.emits(how.edit, { id: ack.id, text: "first version" });
      await bob.hearsNothing();
      const [row] = await alice.reads(how.history(address));
      assert.deepEqual([row.source, row.edited, row.rev], ["first version", 0, ack.rev]);
    });

    test("once deleted can be neither edited nor deleted again", async () => {
      await using server = await Chatter.starts();
      const { alice, bob, ack } = await aMessage(server, how);
      await alice.emits(how.remove, { id: ack.id });
      await bob.forgets();
      assert.equal((await alice.sends(how.edit, { id: ack.id, text: "undead" })).error, "not_found");
      assert.equal((await alice.sends(how.remove, { id: ack.id })).error, "not_found");
      await bob.hearsNothing();
    });

    test("keeps its place in the order when it is edited, and the next one counts on", async () => {
      await using server = await Chatter.starts();
      const { alice, bob, address, ack } = await aMessage(server, how);
      const edit = await alice.emits(how.edit, { id: ack.id, text: "changed" });
      const next = await bob.emits(how.send, how.kind === "dm" ? { to: "alice", text: "next" } : { ...address, text: "next" });
      assert.deepEqual([next.seq, edit.rev, next.rev], [ack.seq + 1, ack.rev + 1, ack.rev + 2]);
    });
  });
}

/** Makes people admins. */
async function promotes(server: Chatter, ...admins: Person[]): Promise<void> {
  for (const { name } of admins) await server.root.does("/api/admin/role", { action: "add", role: "admin", username: name });
}

describe("moderating public messages", () => {
  test("an admin edits and deletes a user's, not another admin's edits; a superadmin edits all", async () => {
    await using server = await Chatter.starts();
    const [user, admin, other] = await server.online("user", "admin", "other");
    await promotes(server, admin, other);
    await server.root.connects();
    const usersOwn = await user.emits("send_message", { text: "of a user" });
    const othersOwn = await other.emits("send_message", { text: "of an admin" });
    await admin.emits("edit_message", { id: usersOwn.id, text: "moderated" });
    assert.equal((await user.receives("message_edited")).edited_by, "admin");
    assert.equal((await admin.sends("edit_message", { id: othersOwn.id, text: "moderated" })).error, "forbidden");
    await server.root.emits("edit_message", { id: othersOwn.id, text: "moderated from above" });
    await admin.emits("delete_message", { id: usersOwn.id });
    await admin.emits("delete_message", { id: othersOwn.id });
    assert.deepEqual(await user.reads("/api/messages"), []);
  });

  test("MC_EDIT_MESSAGES off keeps admins from others' messages, and nobody from their own", async () => {
    await using server = await Chatter.starts();
    const [user, admin] = await server.online("user", "admin");
    await promotes(server, admin);
    await server.root.sets({ MC_EDIT_MESSAGES: "0" });
    const usersOwn = await user.emits("send_message", { text: "of a user" });
    const own = await admin.emits("send_message", { text: "of an admin" });
    const refused = await admin.sends("edit_message", { id: usersOwn.id, text: "moderated" });
    assert.ok(["disabled", "forbidden"].includes(refused.error), JSON.stringify(refused));
    await admin.emits("edit_message", { id: own.id, text: "my own" });
    await user.emits("edit_message", { id: usersOwn.id, text: "mine" });
    assert.deepEqual((await user.reads("/api/messages")).map((row: any) => row.source), ["mine", "my own"]);
  });

  test("MC_DELETE_MESSAGES off keeps admins from deleting others' messages", async () => {
    await using server = await Chatter.starts();
    const [user, admin] = await server.online("user", "admin");
    await promotes(server, admin);
    await server.root.sets({ MC_DELETE_MESSAGES: "0" });
    const usersOwn = await user.emits("send_message", { text: "of a user" });
    const refused = await admin.sends("delete_message", { id: usersOwn.id });
    assert.ok(["disabled", "forbidden"].includes(refused.error), JSON.stringify(refused));
    assert.equal((await user.reads("/api/messages")).length, 1);
    await user.emits("delete_message", { id: usersOwn.id });
  });
});

describe("moderating direct and group messages", () => {
  test("admins and superadmins edit and delete direct messages", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    await server.root.connects();
    const one = await alice.emits("dm_send", { to: "bob", text: "one" });
    const two = await alice.emits("dm_send", { to: "bob", text: "two" });
    await admin.emits("dm_edit", { id: one.id, text: "one, moderated" });
    await server.root.emits("dm_delete", { id: two.id });
    assert.equal((await bob.receives("message_edited")).edited_by, "admin");
    assert.equal((await bob.receives("message_deleted")).deleted_by, "root");
    assert.deepEqual((await bob.reads("/api/dm/messages?peer=alice")).map((row: any) => row.source), ["one, moderated"]);
  });

  test("in a locked group only owner and superadmin edit, and only a superadmin deletes", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    await server.root.connects();
    const group = await alice.gathers([bob, admin]);
    const alices = await alice.emits("gdm_send", { tid: group.id, text: "the owner's" });
    const bobs = await bob.emits("gdm_send", { tid: group.id, text: "a member's" });
    await server.root.does("/api/gdm/lock", { tid: group.id });
    for (const [person, id] of [[bob, bobs.id], [admin, bobs.id]] as const) {
      const edit = await person.sends("gdm_edit", { id, text: "changed" });
      assert.ok(["locked", "forbidden"].includes(edit.error), `${person.name}: ${JSON.stringify(edit)}`);
    }
    for (const [person, id] of [[bob, bobs.id], [alice, alices.id], [admin, bobs.id]] as const) {
      const removal = await person.sends("gdm_delete", { id });
      assert.ok(["locked", "forbidden"].includes(removal.error), `${person.name}: ${JSON.stringify(removal)}`);
    }
    await alice.emits("gdm_edit", { id: alices.id, text: "the owner's, changed" });
    await server.root.emits("gdm_edit", { id: bobs.id, text: "moderated" });
    await server.root.emits("gdm_delete", { id: bobs.id });
    assert.deepEqual((await alice.reads(`/api/gdm/messages?tid=${group.id}`)).map((row: any) => row.source), ["the owner's, changed"]);
  });

  test("MC_EDIT_MESSAGES off keeps admins from group members' messages", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, admin] = await server.online("alice", "bob", "admin");
    await promotes(server, admin);
    const group = await alice.gathers([bob, admin]);
    const bobs = await bob.emits("gdm_send", { tid: group.id, text: "a member's" });
    await admin.emits("gdm_edit", { id: bobs.id, text: "moderated" });
    await server.root.sets({ MC_EDIT_MESSAGES: "0" });
    const refused = await admin.sends("gdm_edit", { id: bobs.id, text: "moderated again" });
    assert.ok(["disabled", "forbidden"].includes(refused.error), JSON.stringify(refused));
  });
});
