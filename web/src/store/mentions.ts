/** Whom a message means: me, by name, by a role of mine, or with everybody. Pure. */

import type { Message, State } from './types';

/** The same for the badge, the highlight and the count of what is deleted. */
export function meansMe(state: State, message: Message): boolean {
  const { me } = state;
  if (me === null) return false;
  if (message.everyone || message.mentions.includes(me.name)) return true;
  return rolesIn(state, message)?.some((role) => message.roles.includes(role)) === true;
}

/** Whether it mentions roles of a server that has not been opened here: then only the server knows. */
export function meansUnknown(state: State, message: Message): boolean {
  return message.roles.length > 0 && rolesIn(state, message) === undefined;
}

function rolesIn(state: State, message: Message): number[] | undefined {
  const server = state.conversations[message.conversation]?.serverId;
  return server == null ? undefined : state.servers.details[server]?.me.roleIds;
}

/** A name in a text, without its `@`. */
export interface Chip {
  name: string;
  /** That of a role. */
  colour: string | null;
}

/** What is drawn as a mention in the text of a message. */
export function chipsOf(state: State, message: Message): Chip[] {
  const chips: Chip[] = message.mentions.map((name) => ({ name, colour: null }));
  if (message.everyone) chips.push({ name: 'everyone', colour: null });
  const server = state.conversations[message.conversation]?.serverId;
  const roles = (server == null ? undefined : state.servers.details[server]?.roles) ?? [];
  for (const { id, name, color, isDefault } of roles) {
    if (message.roles.includes(id) || (isDefault && message.everyone)) chips.push({ name, colour: color });
  }
  return chips;
}

/** Where a mention may stand and where its name ends, as the server has it. */
const BEFORE = '(?<![\\p{L}\\p{N}/\\\\.@+=#%&$-])';
const AFTER = '(?!\\p{L}|\\p{N})';

export interface Piece {
  text: string;
  chip: Chip | null;
}

/** A text, cut where it mentions one of `chips`; the longest name counts. */
export function cutMentions(text: string, chips: Chip[]): Piece[] {
  if (chips.length === 0 || !text.includes('@')) return [{ text, chip: null }];
  const byName = new Map(chips.map((chip) => [fold(chip.name), chip]));
  const names = [...byName.keys()].sort((a, b) => b.length - a.length).map(escaped);
  const mention = new RegExp(`${BEFORE}@(?:${names.join('|')})${AFTER}`, 'giu');
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(mention)) {
    if (index > end) pieces.push({ text: text.slice(end, index), chip: null });
    pieces.push({ text: found, chip: byName.get(fold(found.slice(1))) ?? null });
    end = index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), chip: null });
  return pieces;
}

const fold = (name: string) => name.toLowerCase();
const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
