/** Words of custom channels. */

export const words = {
  title: 'Custom channels',
  label: 'Custom channels of this server',
  toList: 'All custom channels',
  skip: 'Skip to the channel',
  more: (name: string) => `More for ${name}`,
  by: (name: string) => `by ${name}`,
  off: 'Off',
  changed: 'Changed at its source',

  list: {
    hint: 'Small programs from other sites that run here like channels. Each one is kept as it was when it was added.',
    empty: 'No custom channels yet',
    emptyHint: 'Add one by the address of its script.',
    failed: 'The custom channels could not be loaded.',
    add: 'Add a channel',
  },

  modes: {
    sandbox: 'Sandbox',
    full: 'Full trust',
  },
  modeHints: {
    sandbox: 'Runs by itself: it sees none of your conversations, and reaches nothing else of yours.',
    full: 'Runs in this page and may do everything that you may. An admin has allowed it.',
  },

  add: {
    title: 'Add a custom channel',
    url: 'Address of the script',
    urlHint: 'Such as https://example.org/channel.js. It is read once and kept as it is then.',
    name: 'Name',
    action: 'Add',
    done: (name: string) => `${name} was added. It runs in a sandbox.`,
  },

  actions: {
    enable: 'Turn on',
    disable: 'Turn off',
    check: 'Look for a new version',
    update: 'Take the new version over',
    trust: 'Allow full trust',
    distrust: 'Back to the sandbox',
    source: 'Read the script',
    remove: 'Delete',
  },
  checked: 'The source still has the same script.',
  found: 'The source has another script now. Read it, then take it over.',
  updated: 'The new version runs now, in the sandbox.',

  remove: {
    title: (name: string) => `Delete ${name}?`,
    body: 'Nobody here can open it any more. What it put elsewhere, such as files, stays.',
    action: 'Delete',
  },

  hash: 'SHA-256 of the script',
  oldHash: 'Runs now',
  newHash: 'At the source',
  read: 'Read it',

  trust: {
    title: (name: string) => `Let ${name} out of its sandbox?`,
    body: 'Its script will run in the page of everybody who opens it, except those who rank above you. There it reads what they read and does what they may do: their messages, their settings, your admin rights. Allow it only after you have read the script.',
    pinned: 'This holds for this script alone. A new version is back in the sandbox.',
    read: 'I have read the script with this hash',
    action: 'Allow full trust',
    done: (name: string) => `${name} runs with full trust now.`,
    undone: (name: string) => `${name} runs in its sandbox again.`,
  },

  update: {
    title: (name: string) => `A new version of ${name}`,
    body: 'The script at the source is not the one that runs here. Nothing changes until you take it over.',
    action: 'Take it over',
  },

  page: {
    gone: 'There is no such channel',
    goneHint: 'It may have been deleted.',
    disabled: 'This channel is turned off',
    disabledHint: 'Whoever added it, or an admin, can turn it on again.',
    starting: 'Starting…',
    frame: (name: string) => `${name}, a channel from another site`,
    again: 'Start again',
    stopped: {
      failed: 'The channel’s script does not work',
      silent: 'The channel does not start',
      left: 'The channel tried to leave its sandbox and was stopped',
      flooding: 'The channel asked for far too much and was stopped',
    },
    command: 'Command',
    placeholder: 'Type a command, such as /help',
    run: 'Run',
    noCommand: 'A command begins with a slash, such as /help.',
    answer: 'Answer',
    notice: (channel: string, said: string) => `${channel}: ${said}`,
  },

  send: {
    title: (channel: string) => `${channel} wants to write in your name`,
    body: (target: string) => `To ${target}:`,
    action: 'Send it',
  },
};
