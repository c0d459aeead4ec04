/** Putting emoji under messages, and pinning messages. What comes of it arrives as an event. */

import * as finding from '../api/finding';
import { text } from '../messages';
import { kindOf } from '../store/parse';
import type { Message } from '../store/types';
import { notify, notifyError } from '../ui/notify';
import { keep, kept } from './kept';

const RECENT = 'chatter.emoji';
const MOST_RECENT = 16;

/** Under way: a second tap must not undo what the first one has not done yet. */
const busy = new Set<string>();

export async function toggleReaction(message: Message, emoji: string): Promise<void> {
  const key = `${message.id} ${emoji}`;
  if (busy.has(key)) return;
  busy.add(key);
  const own = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.me);
  const kind = kindOf(message.conversation);
  try {
    if (own) await finding.removeReaction(message.id, kind, emoji);
    else {
      await finding.addReaction(message.id, kind, emoji);
      keep(
        RECENT,
        [emoji, ...recentEmoji().filter((other) => other !== emoji)].slice(0, MOST_RECENT).join(' '),
      );
    }
  } catch (error) {
    notifyError(error);
  } finally {
    busy.delete(key);
  }
}

/** Those used last on this device, the latest first. */
export function recentEmoji(): string[] {
  return (kept(RECENT) ?? '').split(' ').filter((emoji) => emoji !== '');
}

export async function setPinned(message: Message, pinned: boolean): Promise<void> {
  try {
    await finding.setPinned(kindOf(message.conversation), message.id, pinned);
    notify(pinned ? text.pins.pinned : text.pins.unpinned);
  } catch (error) {
    notifyError(error);
  }
}
