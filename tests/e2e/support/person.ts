/**
 * Typed callers: a stranger, who has no account, and a person, who is signed in and may have tabs
 * open. Their methods read as what people do.
 */
import assert from "node:assert/strict";
import type { ManagerOptions, SocketOptions } from "socket.io-client";
import { ask, type Answer } from "./http.ts";
import { Tab, type Heard, type Where } from "./tab.ts";
import type { Chatter } from "./server.ts";

export const PASSWORD = "correct horse battery";

/** Anybody with an HTTP client: keeps cookies, sends the server's own Origin unless told otherwise. */
export class Stranger {
  readonly cookies = new Map<string, string>();

  constructor(readonly server: Chatter) {}

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const raw = body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const sent: Record<string, string> = { origin: this.server.url, accept: "application/json" };
    if (raw !== undefined) sent["content-type"] = "application/json";
    if (this.cookies.size > 0) sent.cookie = this.cookie;
    for (const [name, value] of Object.entries(headers)) {
      if (value === "") delete sent[name];
      else sent[name] = value;
    }
    const answer = await ask(this.server.url, path, { method, headers: sent, body: raw as string | Buffer | undefined });
    this.remember(answer);
    return answer;
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.request("GET", path, undefined, headers);
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.request("POST", path, body, headers);
  }

  delete(path: string): Promise<Answer> {
    return this.request("DELETE", path);
  }

  /** The JSON body of a GET that must succeed. */
  async reads(path: string): Promise<any> {
    const answer = await this.get(path);
    assert.equal(answer.status, 200, `GET ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer.json;
  }

  /** The JSON body of a POST that must succeed. */
  async does(path: string, body?: unknown): Promise<any> {
    const answer = await this.post(path, body);
    assert.equal(answer.status, 200, `POST ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    assert.notEqual(answer.json.ok, false, `POST ${path}: ${answer.text.slice(0, 300)}`);
    return answer.json;
  }

  private remember(answer: Answer): void {
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(pair.indexOf("=") + 1);
      const over = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute)) || value === "";
      if (over) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

export interface Group {
  id: number;
  name: string;
  invite_code: string;
  conversation: string;
}

export class Person extends Stranger {
  readonly tabs: Tab[] = [];

  constructor(
    server: Chatter,
    readonly name: string,
    public password: string = PASSWORD,
  ) {
    super(server);
  }

  async signsUp(): Promise<void> {
    await this.does("/register", { username: this.name, password: this.password });
  }

  async signsIn(): Promise<void> {
    await this.does("/login", { username: this.name, password: this.password });
  }

  /** The same account on another device: a session of its own. */
  async onAnotherDevice(): Promise<Person> {
    const other = new Person(this.server, this.name, this.password);
    await other.signsIn();
    this.server.keeps(other);
    return other;
  }

  async connects(options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Tab> {
    const { extraHeaders, ...rest } = options;
    const tab = await Tab.open(this.name, this.server.url, {
      extraHeaders: { cookie: this.cookie, ...extraHeaders },
      ...rest,
    });
    this.tabs.push(tab);
    return tab;
  }

  /** The tab opened first and still in use. */
  get tab(): Tab {
    const tab = this.tabs[0];
    if (tab === undefined) throw new Error(`${this.name} has not connected`);
    return tab;
  }

  sends(event: string, ...args: unknown[]): Promise<any> {
    return this.tab.sends(event, ...args);
  }

  emits(event: string, ...args: unknown[]): Promise<any> {
    return this.tab.does(event, ...args);
  }

  receives(event: string, where?: Where): Promise<any> {
    return this.tab.receives(event, where);
  }

  hears(event: string, where?: Where): Promise<Heard> {
    return this.tab.hears(event, where);
  }

  hearsNothing(...events: string[]): Promise<void> {
    return this.tab.hearsNothing(...events);
  }

  forgets(): Promise<void> {
    return this.tab.forgets();
  }

  /** Closes every tab and forgets them. */
  disconnects(): void {
    for (const tab of this.tabs.splice(0)) tab.closes();
  }

  /** Starts a group with others. */
  async gathers(others: Person[], name = "Team"): Promise<Group> {
    const made = await this.does("/api/gdm/threads", { name, members: others.map((other) => other.name) });
    return { id: made.id, name: made.name, invite_code: made.invite_code, conversation: `gdm:${made.id}` };
  }

  /** The whole answer of a `sync` over REST. */
  syncs(since: Record<string, number> = {}, limit?: number): Promise<any> {
    return this.does("/api/sync", limit === undefined ? { since } : { since, limit });
  }

  /** One row of the conversation list, or undefined. */
  async sees(conversation: string): Promise<any> {
    const { conversations } = await this.reads("/api/conversations");
    return conversations.find((row: any) => row.conversation === conversation);
  }

  /** Changes app settings; for superadmins. */
  sets(settings: Record<string, string>): Promise<any> {
    return this.does("/api/admin/app_settings", settings);
  }
}
