/** Names for what the server's document describes. Everything inside the client uses the store's own types. */

import type { ConversationKind } from '../store/types';
import type { components } from './schema';

export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Who wrote a message of a channel. A webhook goes by whatever name it was posted with. */
interface WireAuthor {
  kind: 'user' | 'webhook';
  id: number;
  name: string;
  avatar_url: string | null;
}

export interface WireMessage extends Omit<Schema<'MessageOut'>, 'kind'> {
  kind: ConversationKind;
  server_id?: number | null;
  channel_id?: number | null;
  author?: WireAuthor | null;
  /** Cards of an app: `store/cards.ts` reads them. */
  embeds?: unknown;
}

export interface WireConversation extends Omit<Schema<'ConversationOut'>, 'kind' | 'last_message'> {
  kind: ConversationKind;
  last_message?: WireMessage | null;
  server_id?: number | null;
}

export interface WireSyncEntry extends Omit<Schema<'SyncedConversation'>, 'messages'> {
  messages: WireMessage[];
  server_id?: number | null;
}

export interface WireSync extends Omit<Schema<'Synced'>, 'conversations'> {
  conversations: WireSyncEntry[];
}

export type WireReadState = Schema<'ReadState'>;
export type Session = Schema<'SessionOut'>;
export type Invite = Schema<'CreatedInvite'>;

export type LoggedDm = Schema<'LoggedDmOut'>;
export type WireRevision = Schema<'RevisionRow'>;

export type AppSettings = Record<string, string>;
