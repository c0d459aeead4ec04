/** Documents as people make and read them over REST, and what is said about them by several suites. */
import assert from "node:assert/strict";
import type { Person } from "./person.ts";
import { PATIENCE } from "./tab.ts";

export type Role = "viewer" | "editor";

/** The most UTF-8 bytes a document may have. */
export const MOST_BYTES = 1_000_000;

/** A new document of this person's; its id. */
export async function drafts(creator: Person, content = "", members: Record<string, Role> = {}, name = "Minutes"): Promise<number> {
  const invited = Object.entries(members).map(([username, role]) => ({ username, role }));
  const made = await creator.does("/api/doc/create", { name, content, members: invited });
  assert.equal(made.id, made.doc_id);
  return made.id;
}

/** What is stored, according to the server. */
export async function stored(reader: Person, doc: number): Promise<string> {
  return (await reader.reads(`/api/doc/${doc}`)).content;
}

/** Polls until something holds; for states that no single event announces. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, patience = PATIENCE): Promise<void> {
  const until = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`waited ${patience} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
