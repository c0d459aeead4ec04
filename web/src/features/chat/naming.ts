/** Whom one can mention while writing, and what of the text is the beginning of a name. Pure. */

import { may } from '../../store/permissions';
import { channelIn } from '../../store/servers';
import type { Conversation, State } from '../../store/types';

export interface Suggestion {
  name: string;
  /** Of a member who has one. */
  nickname: string | null;
  /** Of a role that has one. */
  colour: string | null;
  kind: 'person' | 'role' | 'everyone';
}

/** The most that are offered at once. */
const MOST = 8;

/** People and, for those who may call them, roles and everybody. */
export function nameable(state: State, conversation: Conversation | undefined): Suggestion[] {
  const plain = { nickname: null, colour: null };
  if (conversation?.serverId == null) {
    const people = conversation?.members ?? [];
    return people.map((name) => ({ ...plain, name, kind: 'person' }));
  }
  const members = Object.values(state.servers.members[conversation.serverId] ?? {});
  const people = members.map(
    ({ username, nickname }): Suggestion => ({ ...plain, name: username, nickname, kind: 'person' }),
  );
  if (!may(channelIn(state, conversation), 'mention_everyone')) return people;
  const roles = (state.servers.details[conversation.serverId]?.roles ?? [])
    .filter(({ isDefault, managed }) => !isDefault && !managed)
    .sort((a, b) => b.position - a.position)
    .map(({ name, color }): Suggestion => ({ ...plain, name, colour: color, kind: 'role' }));
  return [...people, { ...plain, name: 'everyone', kind: 'everyone' }, ...roles];
}

export interface Begun {
  /** Where its `@` is. */
  at: number;
  typed: string;
}

/** The name that is being written at `caret`, if one is. */
export function begunAt(source: string, caret: number): Begun | null {
  const begun = /(?:^|[\s(["'*_>,;:!?])@([\p{L}\p{N}\p{M}._-]{0,32})$/u.exec(source.slice(0, caret));
  if (begun === null) return null;
  const typed = begun[1] ?? '';
  return { at: caret - typed.length - 1, typed };
}

/**
 * Those whose name, or one of its words, begins so; by name before by nickname. None once a name is
 * there: Enter is to send then.
 */
export function matching(all: Suggestion[], typed: string): Suggestion[] {
  const wanted = typed.toLowerCase();
  if (all.some(({ name }) => name.toLowerCase() === wanted)) return [];
  const begins = (name: string | null) =>
    name !== null &&
    (name.toLowerCase().startsWith(wanted) ||
      name
        .toLowerCase()
        .split(/\s+/)
        .some((word) => word.startsWith(wanted)));
  const byName = all.filter(({ name }) => begins(name));
  const byNickname = all.filter(({ name, nickname }) => !begins(name) && begins(nickname));
  return [...byName, ...byNickname].slice(0, MOST);
}

/** The text with the name in place of its beginning, and where one writes on. */
export function completed(source: string, caret: number, begun: Begun, name: string) {
  const before = `${source.slice(0, begun.at)}@${name} `;
  return { source: before + source.slice(caret).replace(/^ /, ''), caret: before.length };
}
