/** The document routes as types, until `docs/openapi.json` has them. */

import type { DocRole } from '../store/types';

interface WireDoc {
  id: number;
  name: string;
  role: DocRole;
  created_by: string;
  created_at: string;
  last_edited_by: string | null;
  last_edited_at: string | null;
}

export interface WireRevision {
  id: number;
  name?: string | null;
  started_at: string;
  created_at: string;
  authors: string[];
  bytes: number;
}

type Json<T> = { content: { 'application/json': T } };
type Answer<Out> = { responses: { 200: { headers: Record<string, unknown> } & Json<{ ok: boolean } & Out> } };
type Get<Params, Out> = { get: { parameters: Params } & Answer<Out> };
type Post<Params, Body, Out> = { post: { parameters: Params; requestBody: Json<Body> } & Answer<Out> };
type Act<Params, Out> = { post: { parameters: Params; requestBody?: never } & Answer<Out> };
type None = { path?: never; query?: never };
type Doc = { path: { id: number } };
type Kept = { path: { id: number; rid: number } };
type Grant = { username: string; role: DocRole };

export interface DocPaths {
  '/api/doc/list': Get<None, { documents: WireDoc[] }>;
  '/api/doc/create': Post<None, { name: string; content?: string; members?: Grant[] }, WireDoc>;
  '/api/doc/import': Post<None, { file: string; name?: string }, WireDoc>;
  '/api/doc/{id}': Get<Doc, WireDoc & { content: string; version: number }>;
  '/api/doc/{id}/rename': Post<Doc, { name: string }, object>;
  '/api/doc/{id}/delete': Act<Doc, object>;
  '/api/doc/{id}/members': Get<Doc, { members: (Grant & { added_at: string })[] }>;
  '/api/doc/{id}/add_member': Post<Doc, Grant, object>;
  '/api/doc/{id}/update_member_role': Post<Doc, Grant, object>;
  '/api/doc/{id}/remove_member': Post<Doc, { username: string }, object>;
  '/api/doc/{id}/revisions': Get<
    Doc & { query: { before?: number; limit?: number } },
    { revisions: WireRevision[]; has_more: boolean }
  > &
    Post<Doc, { name: string }, { revision: WireRevision }>;
  '/api/doc/{id}/revisions/{rid}': Get<Kept, { revision: WireRevision & { content: string } }>;
  '/api/doc/{id}/revisions/{rid}/diff': Get<
    Kept & { query: { to?: number } },
    { changes: { kind: 'equal' | 'insert' | 'delete'; text: string }[] }
  >;
  '/api/doc/{id}/revisions/{rid}/rename': Post<Kept, { name: string | null }, { revision: WireRevision }>;
  '/api/doc/{id}/revisions/{rid}/restore': Act<Kept, { version: number }>;
}
