import { describe, expect, it } from 'vitest';
import { checkRedirect, whyUnfit } from './redirectCheck';

const registered = ['https://app.example.com/oauth/callback', 'http://127.0.0.1/cb'];
const differs = (candidate: string) => {
  const verdict = checkRedirect(candidate, registered);
  return verdict.kind === 'differs' ? verdict.nearest : verdict;
};

describe('what can be registered', () => {
  it('is https, and http on the loopback addresses', () => {
    expect(whyUnfit('https://app.example.com/cb?x=1')).toBeNull();
    expect(whyUnfit('http://127.0.0.1:3000/cb')).toBeNull();
    expect(whyUnfit('http://[::1]/cb')).toBeNull();
  });

  it('is nothing else', () => {
    expect(whyUnfit('app.example.com/cb')).toBe('notUri');
    expect(whyUnfit('http://app.example.com/cb')).toBe('scheme');
    expect(whyUnfit('javascript:alert(1)')).toBe('scheme');
    expect(whyUnfit('data:text/html,x')).toBe('scheme');
    expect(whyUnfit('https://app.example.com/cb#')).toBe('fragment');
    expect(whyUnfit('https://me:pw@app.example.com/cb')).toBe('userinfo');
    expect(whyUnfit('https://app.example.com/*')).toBe('wildcard');
  });
});

describe('comparing', () => {
  it('takes the same, letter by letter', () => {
    expect(checkRedirect('https://app.example.com/oauth/callback', registered)).toEqual({
      kind: 'matches',
      registered: registered[0],
    });
  });

  it('takes any port of the loopback address, and no other part of it', () => {
    expect(checkRedirect('http://127.0.0.1:49152/cb', registered)).toMatchObject({ kind: 'matches' });
    expect(checkRedirect('http://127.0.0.1:49152/other', registered)).toMatchObject({ kind: 'differs' });
    expect(checkRedirect('http://127.0.0.1.example.com/cb', registered)).toMatchObject({ kind: 'unfit' });
    expect(checkRedirect('https://app.example.com:444/oauth/callback', registered)).toMatchObject({
      kind: 'differs',
    });
  });

  it.each([
    ['https://app.example.com/oauth/callback/', 'slash'],
    ['https://app.example.com/OAuth/callback', 'case'],
    ['https://www.example.com/oauth/callback', 'host'],
    ['https://app.example.com:8443/oauth/callback', 'port'],
    ['https://app.example.com/oauth/calback', 'path'],
    ['https://app.example.com/oauth/callback?x=1', 'query'],
    ['https://app.example.com:443/oauth/callback', 'encoding'],
  ])('says what differs in %s', (candidate, what) => {
    expect(differs(candidate)).toMatchObject({ registered: registered[0], what });
  });

  it('points at the letter', () => {
    expect(differs('https://app.example.com/oauth/calback')).toMatchObject({
      at: 34,
      expected: 'l',
      found: 'b',
    });
    expect(differs('https://app.example.com/oauth/callback/')).toMatchObject({
      at: 39,
      expected: '',
      found: '/',
    });
  });

  it('has nothing to compare with where nothing is registered', () => {
    expect(checkRedirect('https://a.example/cb', [])).toEqual({ kind: 'differs', nearest: null });
  });
});
