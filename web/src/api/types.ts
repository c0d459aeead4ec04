/** Shapes the server sends, named as on the wire. Everything inside the client uses the store's own types. */

export type ConversationKind = 'public' | 'dm' | 'gdm';

export interface WireMessage {
  id: number;
  conversation: string;
  kind: ConversationKind;
  seq: number;
  rev: number;
  user_id: number;
  username: string;
  text: string;
  source: string;
  nonce: string | null;
  attachment: string | null;
  mentions: string[];
  created_at: string;
  edited: number;
  edited_at: string | null;
  edited_by: string | null;
  deleted: boolean;
  reply_to: number | null;
  reply_username: string | null;
  reply_snippet: string | null;
  from_user?: string;
  to_user?: string;
  tid?: number;
}

export interface WireConversation {
  conversation: string;
  kind: ConversationKind;
  name: string;
  peer?: string | null;
  tid?: number | null;
  last_seq: number;
  last_rev: number;
  read_seq: number;
  unread: number;
  mentions: number;
  last_message: WireMessage | null;
  locked?: boolean | null;
  created_by?: string | null;
  members?: string[] | null;
}

export interface WireSyncEntry {
  conversation: string;
  last_seq: number;
  last_rev: number;
  read_seq: number;
  unread: number;
  mentions: number;
  rev: number;
  snapshot: boolean;
  more: boolean;
  messages: WireMessage[];
}

export interface WireSync {
  conversations: WireSyncEntry[];
  gone: string[];
  more: boolean;
}

export interface WireReadState {
  conversation: string;
  read_seq: number;
  unread: number;
  mentions: number;
}

export interface WhoAmI {
  username: string | null;
  effective: string | null;
  user_id: number | null;
  authenticated: boolean;
  is_admin: boolean;
  is_superadmin: boolean;
}

export interface Session {
  id: string | number;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  address: string | null;
  user_agent: string | null;
  current: boolean;
}

export interface GroupInfo {
  tid: number;
  name: string;
  locked: boolean;
  members: string[];
  is_owner: boolean;
}

export interface Invite {
  invite_code: string;
  invite_url: string;
  expires_at: string;
}

export interface LoggedDm {
  id: number;
  from_user: string;
  to_user: string;
  text: string;
  created_at: string;
}

export type AppSettings = Record<string, string>;
