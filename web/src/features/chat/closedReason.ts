/** Why one cannot write in a conversation now, in words; null when one can. The server decides, this only says it first. */

import { text } from '../../messages';
import { isLocked, may } from '../../store/permissions';
import { ownsGroup } from '../../store/selectors';
import { channelIn } from '../../store/servers';
import type { Conversation, State } from '../../store/types';
import { short } from '../../ui/time';

const toggles = { public: 'PUBLIC_ENABLED', dm: 'DM_ENABLED', gdm: 'GDM_ENABLED' };

export function closedReason(state: State, conversation: Conversation | undefined): string | null {
  const { me, settings } = state;
  if (conversation === undefined || me === null) return null;
  if (settings.MAINTENANCE_MODE === '1') return text.composer.maintenance;
  if (conversation.kind === 'channel') return closedChannel(state, conversation);
  if (settings[toggles[conversation.kind]] === '0') return text.composer.disabled;
  if (conversation.kind === 'public' && settings.ANNOUNCEMENTS_ONLY === '1' && !me.isAdmin) {
    return text.composer.announcements;
  }
  if (conversation.locked && !me.isSuperadmin && !ownsGroup(conversation, me)) return text.composer.locked;
  return null;
}

function closedChannel(state: State, conversation: Conversation): string | null {
  const details = state.servers.details[conversation.serverId ?? 0];
  const channel = channelIn(state, conversation);
  if (details === undefined || channel === undefined) return null;
  if (may(channel, 'send_messages')) return isLocked(channel) ? text.servers.locked : null;
  const until = details.me.timedOutUntil;
  // What the server worked out is not older than the timeout it names.
  return until === null ? text.servers.noSending : text.servers.timedOut(short(until));
}
