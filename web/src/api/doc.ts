import type { DocEntry, DocRole } from '../store/types';
import { api, read } from './client';

const at = (id: number) => ({ params: { path: { id } } });

export async function listDocs(): Promise<DocEntry[]> {
  const { documents } = await read(api.GET('/api/doc/list'));
  return documents.map((wire) => ({
    id: wire.id,
    name: wire.name,
    role: wire.role,
    createdBy: wire.created_by,
    createdAt: wire.created_at,
    lastEditedBy: wire.last_edited_by ?? null,
    lastEditedAt: wire.last_edited_at ?? null,
  }));
}

export interface Grant {
  username: string;
  role: DocRole;
}

export interface DocMember extends Grant {
  addedAt: string;
}

/** The id of the new document. */
export const createDoc = async (name: string, members: Grant[]): Promise<number> =>
  (await read(api.POST('/api/doc/create', { body: { name, members } }))).id;

/** Named after its first heading, or else after the file. */
export async function importDoc(file: File): Promise<number> {
  const form = new FormData();
  form.append('file', file);
  const imported = api.POST('/api/doc/import', {
    body: { file: '' },
    // The file goes as it is; only the server decides whether it is text.
    bodySerializer: () => form,
  });
  return (await read(imported)).id;
}

export const renameDoc = (id: number, name: string) =>
  read(api.POST('/api/doc/{id}/rename', { ...at(id), body: { name } }));

export const deleteDoc = (id: number) => read(api.POST('/api/doc/{id}/delete', at(id)));

export async function listMembers(id: number): Promise<DocMember[]> {
  const { members } = await read(api.GET('/api/doc/{id}/members', at(id)));
  return members.map(({ username, role, added_at }) => ({ username, role, addedAt: added_at }));
}

export const addMember = (id: number, grant: Grant) =>
  read(api.POST('/api/doc/{id}/add_member', { ...at(id), body: grant }));

export const changeRole = (id: number, grant: Grant) =>
  read(api.POST('/api/doc/{id}/update_member_role', { ...at(id), body: grant }));

/** Of oneself: leaving. */
export const removeMember = (id: number, username: string) =>
  read(api.POST('/api/doc/{id}/remove_member', { ...at(id), body: { username } }));

export type ExportFormat = 'markdown' | 'html';

/** An address to download from. */
export const exportPath = (id: number, format: ExportFormat) => `/api/doc/${id}/export?format=${format}`;
