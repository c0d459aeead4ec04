/** A stream of server-sent events, read with plain `fetch` and parsed as the HTML standard says. */
import assert from "node:assert/strict";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Person } from "./person.ts";
import { within } from "./tab.ts";

export interface ServerSent {
  id: string;
  data: any;
}

export class EventStream implements AsyncDisposable {
  readonly retries: number[] = [];
  private readonly arrived: { event: string; sent: ServerSent }[] = [];
  private readonly ended: Promise<void>;
  private wake = (): void => {};

  private constructor(
    readonly headers: Headers,
    body: ReadableStream<Uint8Array>,
    private readonly abort: AbortController,
  ) {
    this.ended = this.reads(body);
  }

  /** Opens the stream at `path` with the session of a person. */
  static async opens(person: Person, path: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(person.server.url + path, { headers: { cookie: person.cookie, accept: "text/event-stream", ...headers }, signal: abort.signal });
    assert.equal(response.status, 200, response.status === 200 ? "" : await response.text());
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    return new EventStream(response.headers, response.body!, abort);
  }

  /** The next event of this kind for which `fits`, here already or still to come; those before it are forgotten. */
  async receives(event: string, fits: (data: any) => boolean = () => true): Promise<ServerSent> {
    const find = async (): Promise<ServerSent> => {
      for (;;) {
        const at = this.arrived.findIndex((each) => each.event === event && fits(each.sent.data));
        if (at >= 0) return this.arrived.splice(0, at + 1).at(-1)!.sent;
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    };
    return within(`the event ${event}`, find());
  }

  /** What arrived and nobody has asked for. */
  get unclaimed(): readonly { event: string; sent: ServerSent }[] {
    return this.arrived;
  }

  /** Waits until the server ends the stream. */
  isClosed(): Promise<void> {
    return within("the stream to be closed", this.ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
    await this.ended;
  }

  private async reads(body: ReadableStream<Uint8Array>): Promise<void> {
    const parser = new EventSourceParserStream({ onRetry: (milliseconds) => this.retries.push(milliseconds) });
    try {
      for await (const message of body.pipeThrough(new TextDecoderStream() as any).pipeThrough(parser) as any) {
        this.arrived.push({ event: message.event ?? "message", sent: { id: message.id ?? "", data: JSON.parse(message.data) } });
        this.wake();
      }
    } catch (error) {
      if (!this.abort.signal.aborted) throw error;
    }
  }
}
