/**
 * The outer end of the bridge to a script in its sandbox: it decides what passes. The other end is
 * `src/custom_channel/assets/frame.js`, which the script may have replaced; nothing here relies on it.
 */

import { commandCustom } from '../../../api/custom';
import { onLink, relay } from '../../../socket';
import { Bound } from './bounds';
import { type Facts, type FromScript, readMessage } from './protocol';
import { allow, isUpload, perform, tellsOnly } from './requests';

/** Of the frame's greeting; both ends know the same one, since one server sends both. */
const VERSION = 1;
/** How many requests may be under way. */
const MAX_OPEN = 8;
/** So many messages beyond what is allowed, and it is no channel but a flood. */
const MAX_REFUSED = 200;
/** How long a script may take to begin. */
const STARTING_MS = 15_000;

/** News that everybody hears anyway, and what of it is passed on. */
const EVENTS: Record<string, readonly string[]> = {
  user_list_refresh: [
    'online',
    'offline',
    'new_user',
    'avatar_updated',
    'profile_updated',
    'renamed',
    'from',
    'cleanup',
  ],
};

export interface Theme {
  dark: boolean;
  colours: Record<string, string>;
}

export interface Host {
  ready(facts: Facts): void;
  /** It does not run, or no longer. */
  stopped(reason: 'failed' | 'silent' | 'left' | 'flooding', detail: string): void;
  notify(text: string): void;
  /** Asks the person whether to send this in their name. */
  confirmSend(target: string, text: string): Promise<boolean>;
}

type Asked = Extract<FromScript, { id: number }>;

export class Bridge {
  private port: MessagePort | null = null;
  private readonly endings: (() => void)[] = [];
  private readonly channel: number;
  private readonly host: Host;
  private loads = 0;
  private open = 0;
  private refused = 0;
  private asking = false;
  private started = false;
  private readonly messages = new Bound(100, 20, Date.now());
  private readonly requests = new Bound(20, 2, Date.now());
  private readonly uploads = new Bound(5, 0.1, Date.now());
  private readonly commands = new Bound(5, 0.5, Date.now());
  private readonly notices = new Bound(4, 0.25, Date.now());

  constructor(channel: number, host: Host) {
    this.channel = channel;
    this.host = host;
  }

  /** The frame has loaded. There is one document it is meant to show: with another one it is over. */
  loaded(frame: Window, username: string, theme: Theme): void {
    this.loads += 1;
    if (this.loads > 1) {
      this.stop('left', '');
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.onmessage = ({ data }) => this.hear(data);
    // The frame's origin is nobody's, so it cannot be named. What it gets is no secret.
    frame.postMessage({ chatter: VERSION, username, theme }, '*', [port2]);
    for (const [event, fields] of Object.entries(EVENTS)) {
      this.endings.push(relay(event, (payload) => this.pass(event, fields, payload)));
    }
    this.endings.push(onLink((connected) => this.post({ type: 'link', connected })));
    const timer = setTimeout(() => {
      if (!this.started) this.stop('silent', '');
    }, STARTING_MS);
    this.endings.push(() => clearTimeout(timer));
  }

  /** The person typed a command that is none of the built-in ones. */
  command(name: string, words: string[]): void {
    this.post({ type: 'command', name, words });
  }

  /** Something was said in the channel: what a built-in command answered. */
  message(data: object): void {
    this.post({ type: 'message', data });
  }

  wear(theme: Theme): void {
    this.post({ type: 'theme', theme });
  }

  close(): void {
    for (const end of this.endings.splice(0)) end();
    this.port?.close();
    this.port = null;
  }

  private stop(reason: Parameters<Host['stopped']>[0], detail: string): void {
    this.close();
    this.host.stopped(reason, detail);
  }

  private post(message: object): void {
    this.port?.postMessage(message);
  }

  private pass(event: string, fields: readonly string[], payload: unknown): void {
    if (typeof payload !== 'object' || payload === null) return;
    const known = Object.entries(payload).filter(([name]) => fields.includes(name));
    this.post({ type: 'event', event, payload: Object.fromEntries(known) });
  }

  private hear(data: unknown): void {
    const message = this.messages.take(Date.now()) ? readMessage(data) : null;
    if (message === null) {
      this.refused += 1;
      if (this.refused > MAX_REFUSED) this.stop('flooding', '');
      return;
    }
    switch (message.type) {
      case 'ready':
        this.started = true;
        this.host.ready(message);
        return;
      case 'failed':
        this.stop('failed', message.reason);
        return;
      case 'notify':
        if (this.notices.take(Date.now())) this.host.notify(message.text);
        return;
      default:
        void this.answer(message);
    }
  }

  private async answer(message: Asked): Promise<void> {
    const { id } = message;
    if (this.open >= MAX_OPEN) {
      this.post({ type: 'refusal', id, reason: 'too many requests at once' });
      return;
    }
    this.open += 1;
    try {
      this.post({ type: 'answer', id, value: await this.carryOut(message) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it did not work';
      this.post({ type: 'refusal', id, reason });
    }
    this.open -= 1;
  }

  private async carryOut(message: Asked): Promise<unknown> {
    const now = Date.now();
    switch (message.type) {
      case 'fetch': {
        const allowed = allow(message, window.location.origin);
        if (allowed === null) throw new Error('not allowed in the sandbox');
        const bound = isUpload(allowed) ? this.uploads : this.requests;
        if (!bound.take(now)) throw new Error('too many requests');
        return perform(allowed);
      }
      case 'command':
        if (!tellsOnly(message.text)) throw new Error('only people type this command');
        if (!this.commands.take(now)) throw new Error('too many commands');
        return commandCustom(this.channel, message.text);
      case 'send':
        return this.send(message.target, message.text);
    }
  }

  /** One question at a time, and what is answered with yes is sent as if the person had typed it. */
  private async send(target: string, text: string): Promise<string> {
    if (this.asking || !this.commands.take(Date.now())) throw new Error('too many messages');
    if (target.includes('"') || text.trim() === '') throw new Error('nothing to send');
    this.asking = true;
    const agreed = await this.host.confirmSend(target, text).finally(() => {
      this.asking = false;
    });
    if (!agreed) throw new Error('the person did not agree');
    return commandCustom(this.channel, `/message send "${target}" ${text}`);
  }
}
