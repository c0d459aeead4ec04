import { describe, expect, it } from 'vitest';
import { challengeOf, newPkce, newState, readCallback } from './pkce';

describe('PKCE', () => {
  it('derives the challenge as RFC 7636 shows in its appendix B', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('makes another verifier each time, of letters that need no encoding', async () => {
    const [one, other] = [await newPkce(), await newPkce()];
    expect(one.verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(one.verifier).not.toBe(other.verifier);
    expect(one.challenge).toBe(await challengeOf(one.verifier));
    expect(newState()).not.toBe(newState());
  });
});

describe('coming back', () => {
  it('brings a code and the state that was sent', () => {
    expect(readCallback('https://a.example/cb?code=c1&state=s1&iss=x', 's1')).toEqual({
      code: 'c1',
      error: null,
      stateMatches: true,
    });
    expect(readCallback('https://a.example/cb?code=c1&state=other', 's1')?.stateMatches).toBe(false);
    expect(readCallback('https://a.example/cb?code=c1', 's1')?.stateMatches).toBe(false);
  });

  it('may bring a refusal instead, in words where there are any', () => {
    expect(readCallback('https://a.example/cb?error=access_denied&state=s', 's')).toEqual({
      code: null,
      error: 'access_denied',
      stateMatches: true,
    });
    const said = 'https://a.example/cb?error=invalid_scope&error_description=No+such+scope&state=s';
    expect(readCallback(said, 's')?.error).toBe('No such scope');
    expect(readCallback('not an address', 's')).toBeNull();
  });
});
