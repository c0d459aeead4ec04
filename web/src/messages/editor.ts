/** The words of the document editor; loaded with it. */

import { count } from './plural';

const changes = (number: number) => count(number, 'change', 'changes');

export const words = {
  label: (name: string) => `Text of ${name}`,
  placeholder: 'Start writing. Markdown works here.',
  nothingYet: 'Nothing is written here yet.',
  waiting: 'The document appears here as soon as you are online.',

  keptName: (firstLine: string) => firstLine || 'Untitled',

  sync: {
    loading: 'Loading…',
    connecting: 'Connecting…',
    saving: 'Saving…',
    saved: 'Saved',
    readOnly: 'Read only',
    readOnlyOffline: 'Read only, offline',
    offline: 'Offline',
    kept: (number: number) => `Offline, ${changes(number)} kept on this device`,
    inTab: (number: number) => `Offline, ${changes(number)} only in this tab`,
    notSaved: (number: number) => `${changes(number)} not saved`,
    tooLong: 'Too long, not saved',
    removed: 'No access any more',
    deleted: 'Deleted',
  },

  notice: {
    role: (number: number) =>
      `You can only view this document now. ${changes(number)} of yours came too late to be saved: copy your text before you go on.`,
    malformed: (number: number) =>
      `The server could not take ${changes(number)} of yours. Copy your text, then load the saved one.`,
    full: (number: number) =>
      `The server takes no more into this document: ${changes(number)} of yours could not be saved. Copy your text, and go on in a new document.`,
    tooLong: (kept: boolean) =>
      `Not saved: a document has room for 1,000,000 bytes of text. Shorten it, and it is saved by itself. Until then your changes are kept ${kept ? 'on this device' : 'in this tab'} only.`,
    over: (number: number) => `${count(number, 'byte', 'bytes')} too long`,
    removed: 'This document is not shared with you any more. What you see stays here until you leave.',
    deleted: 'This document has been deleted. What you see stays here until you leave.',
    lost: (number: number) => `${changes(number)} of yours had not been saved.`,
    lostSaved: 'Everything you wrote was saved before.',
    inTab: 'This browser stores nothing: changes are kept only while this tab is open.',
    noRoom: 'That was not put in: it is far more than a document has room for, 1,000,000 bytes.',
    kept: (number: number, name: string) =>
      `${changes(number)} of yours in “${name}” could not be saved before you lost access. They are kept on this device.`,
    forget: 'Delete from this device',
    forgetTitle: 'Delete what was not saved?',
    forgetBody: 'It is kept on this device alone. This cannot be undone.',
    copy: 'Copy my text',
    copied: 'Text copied.',
    download: 'Download my text',
    discard: 'Load the saved text',
    discardTitle: 'Give up what was not saved?',
    discardBody: 'The text as the server has it is loaded. What was not saved is gone from this device.',
    discardAction: 'Give up and load',
  },

  people: {
    here: (names: string[]) => `Here now: ${names.join(', ')}`,
    title: 'Here now',
    you: (name: string) => `${name} (you)`,
    more: (number: number) => `+${number}`,
  },

  view: {
    label: 'View',
    write: 'Write',
    both: 'Side by side',
    read: 'Preview',
  },

  preview: {
    label: 'Preview',
    empty: 'Nothing to show yet.',
    tooLong: '(A paragraph, list or table that is too long to be shown here.)',
    failed: 'This text cannot be shown as a preview.',
  },

  tools: {
    label: 'Formatting',
    undo: 'Undo',
    redo: 'Redo',
    bold: 'Bold (Ctrl+B)',
    italic: 'Italic (Ctrl+I)',
    heading: 'Heading',
    list: 'List',
    link: 'Link',
    find: 'Find (Ctrl+F)',
  },

  /** What CodeMirror says by itself, by its own English. */
  phrases: {
    Find: 'Find',
    Replace: 'Replace',
    next: 'Next',
    previous: 'Previous',
    all: 'All',
    'match case': 'Match case',
    'by word': 'Whole words',
    regexp: 'Regular expression',
    replace: 'Replace',
    'replace all': 'Replace all',
    close: 'Close',
    'current match': 'Current match',
    'on line': 'on line',
    'replaced match on line $': 'Replaced the match on line $',
    'replaced $ matches': 'Replaced $ matches',
    'Go to line': 'Go to line',
    go: 'Go',
    'Control character': 'Control character',
  },
};
