import { expect, it } from 'vitest';
import apps from '../../../../../docs/apps.md?raw';
import changelog from '../../../../../docs/apps-changelog.md?raw';
import { anchorOf, toGuide } from './guide';

const here = 'https://chatter.test';

it('gives each heading an address, and lists the chapters', () => {
  const { html, chapters } = toGuide('# All\n\n## `POST` it, twice\n\n### Deeper\n', here);
  expect(chapters).toEqual([{ id: 'post-it-twice', title: 'POST it, twice' }]);
  expect(html).toContain('<h2 id="post-it-twice">');
  expect(html).toContain('<h3 id="deeper">');
  expect(anchorOf('What all have in common')).toBe('what-all-have-in-common');
});

it('calls this installation by its name', () => {
  const { html } = toGuide('    curl https://chat.example/webhooks/7', here);
  expect(html).toContain('curl https://chatter.test/webhooks/7');
});

it('leads to what is served, and keeps the words of links to what is not', () => {
  const { html } = toGuide(
    '[all](openapi.json), [limits](operations.md#limits), [x](https://example.com)',
    here,
  );
  expect(html).toContain('<a href="/api/openapi.json">all</a>, limits, <a href="https://example.com">x</a>');
});

it('has a chapter for each kind of app in the guide, and no link that leads nowhere', () => {
  const { html, chapters } = toGuide(apps, here);
  const ids = chapters.map(({ id }) => id);
  for (const kind of ['webhooks', 'integrations', 'widgets', 'oauth']) expect(ids).toContain(kind);
  for (const page of [html, toGuide(changelog, here).html]) {
    for (const [, href = ''] of page.matchAll(/href="([^"]*)"/g))
      expect(href).toMatch(/^(https:|#|\/api\/|\/developers\/)/);
    expect(page).not.toContain('chat.example');
  }
});
