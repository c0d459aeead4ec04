/** A WebSocket connection that is spoken packet by packet, for what no client library would do. */
import WebSocket from "ws";
import type { Person } from "./person.ts";
import type { Chatter } from "./server.ts";

export class Wire {
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

  /** The same, connected to the namespace. */
  static async connects(server: Chatter, person: Person): Promise<Wire> {
    const wire = await Wire.opens(server, person);
    wire.says("40");
    await wire.receives((packet) => packet.startsWith("40"));
    return wire;
  }

  says(packet: string): void {
    this.#socket.send(packet);
  }

  /** Sends an event that is answered with a packet that begins with `43` and the number `ack`. */
  emits(ack: number, event: string, payload: unknown): void {
    this.says(`42${ack}${JSON.stringify([event, payload])}`);
  }

  /** The first packet, here or still to come, that `fits`; it and those before it are forgotten. */
  async receives(fits: (packet: string) => boolean): Promise<string> {
    for (;;) {
      const at = this.#packets.findIndex(fits);
      if (at >= 0) return this.#packets.splice(0, at + 1)[at];
      await new Promise<void>((resolve) => (this.#arrived = resolve));
    }
  }

  /** Reads nothing any more. */
  stalls(): void {
    this.#socket.pause();
  }

  /** Closes the connection, behind what was said. */
  closes(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
