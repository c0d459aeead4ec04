import { get } from './client';

export const listOnline = () => get<string[]>('/api/online');

/** Prefix search; the server answers nothing for fewer than two characters. */
export const searchPeople = async (query: string) =>
  (await get<{ users: { username: string }[] }>('/api/users/search', { q: query, limit: 20 })).users.map(
    (user) => user.username,
  );

export const listPeople = async () =>
  (await get<{ users: { username: string }[] }>('/api/users_all')).users.map((user) => user.username);
