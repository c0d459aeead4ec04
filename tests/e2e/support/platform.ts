/**
 * Servers and their apps as suites about the platform need them, made through the public API.
 *
 * A `Community` is one server of somebody's; a `Hook` is the one-time URL of a webhook or a
 * widget; a `Token` is what an integration was given. Hooks and tokens call as programs do:
 * without cookies, without an Origin.
 */
import assert from "node:assert/strict";
import { ask, type Answer } from "./http.ts";
import type { Person } from "./person.ts";
import { SECRET, type Chatter } from "./server.ts";

/** The body of an answer that must have this status; undefined where it has none. */
export async function gets(status: number, answering: Answer | Promise<Answer>): Promise<any> {
  const answer = await answering;
  assert.equal(answer.status, status, answer.text.slice(0, 500));
  return answer.text === "" ? undefined : answer.json;
}

/** A refusal, in the one shape that all of the platform's have; its body. */
export async function isRefused(answering: Answer | Promise<Answer>, status: number, error: string): Promise<any> {
  const answer = await answering;
  assert.equal(answer.status, status, answer.text.slice(0, 500));
  const body = answer.json;
  assert.deepEqual([body.ok, body.error], [false, error], answer.text);
  assert.equal(typeof body.message, "string");
  assert.ok(body.message !== "" && body.request_id === answer.headers["x-request-id"], answer.text);
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.doesNotMatch(answer.text, SECRET);
  return body;
}

/** A server with its channel, people and apps. Everything is done by its owner unless said otherwise. */
export class Community {
  private constructor(
    readonly owner: Person,
    readonly id: number,
    /** The channel that every server begins with. */
    readonly general: number,
    readonly ownerId: number,
  ) {}

  static async foundedBy(owner: Person, name = "Guild"): Promise<Community> {
    const { server } = await gets(201, owner.post("/servers", { name }));
    const { channels } = await owner.reads(`/servers/${server.id}`);
    assert.equal(channels.length, 1);
    return new Community(owner, server.id, channels[0].id, server.ownerId);
  }

  get chatter(): Chatter {
    return this.owner.server;
  }

  get path(): string {
    return `/servers/${this.id}`;
  }

  /** Lets people in with one invite; their user ids, in this order. */
  async admits(...people: Person[]): Promise<number[]> {
    if (people.length === 0) return [];
    const { invite } = await gets(201, this.owner.post(`${this.path}/invites`, { maxUses: people.length }));
    for (const person of people) await gets(200, person.post(`/invites/${invite.code}/accept`));
    const { memberships } = await this.owner.reads(`${this.path}/memberships?limit=1000`);
    return people.map(({ name }) => memberships.find((member: any) => member.username === name).userId);
  }

  member(user: number): string {
    return `${this.path}/memberships/${user}`;
  }

  /** The profile of a member, as the owner sees it. */
  async profile(user: number): Promise<any> {
    return (await this.owner.reads(this.member(user))).profile;
  }

  async changes(user: number, patch: object): Promise<any> {
    return (await gets(200, this.owner.request("PATCH", this.member(user), patch))).membership;
  }

  /** A new channel's id. */
  async channel(name: string): Promise<number> {
    return (await gets(201, this.owner.post(`${this.path}/channels`, { name }))).channel.id;
  }

  /** What the default role or another one may not do in a channel, or may. */
  async overwrites(channel: number, role: number, overwrite: { allow?: string[]; deny?: string[] }): Promise<void> {
    await gets(204, this.owner.request("PUT", `${this.path}/channels/${channel}/overwrites/roles/${role}`, overwrite));
  }

  async defaultRole(): Promise<number> {
    const { roles } = await this.owner.reads(`${this.path}/roles`);
    return roles.find((role: any) => role.isDefault).id;
  }

  /** A new role's id. */
  async role(name: string, permissions: string[] = []): Promise<number> {
    return (await gets(201, this.owner.post(`${this.path}/roles`, { name, permissions }))).role.id;
  }

  /** What was said in a channel, as a member sees it. */
  async history(channel = this.general, by = this.owner): Promise<any[]> {
    return (await by.reads(`${this.path}/channels/${channel}/messages`)).messages;
  }

  async webhook(channelId = this.general, name = "Build server"): Promise<Hook> {
    return this.hook({ kind: "webhook", name, channelId });
  }

  async widget(name = "Status"): Promise<Hook> {
    return this.hook({ kind: "widget", name });
  }

  /** A widget as a member sees it in the list. */
  async tile(app: number, by = this.owner): Promise<any> {
    const { widgets } = await by.reads(`${this.path}/widgets`);
    return widgets.find((widget: any) => widget.appId === app);
  }

  /** A new integration with one token. */
  async integration(...scopes: string[]): Promise<Token> {
    const { app } = await gets(201, this.owner.post(`${this.path}/apps`, { kind: "integration", name: "Game server" }));
    return this.token(app.id, ...scopes);
  }

  /** One more token of an integration. */
  async token(app: number, ...scopes: string[]): Promise<Token> {
    const { token, secret } = await gets(201, this.owner.post(`/apps/${app}/tokens`, { name: "main", scopes }));
    return new Token(this.chatter, app, token.id, secret);
  }

  private async hook(wanted: object): Promise<Hook> {
    const { app, url } = await gets(201, this.owner.post(`${this.path}/apps`, wanted));
    return new Hook(this.chatter, app.id, url);
  }
}

/** The secret URL of a webhook or a widget. */
export class Hook {
  constructor(
    private readonly server: Chatter,
    readonly app: number,
    /** As it was shown, this once. */
    public url: string,
  ) {}

  get path(): string {
    return new URL(this.url).pathname;
  }

  get token(): string {
    return this.path.split("/")[3]!;
  }

  /** The same with another last character. */
  get mistyped(): Hook {
    return new Hook(this.server, this.app, this.url.slice(0, -1) + (this.url.endsWith("0") ? "1" : "0"));
  }

  /** Posts JSON, or what is a text already, to the URL or to an address below it. */
  posts(body: unknown, { below = "", type = "application/json", headers = {} }: { below?: string; type?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
    const raw = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const typed: Record<string, string> = type === "" ? {} : { "content-type": type };
    return ask(this.server.url, `${this.path}${below}`, { method: "POST", headers: { ...typed, ...headers }, body: raw });
  }

  calls(method: string, below = "", body?: unknown): Promise<Answer> {
    const json = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return ask(this.server.url, `${this.path}${below}`, { method, ...json });
  }

  /** A new URL; the old one is dead when this returns. */
  async rotates(owner: Person): Promise<Hook> {
    const { url } = await gets(200, owner.post(`/apps/${this.app}/rotate`, {}));
    return new Hook(this.server, this.app, url);
  }
}

/** A token of an integration. */
export class Token {
  constructor(
    private readonly server: Chatter,
    readonly app: number,
    readonly id: number,
    readonly secret: string,
  ) {}

  calls(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const raw = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const typed: Record<string, string> = raw === undefined ? {} : { "content-type": "application/json" };
    return ask(this.server.url, path, {
      method,
      headers: { authorization: `Bearer ${this.secret}`, ...typed, ...headers },
      body: raw as string | undefined,
    });
  }

  reads(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.calls("GET", path, undefined, headers);
  }

  changes(path: string, patch: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.calls("PATCH", path, patch, headers);
  }
}
