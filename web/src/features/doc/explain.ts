import { ApiError, explain } from '../../api/client';
import { words } from '../../messages/docs';

/** The server's refusals of documents in fuller words than its own. */
export function explainDoc(error: unknown): string {
  const known = error instanceof ApiError ? words.errors[error.code] : undefined;
  return known ?? explain(error);
}
