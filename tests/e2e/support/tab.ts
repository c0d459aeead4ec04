/**
 * One live connection of a person, as a browser tab holds it: the official Socket.IO client with
 * a mailbox, so that a test may ask for an event before or after it arrived.
 */
import assert from "node:assert/strict";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";

export interface Heard {
  event: string;
  args: any[];
}

export type Where = Record<string, unknown> | ((payload: any) => boolean);

/** How long a test waits for something that must happen. Never how long it waits for nothing. */
export const PATIENCE = 20_000;

/** News about other people's comings and goings, which any quiet listener hears. */
const AMBIENT = new Set(["user_list_refresh"]);

export class Tab {
  private mailbox: Heard[] = [];
  private waiting: { wanted: (heard: Heard) => boolean; resolve: (heard: Heard) => void }[] = [];
  private ending: Promise<string>;

  private constructor(
    readonly socket: Socket,
    private readonly owner: string,
  ) {
    socket.onAny((event: string, ...args: any[]) => this.keep({ event, args }));
    this.ending = new Promise((resolve) => socket.once("disconnect", (reason) => resolve(reason)));
  }

  static async open(owner: string, url: string, options: Partial<ManagerOptions & SocketOptions>): Promise<Tab> {
    const socket = Tab.socket(url, options);
    const tab = new Tab(socket, owner);
    await new Promise<void>((resolve, reject) => {
      const refused = (error: Error): void => {
        socket.disconnect();
        reject(error);
      };
      socket.once("connect", () => {
        socket.off("connect_error", refused);
        resolve();
      });
      socket.once("connect_error", refused);
      socket.connect();
    });
    return tab;
  }

  /** A client that has not connected yet, for tests about connecting. */
  static socket(url: string, options: Partial<ManagerOptions & SocketOptions>): Socket {
    return io(url, {
      transports: ["websocket"],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
      ...options,
    });
  }

  /** Sends an event and returns the server's ack. */
  async sends(event: string, ...args: unknown[]): Promise<any> {
    try {
      return await this.socket.timeout(PATIENCE * 3).emitWithAck(event, ...args);
    } catch (error) {
      throw new Error(`${this.owner}: ${event} was never acked`, { cause: error });
    }
  }

  /** Sends an event and insists on `ok: true`. */
  async does(event: string, ...args: unknown[]): Promise<any> {
    const ack = await this.sends(event, ...args);
    assert.equal(ack?.ok, true, `${this.owner}: ${event} ${shorten(args)} was refused: ${shorten(ack)}`);
    return ack;
  }

  /** Sends an event without asking for an ack. */
  says(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args);
  }

  /** The payload of the next such event, whether it is here already or still to come. */
  async receives(event: string, where?: Where): Promise<any> {
    return (await this.hears(event, where)).args[0];
  }

  async hears(event: string, where?: Where): Promise<Heard> {
    const wanted = (heard: Heard): boolean => heard.event === event && matches(heard.args[0], where);
    const at = this.mailbox.findIndex(wanted);
    if (at >= 0) return this.mailbox.splice(at, 1)[0]!;
    return new Promise((resolve, reject) => {
      const entry = { wanted, resolve: (heard: Heard): void => (clearTimeout(timer), resolve(heard)) };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== entry);
        const instead = this.mailbox.map((heard) => `${heard.event} ${shorten(heard.args)}`).join("\n  ");
        reject(new Error(`${this.owner} never received ${event} ${shorten(where)}; unclaimed:\n  ${instead || "nothing"}`));
      }, PATIENCE);
      this.waiting.push(entry);
    });
  }

  /**
   * Proves silence: after an acked round trip, whatever the server had published before is here.
   * Without names nothing at all may have arrived, apart from ambient presence news.
   */
  async hearsNothing(...events: string[]): Promise<void> {
    await this.catchesUp();
    const unwanted = this.mailbox.filter(({ event }) =>
      events.length === 0 ? !AMBIENT.has(event) : events.includes(event),
    );
    assert.deepEqual(unwanted, [], `${this.owner} heard what was not meant for them`);
  }

  /** Everything of this kind heard so far and not yet claimed, after a fence. */
  async heardSoFar(...events: string[]): Promise<Heard[]> {
    await this.catchesUp();
    const claimed = this.mailbox.filter(({ event }) => events.includes(event));
    this.mailbox = this.mailbox.filter(({ event }) => !events.includes(event));
    return claimed;
  }

  /** Forgets what arrived so far, after a fence: what comes later is news. */
  async forgets(): Promise<void> {
    await this.catchesUp();
    this.mailbox = [];
  }

  /** The fence: an acked round trip behind everything published before. */
  async catchesUp(): Promise<any> {
    return this.does("sync", { since: {}, limit: 1 });
  }

  /** Waits until the server (or the line) ends this connection; the reason. */
  async isClosed(): Promise<string> {
    return within(`${this.owner}'s socket to be closed`, this.ending);
  }

  closes(): void {
    this.socket.disconnect();
  }

  private keep(heard: Heard): void {
    const at = this.waiting.findIndex(({ wanted }) => wanted(heard));
    if (at >= 0) this.waiting.splice(at, 1)[0]!.resolve(heard);
    else this.mailbox.push(heard);
  }
}

/** Waits for what must happen, and says what it was when it does not. */
export function within<T>(what: string, promise: Promise<T>, patience = PATIENCE): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${patience} ms in vain for ${what}`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function matches(payload: any, where?: Where): boolean {
  if (where === undefined) return true;
  if (typeof where === "function") return where(payload);
  return Object.entries(where).every(([key, value]) => payload?.[key] === value);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
