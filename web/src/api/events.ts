/** The events of the live link: what arrives, what is sent, and what an answer looks like. */

import type { Snapshot } from '../store/serverTypes';
import type { DocRole } from '../store/types';
import type { CallEnded, CallState, VoiceRoom } from './call-events';
import type { WireMessage, WireReadState } from './types';

interface Changed {
  id: number;
  conversation: string;
  seq: number;
  rev: number;
}

/** `text` is the new HTML, `source` the new Markdown. */
export interface MessageEdited extends Changed {
  text: string;
  source: string;
  mentions: string[];
  /** Only in a channel. */
  mention_everyone?: boolean;
  mention_roles?: number[];
  /** Only of an app's message. */
  embeds?: unknown;
  edited_at: string;
  edited_by: string;
}

export interface MessageDeleted extends Changed {
  deleted_by: string;
}

/** `count` is how many have chosen the emoji now. */
export interface ReactionChanged extends Changed {
  emoji: string;
  username: string;
  count: number;
}

export interface UserTyping {
  username: string;
  conversation: string;
}

export interface UserListRefresh {
  online?: string;
  offline?: string;
  new_user?: string;
  deleted?: string;
  avatar_updated?: string;
  profile_updated?: string;
  /** The new name; the one until now is in `from`. */
  renamed?: string;
  from?: string;
}

export interface DocMemberChanged {
  doc_id: number;
  username: string;
}

export interface DocRoleGiven extends DocMemberChanged {
  role: DocRole;
}

/** `what` has changed in it: channels, roles, members, widgets, ... */
export interface ServerUpdated {
  server_id: number;
  what: string;
}

export interface WidgetUpdated {
  serverId: number;
  appId: number;
  version?: number;
  snapshot: Snapshot;
}

/** Everything this client knows about; `dispatch.ts` has to say what each one does. */
export interface ServerEvents {
  new_message: WireMessage;
  dm_new: WireMessage;
  gdm_new: WireMessage;
  channel_new: WireMessage;
  message_edited: MessageEdited;
  message_deleted: MessageDeleted;
  messages_deleted: { ids: number[] };
  reaction_added: ReactionChanged;
  reaction_removed: ReactionChanged;
  pin_update: { conversation: string };
  clear_all: unknown;
  dm_cleared: { peer?: string } | null;
  gdm_cleared: { thread_id: number };
  read_state: WireReadState;
  conversation_removed: { conversation: string };
  gdm_threads_refresh: { tid?: number; deleted?: number };
  user_typing: UserTyping;
  user_stop_typing: UserTyping;
  user_list_refresh: UserListRefresh;
  doc_member_added: DocRoleGiven;
  doc_member_removed: DocMemberChanged;
  doc_member_role_updated: DocRoleGiven;
  doc_renamed: { doc_id: number; name: string };
  doc_deleted: { doc_id: number };
  server_updated: ServerUpdated;
  server_removed: { server_id: number };
  widget_updated: WidgetUpdated;
  incoming_call: CallState;
  call_state: CallState;
  call_ended: CallEnded;
  voice_channel: VoiceRoom;
  system_message: WireMessage | string;
  custom_channels_refresh: unknown;
  timeout_set: { until: number };
  timeout_removed: unknown;
  error: { message?: string };
}

export type ServerEvent = keyof ServerEvents;

export const serverEvents: Record<ServerEvent, true> = {
  new_message: true,
  dm_new: true,
  gdm_new: true,
  channel_new: true,
  message_edited: true,
  message_deleted: true,
  messages_deleted: true,
  reaction_added: true,
  reaction_removed: true,
  pin_update: true,
  clear_all: true,
  dm_cleared: true,
  gdm_cleared: true,
  read_state: true,
  conversation_removed: true,
  gdm_threads_refresh: true,
  user_typing: true,
  user_stop_typing: true,
  user_list_refresh: true,
  doc_member_added: true,
  doc_member_removed: true,
  doc_member_role_updated: true,
  doc_renamed: true,
  doc_deleted: true,
  server_updated: true,
  server_removed: true,
  widget_updated: true,
  incoming_call: true,
  call_state: true,
  call_ended: true,
  voice_channel: true,
  system_message: true,
  custom_channels_refresh: true,
  timeout_set: true,
  timeout_removed: true,
  error: true,
};

export type ClientEvent =
  | 'send_message'
  | 'dm_send'
  | 'gdm_send'
  | 'channel_send'
  | 'edit_message'
  | 'dm_edit'
  | 'gdm_edit'
  | 'channel_edit'
  | 'delete_message'
  | 'dm_delete'
  | 'gdm_delete'
  | 'channel_delete'
  | 'mark_read'
  | 'sync'
  | 'typing_start'
  | 'typing_stop'
  | 'dm_typing'
  | 'dm_stop_typing'
  | 'gdm_typing'
  | 'gdm_stop_typing'
  | 'channel_typing'
  | 'channel_stop_typing';

export interface Refusal {
  ok: false;
  error: string;
  message?: string;
  retry_after?: number;
}

export type Ack<T> = ({ ok: true } & T) | Refusal;

/** Of a command: nothing was sent, and what came of it is in words. */
export interface CommandAck {
  command: true;
  text: string;
}

export interface SendAck {
  id: number;
  conversation: string;
  seq: number;
  rev: number;
}
