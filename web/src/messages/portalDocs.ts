/** Words of what the developer portal tells about the platform: its pages, its documents, and how it is. */

import { count } from './plural';

export const words = {
  nav: {
    label: 'Developer portal',
    apps: 'Apps',
    docs: 'Docs',
    errors: 'Errors',
    changelog: 'Changelog',
    status: 'Status',
  },

  docs: {
    contents: 'On this page',
    openapi: 'Download the API description (OpenAPI)',
    explorer: 'Look through the API',
    of: {
      webhook: 'How webhooks work',
      integration: 'How integrations work',
      widget: 'How widgets work',
      oauth: 'How OAuth works here',
    },
  },

  status: {
    title: 'Status',
    hint: 'What this Chatter says of itself, asked from this browser.',
    again: 'Check again',
    checked: (when: string) => `Checked at ${when}.`,
    checking: 'Checking…',
    parts: {
      server: 'Server',
      database: 'Database',
      live: 'Live updates',
      oauth: 'OAuth',
      api: 'API',
    },
    states: { ok: 'OK', warn: 'Look', err: 'Down', idle: 'Checking' },
    well: (ms: number) => `Answered after ${ms} ms.`,
    refused: (status: number) => `Answered ${status}: nothing that needs it works now. Try again later.`,
    silent: 'No answer. Check your connection; if others have none either, ask the administrators.',
    live: {
      online: 'Connected.',
      waiting: 'Not connected: tiles and messages come late. It is tried again.',
    },
    version: (version: string) => `Version ${version}.`,
    issuer: (issuer: string) => `The issuer is ${issuer}.`,
    otherIssuer: (issuer: string) =>
      `The issuer is ${issuer}, not the address of this page: use that one in your services.`,
    all: 'Everything answers.',
    some: (number: number) => `${count(number, 'thing needs', 'things need')} a look.`,
    apps: 'Your apps',
    appsFine: 'None of your apps is suspended, paused or hidden.',
    noApps: 'You have no apps yet.',
  },
};
