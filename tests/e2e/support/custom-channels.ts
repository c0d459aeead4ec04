/**
 * Custom channels for tests in browsers. The server fetches scripts from the public Internet alone,
 * which no test speaks to: a channel is put into the database as if it had been fetched.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Chatter } from "./server.ts";

const examples = join(dirname(fileURLToPath(import.meta.url)), "../examples/custom-channels");

/** An example of the documentation, to the letter. */
export const example = (name: "echo" | "file-manager" | "user-status"): string =>
  readFileSync(join(examples, `${name}.js`), "utf8");

/** Puts a channel of `creator` there; its id. */
export async function putsChannel(server: Chatter, creator: string, name: string, script: string): Promise<number> {
  const sha256 = createHash("sha256").update(script).digest("hex");
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const now = Date.now();
  const channel =
    `INSERT INTO custom_channel (url, name, enabled, created_by, created_at, sha256, size, pinned_at, checked_at) ` +
    `SELECT ${text(`https://channels.example/${encodeURIComponent(name)}.js`)}, ${text(name)}, TRUE, id, ${now}, ` +
    `${text(sha256)}, ${Buffer.byteLength(script)}, ${now}, ${now} FROM "user" WHERE username = ${text(creator)} RETURNING id`;
  const code = (id: number) =>
    `INSERT INTO custom_channel_script (channel_id, sha256, script) VALUES (${id}, ${text(sha256)}, ${text(script)}) RETURNING channel_id`;
  const id = await runs(server, channel);
  assert.equal(await runs(server, code(id)), id);
  return id;
}

/** Python is among what the tests need, and has SQLite with it; Node has it from version 22 on. */
const ON_SQLITE = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    print(database.execute(sys.stdin.read()).fetchone()[0])
`;

/** Runs a statement that returns one number. */
async function runs(server: Chatter, statement: string): Promise<number> {
  const { url } = server.database;
  if (url.startsWith("sqlite:")) {
    const file = url.replace(/^sqlite:\/\//, "").replace(/\?.*$/, "");
    return Number(execFileSync("python3", ["-c", ON_SQLITE, file], { input: statement, encoding: "utf8" }));
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, string>>(statement);
    return Number(Object.values(rows[0] ?? {})[0]);
  } finally {
    await client.end();
  }
}
