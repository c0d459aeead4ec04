/**
 * From server event to state: one entry per event, so that an event added to
 * the list without saying what it does fails the type check. Legacy twins
 * (`new_dm`, `edit_message`, `dm_delete` and so on) say the same things again
 * and are not listened to.
 */

import type { CallEnded } from './api/call-events';
import type { ServerEvent, ServerEvents } from './api/events';
import { text } from './messages';
import { callChanged, callEnded, roomChanged } from './store/calls';
import { parseCards } from './store/cards';
import { docGone, docRenamed, docRoleGiven, docsForgotMember } from './store/docs';
import {
  conversationRemoved,
  messageArrived,
  messageChanged,
  readStateChanged,
  timelinesForgotten,
} from './store/events';
import { meansUnknown } from './store/mentions';
import { noticed } from './store/notices';
import { parseMessage } from './store/parse';
import { cameOnline, wentOffline } from './store/presence';
import { reacted } from './store/reactions';
import { serverChanged, serverGone, widgetReported } from './store/servers';
import type { State } from './store/types';
import { typingStarted, withoutTyping } from './store/typing';

/** What an event asks for besides the new state; carried out by `live/`. */
export interface Follow {
  /** Something may be missing: synchronise. */
  sync?: true;
  /** What conversations there are, or what they are called, has changed. */
  relist?: true;
  /** Somebody has another picture. */
  pictures?: true;
  /** The list of documents is behind. */
  relistDocs?: true;
  /** The list of custom channels is behind. */
  relistCustom?: true;
  /** This server is not as it was. */
  server?: number;
  /** This document has just been shared with this person. */
  sharedDoc?: number;
  /** The call this tab is in may be over. */
  ended?: CallEnded;
}

interface Outcome extends Follow {
  state: State;
}

type Handlers = { [E in ServerEvent]: (state: State, payload: ServerEvents[E], now: number) => Outcome };

const arrived = (state: State, wire: ServerEvents['new_message']): Outcome => {
  const unknown = state.conversations[wire.conversation] === undefined;
  const next = messageArrived(state, wire);
  // Which roles one has is known of servers that were opened; of the others the list tells the count.
  return { state: next, ...(unknown || meansUnknown(next, parseMessage(wire)) ? { relist: true } : {}) };
};

const handlers: Handlers = {
  new_message: arrived,
  dm_new: arrived,
  gdm_new: arrived,
  channel_new: arrived,
  message_edited: (state, event) => ({
    state: messageChanged(state, {
      ...event,
      change: {
        html: event.text,
        source: event.source,
        mentions: event.mentions,
        everyone: event.mention_everyone === true,
        roles: event.mention_roles ?? [],
        edited: true,
        ...(event.embeds === undefined ? {} : { cards: parseCards(event.embeds) }),
      },
    }),
  }),
  message_deleted: (state, event) => ({
    state: messageChanged(state, {
      ...event,
      change: { html: '', source: '', cards: [], reactions: [], deleted: true },
    }),
  }),
  messages_deleted: (state) => ({ state, sync: true }),
  reaction_added: (state, event) => ({ state: reacted(state, event, true) }),
  reaction_removed: (state, event) => ({ state: reacted(state, event, false) }),
  pin_update: (state) => ({ state: { ...state, pinChanges: state.pinChanges + 1 } }),
  clear_all: (state) => ({ state: timelinesForgotten(state, () => true), sync: true, relist: true }),
  dm_cleared: (state, event) => ({
    state: timelinesForgotten(state, (id) =>
      event?.peer === undefined ? id.startsWith('dm:') : id === `dm:${event.peer}`,
    ),
    sync: true,
    relist: true,
  }),
  gdm_cleared: (state, event) => ({
    state: timelinesForgotten(state, (id) => id === `gdm:${event.thread_id}`),
    sync: true,
    relist: true,
  }),
  read_state: (state, event) => ({ state: readStateChanged(state, event) }),
  conversation_removed: (state, event) => ({ state: conversationRemoved(state, event.conversation) }),
  gdm_threads_refresh: (state, event) => {
    if (event.deleted !== undefined) return { state: conversationRemoved(state, `gdm:${event.deleted}`) };
    const unknown = state.conversations[`gdm:${event.tid}`] === undefined;
    return { state, relist: true, ...(unknown ? { sync: true } : {}) };
  },
  user_typing: (state, event, now) => ({
    state: typingStarted(state, event.conversation, event.username, now),
  }),
  user_stop_typing: (state, event) => ({ state: withoutTyping(state, event.conversation, event.username) }),
  user_list_refresh: (state, event) => {
    if (event.online !== undefined) return { state: cameOnline(state, event.online) };
    if (event.offline !== undefined) return { state: wentOffline(state, event.offline) };
    if (event.avatar_updated !== undefined) return { state, pictures: true };
    // The DM with them has another name now, which `sync` knows.
    if (event.renamed !== undefined) return { state, sync: true, relist: true, pictures: true };
    return { state };
  },
  doc_member_added: (state, event) => {
    const next = docRoleGiven(state, event);
    return event.username === state.me?.name ? { state: next, sharedDoc: event.doc_id } : { state: next };
  },
  doc_member_removed: (state, event) => ({ state: docsForgotMember(state, event) }),
  doc_member_role_updated: (state, event) => {
    const unknown = event.username === state.me?.name && state.docs.entries[event.doc_id] === undefined;
    return { state: docRoleGiven(state, event), ...(unknown ? { relistDocs: true } : {}) };
  },
  doc_renamed: (state, event) => ({ state: docRenamed(state, event.doc_id, event.name) }),
  doc_deleted: (state, event) => ({ state: docGone(state, event.doc_id, 'deleted') }),
  server_updated: (state, { server_id, what }) => ({
    state: serverChanged(state, server_id),
    server: server_id,
    // Of members, widgets and the like no list of conversations tells.
    ...(/^(server|channel|role)/.test(what) ? { relist: true } : {}),
  }),
  server_removed: (state, { server_id }) => {
    const name = state.servers.entries[server_id]?.name;
    const next = serverGone(state, server_id);
    // Whoever has left it here knows already.
    return { state: name === undefined ? next : noticed(next, 'info', text.servers.removed(name)) };
  },
  widget_updated: (state, { serverId, appId, version, snapshot }) => ({
    state: widgetReported(state, serverId, appId, { version, ...snapshot }),
  }),
  incoming_call: (state, event) => ({ state: callChanged(state, event) }),
  call_state: (state, event) => ({ state: callChanged(state, event) }),
  call_ended: (state, event) => ({ state: callEnded(state, event), ended: event }),
  voice_channel: (state, event) => ({ state: roomChanged(state, event) }),
  system_message: (state, event) => {
    if (typeof event === 'string') return { state: noticed(state, 'info', event) };
    if (event.rev > 0 && event.conversation) return arrived(state, event);
    return { state: noticed(state, 'info', event.source || plain(event.text)) };
  },
  custom_channels_refresh: (state) => ({ state, relistCustom: true }),
  timeout_set: (state, event) => ({
    state: noticed(state, 'error', text.notices.timeout(event.until * 1000)),
  }),
  timeout_removed: (state) => ({ state: noticed(state, 'info', text.notices.timeoutOver) }),
  error: (state, event) => ({ state: noticed(state, 'error', event.message ?? text.errors.unexpected) }),
};

export function dispatch<E extends ServerEvent>(
  state: State,
  event: E,
  payload: ServerEvents[E],
  now: number,
): Outcome {
  const outcome = handlers[event](state, payload, now);
  return { ...outcome, ...(leavesGap(state, outcome.state) ? { sync: true as const } : {}) };
}

/** True when this event made a conversation miss something it did not miss before. */
function leavesGap(before: State, after: State): boolean {
  if (before.conversations === after.conversations) return false;
  return Object.values(after.conversations).some((conversation) => {
    const was = before.conversations[conversation.id];
    return was !== conversation && conversation.cursor.ahead.length > (was?.cursor.ahead.length ?? 0);
  });
}

function plain(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;|&#x27;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}
