import { describe, expect, test } from 'vitest';
import { allow, tellsOnly } from './requests';

const ORIGIN = 'https://chat.example';
const wants = (method: string, path: string, body: unknown = null) =>
  allow({ method, url: new URL(path, ORIGIN).href, body }, ORIGIN);
const file = () => new File(['meow'], 'cat.txt');

describe('what a script in the sandbox may ask the server for', () => {
  test('what the documented examples do', () => {
    expect(wants('GET', '/api/users/online')?.path).toBe('/api/users/online');
    expect(wants('GET', '/api/files/list?offset=10&limit=5')?.path).toBe('/api/files/list?offset=10&limit=5');
    expect(wants('GET', '/api/whoami')?.fields).toEqual(['ok', 'username', 'user_id', 'authenticated']);
    const upload = wants('POST', '/api/files/upload', [
      ['file', file()],
      ['expiry', '60'],
    ]);
    expect(upload?.body?.get('expiry')).toBe('60');
    expect((upload?.body?.get('file') as File | undefined)?.name).toBe('cat.txt');
  });

  test('and nothing else', () => {
    for (const [method, path, body] of [
      ['GET', '/api/messages'],
      ['GET', '/api/dm/messages?peer=bob'],
      ['GET', '/api/conversations'],
      ['POST', '/api/sync', '{}'],
      ['GET', '/api/users/online/../../messages'],
      ['GET', '/api/users/online%2F..%2F..%2Fmessages'],
      ['GET', '//evil.example/api/whoami'],
      ['GET', 'https://evil.example/api/whoami'],
      ['GET', 'https://user@chat.example/api/whoami'],
      ['GET', '/api/whoami?x=1'],
      ['GET', '/api/files/list?limit=1&x=1'],
      ['GET', '/api/files/list?limit=a'],
      ['DELETE', '/api/files/abc'],
      ['POST', '/api/whoami'],
      ['POST', '/api/files/upload', 'file=x'],
      ['POST', '/api/files/upload', [['file', 'not a file']]],
      [
        'POST',
        '/api/files/upload',
        [
          ['file', file()],
          ['owner', 'bob'],
        ],
      ],
      ['GET', '/constructor'],
      ['GET', '/logout'],
    ] as [string, string, unknown?][]) {
      expect(wants(method, path, body ?? null), `${method} ${path}`).toBeNull();
    }
    expect(allow({ method: 'GET', url: 'javascript:alert(1)', body: null }, ORIGIN)).toBeNull();
  });

  test('commands that tell something, and none that do something', () => {
    for (const command of [
      '/user list',
      '/user info bob',
      '/file list',
      '/file info a',
      '/channel info',
      '/help',
    ])
      expect(tellsOnly(command), command).toBe(true);
    for (const command of [
      '/file delete a',
      '/file upload http://a',
      '/message send bob hi',
      '/addadmin mallory',
      '/"addadmin" mallory',
      '/clearall',
      '/user listen',
      ' /user list',
      'user list',
    ])
      expect(tellsOnly(command), command).toBe(false);
  });
});
