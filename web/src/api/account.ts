import { get, post, remove } from './client';
import type { Session, WhoAmI } from './types';

export const whoAmI = () => get<WhoAmI>('/api/whoami');

export const signIn = (username: string, password: string) =>
  post<{ username: string }>('/login', { username, password });

export const register = (fields: {
  username: string;
  password: string;
  email?: string;
  setup_token?: string;
}) => post<{ username: string }>('/register', fields);

export const signOut = () => post<unknown>('/logout');

export const listSessions = async () => (await get<{ sessions: Session[] }>('/api/me/sessions')).sessions;

export const revokeSession = (id: Session['id']) =>
  remove<unknown>(`/api/me/sessions/${encodeURIComponent(String(id))}`);

export const changePassword = (current_password: string, new_password: string) =>
  post<unknown>('/api/me/password', { current_password, new_password });
