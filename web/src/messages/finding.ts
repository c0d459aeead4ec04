/** Words of reactions, the search and pins. */

import { count } from './plural';

const people = new Intl.ListFormat('en', { type: 'conjunction' });

export const reactions = {
  add: 'Add reaction',
  pick: 'Choose a reaction',
  find: 'Find an emoji, or type one',
  none: 'No emoji of that name. You can paste one.',
  recent: 'Used lately',
  all: 'All',
  list: 'Reactions',
  chip: (emoji: string, number: number, names: string[]) => {
    const more = number - names.length;
    const all = more > 0 ? [...names, count(more, 'other', 'others')] : names;
    return `${emoji} ${people.format(all)}`;
  },
  you: 'you',
};

export const search = {
  title: 'Search messages',
  label: 'Words to find',
  placeholder: 'Find in your conversations',
  open: 'Search messages',
  here: 'Here',
  everywhere: 'Everywhere',
  where: 'Where',
  from: 'From',
  anybody: 'Anybody',
  has: 'With',
  kinds: {
    '': 'Anything',
    file: 'A file',
    image: 'An image',
    link: 'A link',
    video: 'A video',
    audio: 'Sound',
  },
  before: 'Before',
  after: 'After',
  recent: 'Searched lately',
  forget: 'Forget these',
  hint: 'Every word is found as you type it, in any language. You can also type filters: from:bob in:public has:image before:2026-01-31.',
  none: (what: string) => `Nothing found for ${what}.`,
  noneHint: 'Try fewer words, another spelling, or take a filter away.',
  found: (number: number, more: boolean) =>
    more ? `The newest ${number} of more` : count(number, 'message found', 'messages found'),
  more: 'Show earlier ones',
  searching: 'Searching…',
  result: (author: string, where: string, when: string) => `${author} in ${where}, ${when}`,
  contextTitle: (where: string) => `From ${where}`,
  earlier: 'Show earlier',
  later: 'Show later',
};

export const pins = {
  title: 'Pinned messages',
  open: 'Pinned messages',
  pin: 'Pin',
  unpin: 'Unpin',
  pinned: 'Pinned.',
  unpinned: 'Unpinned.',
  none: 'Nothing is pinned here.',
  by: (name: string, when: string) => `Pinned by ${name}, ${when}`,
  show: 'Show in the conversation',
};
