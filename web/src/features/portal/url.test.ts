import { expect, it } from 'vitest';
import type { App } from '../../api/apps';
import { maskedUrl, ownPath } from './url';

const app: App = {
  id: 7,
  kind: 'webhook',
  name: 'CI',
  description: '',
  serverId: 3,
  createdBy: { id: 1, username: 'alice' },
  createdAt: '2026-01-15T10:30:00.000Z',
  suspended: null,
  lastUsedAt: null,
  urlHint: { prefix: 'chtw_', last4: 'Wxyz' },
};

it('shows of a URL what is known of it', () => {
  expect(maskedUrl(app, 'https://chat.example.com')).toBe('https://chat.example.com/webhooks/7/chtw_…Wxyz');
  expect(maskedUrl({ ...app, kind: 'widget', urlHint: undefined }, 'https://c.example')).toBe(
    'https://c.example/widgets/7/TOKEN',
  );
});

it('knows its own URL, by whatever name the server goes', () => {
  expect(ownPath(app, 'https://chat.example.com/webhooks/7/chtw_abc')).toBe('/webhooks/7/chtw_abc');
  expect(ownPath(app, 'http://10.0.0.1:5000/webhooks/7/chtw_abc/')).toBe('/webhooks/7/chtw_abc');
});

it('refuses the URL of anything else', () => {
  for (const url of [
    'https://chat.example.com/webhooks/8/chtw_abc',
    'https://chat.example.com/widgets/7/chtd_abc',
    'https://chat.example.com/webhooks/7/',
    'https://chat.example.com/webhooks/7/a/messages/1',
    'chtw_abc',
    '',
  ]) {
    expect(ownPath(app, url), url).toBeNull();
  }
});
