/** What to begin with. */

interface Example {
  name: string;
  payload: object;
}

export const examples: Record<'webhook' | 'widget', Example[]> = {
  webhook: [
    { name: 'Text', payload: { content: 'Hello! **Bold** and [a link](https://example.com).' } },
    {
      name: 'Card',
      payload: {
        username: 'Build',
        embeds: [
          {
            title: 'Build 42 is green',
            url: 'https://ci.example.com/42',
            description: 'All **318** tests passed.',
            color: 1_214_271,
            fields: [
              { name: 'Branch', value: '`main`', inline: true },
              { name: 'Took', value: '3 min', inline: true },
            ],
            footer: { text: 'ci.example.com' },
          },
        ],
      },
    },
    {
      name: 'Slack',
      payload: {
        text: 'Deployed *v1.4.2* to <https://example.com|production>',
        attachments: [
          {
            color: 'good',
            title: 'Release notes',
            title_link: 'https://example.com/releases/1.4.2',
            text: 'Two fixes, and *one* new thing.',
            fields: [{ title: 'Took', value: '3 min', short: true }],
          },
        ],
      },
    },
  ],
  widget: [
    {
      name: 'All kinds',
      payload: {
        rows: [
          { kind: 'counter', label: 'Online', value: 1247 },
          { kind: 'status', label: 'API', state: 'ok', text: '200 OK' },
          { kind: 'progress', label: 'Disk', current: 42, max: 128 },
          { kind: 'text', label: 'Version', value: '1.4.2-beta' },
        ],
      },
    },
    {
      name: 'Goes stale',
      payload: {
        ttl_seconds: 60,
        rows: [{ kind: 'status', label: 'Backup', state: 'warn', text: 'running' }],
      },
    },
  ],
};
