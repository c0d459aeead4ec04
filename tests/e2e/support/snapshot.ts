/**
 * Snapshots of what goes over the wire, kept in `tests/e2e/snapshots/` and compared strictly.
 *
 * What differs from run to run is masked, and only in its documented form: a time that is not
 * `YYYY-MM-DDTHH:MM:SSZ` or an id that is not a positive integer stays as it is and fails.
 * `UPDATE_SNAPSHOTS=1` writes them; the change is then read in review.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../snapshots");
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const IDS = new Set(["id", "doc_id", "user_id", "tid", "thread_id", "reply_to", "deleted", "server_id", "channel_id"]);
const SECRETS = new Set(["invite_code", "token"]);
const LINKS = new Set(["invite_url", "link"]);

export function matchesSnapshot(name: string, value: unknown): void {
  const file = join(folder, `${name}.json`);
  const seen = `${JSON.stringify(mask(value), null, 2)}\n`;
  if (process.env.UPDATE_SNAPSHOTS === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, seen);
    return;
  }
  assert.ok(existsSync(file), `no snapshot ${name}; UPDATE_SNAPSHOTS=1 would record:\n${seen}`);
  assert.deepEqual(JSON.parse(seen), JSON.parse(readFileSync(file, "utf8")), `snapshot ${name}`);
}

/** Masks what differs between runs, and sorts keys. */
export function mask(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => mask(item, key === "ids" ? "id" : ""));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, item]) => [name, mask(item, name)]),
    );
  }
  if (IDS.has(key) && typeof value === "number" && Number.isSafeInteger(value) && value > 0) return "[id]";
  if (key === "retry_after" && typeof value === "number" && value > 0) return "[seconds]";
  if (typeof value !== "string") return value;
  if (TIME.test(value)) return "[time]";
  if (SECRETS.has(key) && /^[A-Z0-9]{8,}$/.test(value)) return "[code]";
  if (LINKS.has(key)) return value.replace(/^https?:\/\/[^/]+/, "[server]").replace(/[A-Z0-9]{8,}$/, "[code]");
  return value.replace(/^(gdm|channel):\d+$/, "$1:[id]").replace(/^\/proxy\/[\w-]{43}\//, "/proxy/[signature]/");
}
