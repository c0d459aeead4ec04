/**
 * A bad link: a TCP proxy in front of a server that delays each direction, loses what was under way
 * when it is cut, and takes connections again when it is restored.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Dice } from "./doc-dice.ts";

/** Milliseconds, least and most, that each piece of data takes in one direction. */
export type Delay = readonly [low: number, high: number];

export class Link implements AsyncDisposable {
  private readonly near = new Set<Socket>();
  private readonly far = new Set<Socket>();
  private cut_ = false;
  /** How often it was cut. */
  cuts = 0;

  private constructor(
    private readonly listener: Server,
    private readonly target: URL,
    private readonly delay: Delay,
    private readonly dice: Dice,
  ) {
    listener.on("connection", (near) => this.carries(near));
  }

  static async to(url: string, dice: Dice, delay: Delay = [0, 0]): Promise<Link> {
    const listener = createServer({ noDelay: true });
    const link = new Link(listener, new URL(url), delay, dice.another());
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Ends every connection at once, losing what was under way, and lets no new one through. */
  cut(): void {
    this.cut_ = true;
    this.cuts += 1;
    for (const socket of [...this.near, ...this.far]) socket.resetAndDestroy();
  }

  restore(): void {
    this.cut_ = false;
  }

  /** As `cut`, but the server is not told: to it the connections look alive, and say nothing more. */
  strand(): void {
    this.cut_ = true;
    this.cuts += 1;
    for (const near of this.near) near.resetAndDestroy();
  }

  /** Is cut and restored at random until `over`, and whole after that. */
  async flaps(over: Promise<unknown>, up: Delay = [400, 1500], down: Delay = [50, 500]): Promise<void> {
    let going = true;
    const end = over.finally(() => (going = false)).then(() => {}, () => {});
    while (going) {
      await Promise.race([end, this.dice.pause(...up)]);
      if (!going) break;
      this.cut();
      await this.dice.pause(...down);
      this.restore();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private carries(near: Socket): void {
    if (this.cut_) return void near.resetAndDestroy();
    const far = connect({ host: this.target.hostname, port: Number(this.target.port), noDelay: true });
    for (const [from, to, those] of [[near, far, this.near], [far, near, this.far]] as const) {
      those.add(from);
      this.pours(from, to);
      // A reset on one side is one on the other, except to the stranded; what it says is nobody's concern.
      from.on("error", () => {});
      from.on("close", () => {
        those.delete(from);
        if (!from.readableEnded && !(this.cut_ && from === near)) to.destroy();
      });
    }
  }

  /** Everything from one end to the other in its order, each piece as late as chance has it. */
  private pours(from: Socket, to: Socket): void {
    const underway: (() => void)[] = [];
    let due = 0;
    const later = (what: () => void): void => {
      due = Math.max(due, Date.now() + this.dice.between(...this.delay));
      underway.push(what);
      setTimeout(() => {
        const first = underway.shift()!;
        if (!to.destroyed) first();
      }, due - Date.now());
    };
    from.on("data", (data) => later(() => to.write(data)));
    from.on("end", () => later(() => to.end()));
  }
}
