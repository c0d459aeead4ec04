import { api, read } from './client';

/** Names; the same path answers other clients with objects. */
export async function listOnline(): Promise<string[]> {
  const people = await read(api.GET('/api/online'));
  return people.map((person) => (typeof person === 'string' ? person : person.username));
}

/** Where the pictures of those are who have one, by name. */
export async function listPictures(): Promise<Record<string, string>> {
  const { users } = await read(api.GET('/api/users_all'));
  return Object.fromEntries(users.flatMap(({ username, avatar }) => (avatar ? [[username, avatar]] : [])));
}

/** Prefix search; the server answers nothing for fewer than two characters. */
export async function searchPeople(query: string): Promise<string[]> {
  const found = await read(api.GET('/api/users/search', { params: { query: { q: query, limit: 20 } } }));
  // The documented parameter `query` would answer with bare names.
  return 'users' in found ? found.users.map((user) => user.username) : found;
}
