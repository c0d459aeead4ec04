/** What is to be known of an open document besides its text. */

import type { DocLoss, DocRole } from '../store/types';

/** Why what was written here cannot be saved by waiting: the role went, the server cannot read it, or takes no more. */
export type Stuck = 'role' | 'malformed' | 'full';

export interface DocState {
  /** The copy on this device is still being read. */
  loading: boolean;
  /** There is a text: the copy on this device, or the server's. */
  ready: boolean;
  online: boolean;
  /** Since the link came up both sides have been told everything. */
  synced: boolean;
  role: DocRole;
  /** How many changes made here the server has not confirmed. */
  unsaved: number;
  /** Changes survive this page: the copy on this device works. */
  kept: boolean;
  /** By how many bytes the text is larger than the server takes. Nothing is sent until it is 0. */
  over: number;
  stuck: Stuck | null;
  lost: DocLoss | null;
  /** Everybody who has it open, oneself included; nobody while offline. */
  people: string[];
}

export const newlyOpened = (role: DocRole): DocState => ({
  loading: true,
  ready: false,
  online: false,
  synced: false,
  role,
  unsaved: 0,
  kept: true,
  over: 0,
  stuck: null,
  lost: null,
  people: [],
});

export const mayWrite = (state: DocState) =>
  state.ready && state.role !== 'viewer' && state.lost === null && state.stuck === null;
