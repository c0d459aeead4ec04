/** What a connection that is already open can still do once its session has ended: nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter } from "../support/index.ts";
import { Wire } from "../support/wire.ts";

const isConnected = (packet: string) => packet.startsWith("40");
const isRefused = (packet: string) => packet.startsWith("44");
const isPutOut = (packet: string) => packet.startsWith("41");

test("a connection whose session has ended cannot come back by asking for the namespace again", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  using wire = await Wire.opens(server, alice);
  wire.says("40");
  await wire.receives(isConnected);

  assert.equal((await alice.post("/logout")).status, 200);

  await wire.receives(isPutOut);
  wire.says("40");
  const answer = await wire.receives((packet) => isConnected(packet) || isRefused(packet));
  assert.match(answer, /^44.*unauthorized/);
  await bob.emits("dm_send", { to: "alice", text: "not for that connection" });
  // Nobody answers there any more, and nothing of the message arrived before the refusal of this.
  wire.says("40");
  assert.match(await wire.receives((packet) => packet.includes("not for") || isRefused(packet)), /^44/);
});

test("what a put out connection had still queued is not said", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  using wire = await Wire.opens(server, alice);
  wire.says("40");
  await wire.receives(isConnected);
  for (let n = 0; n < 3000; n++) wire.says(`42["dm_send",{"to":"bob","text":"queued ${n}"}]`);

  assert.equal((await alice.post("/logout")).status, 200);

  await wire.receives(isPutOut);
  // Once two fences have passed the writer, whatever was under way at the end is stored.
  await bob.emits("dm_send", { to: "bob", text: "fence" });
  const before = (await bob.get("/api/dm/messages?peer=alice&limit=1")).json;
  await bob.emits("dm_send", { to: "bob", text: "fence" });
  const after = (await bob.get("/api/dm/messages?peer=alice&limit=1")).json;
  assert.deepEqual(after, before);
});
