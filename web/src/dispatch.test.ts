import { describe, expect, it } from 'vitest';
import { dispatch } from './dispatch';
import { synced } from './store/events';
import { signedInAs, syncEntry, wireMessage } from './store/fixtures';
import { typingExpired } from './store/typing';

const NOW = 1_000_000;
const start = synced(signedInAs('alice'), {
  conversations: [syncEntry([wireMessage(1)], { snapshot: true })],
  gone: [],
  more: false,
});

describe('dispatch', () => {
  it('asks for nothing while events follow each other', () => {
    const outcome = dispatch(start, 'new_message', wireMessage(2), NOW);
    expect(outcome.sync).toBeUndefined();
    expect(outcome.relist).toBeUndefined();
  });

  it('asks for a sync when an event leaves a gap', () => {
    const outcome = dispatch(start, 'new_message', wireMessage(4), NOW);
    expect(outcome.sync).toBe(true);
    expect(outcome.state.timelines.public?.messages.map((message) => message.seq)).toEqual([1, 4]);
  });

  it('asks for a sync when an edit leaves a gap', () => {
    const event = { id: 101, conversation: 'public', seq: 1, rev: 5, text: 'x', source: 'x', mentions: [] };
    const outcome = dispatch(start, 'message_edited', { ...event, edited_at: '', edited_by: 'bob' }, NOW);
    expect(outcome.sync).toBe(true);
  });

  it('lists again when somebody writes for the first time', () => {
    const wire = wireMessage(1, { conversation: 'dm:bob', kind: 'dm', id: 300 });
    const outcome = dispatch(start, 'dm_new', wire, NOW);
    expect(outcome.relist).toBe(true);
    expect(outcome.state.conversations['dm:bob']).toMatchObject({ kind: 'dm', peer: 'bob', unread: 1 });
  });

  it('shows who is typing until they stop, write, or three seconds pass', () => {
    const typing = dispatch(start, 'user_typing', { username: 'bob', conversation: 'public' }, NOW).state;
    expect(Object.keys(typing.typing.public ?? {})).toEqual(['bob']);
    const wrote = dispatch(typing, 'new_message', wireMessage(2), NOW).state;
    expect(wrote.typing.public).toEqual({});
    const stopped = dispatch(
      typing,
      'user_stop_typing',
      { username: 'bob', conversation: 'public' },
      NOW,
    ).state;
    expect(stopped.typing.public).toEqual({});
    expect(typingExpired(typing, NOW + 2999).typing.public).not.toEqual({});
    expect(typingExpired(typing, NOW + 3000).typing.public).toEqual({});
  });

  it('does not show oneself as typing', () => {
    const own = dispatch(start, 'user_typing', { username: 'alice', conversation: 'public' }, NOW).state;
    expect(own.typing.public).toBeUndefined();
  });

  it('follows presence', () => {
    const here = dispatch(start, 'user_list_refresh', { online: 'bob' }, NOW).state;
    expect(here.online).toEqual({ bob: true });
    expect(dispatch(here, 'user_list_refresh', { offline: 'bob' }, NOW).state.online).toEqual({});
  });

  it('asks for everything that has a name in it when somebody has another one', () => {
    const { sync, relist, pictures } = dispatch(
      start,
      'user_list_refresh',
      { renamed: 'robert', from: 'bob' },
      NOW,
    );
    expect({ sync, relist, pictures }).toEqual({ sync: true, relist: true, pictures: true });
  });

  it('takes a lost group away at once', () => {
    const wire = wireMessage(1, { conversation: 'gdm:7', kind: 'gdm', id: 400 });
    const inside = dispatch(start, 'gdm_new', wire, NOW).state;
    const outside = dispatch(inside, 'conversation_removed', { conversation: 'gdm:7' }, NOW).state;
    expect(outside.conversations['gdm:7']).toBeUndefined();
    expect(outside.timelines['gdm:7']).toBeUndefined();
  });

  it('shows a private word of the system, and stores a public one', () => {
    const said = wireMessage(0, { rev: 0, source: '', text: '<p>Please &lt;wait&gt;</p>', user_id: 0 });
    expect(dispatch(start, 'system_message', said, NOW).state.notices[0]?.text).toBe('Please <wait>');
    const stored = dispatch(start, 'system_message', wireMessage(2, { user_id: 0 }), NOW).state;
    expect(stored.timelines.public?.messages).toHaveLength(2);
  });
});
