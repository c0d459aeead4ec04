/**
 * The tests that were sent from this page, so that one can be sent again: the server keeps no bodies. Like secrets they
 * live in this page's memory, and leaving the portal forgets them.
 */

import type { Delivery } from '../../api/apps';

export interface SentTest {
  app: number;
  body: string;
  /** When it was sent and when it was answered (ms, this device's clock). */
  sentAt: number;
  answeredAt: number;
}

const MOST = 20;
/** As far as the clocks of a device and a server may be apart for a test to be known again. */
const CLOCKS_APART_MS = 5000;

let tests: readonly SentTest[] = [];

export function rememberTest(test: SentTest): void {
  tests = [test, ...tests].slice(0, MOST);
}

export function forgetTests(): void {
  tests = [];
}

export function lastTest(app: number): SentTest | null {
  return tests.find((test) => test.app === app) ?? null;
}

/** The test that a delivery was, where it was one: as long, and at that time. The nearest in time, of several. */
export function testOf(app: number, { at, bytes }: Delivery): SentTest | null {
  const cameIn = Date.parse(at);
  const apart = ({ sentAt, answeredAt }: SentTest) => Math.max(0, sentAt - cameIn, cameIn - answeredAt);
  const [nearest] = tests
    .filter((test) => test.app === app && lengthOf(test.body) === bytes && apart(test) <= CLOCKS_APART_MS)
    .sort((a, b) => apart(a) - apart(b));
  return nearest ?? null;
}

function lengthOf(body: string): number {
  return new TextEncoder().encode(body).length;
}
