/** Wire payloads into the client's model. Names fall back between the three documented message shapes. */

import type { WireConversation, WireMessage } from '../api/types';
import { parseCards, proxied } from './cards';
import { parseFiles } from './files';
import type { Conversation, ConversationId, ConversationKind, Message } from './types';

export function parseMessage(wire: WireMessage): Message {
  const isApp = wire.author?.kind === 'webhook';
  const author = (isApp ? wire.author?.name : null) ?? wire.username ?? wire.from_user ?? '';
  return {
    id: wire.id,
    conversation: wire.conversation,
    seq: wire.seq,
    rev: wire.rev,
    author,
    authorId: wire.user_id,
    app: isApp ? (wire.author?.id ?? 0) : null,
    emoji: (isApp ? wire.author?.avatar_emoji : null) ?? null,
    picture: isApp ? proxied(wire.author?.proxy_avatar_url) : null,
    cards: parseCards(wire.embeds),
    files: parseFiles(wire.attachment),
    reactions: wire.reactions,
    html: wire.text,
    source: wire.source,
    nonce: wire.nonce ?? null,
    mentions: wire.mentions ?? [],
    everyone: wire.mention_everyone === true,
    roles: wire.mention_roles ?? [],
    createdAt: wire.created_at,
    edited: wire.edited > 0 || Boolean(wire.edited_at),
    deleted: wire.deleted === true,
    reply:
      wire.reply_to === null || wire.reply_to === undefined
        ? null
        : { id: wire.reply_to, author: wire.reply_username ?? '', snippet: wire.reply_snippet ?? '' },
  };
}

export function kindOf(id: ConversationId): ConversationKind {
  if (id.startsWith('dm:')) return 'dm';
  if (id.startsWith('channel:')) return 'channel';
  return id.startsWith('gdm:') ? 'gdm' : 'public';
}

/** Whether a person wrote it; an app that goes by their name did not. */
export function wroteIt(message: Message, person: string): boolean {
  return message.app === null && message.author === person;
}

/** A conversation one has heard of but not listed yet: the first message of a stranger, a new DM. */
export function emptyConversation(id: ConversationId): Conversation {
  const kind = kindOf(id);
  const rest = id.slice(id.indexOf(':') + 1);
  return {
    id,
    kind,
    name: kind === 'dm' ? rest : '',
    peer: kind === 'dm' ? rest : null,
    tid: kind === 'gdm' ? Number(rest) : null,
    channelId: kind === 'channel' ? Number(rest) : null,
    serverId: null,
    locked: false,
    owner: null,
    members: [],
    lastSeq: 0,
    readSeq: 0,
    unread: 0,
    mentions: 0,
    last: null,
    cursor: { rev: 0, ahead: [], synced: false },
  };
}

/** The listing says what a conversation is; how far one has followed it stays as it was. */
export function mergeListed(known: Conversation | undefined, wire: WireConversation): Conversation {
  const base = known ?? emptyConversation(wire.conversation);
  const last = wire.last_message ? parseMessage(wire.last_message) : null;
  // A listing may have been read before an event, or a reading of one's own, that has already arrived.
  const stale = wire.last_rev < base.cursor.rev || wire.read_seq < base.readSeq;
  return {
    ...base,
    kind: wire.kind,
    name: wire.name,
    peer: wire.peer ?? base.peer,
    tid: wire.tid ?? base.tid,
    serverId: wire.server_id ?? base.serverId,
    locked: wire.locked === true,
    owner: wire.created_by ?? base.owner,
    members: wire.members ?? base.members,
    ...(stale
      ? {}
      : {
          lastSeq: wire.last_seq,
          readSeq: wire.read_seq,
          unread: wire.unread,
          mentions: wire.mentions,
          last,
        }),
  };
}
