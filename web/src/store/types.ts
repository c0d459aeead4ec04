/** The client's own model. Wire payloads become these in `store/parse.ts` and nowhere else. */

import type { CallState } from '../api/call-events';
import type { CustomChannel } from '../api/custom';
import type { MediaProblem } from '../call/media';
import type { RoomPeer } from '../call/room';
import type { Card } from './cards';
import type { StoredFile } from './files';
import type { Servers } from './serverTypes';

export type ConversationId = string;

export type ConversationKind = 'public' | 'dm' | 'gdm' | 'channel';

export interface Reply {
  id: number;
  author: string;
  snippet: string;
}

/** One emoji under a message. */
export interface Reaction {
  emoji: string;
  /** The first of them, and this person if they are among the others. */
  users: string[];
  count: number;
  me: boolean;
}

export interface Message {
  id: number;
  conversation: ConversationId;
  seq: number;
  rev: number;
  author: string;
  authorId: number;
  /** The app that wrote it; its author is then only the name that it goes by. */
  app: number | null;
  /** What an app has for a picture. */
  emoji: string | null;
  /** Where this server shows an app's picture. */
  picture: string | null;
  /** What an app gave it beside its text. */
  cards: Card[];
  files: StoredFile[];
  reactions: Reaction[];
  /** Sanitised HTML from the server. */
  html: string;
  /** What the author typed. */
  source: string;
  nonce: string | null;
  mentions: string[];
  /** In a channel: whether everybody is mentioned, and which roles are. */
  everyone: boolean;
  roles: number[];
  createdAt: string;
  edited: boolean;
  deleted: boolean;
  reply: Reply | null;
}

/**
 * How far this client has followed a conversation. `rev` is contiguous: every
 * change up to it is applied. `ahead` are later changes that arrived before the
 * ones in between; while it is not empty there is a gap to fill by `sync`.
 */
export interface Cursor {
  rev: number;
  ahead: number[];
  /** False until the first snapshot: such a conversation is not named in `sync`. */
  synced: boolean;
}

export interface Conversation {
  id: ConversationId;
  kind: ConversationKind;
  name: string;
  peer: string | null;
  tid: number | null;
  channelId: number | null;
  serverId: number | null;
  locked: boolean;
  /** The name of the group's owner. */
  owner: string | null;
  members: string[];
  lastSeq: number;
  readSeq: number;
  unread: number;
  mentions: number;
  last: Message | null;
  cursor: Cursor;
}

export interface Timeline {
  /** Ascending by seq, without holes from the first one to the newest; tombstones included. */
  messages: Message[];
  hasOlder: boolean;
}

export type OutgoingState = 'queued' | 'sending' | 'sent' | 'failed';

export interface Outgoing {
  nonce: string;
  conversation: ConversationId;
  source: string;
  /** The stored name of a file that goes along. */
  attachment: string | null;
  reply: Reply | null;
  createdAt: string;
  state: OutgoingState;
  /** Why it failed, in words. */
  error: string | null;
  /** Once acknowledged: the change that will bring the stored message. */
  rev: number | null;
}

export interface Me {
  id: number;
  name: string;
  isAdmin: boolean;
  isSuperadmin: boolean;
}

export type DocRole = 'viewer' | 'editor' | 'creator';

/** A document as lists show it; its text is known to the editor alone. */
export interface DocEntry {
  id: number;
  name: string;
  role: DocRole;
  createdBy: string;
  createdAt: string;
  /** Null until somebody edits it. */
  lastEditedBy: string | null;
  lastEditedAt: string | null;
}

/** Why a document that was here is not any more. */
export type DocLoss = 'removed' | 'deleted';

export interface Docs {
  entries: Record<number, DocEntry>;
  /** As the server listed them: by when they were edited, more exactly than it says. */
  order: number[];
  /** What this page has seen go, so that whoever has it open can be told why. */
  lost: Record<number, DocLoss>;
  /** Counts what is heard of members, for whoever shows a list of them. */
  memberChanges: number;
  /** True once the list is known. Nobody asks for it who has no use for documents. */
  listed: boolean;
  /** Why the last attempt to list failed, in words. */
  error: string | null;
}

export type SessionState = 'loading' | 'anonymous' | 'active' | 'expired' | 'unreachable';

export interface Link {
  phase: 'connecting' | 'online' | 'waiting';
  /** When the link went down; null while it is up. */
  downSince: number | null;
  /** When the next attempt starts; null while one is running. */
  retryAt: number | null;
  attempt: number;
}

export interface Notice {
  id: number;
  tone: 'info' | 'error';
  text: string;
}

/** The call or voice channel this tab is in. */
export interface ActiveCall {
  /** Its id, or the voice channel's name; empty until the server has given it one. */
  room: string;
  title: string;
  /** Null: a voice channel. */
  conversation: ConversationId | null;
  phase: 'entering' | 'in' | 'returning';
  muted: boolean;
  camera: boolean;
  problem: { device: 'microphone' | 'camera'; problem: MediaProblem } | null;
  /** What this camera sees. */
  local: MediaStream | null;
  peers: RoomPeer[];
  startedAt: number;
}

export interface Calls {
  /** Those that concern this person, by id. */
  known: Record<string, CallState>;
  /** Who is in which voice channel. */
  rooms: Record<string, string[]>;
  active: ActiveCall | null;
}

export interface State {
  session: SessionState;
  me: Me | null;
  link: Link;
  conversations: Record<ConversationId, Conversation>;
  timelines: Record<ConversationId, Timeline>;
  outbox: Outgoing[];
  online: Record<string, true>;
  /** person -> where their picture is; only of those who have one. */
  pictures: Record<string, string>;
  /** conversation -> person -> when the sign expires (ms). */
  typing: Record<ConversationId, Record<string, number>>;
  docs: Docs;
  calls: Calls;
  servers: Servers;
  /** Null until it was listed. */
  custom: { list: CustomChannel[] | null; error: string | null };
  settings: Record<string, string>;
  /** Counts what is heard of pins, for whoever shows a list of them. */
  pinChanges: number;
  notices: Notice[];
  /** True once the list of conversations is known. */
  ready: boolean;
}
