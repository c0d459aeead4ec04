/**
 * Which requests to the server a script in the sandbox may have made for it, in the name of whoever looks at it.
 * None of them leads to what people write to each other, and of the answers it gets what it may know.
 */

/** A file of a script, in bytes. The server has a limit of its own. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;
/** An answer, in characters. */
const MAX_ANSWER_CHARS = 1024 * 1024;

export interface Wanted {
  method: string;
  url: string;
  /** The entries of a form, a text, or nothing. */
  body: unknown;
}

export interface Allowed {
  method: 'GET' | 'POST';
  path: string;
  body: FormData | null;
  /** The fields of the answer that are passed on; all of them where none are named. */
  fields: readonly string[] | null;
}

export interface Answer {
  status: number;
  type: string;
  text: string;
}

interface Route {
  query: readonly string[];
  fields: readonly string[] | null;
}

const READS: Record<string, Route> = {
  '/api/whoami': { query: [], fields: ['ok', 'username', 'user_id', 'authenticated'] },
  '/api/users/online': { query: [], fields: null },
  '/api/files/list': { query: ['offset', 'limit'], fields: null },
};

const UPLOAD = '/api/files/upload';

export const isUpload = (allowed: Allowed) => allowed.path === UPLOAD;

/** The request that is made for what a script wants; null where it may not. */
export function allow({ method, url, body }: Wanted, origin: string): Allowed | null {
  if (!URL.canParse(url)) return null;
  const target = new URL(url);
  const { pathname, search, searchParams } = target;
  if (target.origin !== origin || target.username !== '' || target.password !== '') return null;
  if (method === 'POST' && pathname === UPLOAD && search === '') {
    const form = formOf(body);
    return form === null ? null : { method, path: UPLOAD, body: form, fields: null };
  }
  const route = Object.hasOwn(READS, pathname) ? READS[pathname] : undefined;
  if (method !== 'GET' || body !== null || route === undefined) return null;
  if ([...searchParams].some(([name, value]) => !route.query.includes(name) || !/^\d{1,9}$/.test(value)))
    return null;
  return { method, path: pathname + search, body: null, fields: route.fields };
}

/** A form with one file, made anew: what comes over the bridge only looks like one. */
function formOf(body: unknown): FormData | null {
  if (!Array.isArray(body) || body.length > 4) return null;
  const form = new FormData();
  for (const entry of body as unknown[]) {
    if (!Array.isArray(entry) || entry.length !== 2) return null;
    const [name, value] = entry as unknown[];
    if (name === 'file' && value instanceof File && value.size <= MAX_FILE_BYTES && !form.has('file'))
      form.append('file', value, value.name.slice(0, 255));
    else if (name === 'expiry' && typeof value === 'string' && /^\d{1,9}$/.test(value)) form.set(name, value);
    else return null;
  }
  return form.has('file') ? form : null;
}

/** Makes the request. */
export async function perform({ method, path, body, fields }: Allowed): Promise<Answer> {
  const response = await fetch(path, { method, body, credentials: 'same-origin', redirect: 'error' });
  const text = await response.text();
  if (text.length > MAX_ANSWER_CHARS) throw new Error('the answer is too long for the sandbox');
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, text: fields === null ? text : only(fields, text) };
}

function only(fields: readonly string[], text: string): string {
  const all = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(
    Object.fromEntries(fields.filter((name) => name in all).map((name) => [name, all[name]])),
  );
}

/** Of the built-in commands those that only tell something. The others are for people to type. */
export const tellsOnly = (command: string) =>
  /^\/(?:help|user (?:info|list)|file (?:info|list)|channel info)(?: |$)/.test(command);
