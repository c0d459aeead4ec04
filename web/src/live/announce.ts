/**
 * What a screen reader hears: new messages of the conversation that is open,
 * at most one sentence a second, and nothing of what a reconnect brings back.
 */

import { text } from '../messages';
import type { State } from '../store/types';

const PAUSE_MS = 1000;

let openId: string | null = null;
let say: (sentence: string) => void = () => {};
let waiting: { author: string; source: string }[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

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
  if (!is || is === was || is.author === after.me?.name || is.id <= (was?.id ?? 0)) return;
  waiting.push({ author: is.author, source: is.source });
  timer ??= setTimeout(speak, waiting.length > 1 ? PAUSE_MS : 150);
}

function speak(): void {
  timer = undefined;
  const [first] = waiting;
  if (first === undefined) return;
  say(
    waiting.length === 1 ? text.announce.one(first.author, first.source) : text.announce.many(waiting.length),
  );
  waiting = [];
  timer = setTimeout(speak, PAUSE_MS);
}
