/**
 * What a screen reader hears: new messages of the conversation that is open,
 * at most one sentence a second, and nothing of what a reconnect brings back.
 */

import { text } from '../messages';
import { wroteIt } from '../store/parse';
import type { State } from '../store/types';

const PAUSE_MS = 1000;

let openId: string | null = null;
let say: (sentence: string) => void = () => {};
let waiting: { author: string; source: string }[] = [];
/** A sentence has just been said; what comes now is said together after the pause. */
let resting = false;

export function announceIn(id: string | null): void {
  openId = id;
  waiting = [];
}

export function onAnnouncement(listener: (sentence: string) => void): void {
  say = listener;
}

export function announceArrival(before: State, after: State): void {
  if (openId === null) return;
  const was = before.conversations[openId]?.last;
  const is = after.conversations[openId]?.last;
  if (!is || is === was || wroteIt(is, after.me?.name ?? '') || is.id <= (was?.id ?? 0)) return;
  waiting.push({ author: is.author, source: is.source });
  if (!resting) speak();
}

function speak(): void {
  resting = false;
  const [first] = waiting;
  if (first === undefined) return;
  const alone = waiting.length === 1;
  say(alone ? text.announce.one(first.author, first.source) : text.announce.many(waiting.length));
  waiting = [];
  resting = true;
  setTimeout(speak, PAUSE_MS);
}
