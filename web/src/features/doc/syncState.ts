/** The state of an open document in a few words. */

import type { DocState } from '../../doc-sync/state';
import { words } from '../../messages/editor';

export interface SyncState {
  tone: 'good' | 'busy' | 'quiet' | 'warning';
  words: string;
}

export function syncState(state: DocState): SyncState {
  const { lost, stuck, unsaved, ready, online, role } = state;
  const { sync } = words;
  if (lost !== null) return { tone: 'warning', words: sync[lost] };
  if (stuck !== null) return { tone: 'warning', words: sync.notSaved(unsaved) };
  if (state.over > 0) return { tone: 'warning', words: sync.tooLong };
  if (!online) return { tone: 'warning', words: offline(state) };
  if (!ready) return { tone: 'busy', words: sync.loading };
  if (unsaved > 0) return { tone: 'busy', words: sync.saving };
  if (!state.synced) return { tone: 'busy', words: sync.connecting };
  return role === 'viewer' ? { tone: 'quiet', words: sync.readOnly } : { tone: 'good', words: sync.saved };
}

function offline({ unsaved, kept, role }: DocState): string {
  const { sync } = words;
  if (unsaved > 0) return kept ? sync.kept(unsaved) : sync.inTab(unsaved);
  return role === 'viewer' ? sync.readOnlyOffline : sync.offline;
}
