/** One document, the people who type into it, and the bad links between them and the server. */
import { Dice } from "./doc-dice.ts";
import { Link, type Delay } from "./doc-link.ts";
import { TextPage, type TextPageOptions } from "./doc-text.ts";
import { YjsPage } from "./doc-yjs.ts";
import { drafts, stored } from "./docs.ts";
import type { Person } from "./person.ts";
import type { Chatter } from "./server.ts";

export class Meeting implements AsyncDisposable {
  readonly links: Link[] = [];
  private readonly pages: (TextPage | YjsPage)[] = [];

  private constructor(
    readonly server: Chatter,
    readonly people: readonly Person[],
    readonly doc: number,
    readonly dice: Dice,
  ) {}

  /** An empty document, or one with `content`, of the first of these people; the others are its editors. */
  static async of(server: Chatter, names: readonly string[], content = ""): Promise<Meeting> {
    const people = await server.people(...names);
    const editors = Object.fromEntries(names.slice(1).map((name) => [name, "editor"] as const));
    return new Meeting(server, people, await drafts(people[0]!, content, editors), Dice.rolled());
  }

  /** How to have the same dice again. */
  get told(): string {
    return `DOCS_SEED=${this.dice.seed}, ${this.links.map(({ cuts }) => cuts).join("+")} cuts`;
  }

  /** A new link to the server. */
  async link(delay: Delay): Promise<Link> {
    const link = await Link.to(this.server.url, this.dice, delay);
    this.links.push(link);
    return link;
  }

  /** A whole-text client of the person with this number, behind a link of its own, if any. */
  async text(who: number, delay?: Delay, options: TextPageOptions = {}): Promise<TextPage> {
    const page = await TextPage.opens(this.people[who]!, this.doc, { url: await this.address(delay), ...options });
    this.pages.push(page);
    return page;
  }

  /** A Yjs client of the person with this number, behind a link of its own, if any. */
  async yjs(who: number, delay?: Delay): Promise<YjsPage> {
    const page = await YjsPage.opens(this.people[who]!, this.doc, await this.address(delay));
    this.pages.push(page);
    return page;
  }

  /** What is stored. */
  stored = (): Promise<string> => stored(this.people[0]!, this.doc);

  private async address(delay?: Delay): Promise<string> {
    return delay === undefined ? this.server.url : (await this.link(delay)).url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const page of this.pages) page.closes();
    for (const link of this.links) await link[Symbol.asyncDispose]();
  }
}
