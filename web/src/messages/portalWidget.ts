/** Words of what the developer portal has for widgets alone. */

export const words = {
  arrange: {
    title: 'Arrange its rows',
    hint: 'Drag them, or move them one step at a time. The JSON follows.',
    list: 'Rows, from top to bottom',
    unreadable: 'Rows can be arranged once the JSON has a list of them.',
    unnamed: (index: number) => `row ${index}`,
    noKind: 'no kind yet',
    kinds: { counter: 'Counter', status: 'Status', progress: 'Progress', text: 'Text' },
    add: 'Add a row',
    addOf: (kind: string) => `Add a row: ${kind}`,
    drag: (name: string) => `Move ${name}`,
    up: (name: string) => `Move ${name} up`,
    down: (name: string) => `Move ${name} down`,
    remove: (name: string) => `Remove ${name}`,
    instructions:
      'Press Space to pick the row up, the arrow keys to move it, Space again to put it down, Escape to leave it where it was.',
    lifted: (name: string, at: number, of: number) => `Picked up ${name}, at place ${at} of ${of}.`,
    over: (name: string, at: number, of: number) => `${name} is at place ${at} of ${of}.`,
    dropped: (name: string, at: number, of: number) => `Put ${name} down at place ${at} of ${of}.`,
    cancelled: (name: string) => `${name} stays where it was.`,
  },

  preview: {
    stale: (seconds: number) => `As it looks when nothing came for ${seconds} s`,
  },

  now: {
    title: 'What members see now',
    pinned: 'Pinned under the server’s name.',
    listed: 'In the list of widgets; another one may be pinned.',
    hidden: 'Hidden: only those who manage the server see it.',
    none: 'Nothing has come in yet. Send a test, or paste a snippet into your service.',
    fresh: (when: string) => `Fresh: the last data came ${when}.`,
    until: (when: string, seconds: number) =>
      `Fresh: the last data came ${when}, and it goes stale ${seconds} s after that.`,
    stale: (when: string, seconds: number) =>
      `Stale: it said that it is news for ${seconds} s, and the last data came ${when}. Is its service still running?`,
    noTtl: 'It never goes stale: send ttl_seconds, and it greys out when its service stops.',
  },
};
