/** Names for what the server's document describes. Everything inside the client uses the store's own types. */

import type { components } from './schema';

export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** The document can only say of cards that they are objects: `store/cards.ts` reads them. */
export interface WireMessage extends Omit<Schema<'MessageOut'>, 'embeds'> {
  embeds?: unknown;
}

export interface WireConversation extends Omit<Schema<'ConversationOut'>, 'last_message'> {
  last_message?: WireMessage | null;
}

export interface WireSyncEntry extends Omit<Schema<'SyncedConversation'>, 'messages'> {
  messages: WireMessage[];
}

export interface WireSync extends Omit<Schema<'Synced'>, 'conversations'> {
  conversations: WireSyncEntry[];
}

export interface PinnedMessage extends WireMessage {
  pinned_at: string;
  pinned_by: string;
}

export type WireReadState = Schema<'ReadState'>;
export type Session = Schema<'SessionOut'>;
export type Invite = Schema<'CreatedInvite'>;

export type LoggedDm = Schema<'LoggedDmOut'>;
export type WireRevision = Schema<'RevisionRow'>;

export type AppSettings = Record<string, string>;
