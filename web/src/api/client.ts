/**
 * The one place that calls the server over HTTP. `api` is typed by the server's
 * own document (`npm run generate`); `read` turns its refusals into an
 * `ApiError` with words for people.
 */

import createClient from 'openapi-fetch';
import { text } from '../messages';
import type { paths } from './schema';

export const api = createClient<paths>({ credentials: 'same-origin' });

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

/** What `api` answers with. */
interface Call<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export interface Answer<T> {
  body: T;
  headers: Headers;
}

let onUnauthenticated: () => void = () => {};

/** Lets the session notice from any request that it has ended. */
export function whenUnauthenticated(callback: () => void): void {
  onUnauthenticated = callback;
}

export async function read<T>(call: Promise<Call<T>>): Promise<T> {
  return (await readWithHeaders(call)).body;
}

export async function readWithHeaders<T>(call: Promise<Call<T>>): Promise<Answer<T>> {
  const answer = await call.catch(() => {
    throw new ApiError(0, 'unreachable', text.errors.unreachable);
  });
  const { data, error, response } = answer;
  if (!response.ok || data === undefined || isRefusal(data)) throw refusal(response, error ?? data);
  return { body: data, headers: response.headers };
}

function isRefusal(body: unknown): boolean {
  return typeof body === 'object' && body !== null && (body as { ok?: unknown }).ok === false;
}

function refusal(response: Response, answer: unknown): ApiError {
  const body = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
  const code = typeof body.code === 'string' ? body.code : String(response.status);
  const words = [body.message, body.error].find((part) => typeof part === 'string' && part !== '');
  if (response.status === 401 && new URL(response.url).pathname.startsWith('/api/')) onUnauthenticated();
  return new ApiError(
    response.status,
    code,
    typeof words === 'string' ? words : text.errors.status(response.status),
  );
}

/** What to show a person for anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : text.errors.unexpected;
}
