import { expect, it } from 'vitest';
import { parseCards } from '../../store/cards';
import { examples } from './examples';
import { fromMrkdwn, fromSlack, isSlacks } from './slackPreview';

it('knows Slack’s shape by what only Slack has', () => {
  expect(isSlacks({ text: 'Hello' })).toBe(false);
  expect(isSlacks({ text: 'Hello', attachments: [] })).toBe(false);
  expect(isSlacks({ attachments: [{ text: 'Hello' }] })).toBe(true);
  expect(isSlacks({ blocks: [] })).toBe(true);
});

it('reads bold, struck and links, and leaves code and lone stars alone', () => {
  expect(fromMrkdwn('Deployed *v1.4.2* to <https://example.com|production>')).toBe(
    'Deployed **v1.4.2** to [production](https://example.com)',
  );
  expect(fromMrkdwn('~gone~ `*code* <https://x.example|y>` &lt;3')).toBe(
    '~~gone~~ `*code* <https://x.example|y>` <3',
  );
  expect(fromMrkdwn('2 * 3 * 4, <https://example.com>')).toBe('2 * 3 * 4, <https://example.com>');
});

it('shows the attachments of the example as a card', () => {
  const slack = examples.webhook.find(({ name }) => name === 'Slack')?.payload as Record<string, unknown>;
  expect(isSlacks(slack)).toBe(true);
  const { content, embeds } = fromSlack(slack);
  expect(content).toContain('**v1.4.2**');
  expect(parseCards(embeds)).toMatchObject([
    { title: 'Release notes', colour: '#2eb886', fields: [{ name: 'Took', value: '3 min', inline: true }] },
  ]);
});

it('leaves out what is not as it should be', () => {
  expect(fromSlack({ text: 7, attachments: ['x', { fields: [3], color: 'nice', text: 5 }] })).toMatchObject({
    content: '',
    embeds: [{ color: undefined, fields: [] }],
  });
  expect(parseCards(fromSlack({ attachments: [{}] }).embeds)).toEqual([]);
});
