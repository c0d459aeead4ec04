/** What is under a message: who chose which emoji. */

import type { ReactionChanged } from '../api/events';
import { messageChanged } from './events';
import type { Reaction, State } from './types';

/** Reactions are a change of their message, so they have their place in the order of `rev`. */
export function reacted(state: State, event: ReactionChanged, added: boolean): State {
  const message = state.timelines[event.conversation]?.messages.find(({ id }) => id === event.id);
  const before = message?.reactions ?? [];
  const me = state.me?.name ?? '';
  const reactions = added ? withReaction(before, event, me) : withoutReaction(before, event, me);
  return messageChanged(state, { ...event, change: { reactions } });
}

function withReaction(
  before: Reaction[],
  { emoji, username, count }: ReactionChanged,
  me: string,
): Reaction[] {
  const own = username === me;
  const known = before.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) return [...before, { emoji, users: [username], count, me: own }];
  const users = known.users.includes(username) ? known.users : [...known.users, username];
  const after = { ...known, users, count, me: known.me || own };
  return before.map((reaction) => (reaction === known ? after : reaction));
}

function withoutReaction(
  before: Reaction[],
  { emoji, username, count }: ReactionChanged,
  me: string,
): Reaction[] {
  return before
    .map((reaction) =>
      reaction.emoji === emoji
        ? {
            ...reaction,
            users: reaction.users.filter((name) => name !== username),
            count,
            me: reaction.me && username !== me,
          }
        : reaction,
    )
    .filter((reaction) => reaction.count > 0);
}
