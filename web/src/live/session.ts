/** Who is signed in, and what starts and stops with that. */

import * as account from '../api/account';
import { whenUnauthenticated } from '../api/client';
import { current, signedIn, signedOut, update } from '../store/store';
import { hangUp } from './calling';
import { closeLink, openLink } from './connection';
import { keep, keepOutbox } from './kept';
import { forgetDocs, forgetOthers, saveUnsavedDocs } from './unsavedDocs';

/** Who is signed in in this browser: its tabs share the cookie, and have to agree on whose it is. */
const PERSON = 'chatter.person';

let stopKeeping: (() => void) | null = null;

whenUnauthenticated(() => {
  if (current().session !== 'active') return;
  closeLink();
  update((state) => ({ ...state, session: 'expired' }));
});

window.addEventListener('storage', (event) => {
  const { me } = current();
  if (event.key === PERSON && me !== null && event.newValue !== String(me.id)) window.location.reload();
});

/** On page load, and again when the server could not be reached then. */
export async function resumeSession(): Promise<void> {
  update((state) => ({ ...state, session: 'loading' }));
  try {
    await enter();
  } catch {
    update((state) => ({ ...state, session: 'unreachable' }));
  }
}

export async function signIn(username: string, password: string): Promise<void> {
  await account.signIn(username, password);
  await enter();
}

export async function signOut(): Promise<void> {
  const { me } = current();
  hangUp();
  closeLink();
  try {
    await account.signOut();
  } finally {
    leave();
    if (me !== null) forgetDocs(me);
  }
}

async function enter(): Promise<void> {
  const identity = await account.whoAmI();
  const name = identity.effective;
  if (!name) {
    leave();
    return;
  }
  const me = {
    id: identity.user_id ?? 0,
    name,
    isAdmin: identity.is_admin || identity.is_superadmin,
    isSuperadmin: identity.is_superadmin,
  };
  stopKeeping?.();
  update((state) => signedIn(state, me));
  // Pages outside this client look the name up here.
  sessionStorage.setItem('username', name);
  keep(PERSON, String(me.id));
  stopKeeping = keepOutbox(me.id);
  openLink();
  // What fails now is tried again by the next page.
  saveUnsavedDocs(me).catch(() => undefined);
  forgetOthers(me).catch(() => undefined);
}

function leave(): void {
  stopKeeping?.();
  stopKeeping = null;
  sessionStorage.removeItem('username');
  keep(PERSON, null);
  update(signedOut);
}
