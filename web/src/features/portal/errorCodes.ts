/** The errors of the platform's API, as its documentation has them. */

import type { AppKind } from '../../api/apps';

export interface ErrorCode {
  status: number;
  code: string;
  meaning: string;
  kinds: AppKind[];
}

const all: AppKind[] = ['webhook', 'integration', 'widget', 'oauth'];
const of =
  (kinds: AppKind[]) =>
  (status: number, code: string, meaning: string): ErrorCode => ({
    status,
    code,
    meaning,
    kinds,
  });
const any = of(all);
const posts = of(['webhook', 'widget']);
const webhook = of(['webhook']);
const widget = of(['widget']);
const integration = of(['integration']);
const oauth = of(['oauth']);

export const errorCodes: ErrorCode[] = [
  any(
    429,
    'rate_limited',
    'Wait as many seconds as Retry-After says. Refused requests do not make it longer.',
  ),
  any(403, 'suspended', 'The app has been suspended by an administrator.'),
  posts(400, 'invalid_json', 'The body is not JSON, or not an object.'),
  posts(413, 'payload_too_large', 'Webhooks take 256 KiB of JSON, widgets 32 KB.'),
  any(415, 'unsupported_media_type', 'Send Content-Type: application/json.'),
  any(409, 'idempotency_in_progress', 'The first request with this Idempotency-Key is still running.'),
  any(422, 'idempotency_key_reused', 'This Idempotency-Key was used with another body.'),
  any(400, 'idempotency_key_invalid', '1 to 255 printable ASCII characters.'),
  webhook(404, 'webhook_not_found', 'Unknown, wrong or rotated URL. Rotate it to get a new one.'),
  webhook(400, 'content_required', 'Neither text nor cards.'),
  webhook(400, 'content_too_long', 'At most 4,000 characters.'),
  webhook(400, 'content_ambiguous', 'content and text are both there and differ.'),
  webhook(400, 'username_reserved', 'A member of the server has this name.'),
  webhook(400, 'username_too_long', 'At most 80 characters.'),
  webhook(400, 'avatar_url_invalid', 'Only https, at most 2,048 characters.'),
  webhook(400, 'embed_N:…', 'Card N (from 0) is not as it should be; pointer says where.'),
  webhook(400, 'attachment_N:…', 'Slack attachment N (from 0) is not as it should be.'),
  webhook(400, 'mention_not_allowed', 'The webhook may not mention roles or everyone.'),
  webhook(400, 'reply_to_not_found', 'There is no such message in this channel.'),
  webhook(404, 'message_not_found', 'It is not a message of this webhook, or it has been deleted.'),
  webhook(400, 'too_many_files', 'Post ten files at most.'),
  webhook(400, 'files_unsupported', 'The files of a message cannot be changed. Delete it and post it anew.'),
  webhook(401, 'signature_missing', 'This webhook takes signed posts alone.'),
  webhook(401, 'signature_invalid', 'The signature does not fit the body and the signing secret.'),
  webhook(401, 'timestamp_out_of_range', 'webhook-timestamp is more than five minutes away from now.'),
  webhook(403, 'ip_not_allowed', 'The address is in none of the networks that the webhook allows.'),
  webhook(403, 'channel_locked', 'Nobody can write in the channel at the moment.'),
  webhook(403, 'delete_requires_session', 'Delete the webhook in the developer portal.'),
  webhook(410, 'channel_gone', 'The channel has been deleted. Choose another one for the webhook.'),
  webhook(503, 'unavailable', 'Nothing was stored. Try again after Retry-After.'),
  widget(404, 'widget_not_found', 'Unknown, wrong or rotated URL. Rotate it to get a new one.'),
  widget(403, 'widget_invisible', 'The widget is hidden. Show it in its settings.'),
  widget(400, 'rows_required', 'rows is missing, empty, or not a list.'),
  widget(400, 'too_many_rows', 'At most 6.'),
  widget(400, 'ttl_seconds_invalid', 'A whole number from 30 to 86400.'),
  widget(400, 'sequence_invalid', 'X-Widget-Sequence is a whole number from 0 on.'),
  widget(400, 'row_N:kind_required', 'Row N (from 0) has no kind.'),
  widget(400, 'row_N:invalid_kind', 'counter, status, text or progress.'),
  widget(400, 'row_N:label_required', 'Row N (from 0) has no label.'),
  widget(400, 'row_N:label_too_long', 'At most 40 characters.'),
  widget(400, 'row_N:value_required', 'A counter or text without a value.'),
  widget(400, 'row_N:value_not_number', 'The value of a counter is a number.'),
  widget(400, 'row_N:value_not_string', 'The value of a text is a string.'),
  widget(400, 'row_N:value_too_long', 'At most 120 characters.'),
  widget(400, 'row_N:state_required', 'A status without a state.'),
  widget(400, 'row_N:invalid_state', 'ok, warn, err or idle.'),
  widget(400, 'row_N:max_negative', 'What a progress is to reach is not below 0.'),
  integration(401, 'unauthorized', 'No token: send Authorization: Bearer <token>.'),
  integration(401, 'invalid_token', 'Unknown, revoked or expired token.'),
  integration(403, 'insufficient_scope', 'The token lacks the scope that WWW-Authenticate names.'),
  integration(403, 'creator_lost_permission', 'Who created the app may not manage the server any more.'),
  integration(403, 'role_hierarchy:<id>', 'The role is not below the integration’s own.'),
  integration(403, 'target_above_you', 'The member’s highest role is not below the integration’s own.'),
  integration(403, 'target_is_owner', 'Nobody acts on the owner.'),
  integration(403, 'target_is_admin', 'Administrators cannot be timed out.'),
  integration(404, 'server_not_found', 'The token belongs to another server.'),
  integration(404, 'membership_not_found', 'This person is not a member.'),
  integration(400, 'role_ids_null', 'roleIds is a list; [] removes all.'),
  integration(400, 'role_ids_invalid', 'A list of the ids of roles.'),
  integration(400, 'role_ids_too_many', 'Fewer roles at once.'),
  integration(
    400,
    'role_ids_ambiguous',
    'roleIds goes alone; addRoleIds and removeRoleIds have no role in common.',
  ),
  integration(400, 'unknown_role:<id>', 'There is no such role in the server.'),
  integration(400, 'role_managed:<id>', 'The role belongs to an integration.'),
  integration(400, 'nickname_too_long', 'At most 32 characters.'),
  integration(400, 'nickname_invalid', 'No control characters or line ends.'),
  integration(400, 'timed_out_until_invalid', 'RFC 3339 with an offset.'),
  integration(400, 'timed_out_until_in_past', 'A timeout ends in the future; null removes it.'),
  integration(400, 'timed_out_until_too_far', 'At most 28 days.'),
  integration(400, 'unknown_field:<name>', 'Only a nickname, roles and a timeout can be changed.'),
  integration(403, 'token_not_allowed', 'This route is for people who are signed in.'),
  integration(412, 'precondition_failed', 'The member has changed since If-Match was read.'),
  oauth(400, 'invalid_request', 'A parameter is missing, doubled or malformed.'),
  oauth(400, 'invalid_grant', 'The code or refresh token is spent, expired, or of another client.'),
  oauth(401, 'invalid_client', 'Client ID or secret is wrong.'),
  oauth(400, 'unsupported_grant_type', 'authorization_code or refresh_token.'),
  oauth(400, 'invalid_scope', 'Only identify.'),
  oauth(302, 'access_denied', 'The person said no.'),
  oauth(302, 'login_required', 'prompt=none, and nobody is signed in.'),
  oauth(302, 'consent_required', 'prompt=none, and the person has not agreed yet.'),
];

/** By code, meaning, status or kind. `row_2:label_too_long` finds `row_N:label_too_long`. */
export function findCodes(query: string): ErrorCode[] {
  const wanted = listed(query);
  return errorCodes.filter(
    ({ status, code, meaning, kinds }) =>
      [code, meaning, String(status), kinds.join(' ')].some((text) => text.toLowerCase().includes(wanted)) ||
      isOfFamily(wanted, code),
  );
}

/** What to do about a code as it was answered; null for one that is not listed. */
export function meaningOf(answered: string): string | null {
  const wanted = listed(answered);
  const found =
    errorCodes.find(({ code }) => code.toLowerCase() === wanted) ??
    errorCodes.find(({ code }) => isOfFamily(wanted, code));
  return found?.meaning ?? null;
}

/** As codes are listed: without the number of the row, the card or the role. */
function listed(code: string): string {
  return code.trim().toLowerCase().replace(/_\d+:/, '_n:').replace(/:\d+$/, ':');
}

/** `embed_N:…` stands for all codes that begin so. */
function isOfFamily(wanted: string, code: string): boolean {
  return code.endsWith('…') && wanted.startsWith(code.slice(0, -1).toLowerCase());
}
