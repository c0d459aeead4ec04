// The inner end of the bridge. Builds what the script of a custom channel expects around it -
// `socket`, `utils`, `fetch`, `sessionStorage`, `alert` - runs the script, and carries what it asks
// for to the page outside. It guards nothing: the browser does, by this document's policy, and the
// page, which decides about every message. The script may replace all of this and be none the wiser.
'use strict';
(() => {
  const VERSION = 1;
  const data = document.getElementById('chatter-script');
  const source = JSON.parse(data.textContent);
  data.remove();
  document.currentScript.remove();
  const container = document.getElementById('chatter-channel');

  // No policy forbids these connections yet. A window that still had them could not be reached from here.
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete window[name];

  let port = null;
  let channel = null;
  let lastId = 0;
  const waiting = new Map();
  const commands = new Map();

  // Asks the page for something that has an answer.
  const ask = (message) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      port.postMessage({ ...message, id: lastId });
    });

  const notify = (text) => port.postMessage({ type: 'notify', text: String(text).slice(0, 500) });

  // Events of the live link that the page passes on. Nothing is sent over it from here.
  const socket = (() => {
    const listeners = new Map();
    const refusal = (event) => ({ ok: false, code: 'not_allowed', error: `${event} cannot be sent from the sandbox` });
    const self = {
      connected: true,
      on(event, listener) {
        listeners.set(event, [...(listeners.get(event) ?? []), listener]);
        return self;
      },
      once(event, listener) {
        const first = (...payload) => {
          self.off(event, first);
          listener(...payload);
        };
        return self.on(event, first);
      },
      off(event, listener) {
        if (event === undefined) listeners.clear();
        else if (listener === undefined) listeners.delete(event);
        else listeners.set(event, (listeners.get(event) ?? []).filter((one) => one !== listener));
        return self;
      },
      emit(event, ...payload) {
        const acknowledge = payload.at(-1);
        if (typeof acknowledge === 'function') queueMicrotask(() => acknowledge(refusal(event)));
        return self;
      },
      emitWithAck: async (event) => refusal(event),
    };
    self.addEventListener = self.on;
    self.removeListener = self.off;
    self.removeAllListeners = self.off;
    const tell = (event, ...payload) => {
      for (const listener of listeners.get(event) ?? []) attempt(() => listener(...payload));
    };
    return { self, tell };
  })();

  // What a script throws is its author's to see, in the console, and ends nothing else.
  function attempt(work) {
    try {
      const outcome = work();
      if (outcome instanceof Promise) outcome.catch(reportError);
    } catch (error) {
      reportError(error);
    }
  }

  // The page's storage is out of reach; this one forgets everything with the frame.
  function storage(entries) {
    const items = new Map(Object.entries(entries));
    const methods = {
      getItem: (key) => items.get(String(key)) ?? null,
      setItem: (key, value) => void items.set(String(key), String(value)),
      removeItem: (key) => void items.delete(String(key)),
      clear: () => items.clear(),
      key: (at) => [...items.keys()][at] ?? null,
    };
    return new Proxy(methods, {
      get: (_, key) => (key === 'length' ? items.size : (methods[key] ?? items.get(key))),
      set: (_, key, value) => {
        methods.setItem(key, value);
        return true;
      },
    });
  }

  async function bridgedFetch(input, init = {}) {
    const request = input instanceof Request ? input : null;
    const url = new URL(request?.url ?? String(input), new URL('/chat', document.baseURI));
    let body = init.body ?? null;
    if (body === null && request?.body) body = await request.text();
    if (body instanceof FormData) body = [...body.entries()];
    else if (body !== null) body = String(body);
    const method = String(init.method ?? request?.method ?? 'GET').toUpperCase();
    const { status, type, text } = await ask({ type: 'fetch', method, url: url.href, body });
    return new Response(text, { status, headers: { 'content-type': type } });
  }

  const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

  const utilities = (username) =>
    Object.freeze({
      username,
      api: async (path, options) => (await bridgedFetch(path, options)).json(),
      sendMessage: (target, text) => ask({ type: 'send', target: String(target), text: String(text) }),
      command: (text) => ask({ type: 'command', text: String(text) }),
      onCommand: (name, handler) => void commands.set(String(name), handler),
      notify,
      escapeHtml: (text) => String(text).replace(/[&<>"']/g, (sign) => escapes[sign]),
    });

  function wear({ dark, colours }) {
    const { style } = document.documentElement;
    style.colorScheme = dark ? 'dark' : 'light';
    for (const [name, colour] of Object.entries(colours)) style.setProperty(`--${name}`, colour);
  }

  function start({ username, theme }) {
    wear(theme);
    window.fetch = bridgedFetch;
    window.alert = notify;
    Object.defineProperty(window, 'sessionStorage', { value: storage({ username }) });
    const element = document.createElement('script');
    element.textContent = source;
    let failure = 'it defines no window.ChatterCustomChannel with an init function';
    const failed = (event) => {
      failure = event.message;
    };
    window.addEventListener('error', failed);
    document.head.append(element);
    window.removeEventListener('error', failed);
    element.remove();
    const defined = window.ChatterCustomChannel;
    delete window.ChatterCustomChannel;
    if (typeof defined?.init !== 'function') {
      port.postMessage({ type: 'failed', reason: failure });
      return;
    }
    channel = defined;
    window.addEventListener('pagehide', () => attempt(() => channel.destroy?.()));
    try {
      channel.init(container, socket.self, utilities(username))?.catch?.(reportError);
    } catch (error) {
      reportError(error);
      port.postMessage({ type: 'failed', reason: String(error?.message ?? error) });
      return;
    }
    const text = (value) => (typeof value === 'string' ? value : '');
    port.postMessage({
      type: 'ready',
      version: text(channel.version),
      description: text(channel.description),
      icon: text(channel.icon),
    });
  }

  const answers = {
    answer({ id, value }) {
      waiting.get(id)?.resolve(value);
      waiting.delete(id);
    },
    refusal({ id, reason }) {
      waiting.get(id)?.reject(new TypeError(reason));
      waiting.delete(id);
    },
    event: ({ event, payload }) => socket.tell(event, payload),
    message: ({ data }) => attempt(() => channel?.onMessage?.(data)),
    command({ name, words }) {
      const handler = commands.get(name);
      if (handler !== undefined) attempt(() => handler(words));
      else attempt(() => channel?.onCommand?.(name, words));
    },
    link({ connected }) {
      socket.self.connected = connected;
      socket.tell(connected ? 'connect' : 'disconnect');
    },
    theme: ({ theme }) => wear(theme),
  };

  const welcome = (event) => {
    if (event.source !== window.parent || event.data?.chatter !== VERSION || event.ports.length !== 1) return;
    window.removeEventListener('message', welcome);
    [port] = event.ports;
    port.onmessage = ({ data: message }) => answers[message.type]?.(message);
    start(event.data);
  };
  window.addEventListener('message', welcome);
})();
