/**
 * A delivery as a command, for whoever wants to make it again. Neither the token nor the body was kept, so placeholders
 * stand for them. Pure.
 */

import type { App } from '../../api/apps';
import { shellQuoted } from './snippets/model';

/** `body` is that of a test which this page still has; null for any other delivery. */
export function deliveryCurl({ id, kind, serverId }: App, origin: string, body: string | null): string {
  if (kind === 'integration') {
    return lines(
      `curl --fail-with-body ${shellQuoted(`${origin}/servers/${serverId}/memberships/USER_ID`)}`,
      "-H 'Authorization: Bearer YOUR_TOKEN'",
    );
  }
  const path = kind === 'widget' ? 'widgets' : 'webhooks';
  return lines(
    `curl --fail-with-body -X POST ${shellQuoted(`${origin}/${path}/${id}/YOUR_TOKEN`)}`,
    "-H 'Content-Type: application/json'",
    body === null ? '--data-binary @body.json' : `--data-binary ${shellQuoted(body)}`,
  );
}

const lines = (...parts: string[]) => parts.join(' \\\n  ');
