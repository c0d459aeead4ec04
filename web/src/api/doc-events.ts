/** The events of the document that is being edited. The bytes in them are those of the y-protocols. */

import type { DocRole } from '../store/types';
import type { DocMemberChanged, DocRoleGiven } from './events';

/** Sent as a view of bytes; arrives as a buffer in browsers, as a view of one elsewhere. */
export type Bytes = Uint8Array | ArrayBuffer;

interface DocMessage {
  doc_id: number;
  message: Bytes;
}

/** What arrives for those who have joined a document. */
export interface DocEvents {
  doc_sync: DocMessage;
  doc_awareness: DocMessage;
  doc_user_joined: DocMemberChanged;
  doc_user_left: DocMemberChanged;
  doc_member_added: DocRoleGiven;
  doc_member_removed: DocMemberChanged;
  doc_member_role_updated: DocRoleGiven;
  doc_deleted: { doc_id: number };
}

export type DocEvent = keyof DocEvents;

export type DocClientEvent = 'doc_join' | 'doc_leave' | 'doc_sync' | 'doc_awareness';

export interface JoinedDoc {
  role: DocRole;
  /** Everybody who has it open, oneself included, each once. */
  users: string[];
}
