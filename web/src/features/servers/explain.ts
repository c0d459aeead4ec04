import { ApiError, explain } from '../../api/client';
import { words } from '../../messages/servers';

/** The server's refusals of invites in fuller words than its own. */
export function explainServer(error: unknown): string {
  const known = error instanceof ApiError ? words.join.errors[error.code] : undefined;
  return known ?? explain(error);
}
