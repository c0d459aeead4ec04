/** Words of what is recorded about an app: what came in, and what was changed. */

import { count } from './plural';

export const words = {
  deliveries: {
    hint: 'The last seven days. Neither secrets nor contents are kept. The time opens what is known of one.',
    none: 'Nothing has been sent yet.',
    noneHint: 'Send a test, or paste a snippet into your service.',
    toTest: 'Send a test',
    toSnippets: 'Show the snippets',
    time: 'Time',
    status: 'Status',
    error: 'Error',
    latency: 'Took',
    size: 'Size',
    remote: 'From',
    more: 'Earlier',
    refresh: 'Refresh',
    ok: 'OK',
    detailsOf: (when: string, status: number) => `${when}, answered ${status}: details`,
    bytes: (bytes: number) => `${bytes.toLocaleString('en')} B`,
    ms: (ms: number) => `${ms.toLocaleString('en')} ms`,
  },

  delivery: {
    title: (status: number) => `Answered ${status}`,
    meaning: 'What to do',
    toReference: 'Look it up in the error reference',
    curl: 'As a command',
    kept: 'This was a test of yours: this page still has what was sent. Put your token in.',
    lost: 'Its contents are not kept on the server, and neither is the token: put yours in.',
    copy: 'Copy as cURL',
    copied: 'Copied.',
    noReplay:
      'It cannot be sent again from here: a server that keeps no contents has nothing to send. Let your service send it again; with the same Idempotency-Key nothing is done twice.',
    again: 'Send this test again',
    againNoSecret: 'To send it again, enter the URL under “Try it”.',
    sent: (status: number, ms: number) => `Sent again: ${status} after ${ms} ms.`,
    unreachable: 'The server could not be reached.',
  },

  day: {
    title: 'The last 24 hours',
    deliveries: 'Deliveries in an hour',
    latency: 'Typical time an answer took, in ms',
    day: (total: number, failed: number) => `${count(total, 'delivery', 'deliveries')}, ${failed} failed`,
    latest: (total: number, failed: number) =>
      `The latest ${count(total, 'delivery', 'deliveries')}, ${failed} failed; there were more`,
    most: (most: string) => `up to ${most}`,
    now: 'now',
    table: 'As a table',
    seeTable: (title: string) => `${title}: a chart; the table below has the same in numbers`,
    hour: 'Hour',
    total: 'Deliveries',
    failed: 'Failed',
    took: 'Took (median)',
    none: '–',
  },

  audit: {
    title: 'Audit',
    hint: 'Who changed this app, and what it changed itself.',
    none: 'Nothing about this app is in the log.',
    noneHint: 'Changes of its name, channel, secret and tokens will be listed here.',
    noneYet: (read: number) => `Nothing about this app among the latest ${read} entries of the server.`,
    more: 'Look further back',
    whole: 'The audit log of the whole server',
    denied: 'You may not read the audit log of this server.',
    deniedHint: 'Ask somebody who manages its roles for the permission “View audit log”.',
  },
};
