import { describe, expect, it } from 'vitest';
import { dispatch } from '../dispatch';
import { conversationsListed, synced } from './events';
import { listed, serverDetails, serverEntry, signedInAs, syncEntry, wireMessage } from './fixtures';
import {
  channelsOf,
  serverGone,
  serverLoaded,
  serversFailed,
  serversInOrder,
  serversListed,
  waitingIn,
  widgetsLoaded,
} from './servers';
import type { Snapshot, Widget } from './serverTypes';
import type { State } from './types';

const NOW = 1_000_000;
const channel = (id: number, fields = {}) =>
  listed({ conversation: `channel:${id}`, kind: 'channel', name: `room-${id}`, server_id: 1, ...fields });

const start = conversationsListed(
  serversListed(signedInAs('alice'), [serverEntry(1), serverEntry(2, { name: 'Other' })]),
  [listed(), channel(5, { unread: 2 }), channel(6, { unread: 1, mentions: 1 })],
);
const known = (state: State) => serversInOrder(state.servers).map(({ id }) => id);

describe('listing servers', () => {
  it('keeps the order of the list', () => {
    expect(known(serversListed(start, [serverEntry(2), serverEntry(1)]))).toEqual([2, 1]);
  });

  it('takes one that is not listed any more away, with its channels', () => {
    const without = serversListed(serverLoaded(start, serverDetails(1)), [serverEntry(2)]);
    expect(known(without)).toEqual([2]);
    expect(without.servers.details[1]).toBeUndefined();
    expect(Object.keys(without.conversations)).toEqual(['public']);
  });

  it('keeps what is known when it fails, and the reason until it works', () => {
    const failed = serversFailed(start, 'no answer');
    expect(known(failed)).toEqual([1, 2]);
    expect(failed.servers.error).toBe('no answer');
    expect(serversListed(failed, []).servers.error).toBeNull();
  });

  it('adds one that is opened before it is listed', () => {
    expect(known(serverLoaded(start, serverDetails(9)))).toEqual([1, 2, 9]);
  });
});

describe('channels', () => {
  it('are known by the list of conversations before their server is', () => {
    expect(channelsOf(undefined, start.conversations, 1).map(({ name }) => name)).toEqual([
      'room-5',
      'room-6',
    ]);
    expect(channelsOf(undefined, start.conversations, 2)).toEqual([]);
  });

  it('stand where their server has put them, whether or not one has heard of them', () => {
    const details = serverDetails(1, [
      { id: 5, name: 'talk', position: 2 },
      { id: 7, name: 'rules', position: 1, restricted: true },
    ]);
    const rows = channelsOf(details, start.conversations, 1);
    expect(rows.map(({ id }) => id)).toEqual([7, 5]);
    expect(rows[0]).toMatchObject({ restricted: true, conversation: undefined });
    expect(rows[1]?.conversation?.unread).toBe(2);
  });

  it('count for their server', () => {
    expect(waitingIn(start.conversations)).toEqual({ 1: { unread: 3, mentions: 1 } });
  });

  it('go when they are not listed any more', () => {
    const after = conversationsListed(start, [listed(), channel(6)]);
    expect(after.conversations['channel:5']).toBeUndefined();
    expect(after.conversations['channel:6']).toBeDefined();
  });
});

describe('messages in channels', () => {
  const wire = (seq: number, fields = {}) =>
    wireMessage(seq, {
      conversation: 'channel:5',
      kind: 'channel',
      server_id: 1,
      channel_id: 5,
      ...fields,
    });

  it('arrive, count, and leave a gap like any other', () => {
    const arrived = dispatch(start, 'channel_new', wire(1), NOW);
    expect(arrived.state.conversations['channel:5']).toMatchObject({ unread: 3, serverId: 1, lastSeq: 1 });
    expect(arrived.sync).toBeUndefined();
    expect(dispatch(arrived.state, 'channel_new', wire(3), NOW).sync).toBe(true);
  });

  it('tell of a channel one has not heard of which server it is in', () => {
    const outcome = dispatch(
      start,
      'channel_new',
      { ...wire(1), conversation: 'channel:8', server_id: 2 },
      NOW,
    );
    expect(outcome.relist).toBe(true);
    expect(outcome.state.conversations['channel:8']).toMatchObject({ serverId: 2, channelId: 8 });
  });

  it('are an app’s whatever name it goes by', () => {
    const author = { kind: 'webhook', id: 12, name: 'alice', avatar_url: null } as const;
    const embeds = [{ title: 'Build 42', color: 0x00ff00 }];
    const { state } = dispatch(start, 'channel_new', wire(1, { username: 'alice', author, embeds }), NOW);
    const [message] = state.timelines['channel:5']?.messages ?? [];
    expect(message).toMatchObject({ author: 'alice', app: 12 });
    expect(message?.cards[0]).toMatchObject({ title: 'Build 42', colour: '#00ff00' });
    // One's own message would have read everything.
    expect(state.conversations['channel:5']?.unread).toBe(3);
  });

  it('change their cards with their text, and lose them with it', () => {
    const author = { kind: 'webhook', id: 12, name: 'CI', avatar_url: null } as const;
    const sent = synced(start, {
      conversations: [
        {
          ...syncEntry([wire(1, { author, embeds: [{ title: 'Running' }] })], { snapshot: true }),
          conversation: 'channel:5',
        },
      ],
      gone: [],
      more: false,
    });
    const edit = { id: 101, conversation: 'channel:5', seq: 1, text: '', source: '', mentions: [] };
    const dates = { edited_at: '', edited_by: '' };
    const edited = dispatch(
      sent,
      'message_edited',
      { ...edit, ...dates, rev: 2, embeds: [{ title: 'Done' }] },
      NOW,
    );
    expect(edited.state.timelines['channel:5']?.messages[0]?.cards[0]?.title).toBe('Done');
    const untouched = dispatch(sent, 'message_edited', { ...edit, ...dates, rev: 2 }, NOW);
    expect(untouched.state.timelines['channel:5']?.messages[0]?.cards[0]?.title).toBe('Running');
    const deletion = { id: 101, conversation: 'channel:5', seq: 1, rev: 3, deleted_by: 'CI' };
    const deleted = dispatch(edited.state, 'message_deleted', deletion, NOW);
    expect(deleted.state.timelines['channel:5']?.messages[0]?.cards).toEqual([]);
  });
});

describe('news of servers', () => {
  it('asks for the server again, and for the conversations when channels may have changed', () => {
    const channels = dispatch(start, 'server_updated', { server_id: 1, what: 'channel' }, NOW);
    expect(channels).toMatchObject({ server: 1, relist: true });
    expect(channels.state.servers.changes[1]).toBe(1);
    expect(channels.state.servers.changes[2]).toBeUndefined();
    for (const what of ['members', 'widgets', 'bans']) {
      const outcome = dispatch(start, 'server_updated', { server_id: 1, what }, NOW);
      expect(outcome).toMatchObject({ server: 1 });
      expect(outcome.relist).toBeUndefined();
    }
  });

  it('takes a server away at once', () => {
    const { state } = dispatch(start, 'server_removed', { server_id: 1 }, NOW);
    expect(known(state)).toEqual([2]);
    expect(Object.keys(state.conversations)).toEqual(['public']);
    expect(state.notices.map((notice) => notice.text)).toEqual(['You are not in Server 1 any more.']);
    expect(dispatch(state, 'server_removed', { server_id: 1 }, NOW).state.notices).toEqual(state.notices);
    expect(serverGone(state, 1).servers.order).toEqual([2]);
  });
});

describe('widgets', () => {
  const snapshot = (version: number): Snapshot => ({
    version,
    updatedAt: '2026-01-15T13:42:07.012Z',
    rows: [{ kind: 'counter', label: 'Online', value: version }],
  });
  const widget = (appId: number): Widget => ({
    appId,
    name: 'Stream',
    description: '',
    pinned: appId === 12,
    visible: true,
    snapshot: snapshot(5),
  });
  const shown = widgetsLoaded(serverLoaded(start, { ...serverDetails(1), pinnedWidget: widget(12) }), 1, [
    widget(12),
    widget(13),
  ]);
  const report = (appId: number, version: number) =>
    dispatch(shown, 'widget_updated', { serverId: 1, appId, version, snapshot: snapshot(version) }, NOW).state
      .servers;

  it('are replaced in place, pinned and in the list', () => {
    const servers = report(12, 6);
    expect(servers.details[1]?.pinnedWidget?.snapshot?.version).toBe(6);
    expect(servers.widgets[1]?.map((one) => one.snapshot?.version)).toEqual([6, 5]);
  });

  it('leave the pinned one alone when it is another’s news', () => {
    const servers = report(13, 6);
    expect(servers.details[1]?.pinnedWidget?.snapshot?.version).toBe(5);
    expect(servers.widgets[1]?.map((one) => one.snapshot?.version)).toEqual([5, 6]);
  });

  it('never go back', () => {
    expect(report(12, 4).details[1]?.pinnedWidget?.snapshot?.version).toBe(5);
  });

  it('invent nothing where they are not shown', () => {
    const event = { serverId: 2, appId: 12, version: 9, snapshot: snapshot(9) };
    expect(dispatch(shown, 'widget_updated', event, NOW).state.servers.widgets[2]).toBeUndefined();
  });
});
