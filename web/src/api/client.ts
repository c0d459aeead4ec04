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
  /** Which part of what was sent is refused, as a JSON pointer. */
  readonly pointer: string | null;

  constructor(status: number, code: string, message: string, pointer: string | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.pointer = pointer;
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

/** Where a refusal with 401 means that the session has ended, and not that some token is wrong. */
const SESSION_ROUTES = /^\/(api|servers|apps|invites|oauth\/grants)(\/|$)/;

/** For what is answered without a body. */
export async function done(call: Promise<Call<unknown>>): Promise<void> {
  const { error, response } = await call.catch(() => {
    throw new ApiError(0, 'unreachable', text.errors.unreachable);
  });
  if (!response.ok) throw refusal(response, error);
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
  const { pointer } = body;
  const code = codeIn(body) ?? String(response.status);
  const words = [body.message, body.error].find((part) => typeof part === 'string' && part !== '');
  if (response.status === 401 && SESSION_ROUTES.test(new URL(response.url).pathname)) onUnauthenticated();
  return new ApiError(
    response.status,
    code,
    typeof words === 'string' ? words : text.errors.status(response.status),
    typeof pointer === 'string' ? pointer : null,
  );
}

/** Chat routes say it as `code` and put words into `error`; platform routes have words of their own in `message`. */
function codeIn(body: Record<string, unknown>): string | undefined {
  if (typeof body.code === 'string') return body.code;
  return typeof body.error === 'string' && typeof body.message === 'string' ? body.error : undefined;
}

/** What to show a person for anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : text.errors.unexpected;
}
