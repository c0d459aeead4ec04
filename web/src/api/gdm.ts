import { get, post } from './client';
import type { GroupInfo, Invite } from './types';

export const createGroup = (name: string, members: string[]) =>
  post<{ id: number }>('/api/gdm/threads', { name, members });

export const groupInfo = (tid: number) => get<GroupInfo>('/api/gdm/thread_info', { tid });

export const renameGroup = (tid: number, name: string) => post<unknown>('/api/gdm/rename', { tid, name });

export const addMembers = (tid: number, users: string[]) =>
  post<unknown>('/api/gdm/add_member', { tid, users });

export const removeMember = (tid: number, username: string) =>
  post<unknown>('/api/gdm/remove_member', { tid, username });

/** Removes, and keeps the person from using the current invites. */
export const kickMember = (tid: number, user: string) => post<unknown>('/api/gdm/kick', { tid, user });

export const transferGroup = (tid: number, new_owner: string) =>
  post<unknown>('/api/gdm/transfer', { tid, new_owner });

export const leaveGroup = (tid: number) => post<unknown>('/api/gdm/leave', { tid });

export const lockGroup = (tid: number) => post<unknown>('/api/gdm/lock', { tid });

export const unlockGroup = (tid: number) => post<unknown>('/api/gdm/unlock', { tid });

export const deleteGroup = (tid: number) => post<unknown>('/api/gdm/delete', { tid });

export const createInvite = (thread_id: number, expires_in: number) =>
  post<Invite>('/api/gdm/invite/create', { thread_id, expires_in });

export const joinGroup = (code: string) => post<{ thread_id: number }>('/api/gdm/invite/join', { code });
