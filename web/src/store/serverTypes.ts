/** The client's model of servers. The server speaks of them in these very words, so nothing is translated. */

import type { Permission } from './permissions';

export interface ServerEntry {
  id: number;
  name: string;
  ownerId: number;
  memberCount: number;
  unread: number;
  /** Mine, anywhere in it. */
  permissions: Permission[];
  createdAt: string;
}

export interface Overwrite {
  kind: 'role' | 'member';
  id: number;
  allow: Permission[];
  deny: Permission[];
}

export interface Channel {
  id: number;
  serverId: number;
  name: string;
  topic: string | null;
  position: number;
  /** There are members who cannot see it. */
  restricted: boolean;
  /** Only those who manage channels write in it. */
  locked: boolean;
  /** Mine in it. */
  permissions: Permission[];
  /** Only for those who may change them. */
  overwrites?: Overwrite[];
}

export interface Role {
  id: number;
  name: string;
  /** "#rrggbb" */
  color: string | null;
  permissions: Permission[];
  /** Higher ones are above lower ones; the default role is at 0. */
  position: number;
  /** It belongs to an integration: nobody gives or takes it. */
  managed: boolean;
  isDefault: boolean;
}

/** What the signed-in person is in a server. */
export interface Membership {
  permissions: Permission[];
  roleIds: number[];
  timedOutUntil: string | null;
  topPosition: number;
}

export interface ServerDetails {
  server: ServerEntry;
  channels: Channel[];
  roles: Role[];
  me: Membership;
  pinnedWidget: Widget | null;
}

export interface Member {
  userId: number;
  username: string;
  name: string | null;
  nickname: string | null;
  avatarUrl: string | null;
  roleIds: number[];
  joinedAt: string;
  timedOutUntil: string | null;
  isOwner: boolean;
}

export type RowState = 'ok' | 'warn' | 'err' | 'idle';

export type WidgetRow =
  | { kind: 'counter'; label: string; value: number; url?: string | null }
  | { kind: 'text'; label: string; value: string; url?: string | null }
  | { kind: 'status'; label: string; state: RowState; text?: string | null; url?: string | null }
  | { kind: 'progress'; label: string; current: number; max: number; url?: string | null };

export interface Snapshot {
  updatedAt: string;
  rows: WidgetRow[];
  version?: number;
  /** After so long without a new one it says nothing any more. */
  ttlSeconds?: number | null;
}

export interface Widget {
  appId: number;
  name: string;
  description: string;
  pinned: boolean;
  visible: boolean;
  /** Null until its agent reports for the first time. */
  snapshot: Snapshot | null;
}

export interface Servers {
  entries: Record<number, ServerEntry>;
  /** As listed. */
  order: number[];
  /** Of those that have been opened. */
  details: Record<number, ServerDetails>;
  /** The first page of the members, for names and colours; of those that have been opened. */
  members: Record<number, Record<number, Member>>;
  /** All widgets, once somebody has asked for them. */
  widgets: Record<number, Widget[]>;
  /** Counts what is heard of a server, for whoever shows a list of something in it. */
  changes: Record<number, number>;
  listed: boolean;
  /** Why the last attempt to list failed, in words. */
  error: string | null;
}
