/**
 * A whole-text client, as the legacy page is one: a text area that is replaced by every text
 * somebody else is said to have written, and sent as a whole at every input.
 *
 * Faithful in what makes it hard to serve: it knows no versions, ignores texts said to be its own,
 * never joins again after a reconnect, and Socket.IO keeps for later what it sends while
 * disconnected. Acks are kept only to know afterwards what had to be there.
 */
import assert from "node:assert/strict";
import type { Socket } from "socket.io-client";
import { eventually } from "./docs.ts";
import type { Person } from "./person.ts";
import { Tab, within } from "./tab.ts";

export interface TextPageOptions {
  /** Where it connects, when that is not the server itself but a link to it. */
  url?: string;
  /** Joins at every connect, as a newer page does; the legacy one joins once. */
  rejoins?: boolean;
}

export class TextPage {
  /** What is in the text area. */
  screen = "";
  /** How often the text area was replaced. */
  replaced = 0;
  /** Every ack that was no success. */
  readonly refusals: any[] = [];
  /** Texts that were sent and answered. */
  readonly acked: { content: string; version: number }[] = [];
  private unanswered = 0;

  private constructor(
    readonly socket: Socket,
    readonly name: string,
    readonly doc: number,
    rejoins: boolean,
  ) {
    socket.on("doc_content", (told: any) => {
      if (told.doc_id === doc) this.shows(told.content);
    });
    for (const event of ["doc_updated", "doc_content_updated"]) {
      socket.on(event, (told: any) => {
        if (told.doc_id === doc && told.edited_by !== name) this.shows(told.content);
      });
    }
    // What was under way is not answered any more. What waits in the client is: of it the transport may be lost once more
    // before it could be sent.
    socket.on("disconnect", () => (this.unanswered = socket.sendBuffer.filter(({ data }) => data[0] === "doc_edit").length));
    if (rejoins) socket.on("connect", () => socket.emit("doc_join", { doc_id: doc }));
  }

  /** Connects, and joins the document. */
  static async opens(person: Person, doc: number, { url = person.server.url, rejoins = false }: TextPageOptions = {}): Promise<TextPage> {
    const socket = Tab.socket(url, {
      extraHeaders: { cookie: person.cookie },
      reconnection: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    });
    const page = new TextPage(socket, person.name, doc, rejoins);
    const joined = new Promise<void>((resolve) => socket.once("doc_content", () => resolve()));
    socket.connect();
    if (!rejoins) socket.emit("doc_join", { doc_id: doc });
    await within(`${person.name} to be shown the document`, joined);
    return page;
  }

  /** Types or pastes `text` at a place of the text area, over what was selected there; one input event. */
  splices(at: number, text: string, selected = 0): void {
    this.inputs(this.screen.slice(0, at) + text + this.screen.slice(at + selected));
  }

  /** The text area has changed under somebody's hands. */
  inputs(content: string): void {
    this.screen = content;
    this.sends();
  }

  /** Sends the text area as it is. */
  sends(): void {
    const content = this.screen;
    this.unanswered += 1;
    this.socket.emit("doc_edit", { doc_id: this.doc, content }, (ack: any) => {
      this.unanswered -= 1;
      if (ack?.ok === true) this.acked.push({ content, version: ack.version });
      else this.refusals.push(ack);
    });
  }

  /** Connected, and everything that was sent since has been answered. */
  async isHeard(): Promise<void> {
    await eventually(`${this.name} to be connected and answered`, () => this.socket.connected && this.unanswered === 0);
    assert.deepEqual(this.refusals, [], this.name);
  }

  /** Was a text with this in it answered as stored? */
  isAcked(word: string): boolean {
    return this.acked.some(({ content }) => content.includes(word));
  }

  /** The link is gone until `connects`; what is typed meanwhile waits in the client. */
  disconnects(): void {
    this.socket.disconnect();
  }

  connects(): void {
    this.socket.connect();
  }

  closes(): void {
    this.socket.disconnect();
  }

  [Symbol.dispose](): void {
    this.closes();
  }

  private shows(content: unknown): void {
    assert.equal(typeof content, "string");
    this.screen = content as string;
    this.replaced += 1;
  }
}
