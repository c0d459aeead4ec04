/** What the server says of itself, asked as anybody could ask it. */

import { type TestAnswer, testCall } from '../../../api/testCall';
import { words as all } from '../../../messages/portalDocs';
import { isRecord } from '../json/rules';

const words = all.status;

export type PartName = 'server' | 'database' | 'oauth' | 'api';

export interface PartHealth {
  state: 'ok' | 'warn' | 'err';
  /** In words, with what to do where there is something. */
  says: string;
}

const paths: Record<PartName, string> = {
  server: '/healthz',
  database: '/readyz',
  oauth: '/.well-known/oauth-authorization-server',
  api: '/api/openapi.json',
};

export const partNames = Object.keys(paths) as PartName[];

export async function askPart(name: PartName): Promise<PartHealth> {
  return judge(name, await testCall({ method: 'GET', path: paths[name] }), window.location.origin);
}

/** `origin` is where this page is. Pure. */
export function judge(name: PartName, { status, ms, json }: TestAnswer, origin: string): PartHealth {
  if (status === 0) return { state: 'err', says: words.silent };
  if (status >= 400) return { state: 'err', says: words.refused(status) };
  const answered = words.well(ms);
  if (name === 'api') {
    const info = isRecord(json) && isRecord(json.info) ? json.info : {};
    const { version } = info;
    return { state: 'ok', says: typeof version === 'string' ? words.version(version) : answered };
  }
  if (name === 'oauth') {
    const issuer = isRecord(json) && typeof json.issuer === 'string' ? json.issuer : '';
    return issuer === origin
      ? { state: 'ok', says: words.issuer(issuer) }
      : { state: 'warn', says: words.otherIssuer(issuer) };
  }
  return { state: 'ok', says: answered };
}
