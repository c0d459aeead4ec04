/** The icon set, drawn for this client: 24 px grid, strokes in the text colour. */

const paths = {
  add: 'M12 5v14M5 12h14',
  admin: 'M12 3l7 3v5c0 4.6-2.9 8.4-7 10-4.1-1.6-7-5.4-7-10V6l7-3ZM9 12l2 2 4-4',
  back: 'M15 5l-7 7 7 7',
  bold: 'M7 5h6a3.500 3.500 0 0 1 0 7H7zM7 12h7a3.500 3.500 0 0 1 0 7H7z',
  ban: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM5.700 5.700l12.600 12.600',
  chart: 'M4 20V10M10 20V4M16 20v-7M3 20h18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5.500l3.500 2',
  close: 'M6 6l12 12M18 6L6 18',
  code: 'M8.500 7L3.500 12l5 5M15.500 7l5 5-5 5',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  crown: 'M4 8l4 4 4-7 4 7 4-4-2 10H6L4 8Z',
  delete: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  document: 'M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h4',
  down: 'M12 5v14M6 13l6 6 6-6',
  download: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
  edit: 'M4 20l1-5L16 4l4 4L9 19l-5 1ZM14 6l4 4',
  grip: 'M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  group:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.4-4 3-6 6.500-6s6.100 2 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6.300M18 14.500c2 .8 3.200 2.700 3.500 5.500',
  hash: 'M5 9h15M4 15h15M10 4L8 20M16 4l-2 16',
  heading: 'M6 5v14M18 5v14M6 12h12',
  history: 'M4 12a8 8 0 1 0 2.500-5.800L4 8.500M4 4v4.500h4.500M12 8v4.500l3 2',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 11v5M12 7.500v.1',
  italic: 'M10 5h8M6 19h8M14 5l-4 14',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.700 5.700L12 17',
  list: 'M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  key: 'M14.500 9.500a4 4 0 1 0-4 4l1-.1 1.600 1.600H15v2h2v2.500h3.500V17l-6.100-6.100.1-1.400ZM9.500 8.500h.01',
  offline:
    'M4 4l16 16M7 17.500h9M18.500 16A4 4 0 0 0 17 9.500 6 6 0 0 0 10 6M7.500 8.500A6 6 0 0 0 6.500 11 3.300 3.300 0 0 0 7 17.500',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3-1-6ZM12 15v5',
  play: 'M8 5l11 7-11 7V5Z',
  preview:
    'M2.500 12C5 7.500 8.200 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.700 6.500-9.500 6.500S5 16.500 2.500 12ZM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  redo: 'M20 9H9.500a5 5 0 0 0 0 10H15M16 5l4 4-4 4',
  reply: 'M10 6l-6 6 6 6M4 12h9c4 0 7 2 7 7',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16 16l5 5',
  send: 'M4 12l16-8-6 17-3-7-7-2ZM11 14l4-5',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM19 12l2-1.500-2-3.500-2.400 1a6 6 0 0 0-2-1.200L14 4h-4l-.6 2.800a6 6 0 0 0-2 1.200L5 7 3 10.500 5 12l-2 1.500L5 17l2.400-1a6 6 0 0 0 2 1.200L10 20h4l.6-2.800a6 6 0 0 0 2-1.200l2.400 1 2-3.500L19 12Z',
  share:
    'M15 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM6 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM17 22a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8.500 10.500l4.500-4M8.700 13.500l5.600 4',
  signOut: 'M14 4H6v16h8M10 12h11M17 8l4 4-4 4',
  smile:
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8.500 14c.8 1.300 2 2 3.500 2s2.700-.7 3.500-2M9 9.500v.1M15 9.500v.1',
  split: 'M4 5h16v14H4zM12 5v14',
  sync: 'M4 12a8 8 0 0 1 13.500-5.800L20 8.500M20 4v4.500h-4.500M20 12a8 8 0 0 1-13.500 5.800L4 15.500M4 20v-4.500h4.500',
  unfold: 'M6 9l6 6 6-6',
  undo: 'M4 9h10.500a5 5 0 0 1 0 10H9M8 5L4 9l4 4',
  up: 'M12 19V5M6 11l6-6 6 6',
  upload: 'M12 16V5M7 9.500l5-5 5 5M5 20h14',
  userAdd:
    'M10 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM3 20c.4-4 3.200-6 7-6 1.600 0 3 .4 4.200 1.100M18 14v6M15 17h6',
  warning: 'M12 4l9 16H3L12 4ZM12 10v4M12 17v.1',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' || name === 'grip' ? 3 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
