import { expect, test } from 'vitest';
import { toolAnswer } from './toolAnswer';

const of = (query: string) => toolAnswer(new URLSearchParams(query));
const code = 'q7mZb2Xw8Kt4Lp0Vn6Rs3Jd9Hf5Gc1Ya-_TuWxEeIoU';

test('a code is what the tool waits for', () => {
  expect(of(`code=${code}&state=xyz&iss=https%3A%2F%2Fchat.example`)).toEqual({ code });
});

test('a refusal is known by its name', () => {
  expect(of('error=access_denied&error_description=the+person+said+no')).toEqual({ error: 'access_denied' });
});

test('what somebody made up is not shown', () => {
  for (const query of [
    '',
    'code=',
    'code=call+0800+now',
    `code=${'x'.repeat(129)}`,
    'error=Call+us',
    'state=x',
  ]) {
    expect(of(query), query).toBeNull();
  }
});
