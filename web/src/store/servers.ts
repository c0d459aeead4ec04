/** Servers: what listing them and hearing of changes do to the state. Pure, like the rest of the store. */

import { conversationRemoved } from './events';
import type { Channel, Member, ServerDetails, ServerEntry, Servers, Snapshot, Widget } from './serverTypes';
import type { Conversation, State } from './types';

export const noServers: Servers = {
  entries: {},
  order: [],
  details: {},
  members: {},
  widgets: {},
  changes: {},
  listed: false,
  error: null,
};

export function serversListed(state: State, listed: ServerEntry[]): State {
  const entries = Object.fromEntries(listed.map((entry) => [entry.id, entry]));
  let next = state;
  for (const id of state.servers.order) if (entries[id] === undefined) next = serverGone(next, id);
  return change(next, { entries, order: listed.map(({ id }) => id), listed: true, error: null });
}

export function serversFailed(state: State, error: string): State {
  return change(state, { error });
}

export function serverLoaded(state: State, details: ServerDetails): State {
  const { id } = details.server;
  const { entries, order } = state.servers;
  return change(state, {
    entries: { ...entries, [id]: details.server },
    order: order.includes(id) ? order : [...order, id],
    details: { ...state.servers.details, [id]: details },
  });
}

/** Left, removed from, or deleted: it goes with everything in it. */
export function serverGone(state: State, id: number): State {
  let next = state;
  for (const conversation of Object.values(state.conversations)) {
    if (conversation.serverId === id) next = conversationRemoved(next, conversation.id);
  }
  const { entries, order, details, members, widgets } = next.servers;
  return change(next, {
    entries: without(entries, id),
    order: order.filter((other) => other !== id),
    details: without(details, id),
    members: without(members, id),
    widgets: without(widgets, id),
  });
}

/** Something in it is not as it was; whoever shows it asks again. */
export function serverChanged(state: State, id: number): State {
  const { changes } = state.servers;
  return change(state, { changes: { ...changes, [id]: (changes[id] ?? 0) + 1 } });
}

export function membersLoaded(state: State, id: number, listed: Member[]): State {
  const members = Object.fromEntries(listed.map((member) => [member.userId, member]));
  return change(state, { members: { ...state.servers.members, [id]: members } });
}

export function widgetsLoaded(state: State, id: number, widgets: Widget[]): State {
  return change(state, { widgets: { ...state.servers.widgets, [id]: widgets } });
}

/** A tile is replaced in place, and never by an older one: answers and news overtake each other. */
export function widgetReported(state: State, id: number, appId: number, snapshot: Snapshot): State {
  const details = state.servers.details[id];
  const widgets = state.servers.widgets[id];
  const put = (widget: Widget) =>
    widget.appId === appId && isNewer(snapshot, widget.snapshot) ? { ...widget, snapshot } : widget;
  return change(state, {
    details:
      details?.pinnedWidget?.appId === appId
        ? {
            ...state.servers.details,
            [id]: { ...details, pinnedWidget: put(details.pinnedWidget) },
          }
        : state.servers.details,
    widgets:
      widgets === undefined ? state.servers.widgets : { ...state.servers.widgets, [id]: widgets.map(put) },
  });
}

export function serversInOrder({ entries, order }: Servers): ServerEntry[] {
  return order.flatMap((id) => entries[id] ?? []);
}

export interface ChannelRow {
  id: number;
  name: string;
  restricted: boolean;
  conversation: Conversation | undefined;
}

/** The channels of a server; what the list of conversations knows of it until the server itself is here. */
export function channelsOf(
  details: ServerDetails | undefined,
  conversations: State['conversations'],
  serverId: number,
): ChannelRow[] {
  if (details === undefined) {
    return Object.values(conversations)
      .filter((conversation) => conversation.serverId === serverId)
      .map((conversation) => ({
        id: conversation.channelId ?? 0,
        name: conversation.name,
        restricted: false,
        conversation,
      }));
  }
  return byPosition(details.channels).map(({ id, name, restricted }) => ({
    id,
    name,
    restricted,
    conversation: conversations[`channel:${id}`],
  }));
}

export function byPosition(channels: Channel[]): Channel[] {
  return [...channels].sort((a, b) => a.position - b.position || a.id - b.id);
}

export interface Waiting {
  unread: number;
  mentions: number;
}

/** What waits in the channels of each server. */
export function waitingIn(conversations: State['conversations']): Record<number, Waiting> {
  const waiting: Record<number, Waiting> = {};
  for (const { serverId, unread, mentions } of Object.values(conversations)) {
    if (serverId === null) continue;
    const known = waiting[serverId] ?? { unread: 0, mentions: 0 };
    waiting[serverId] = { unread: known.unread + unread, mentions: known.mentions + mentions };
  }
  return waiting;
}

/** The channel of a conversation, as far as its server has been opened. */
export function channelIn(state: State, conversation: Conversation | undefined): Channel | undefined {
  if (conversation?.serverId == null) return undefined;
  return state.servers.details[conversation.serverId]?.channels.find(
    (channel) => channel.id === conversation.channelId,
  );
}

function isNewer(snapshot: Snapshot, known: Snapshot | null): boolean {
  if (known === null) return true;
  if (snapshot.version !== undefined && known.version !== undefined) return snapshot.version > known.version;
  return snapshot.updatedAt >= known.updatedAt;
}

function without<T>(record: Record<number, T>, id: number): Record<number, T> {
  const { [id]: _gone, ...rest } = record;
  return rest;
}

function change(state: State, servers: Partial<Servers>): State {
  return { ...state, servers: { ...state.servers, ...servers } };
}
