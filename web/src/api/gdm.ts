import { api, read } from './client';

export const createGroup = (name: string, members: string[]) =>
  read(api.POST('/api/gdm/threads', { body: { name, members } }));

export const renameGroup = (tid: number, name: string) =>
  read(api.POST('/api/gdm/rename', { body: { tid, name } }));

export const addMembers = (tid: number, users: string[]) =>
  read(api.POST('/api/gdm/add_member', { body: { tid, users } }));

export const removeMember = (tid: number, username: string) =>
  read(api.POST('/api/gdm/remove_member', { body: { tid, username } }));

/** Removes, and keeps the person from using the current invites. */
export const kickMember = (tid: number, user: string) =>
  read(api.POST('/api/gdm/kick', { body: { tid, user } }));

export const transferGroup = (tid: number, new_owner: string) =>
  read(api.POST('/api/gdm/transfer', { body: { tid, new_owner } }));

export const leaveGroup = (tid: number) => read(api.POST('/api/gdm/leave', { body: { tid } }));

export const lockGroup = (tid: number) => read(api.POST('/api/gdm/lock', { body: { tid } }));

export const unlockGroup = (tid: number) => read(api.POST('/api/gdm/unlock', { body: { tid } }));

export const deleteGroup = (tid: number) => read(api.POST('/api/gdm/delete', { body: { tid } }));

export const createInvite = (thread_id: number, expires_in: number) =>
  read(api.POST('/api/gdm/invite/create', { body: { thread_id, expires_in } }));

export const joinGroup = (code: string) => read(api.POST('/api/gdm/invite/join', { body: { code } }));
