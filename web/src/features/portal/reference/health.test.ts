import { expect, it } from 'vitest';
import type { TestAnswer } from '../../../api/testCall';
import { judge } from './health';

const here = 'https://chatter.test';
const answer = (status: number, json: unknown = { ok: true }): TestAnswer => ({
  status,
  ms: 7,
  headers: new Headers(),
  text: '',
  json,
});

it('takes an answer for well, a refusal and silence for down', () => {
  expect(judge('server', answer(200), here)).toEqual({ state: 'ok', says: 'Answered after 7 ms.' });
  expect(judge('database', answer(503, { ok: false }), here)).toMatchObject({ state: 'err' });
  expect(judge('database', answer(0, null), here)).toMatchObject({ state: 'err' });
});

it('says which version it is, and as what services know it', () => {
  expect(judge('api', answer(200, { info: { version: '0.1.0' } }), here).says).toContain('0.1.0');
  expect(judge('oauth', answer(200, { issuer: here }), here).state).toBe('ok');
  const elsewhere = judge('oauth', answer(200, { issuer: 'https://other.test' }), here);
  expect(elsewhere.state).toBe('warn');
  expect(elsewhere.says).toContain('https://other.test');
});
