import { describe, expect, it } from 'vitest';
import { type DocState, newlyOpened } from '../../doc-sync/state';
import { syncState } from './syncState';

const saved: DocState = {
  ...newlyOpened('editor'),
  loading: false,
  ready: true,
  online: true,
  synced: true,
};

describe('the sync state in words', () => {
  it.each<[string, Partial<DocState>]>([
    ['Saved', {}],
    ['Saving…', { unsaved: 1 }],
    ['Connecting…', { synced: false }],
    ['Loading…', { ready: false, synced: false }],
    ['Read only', { role: 'viewer' }],
    ['Read only, offline', { role: 'viewer', online: false, synced: false }],
    ['Offline', { online: false, synced: false }],
    ['Offline, 1 change kept on this device', { online: false, unsaved: 1 }],
    ['Offline, 12 changes kept on this device', { online: false, unsaved: 12 }],
    ['Offline, 12 changes only in this tab', { online: false, unsaved: 12, kept: false }],
    ['Too long, not saved', { unsaved: 1, over: 1 }],
    ['3 changes not saved', { unsaved: 3, stuck: 'malformed' }],
    ['3 changes not saved', { unsaved: 3, stuck: 'role', role: 'viewer' }],
    ['No access any more', { lost: 'removed', unsaved: 3 }],
    ['Deleted', { lost: 'deleted', online: false }],
  ])('is “%s”', (words, change) => {
    expect(syncState({ ...saved, ...change }).words).toBe(words);
  });

  it('is good only where everything is saved', () => {
    expect(syncState(saved).tone).toBe('good');
    for (const change of [{ unsaved: 1 }, { online: false }, { synced: false }, { over: 1 }]) {
      expect(syncState({ ...saved, ...change }).tone).not.toBe('good');
    }
  });
});
