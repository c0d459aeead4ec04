/** For tests: people with sessions, on the fake server. They live on fake timers. */

import { vi } from 'vitest';
import type { DocRole } from '../store/types';
import type { DeviceCopy } from './copy';
import { DOC, type FakeLink, type FakeServer } from './fixtures';
import { DocSession } from './session';

export const settle = (ms = 2000) => vi.advanceTimersByTimeAsync(ms);

export interface Person {
  link: FakeLink;
  session: DocSession;
}

export function opened(link: FakeLink, copy: DeviceCopy | null = null): DocSession {
  const role = link.server.roles.get(link.name) ?? 'viewer';
  return new DocSession({ id: DOC, me: link.name, role, channel: link, copy: Promise.resolve(copy) });
}

export async function joined(server: FakeServer, name: string, role: DocRole = 'editor'): Promise<Person> {
  const link = server.link(name, role);
  const session = opened(link);
  connect({ link, session });
  await settle();
  return { link, session };
}

export function connect({ link, session }: Person): void {
  link.up();
  session.linkUp();
}

export function cut({ link, session }: Person): void {
  link.cut();
  session.linkDown();
}

export const text = ({ session }: Person) => session.text.toString();

export const write = ({ session }: Person, words: string, at = session.text.length) =>
  session.text.insert(at, words);
