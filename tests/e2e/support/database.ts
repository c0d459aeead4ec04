/**
 * A database of its own for every server: a SQLite file, or, when
 * `CHATTER_TEST_POSTGRES_URL` names a cluster, a fresh PostgreSQL database.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";

export interface Database {
  url: string;
  drop(): Promise<void>;
}

export const postgresUrl = process.env.CHATTER_TEST_POSTGRES_URL ?? "";

export async function freshDatabase(dir: string): Promise<Database> {
  if (postgresUrl === "") {
    return { url: `sqlite://${join(dir, "chatter.db")}?mode=rwc`, drop: async () => {} };
  }
  const name = `chatter_e2e_${randomBytes(8).toString("hex")}`;
  await inTheCluster(`CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => inTheCluster(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function inTheCluster(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
