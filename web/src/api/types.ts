/** Names for what the server's document describes. Everything inside the client uses the store's own types. */

import type { components } from './schema';

export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export type WireMessage = Schema<'MessageOut'>;
export type WireConversation = Schema<'ConversationOut'>;
export type WireSync = Schema<'Synced'>;
export type WireSyncEntry = Schema<'SyncedConversation'>;
export type WireReadState = Schema<'ReadState'>;
export type Session = Schema<'SessionOut'>;
export type Invite = Schema<'CreatedInvite'>;

export type LoggedDm = Schema<'LoggedDmOut'>;
export type WireRevision = Schema<'RevisionRow'>;

export type AppSettings = Record<string, string>;
