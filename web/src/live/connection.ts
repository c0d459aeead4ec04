/** Keeps the link up: when to connect, when to try again, and what follows once it stands. */

import { whoAmI } from '../api/account';
import { listOnline } from '../api/presence';
import { dispatch, type Follow } from '../dispatch';
import * as socket from '../socket';
import { backoff, linkConnecting, linkDown, linkUp } from '../store/link';
import { onlineListed } from '../store/presence';
import { current, update } from '../store/store';
import { nextTypingExpiry, typingExpired } from '../store/typing';
import { announceArrival } from './announce';
import { callInterrupted, followEnd, resumeCall } from './calling';
import { relistCustom } from './custom';
import { listDocuments, relistDocuments, welcomeDocument } from './documents';
import { relist } from './listing';
import { refreshPictures } from './pictures';
import { tellUnconfirmed } from './reading';
import { flushOutbox } from './sending';
import { listMyServers, refreshServer, refreshServers } from './servers';
import { requestSync } from './sync';
import { checkVersion } from './version';

let retry: ReturnType<typeof setTimeout> | undefined;
let expiry: ReturnType<typeof setTimeout> | undefined;
let listening = false;
let wanted = false;

export function openLink(): void {
  if (!listening) startListening();
  wanted = true;
  tryNow();
  // What there is to read does not have to wait for the live link.
  relist();
  void listMyServers();
  void requestSync();
}

export function closeLink(): void {
  wanted = false;
  clearTimeout(retry);
  socket.disconnect();
}

/** At once, instead of when the countdown ends. */
export function tryNow(): void {
  clearTimeout(retry);
  if (!wanted || socket.isConnected()) return;
  update(linkConnecting);
  socket.connect();
}

function startListening(): void {
  listening = true;
  socket.listen({
    up: () => void onUp(),
    down: (reason) => void onDown(reason),
    event: (event, payload) => {
      const before = current();
      const outcome = dispatch(before, event, payload, Date.now());
      update(() => outcome.state);
      announceArrival(before, outcome.state);
      follow(outcome);
      scheduleTypingExpiry();
    },
  });
  window.addEventListener('online', tryNow);
  document.addEventListener('visibilitychange', () => {
    // Timers sleep in a hidden tab; whoever comes back should not wait for one.
    if (document.visibilityState === 'visible' && current().link.phase === 'waiting') tryNow();
  });
}

function follow(outcome: Follow): void {
  if (outcome.relist) relist();
  if (outcome.pictures) refreshPictures();
  if (outcome.relistDocs) void listDocuments();
  if (outcome.relistCustom) relistCustom();
  if (outcome.sharedDoc !== undefined) void welcomeDocument(outcome.sharedDoc);
  if (outcome.server !== undefined) refreshServer(outcome.server);
  if (outcome.ended !== undefined) followEnd(outcome.ended);
  if (outcome.sync) requestSync();
}

async function onUp(): Promise<void> {
  if (await belongsToAnother()) {
    window.location.reload();
    return;
  }
  const wasDown = current().link.downSince !== null;
  update(linkUp);
  if (wasDown) void checkVersion();
  relist();
  relistDocuments();
  relistCustom();
  refreshServers();
  void refreshOnline();
  void resumeCall();
  refreshPictures();
  tellUnconfirmed();
  await requestSync();
  flushOutbox();
}

async function onDown(reason: 'unauthorized' | 'lost'): Promise<void> {
  if (!wanted) return;
  callInterrupted();
  const now = Date.now();
  const wait = backoff(current().link.attempt, Math.random());
  update((state) => linkDown(state, now, now + wait));
  clearTimeout(retry);
  retry = setTimeout(tryNow, wait);
  if (reason === 'unauthorized') await checkSession();
}

/** The cookie may have become somebody else's while the link was down; nothing may be sent in their name. */
async function belongsToAnother(): Promise<boolean> {
  if (current().link.downSince === null) return false;
  const identity = await whoAmI().catch(() => null);
  return identity !== null && Boolean(identity.effective) && identity.user_id !== current().me?.id;
}

/** Being refused is different from being offline, and the server alone can say which it is. */
async function checkSession(): Promise<void> {
  const identity = await whoAmI().catch(() => null);
  if (identity === null || identity.effective) return;
  closeLink();
  update((state) => ({ ...state, session: 'expired' }));
}

async function refreshOnline(): Promise<void> {
  const names = await listOnline().catch(() => null);
  if (names !== null) update((state) => onlineListed(state, names));
}

function scheduleTypingExpiry(): void {
  clearTimeout(expiry);
  const next = nextTypingExpiry(current());
  if (next === null) return;
  expiry = setTimeout(
    () => {
      update((state) => typingExpired(state, Date.now()));
      scheduleTypingExpiry();
    },
    Math.max(20, next - Date.now()),
  );
}
