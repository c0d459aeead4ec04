import { api, read } from './client';
import type { Schema } from './types';

export const whoAmI = () => read(api.GET('/api/whoami'));

export const signIn = (username: string, password: string) =>
  read(api.POST('/login', { body: { username, password } }));

export const register = (account: Schema<'NewAccount'>) => read(api.POST('/register', { body: account }));

export const signOut = () => read(api.POST('/logout'));

export const listSessions = async () => (await read(api.GET('/api/me/sessions'))).sessions;

export const revokeSession = (id: Schema<'SessionOut'>['id']) =>
  read(api.DELETE('/api/me/sessions/{id}', { params: { path: { id } } }));

export const changeSettings = (change: Schema<'SettingsChange'>) =>
  read(api.POST('/api/settings', { body: change }));

export const requestReset = (username: string, email: string) =>
  read(api.POST('/api/request_password_reset', { body: { username, email } }));

export const resetPassword = (reset: Schema<'PasswordReset'>) =>
  read(api.POST('/api/reset_password', { body: reset }));

export const changePassword = (change: Schema<'PasswordChange'>) =>
  read(api.POST('/api/me/password', { body: change }));
