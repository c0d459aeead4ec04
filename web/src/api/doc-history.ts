import { api, read } from './client';
import type { WireRevision } from './types';

const at = (id: number) => ({ params: { path: { id } } });
const revisionAt = (id: number, revision: number) => ({ params: { path: { id, revision } } });

/** A state of a document that was kept. */
export interface Revision {
  id: number;
  /** Null where nobody named it. */
  name: string | null;
  /** The edits in it were made from `startedAt` to `createdAt`. */
  startedAt: string;
  createdAt: string;
  authors: string[];
  bytes: number;
}

export interface RevisionPage {
  /** Newest first. */
  revisions: Revision[];
  hasMore: boolean;
}

/** `equal` and `delete` together are the old text, `equal` and `insert` the new one. */
export interface Change {
  kind: 'equal' | 'insert' | 'delete';
  text: string;
}

export async function listRevisions(id: number, before?: number, limit?: number): Promise<RevisionPage> {
  const params = { path: { id }, query: { before, limit } };
  const page = await read(api.GET('/api/doc/{id}/revisions', { params }));
  return { revisions: page.revisions.map(parse), hasMore: page.has_more };
}

export interface KeptText {
  revision: Revision;
  content: string;
}

export async function readRevision(id: number, rid: number): Promise<KeptText> {
  const { revision } = await read(api.GET('/api/doc/{id}/revisions/{revision}', revisionAt(id, rid)));
  return { revision: parse(revision), content: revision.content };
}

/** From a kept state to another one, or to the present text. */
export async function diffRevision(id: number, rid: number, to?: number): Promise<Change[]> {
  const params = { path: { id, revision: rid }, query: { to } };
  return (await read(api.GET('/api/doc/{id}/revisions/{revision}/diff', { params }))).changes;
}

export async function keepRevision(id: number, name: string): Promise<Revision> {
  const kept = await read(api.POST('/api/doc/{id}/revisions', { ...at(id), body: { name } }));
  return parse(kept.revision);
}

/** Null takes the name away. */
export async function renameRevision(id: number, rid: number, name: string | null): Promise<Revision> {
  const request = { ...revisionAt(id, rid), body: { name } };
  return parse((await read(api.POST('/api/doc/{id}/revisions/{revision}/rename', request))).revision);
}

export const restoreRevision = (id: number, rid: number) =>
  read(api.POST('/api/doc/{id}/revisions/{revision}/restore', revisionAt(id, rid)));

function parse(wire: WireRevision): Revision {
  return {
    id: wire.id,
    name: wire.name ?? null,
    startedAt: wire.started_at,
    createdAt: wire.created_at,
    authors: wire.authors,
    bytes: wire.bytes,
  };
}
