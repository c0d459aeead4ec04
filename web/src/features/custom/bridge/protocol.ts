/** What comes over the bridge, read as strictly as anything from a stranger. */

export interface Facts {
  version: string;
  description: string;
  icon: string;
}

export type FromScript =
  | ({ type: 'ready' } & Facts)
  | { type: 'failed'; reason: string }
  | { type: 'notify'; text: string }
  | { type: 'fetch'; id: number; method: string; url: string; body: unknown }
  | { type: 'command'; id: number; text: string }
  | { type: 'send'; id: number; target: string; text: string };

const LONGEST = {
  version: 40,
  description: 300,
  icon: 16,
  reason: 500,
  notice: 500,
  method: 8,
  url: 2000,
  command: 500,
  target: 200,
  text: 4000,
};

/** The message, or null where it is none: of the wrong shape, or longer than any that is meant well. */
export function readMessage(data: unknown): FromScript | null {
  if (typeof data !== 'object' || data === null) return null;
  const from = data as Record<string, unknown>;
  const text = (name: string, longest: number) => {
    const value = from[name];
    return typeof value === 'string' && value.length <= longest ? value : null;
  };
  const id = Number.isSafeInteger(from.id) ? (from.id as number) : null;
  switch (from.type) {
    case 'ready': {
      const short = (name: 'version' | 'description' | 'icon') =>
        (typeof from[name] === 'string' ? from[name] : '').slice(0, LONGEST[name]);
      return {
        type: 'ready',
        version: short('version'),
        description: short('description'),
        icon: short('icon'),
      };
    }
    case 'failed':
      return { type: 'failed', reason: String(from.reason).slice(0, LONGEST.reason) };
    case 'notify': {
      const words = text('text', LONGEST.notice);
      return words === null ? null : { type: 'notify', text: words };
    }
    case 'fetch': {
      const method = text('method', LONGEST.method);
      const url = text('url', LONGEST.url);
      if (id === null || method === null || url === null) return null;
      return { type: 'fetch', id, method, url, body: from.body ?? null };
    }
    case 'command': {
      const command = text('text', LONGEST.command);
      return id === null || command === null ? null : { type: 'command', id, text: command };
    }
    case 'send': {
      const target = text('target', LONGEST.target);
      const words = text('text', LONGEST.text);
      if (id === null || target === null || words === null) return null;
      return { type: 'send', id, target, text: words };
    }
    default:
      return null;
  }
}

/** What somebody typed as a command: its name and its words. What stands in quotes is one word. */
export function splitCommand(typed: string): { name: string; words: string[] } | null {
  const [, name, rest] = /^\/([A-Za-z][\w-]*)(?:\s+(.*))?$/s.exec(typed.trim()) ?? [];
  if (name === undefined) return null;
  const words = [...(rest ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  return { name, words };
}
