import { describe, expect, it } from 'vitest';
import { dispatch } from '../dispatch';
import { docsFailed, docsInOrder, docsListed } from './docs';
import { docEntry, signedInAs } from './fixtures';

const NOW = 1_000_000;
const start = docsListed(signedInAs('alice'), [docEntry(1), docEntry(2, { role: 'viewer' })]);
const known = (state: typeof start) => Object.keys(state.docs.entries).map(Number);

describe('the order of documents', () => {
  const inOrder = (state: typeof start) => docsInOrder(state.docs).map((entry) => entry.id);

  it('is the one they were listed in, whatever their numbers', () => {
    const listed = docsListed(start, [docEntry(4), docEntry(2), docEntry(3)]);
    expect(inOrder(listed)).toEqual([4, 2, 3]);
    expect(inOrder(docsListed(listed, [docEntry(3), docEntry(4)]))).toEqual([3, 4]);
  });

  it('closes up behind what has gone', () => {
    const listed = docsListed(start, [docEntry(4), docEntry(2), docEntry(3)]);
    expect(inOrder(dispatch(listed, 'doc_deleted', { doc_id: 2 }, NOW).state)).toEqual([4, 3]);
  });
});

describe('listing documents', () => {
  it('remembers that a document has gone, and forgets it when it is back', () => {
    const without = docsListed(start, [docEntry(1)]);
    expect(known(without)).toEqual([1]);
    expect(without.docs.lost).toEqual({ 2: 'removed' });
    const again = docsListed(without, [docEntry(1), docEntry(2)]);
    expect(known(again)).toEqual([1, 2]);
    expect(again.docs.lost).toEqual({});
  });

  it('keeps what is known when it fails, and the reason until it works', () => {
    const failed = docsFailed(start, 'no answer');
    expect(known(failed)).toEqual([1, 2]);
    expect(failed.docs.error).toBe('no answer');
    expect(docsListed(failed, []).docs.error).toBeNull();
  });
});

describe('news of documents', () => {
  it('asks for the list when somebody shares one, and not when others get access', () => {
    const mine = dispatch(start, 'doc_member_added', { doc_id: 3, username: 'alice', role: 'editor' }, NOW);
    expect(mine.sharedDoc).toBe(3);
    const other = dispatch(start, 'doc_member_added', { doc_id: 1, username: 'bob', role: 'editor' }, NOW);
    expect(other.sharedDoc).toBeUndefined();
    expect(other.state.docs.entries).toEqual(start.docs.entries);
    expect(other.state.docs.memberChanges).toBe(start.docs.memberChanges + 1);
  });

  it('changes one’s own role, and nobody else’s is shown', () => {
    const event = { doc_id: 2, username: 'alice', role: 'editor' } as const;
    expect(dispatch(start, 'doc_member_role_updated', event, NOW).state.docs.entries[2]?.role).toBe('editor');
    const other = dispatch(start, 'doc_member_role_updated', { ...event, username: 'bob' }, NOW);
    expect(other.state.docs.entries[2]?.role).toBe('viewer');
    expect(other.relistDocs).toBeUndefined();
  });

  it('asks for the list when a role is given in a document one has not heard of', () => {
    const event = { doc_id: 9, username: 'alice', role: 'editor' } as const;
    expect(dispatch(start, 'doc_member_role_updated', event, NOW).relistDocs).toBe(true);
  });

  it('takes a document away from who is removed, and says why', () => {
    const removed = dispatch(start, 'doc_member_removed', { doc_id: 1, username: 'alice' }, NOW).state;
    expect(known(removed)).toEqual([2]);
    expect(removed.docs.lost).toEqual({ 1: 'removed' });
    const deleted = dispatch(start, 'doc_deleted', { doc_id: 1 }, NOW).state;
    expect(known(deleted)).toEqual([2]);
    expect(deleted.docs.lost).toEqual({ 1: 'deleted' });
  });

  it('leaves it to who stays', () => {
    const event = { doc_id: 1, username: 'bob' };
    const after = dispatch(start, 'doc_member_removed', event, NOW).state;
    expect(known(after)).toEqual([1, 2]);
    expect(after.docs.lost).toEqual({});
  });

  it('renames what is known, and invents nothing', () => {
    const renamed = dispatch(start, 'doc_renamed', { doc_id: 1, name: 'Other' }, NOW).state;
    expect(renamed.docs.entries[1]?.name).toBe('Other');
    expect(dispatch(start, 'doc_renamed', { doc_id: 9, name: 'Other' }, NOW).state).toBe(start);
    expect(dispatch(start, 'doc_deleted', { doc_id: 9 }, NOW).state).toBe(start);
  });
});
