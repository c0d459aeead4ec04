/** What a connection that is already open can still do once its session has ended: nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import WebSocket from "ws";
import { Chatter, type Person } from "../support/index.ts";

/** A bare Engine.IO connection, which may ask for the namespace as often as it likes. */
class Wire {
  readonly #socket: WebSocket;
  readonly #packets: string[] = [];
  #arrived = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const packet = String(data);
      if (packet === "2") socket.send("3");
      else this.#packets.push(packet);
      this.#arrived();
    });
  }

  static async opens(server: Chatter, person: Person): Promise<Wire> {
    const address = `${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(address, { headers: { cookie: person.cookie } });
    const wire = new Wire(socket);
    await wire.receives((packet) => packet.startsWith("0"));
    return wire;
  }

  says(packet: string): void {
    this.#socket.send(packet);
  }

  /** The first packet, here or still to come, that `fits`; it and those before it are forgotten. */
  async receives(fits: (packet: string) => boolean): Promise<string> {
    for (;;) {
      const at = this.#packets.findIndex(fits);
      if (at >= 0) return this.#packets.splice(0, at + 1)[at];
      await new Promise<void>((resolve) => (this.#arrived = resolve));
    }
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}

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
