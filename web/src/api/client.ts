/** The one place that calls fetch. Turns the server's error body into an `ApiError` people can read. */

import { text } from '../messages';

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

type Query = Record<string, string | number | undefined>;

export interface Answer<T> {
  body: T;
  headers: Headers;
}

let onUnauthenticated: () => void = () => {};

/** Lets the session notice from any request that it has ended. */
export function whenUnauthenticated(callback: () => void): void {
  onUnauthenticated = callback;
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await request<T>('GET', path, query)).body;
}

export function getWithHeaders<T>(path: string, query: Query = {}): Promise<Answer<T>> {
  return request<T>('GET', path, query);
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return (await request<T>('POST', path, {}, body)).body;
}

export async function remove<T>(path: string): Promise<T> {
  return (await request<T>('DELETE', path)).body;
}

async function request<T>(
  method: string,
  path: string,
  query: Query = {},
  body?: unknown,
): Promise<Answer<T>> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const address = search.size > 0 ? `${path}?${search}` : path;
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, 'unreachable', text.errors.unreachable);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok || isRefusal(answer)) throw refusal(response.status, path, answer);
  return { body: answer as T, headers: response.headers };
}

function isRefusal(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && (answer as { ok?: unknown }).ok === false;
}

function refusal(status: number, path: string, answer: unknown): ApiError {
  const body = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
  const code = typeof body.code === 'string' ? body.code : String(status);
  const message = [body.message, body.error].find((part) => typeof part === 'string' && part !== '') as
    | string
    | undefined;
  if (status === 401 && path.startsWith('/api/')) onUnauthenticated();
  return new ApiError(status, code, message ?? text.errors.status(status));
}

/** What to show a person for anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : text.errors.unexpected;
}
