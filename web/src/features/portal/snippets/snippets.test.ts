import { describe, expect, it } from 'vitest';
import { integrationSnippets } from './integration';
import { indented, phpQuoted, powershellQuoted, quoted, shellQuoted } from './model';
import { authorizeUrl, oauthSnippets } from './oauth';
import { webhookSnippets } from './webhook';
import { widgetSnippets } from './widget';

const URL_ = 'https://chat.example.com/webhooks/7/chtw_abc';
const ids = (snippets: { id: string }[]) => snippets.map(({ id }) => id);

describe('snippets', () => {
  it('are there for the documented languages and the tools people have', () => {
    const languages = ['curl', 'node', 'python', 'go', 'php'];
    expect(ids(webhookSnippets(URL_))).toEqual([
      ...languages,
      'powershell',
      'actions',
      'uptime-kuma',
      'grafana',
    ]);
    expect(ids(widgetSnippets(URL_))).toEqual([...languages, 'powershell', 'actions']);
    const access = { base: 'https://chat.example.com', server: 3, user: 42, token: 'chti_x' };
    expect(ids(integrationSnippets(access))).toEqual([...languages, 'powershell', 'actions']);
  });

  it('contain the real URL, and nothing left to fill in', () => {
    for (const { code, id } of [...webhookSnippets(URL_), ...widgetSnippets(URL_)]) {
      expect(code, id).toContain(URL_);
      expect(code, id).not.toMatch(/undefined|YOUR_|TOKEN_HERE/);
    }
  });

  it('call the converters where a tool has a shape of its own', () => {
    const code = Object.fromEntries(webhookSnippets(URL_).map((snippet) => [snippet.id, snippet.code]));
    expect(code['uptime-kuma']).toContain(`${URL_}/uptime-kuma`);
    expect(code.grafana).toContain(`url: ${URL_}/grafana`);
  });

  it('keep the secret out of files that are checked in', () => {
    const actions = webhookSnippets(URL_).find(({ id }) => id === 'actions')?.code ?? '';
    const run = actions.slice(actions.indexOf('- name'));
    expect(run).not.toContain('chtw_');
    expect(run).toContain('secrets.CHATTER_WEBHOOK');
  });

  it('authenticate integrations in the header, and only there', () => {
    const access = { base: 'https://chat.example.com', server: 3, user: 42, token: 'chti_x' };
    for (const { code, id } of integrationSnippets(access)) {
      expect(code, id).toContain('https://chat.example.com/servers/3/memberships/42');
      expect(code, id).not.toMatch(/memberships\/42[^'"\n]*chti_x/);
    }
  });
});

describe('OAuth', () => {
  const client = {
    base: 'https://chat.example.com',
    clientId: 'abc',
    redirectUri: 'https://app.example.com/cb?x=1',
    secret: 'chts_s',
  };

  it('asks for a code, with a challenge where there is one', () => {
    const url = new URL(authorizeUrl(client, 'st&te', 'chal'));
    expect(url.pathname).toBe('/oauth/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'abc',
      redirect_uri: 'https://app.example.com/cb?x=1',
      scope: 'identify',
      state: 'st&te',
      code_challenge: 'chal',
      code_challenge_method: 'S256',
    });
    expect(new URL(authorizeUrl(client, 's', null)).searchParams.has('code_challenge')).toBe(false);
  });

  it('has no secret for public clients', () => {
    for (const { code, id } of oauthSnippets({ ...client, secret: null })) {
      expect(code, id).not.toContain('client_secret');
    }
    for (const { code, id } of oauthSnippets(client)) expect(code, id).toContain('chts_s');
  });
});

describe('quoting', () => {
  it('keeps a text one word of its language', () => {
    expect(shellQuoted(`it's "$HOME"`)).toBe(`'it'\\''s "$HOME"'`);
    expect(quoted('a"b\n')).toBe('"a\\"b\\n"');
    expect(phpQuoted(`a'b\\c$d`)).toBe(`'a\\'b\\\\c$d'`);
    expect(powershellQuoted(`a'b$c`)).toBe(`'a''b$c'`);
  });

  it('indents what follows the first line', () => {
    expect(indented('{\n  "a": 1\n}', 4)).toBe('{\n      "a": 1\n    }');
  });
});
