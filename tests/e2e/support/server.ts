/**
 * The real server binary, one process per `Chatter`, with a database and a folder of its own.
 *
 * Invariants checked at the end of each: SIGTERM ends it with exit code 0 within ten seconds, it
 * never panicked, and its log has no secret of an app.
 */
import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, watch } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before } from "node:test";
import { freshDatabase, type Database } from "./database.ts";
import { Person, Stranger } from "./person.ts";
import { within } from "./tab.ts";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The program under test: the debug build, or what `CHATTER_BIN` names. */
export const binary = process.env.CHATTER_BIN ?? join(repository, "target/debug/chatter");

/** What every secret of an app looks like. */
export const SECRET = /\bcht[wditrsap]_[0-9A-Za-z]{20,}|\bwhsec_[0-9A-Za-z+/]{20,}/;

export interface Options {
  /** Anti-spam, throttling and every rate limit. Off unless a test is about them. */
  limits?: boolean;
  /** Register `root`, the superadmin, right away. */
  root?: boolean;
  env?: Record<string, string>;
}

export class Chatter implements AsyncDisposable {
  url = "";
  stderr = "";
  root!: Person;
  private child: ChildProcess | undefined;
  private exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }> = Promise.resolve({ code: 0, signal: null });
  private readonly people_: Person[] = [];

  private constructor(
    private readonly dir: string,
    readonly database: Database,
    private readonly options: Options,
  ) {}

  static async starts(options: Options = {}): Promise<Chatter> {
    assert.ok(existsSync(binary), `no server at ${binary}: run 'cargo build' first`);
    const dir = await mkdtemp(join(tmpdir(), "chatter-e2e-"));
    const server = new Chatter(dir, await freshDatabase(dir), options);
    try {
      await server.boots("127.0.0.1:0");
      if (options.root !== false) server.root = await server.register("root");
    } catch (error) {
      await server.cleansUp();
      throw error;
    }
    return server;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get stranger(): Stranger {
    return new Stranger(this);
  }

  /** A new account, signed in. */
  async register(name: string, password?: string): Promise<Person> {
    const person = new Person(this, name, password);
    await person.signsUp();
    await person.signsIn();
    this.keeps(person);
    return person;
  }

  /** New accounts, signed in, in this order. */
  async people<const Names extends readonly string[]>(...names: Names): Promise<{ [K in keyof Names]: Person }> {
    const everyone: Person[] = [];
    for (const name of names) everyone.push(await this.register(name));
    return everyone as { [K in keyof Names]: Person };
  }

  /** New accounts, signed in and connected, who have heard everyone arrive. */
  async online<const Names extends readonly string[]>(...names: Names): Promise<{ [K in keyof Names]: Person }> {
    const everyone = await this.people(...names);
    for (const person of everyone as Person[]) {
      await person.connects();
      await person.receives("user_list_refresh", { online: person.name });
    }
    for (const person of everyone as Person[]) await person.forgets();
    return everyone;
  }

  /** Has this person's tabs closed with the server. */
  keeps(person: Person): void {
    this.people_.push(person);
  }

  /** SIGTERM, as an operator would: drains, exits 0 within ten seconds, never panicked. */
  async stops(): Promise<void> {
    if (this.child === undefined) return;
    this.child.kill("SIGTERM");
    const { code, signal } = await within("the server to drain and exit", this.exit, 10_000).catch((error) => {
      this.child?.kill("SIGKILL");
      throw error;
    });
    this.child = undefined;
    this.provesItIsSound();
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, `the server did not exit cleanly:\n${this.tail()}`);
  }

  /** Power cut: SIGKILL, nothing drained. */
  async isKilled(): Promise<void> {
    this.child?.kill("SIGKILL");
    await within("the killed server to be gone", this.exit);
    this.child = undefined;
    this.provesItIsSound();
  }

  /** The same database on the same address again. */
  async startsAgain(env: Record<string, string> = {}): Promise<void> {
    await this.boots(new URL(this.url).host, env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const person of this.people_) person.disconnects();
    try {
      await this.stops();
    } finally {
      await this.cleansUp();
    }
  }

  /** What the server wrote to its log, as soon as it has. */
  async logs(pattern: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve) => {
      const look = (): void => {
        const match = pattern.exec(this.stderr);
        if (match === null) return;
        this.child?.stderr?.off("data", look);
        resolve(match);
      };
      this.child?.stderr?.on("data", look);
      look();
    });
    return within(`the log to have ${pattern}`, found);
  }

  /** Runs the program with arguments (`user role …`, `--config …`) on this server's database. */
  runs(args: string[], stdin = ""): Promise<Ran> {
    return runs(args, this.dir, { CHATTER_DATABASE__URL: this.database.url, CHATTER_STORAGE__DIR: join(this.dir, "files") }, stdin);
  }

  /** Is the server alive and answering? */
  async isWell(): Promise<void> {
    const answer = await this.stranger.get("/healthz");
    assert.equal(answer.status, 200, answer.text);
    this.provesItIsSound();
  }

  private async boots(bind: string, env: Record<string, string> = {}): Promise<void> {
    const portFile = join(this.dir, "port");
    await rm(portFile, { force: true });
    const child = spawn(binary, [], {
      cwd: this.dir,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        PATH: process.env.PATH,
        HOME: this.dir,
        RUST_BACKTRACE: "1",
        CHATTER_SERVER__BIND: bind,
        CHATTER_SERVER__PORT_FILE: portFile,
        CHATTER_DATABASE__URL: this.database.url,
        CHATTER_STORAGE__DIR: join(this.dir, "files"),
        CHATTER_LIMITS__ENABLED: String(this.options.limits ?? false),
        ...this.options.env,
        ...env,
      },
    });
    this.child = child;
    this.exit = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
    const ready = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!existsSync(portFile)) return;
        const host = readFileSync(portFile, "utf8").trim();
        if (host === "") return;
        this.url = `http://${host}`;
        watcher.close();
        resolve();
      };
      const watcher = watch(this.dir, look);
      void this.exit.then(() => watcher.close());
      child.stderr!.setEncoding("utf8").on("data", (text: string) => {
        this.stderr += text;
        look();
      });
    });
    const died = this.exit.then(({ code, signal }) => {
      throw new Error(`the server ended at once (code ${code}, signal ${signal}):\n${this.tail()}`);
    });
    await within("the server to listen", Promise.race([ready, died]), 60_000);
    died.catch(() => {});
  }

  private provesItIsSound(): void {
    const at = this.stderr.search(/panicked at/);
    assert.ok(at < 0, `the server panicked:\n${this.stderr.slice(Math.max(0, at - 500), at + 3000)}`);
    const secret = SECRET.exec(this.stderr);
    assert.ok(secret === null, `the log has a secret:\n${this.stderr.slice(Math.max(0, (secret?.index ?? 0) - 300)).slice(0, 600)}`);
  }

  private tail(): string {
    return this.stderr.slice(-3000);
  }

  private async cleansUp(): Promise<void> {
    this.child?.kill("SIGKILL");
    await this.exit;
    await this.database.drop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program to its end. */
function runs(args: string[], cwd: string, env: Record<string, string>, stdin = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(binary, args, { cwd, env: { PATH: process.env.PATH, HOME: cwd, ...env }, timeout: 20_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
    // A program that refuses its arguments is gone before it reads.
    child.stdin?.on("error", () => {}).end(stdin);
  });
}

/** Starts the program where it must refuse to start: how it ended and what it said. */
export async function refusesToStart(env: Record<string, string>, files: Record<string, string> = {}, args: string[] = []): Promise<Ran> {
  const dir = await mkdtemp(join(tmpdir(), "chatter-e2e-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
    const ran = await runs(args, dir, { CHATTER_SERVER__BIND: "127.0.0.1:0", ...env });
    assert.notEqual(ran.code, 0, "it started and ended well");
    assert.notEqual(ran.code, -1, `it started, and had to be ended:\n${ran.stderr}`);
    assert.doesNotMatch(ran.stderr, /panicked at/);
    return ran;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * One server for all tests of a file, for suites whose tests leave each other alone. The object is
 * filled, and what `prepares` does is done, before the first test runs.
 */
export function aServer(options: Options = {}, prepares: (server: Chatter) => Promise<void> = async () => {}): { readonly server: Chatter } {
  const shared = {} as { server: Chatter };
  before(async () => {
    shared.server = await Chatter.starts(options);
    await prepares(shared.server);
  });
  after(async () => {
    await shared.server?.[Symbol.asyncDispose]();
  });
  return shared;
}
