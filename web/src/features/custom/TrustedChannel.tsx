import { useEffect, useImperativeHandle, useRef } from 'react';
import { type CustomChannel, commandCustom, scriptPath } from '../../api/custom';
import { words } from '../../messages/custom';
import { relay, trustedSocket } from '../../socket';
import { current } from '../../store/store';
import { notify } from '../../ui/notify';
import type { Facts } from './bridge/protocol';
import type { Module, Running } from './running';

interface Props {
  channel: CustomChannel;
  handle: React.Ref<Running>;
  onReady: (facts: Facts) => void;
  onStopped: (reason: 'failed', detail: string) => void;
}

/** The messages that a channel in the page hears. */
const MESSAGES = ['new_message', 'dm_new', 'gdm_new', 'channel_new', 'system_message'];

/** A channel that an admin lets run in the page itself. The browser checks that it is the script they read. */
export function TrustedChannel({ channel, handle, onReady, onStopped }: Props) {
  const { id, name, sha256 } = channel;
  const box = useRef<HTMLDivElement>(null);
  const module = useRef<Module | null>(null);
  const own = useRef(new Map<string, (words: string[]) => unknown>());
  const latest = useRef({ onReady, onStopped });
  latest.current = { onReady, onStopped };

  useImperativeHandle(
    handle,
    () => ({
      command: (command, rest) =>
        attempt(() =>
          (own.current.get(command) ?? ((all) => module.current?.onCommand?.(command, all)))(rest),
        ),
      message: (data) => attempt(() => module.current?.onMessage?.(data)),
    }),
    [],
  );

  useEffect(() => {
    const container = box.current;
    if (container === null) return;
    const commands = own.current;
    const slot = window as { ChatterCustomChannel?: Module };
    const script = document.createElement('script');
    script.src = scriptPath(id, sha256);
    script.integrity = `sha256-${base64Of(sha256)}`;
    script.onerror = () => latest.current.onStopped('failed', '');
    script.onload = () => {
      const defined = slot.ChatterCustomChannel;
      delete slot.ChatterCustomChannel;
      if (!script.isConnected) return;
      if (typeof defined?.init !== 'function') {
        latest.current.onStopped('failed', '');
        return;
      }
      module.current = defined;
      try {
        defined.init(container, trustedSocket(), utilities(id, name, commands));
      } catch (error) {
        latest.current.onStopped('failed', error instanceof Error ? error.message : String(error));
        return;
      }
      const { version, description, icon } = defined;
      latest.current.onReady({ version: word(version), description: word(description), icon: word(icon) });
    };
    document.head.append(script);
    const endings = MESSAGES.map((type) =>
      relay(type, (payload) => {
        const data = typeof payload === 'object' ? payload : { text: payload };
        attempt(() => module.current?.onMessage?.({ ...data, type }));
      }),
    );
    return () => {
      script.remove();
      for (const end of endings) end();
      attempt(() => module.current?.destroy?.());
      module.current = null;
      commands.clear();
      container.replaceChildren();
    };
  }, [id, name, sha256]);

  return <div ref={box} className="custom-trusted" />;
}

function utilities(id: number, name: string, commands: Map<string, (words: string[]) => unknown>) {
  return Object.freeze({
    username: current().me?.name ?? '',
    api: async (path: string, options?: RequestInit) => (await fetch(path, options)).json(),
    sendMessage: (target: string, text: string) => commandCustom(id, `/message send "${target}" ${text}`),
    command: (text: string) => commandCustom(id, text),
    onCommand: (command: string, handler: (words: string[]) => unknown) => {
      commands.set(command, handler);
    },
    notify: (said: unknown) => notify(words.page.notice(name, String(said))),
    escapeHtml: (text: unknown) => {
      const escaped = document.createElement('p');
      escaped.textContent = String(text);
      return escaped.innerHTML.replaceAll('"', '&quot;').replaceAll("'", '&#39;');
    },
  });
}

/** What a script throws is its author's to see, in the console, and ends nothing else. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    reportError(error);
  }
}

const word = (value: unknown) => (typeof value === 'string' ? value.slice(0, 300) : '');

function base64Of(hex: string): string {
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return btoa(String.fromCharCode(...bytes));
}
