/** Wire payloads for tests, as the server sends them. */

import type { WireConversation, WireMessage, WireSyncEntry } from '../api/types';
import type { Channel, Member, Role, ServerDetails, ServerEntry } from './serverTypes';
import { initialState } from './store';
import type { DocEntry, State } from './types';

export function wireMessage(seq: number, fields: Partial<WireMessage> = {}): WireMessage {
  return {
    id: 100 + seq,
    conversation: 'public',
    kind: 'public',
    seq,
    rev: seq,
    user_id: 2,
    username: 'bob',
    text: `message ${seq}`,
    source: `message ${seq}`,
    nonce: null,
    attachment: null,
    mentions: [],
    created_at: '2026-01-15T10:30:00Z',
    edited: 0,
    edited_at: null,
    edited_by: null,
    deleted: false,
    reply_to: null,
    reply_username: null,
    reply_snippet: null,
    reactions: [],
    ...fields,
  };
}

export function syncEntry(messages: WireMessage[], fields: Partial<WireSyncEntry> = {}): WireSyncEntry {
  const rev = messages.reduce((most, message) => Math.max(most, message.rev), 0);
  return {
    conversation: 'public',
    last_seq: messages.reduce((most, message) => Math.max(most, message.seq), 0),
    last_rev: rev,
    read_seq: 0,
    unread: 0,
    mentions: 0,
    rev,
    snapshot: false,
    more: false,
    messages,
    ...fields,
  };
}

export function listed(fields: Partial<WireConversation> = {}): WireConversation {
  return {
    conversation: 'public',
    kind: 'public',
    name: 'Public',
    last_seq: 0,
    last_rev: 0,
    read_seq: 0,
    unread: 0,
    mentions: 0,
    last_message: null,
    ...fields,
  };
}

export function docEntry(id: number, fields: Partial<DocEntry> = {}): DocEntry {
  return {
    id,
    name: `Document ${id}`,
    role: 'editor',
    createdBy: 'bob',
    createdAt: '2026-01-15T10:30:00Z',
    lastEditedBy: null,
    lastEditedAt: null,
    ...fields,
  };
}

export function signedInAs(name: string): State {
  return {
    ...initialState,
    session: 'active',
    me: { id: 1, name, isAdmin: false, isSuperadmin: false },
  };
}

export function serverEntry(id: number, fields: Partial<ServerEntry> = {}): ServerEntry {
  return {
    id,
    name: `Server ${id}`,
    ownerId: 2,
    memberCount: 3,
    unread: 0,
    permissions: ['view_channel', 'read_history', 'send_messages'],
    createdAt: '2026-01-15T10:30:00Z',
    ...fields,
  };
}

export function serverDetails(id: number, channels: Partial<Channel>[] = []): ServerDetails {
  return {
    server: serverEntry(id),
    channels: channels.map((channel, index) => ({
      id: index + 1,
      serverId: id,
      name: `room-${index + 1}`,
      topic: null,
      position: index,
      restricted: false,
      locked: false,
      permissions: ['view_channel', 'read_history', 'send_messages'],
      ...channel,
    })),
    roles: [],
    me: {
      permissions: ['view_channel', 'read_history', 'send_messages'],
      roleIds: [],
      timedOutUntil: null,
      topPosition: 0,
    },
    pinnedWidget: null,
  };
}

export function role(id: number, fields: Partial<Role> = {}): Role {
  return {
    id,
    name: `Role ${id}`,
    color: null,
    permissions: [],
    position: id,
    managed: false,
    isDefault: false,
    ...fields,
  };
}

export function member(userId: number, fields: Partial<Member> = {}): Member {
  return {
    userId,
    username: `person${userId}`,
    name: null,
    nickname: null,
    avatarUrl: null,
    roleIds: [],
    joinedAt: '2026-01-15T10:30:00Z',
    timedOutUntil: null,
    isOwner: false,
    ...fields,
  };
}
