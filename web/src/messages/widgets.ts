/** Words of widgets. */

import type { RowState } from '../store/serverTypes';

export const words = {
  title: 'Widgets',
  hint: 'Small tiles that services outside keep up to date.',
  none: 'This server has no widgets.',
  noneHint: 'Those who manage the server can create one in the developer portal.',
  create: 'Create a widget',
  pin: 'Pin',
  unpin: 'Unpin',
  pinned: 'Pinned',
  hide: 'Hide',
  show: 'Show',
  hidden: 'Hidden',
  hiddenHint: 'Only those who manage the server see it, and it takes no new data.',
  actions: (name: string) => `Actions for ${name}`,
  waiting: 'No data yet',
  stale: (when: string) => `No data since ${when}`,
  updated: (when: string) => `Updated ${when}`,
  openAll: (name: string) => `${name}: all widgets`,
  states: { ok: 'OK', warn: 'Warning', err: 'Error', idle: 'Idle' } satisfies Record<RowState, string>,
  progress: (label: string, current: string, max: string) => `${label}: ${current} of ${max}`,
};
