/** Custom channels: the documented examples run as they stand, and a hostile one gets nowhere. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { FrameLocator } from "playwright-core";
import { example, putsChannel } from "../support/custom-channels.ts";
import { eventually, PHONE, Screens, type Window } from "./window.ts";

/** The inside of the sandbox. */
const inside = (window: Window): FrameLocator => window.page.frameLocator("iframe.custom-frame");

async function opens(window: Window, id: number): Promise<FrameLocator> {
  await window.visits(`/custom/${id}`);
  return inside(window);
}

test("the documented examples run unmodified in the sandbox", async () => {
  await using screens = await Screens.open();
  const { server } = screens;
  const [alice] = await server.people("alice", "bob");
  const window = await screens.at(alice);
  const { page } = window;

  const echo = await opens(window, await putsChannel(server, "bob", "Echo", example("echo")));
  await echo.getByPlaceholder("Type something...").fill("hello there");
  await echo.getByPlaceholder("Type something...").press("Enter");
  await echo.getByText("🔊 hello there").waitFor();
  await page.getByText("Echoes messages back to you").waitFor();
  await page.getByRole("main").getByText("Sandbox").waitFor();

  const files = await opens(window, await putsChannel(server, "bob", "Files", example("file-manager")));
  await files.locator("#file-input").setInputFiles({ name: "cat.txt", mimeType: "text/plain", buffer: Buffer.from("meow") });
  await files.getByRole("button", { name: "Upload" }).click();
  await files.locator("#file-list strong", { hasText: "cat.txt" }).waitFor();
  await page.getByText(/Files: File uploaded: \/api\/files\/download\//).waitFor();

  const status = await opens(window, await putsChannel(server, "bob", "People", example("user-status")));
  await status.locator("#user-list strong", { hasText: "alice" }).waitFor();
  const carol = await screens.person("carol");
  await status.locator("#user-list strong", { hasText: "carol" }).waitFor();
  await carol.context.close();
  window.noComplaints();
});

test("what a script is given, and the commands that are typed", async () => {
  await using screens = await Screens.open();
  const { server } = screens;
  const alice = await server.register("alice");
  const id = await putsChannel(
    server,
    "alice",
    "Poll",
    `window.ChatterCustomChannel = {
      name: 'Poll', version: '2', description: 'Asks around', icon: '🗳️',
      init(container, socket, utils) {
        container.innerHTML = '<p id="who"></p><p id="own"></p><p id="heard"></p><p id="list"></p><button>Send</button>';
        document.getElementById('who').textContent = [sessionStorage.getItem('username'), sessionStorage.username, utils.username].join();
        utils.onCommand('vote', (words) => { document.getElementById('own').textContent = 'voted ' + words.join('+'); });
        utils.command('/user list').then((text) => { document.getElementById('list').textContent = text; });
        container.querySelector('button').addEventListener('click', () =>
          utils.sendMessage('public', 'from the poll').then((text) => utils.notify(text), (error) => utils.notify(error.message)));
      },
      onMessage(data) { document.getElementById('heard').textContent = data.type + ': ' + data.text; },
      onCommand(name, words) { document.getElementById('own').textContent = name + ' ' + words.join('+'); },
    };`,
  );
  const window = await screens.at(alice);
  const { page } = window;
  const frame = await opens(window, id);
  await frame.getByText("alice,alice,alice").waitFor();
  await frame.getByText("Online (1): alice").waitFor();
  const line = page.getByRole("textbox", { name: "Command" });
  const types = async (text: string) => {
    await line.fill(text);
    await line.press("Enter");
  };
  await types("/poll \"Where to\" now");
  await frame.getByText("poll Where to+now").waitFor();
  await types("/vote yes");
  await frame.getByText("voted yes").waitFor();
  await types("/channel info");
  await page.getByLabel("Answer").getByText("The custom channel Poll, registered by alice.").waitFor();
  await frame.getByText("system_message: The custom channel Poll").waitFor();

  // In one's name nothing is written without one's word.
  await frame.getByRole("button", { name: "Send" }).click();
  const asked = page.getByRole("dialog", { name: "Poll wants to write in your name" });
  await asked.getByText("from the poll").waitFor();
  await asked.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Poll: the person did not agree").waitFor();
  assert.deepEqual((await alice.get("/api/messages")).json, []);
  await frame.getByRole("button", { name: "Send" }).click();
  await asked.getByRole("button", { name: "Send it" }).click();
  await eventually("it was sent", async () => JSON.stringify((await alice.get("/api/messages")).json).includes("from the poll"));
  window.noComplaints();
});

/** Each tries to get at something, and reports what came of it: anything but "refused" is a way out. */
const ATTEMPTS = (elsewhere: string) => `{
  cookie: () => document.cookie,
  setCookie: () => { document.cookie = 'a=b'; return document.cookie; },
  localStorage: () => window.localStorage.getItem('chatter.person'),
  realSessionStorage: () => { const f = document.createElement('iframe'); document.body.append(f); return f.contentWindow.sessionStorage.length; },
  indexedDB: () => new Promise((ok, no) => { const open = indexedDB.open('chatter'); open.onsuccess = () => ok('opened'); open.onerror = () => no(open.error); }),
  caches: () => caches.keys(),
  parentDocument: () => parent.document.body.textContent,
  topDocument: () => top.document.title,
  parentLocation: () => parent.location.href,
  frameElement: () => { if (window.frameElement === null) throw new Error('none'); return 'frameElement'; },
  leave: () => { top.location.href = '${elsewhere}/top'; return 'left'; },
  popup: () => { if (window.open('${elsewhere}/popup') === null) throw new Error('blocked'); return 'opened'; },
  messages: () => fetch('/api/messages').then((answer) => answer.text()),
  direct: () => fetch('/api/dm/messages?peer=bob').then((answer) => answer.text()),
  conversations: () => fetch('/api/conversations').then((answer) => answer.text()),
  sync: () => fetch('/api/sync', { method: 'POST', body: '{"since":{}}' }).then((answer) => answer.text()),
  traversal: () => fetch('/api/users/online/../../messages').then((answer) => answer.text()),
  settings: () => fetch('/api/me/settings', { method: 'POST', body: '{}' }).then((answer) => answer.text()),
  network: () => fetch('${elsewhere}/fetch').then((answer) => answer.text()),
  xhr: () => new Promise((ok, no) => { const x = new XMLHttpRequest(); x.onload = () => ok('loaded'); x.onerror = () => no(new Error('blocked')); x.open('GET', '${elsewhere}/xhr'); x.send(); }),
  ownXhr: () => new Promise((ok, no) => { const x = new XMLHttpRequest(); x.onload = () => ok('loaded'); x.onerror = () => no(new Error('blocked')); x.open('GET', '/api/messages'); x.send(); }),
  image: () => new Promise((ok, no) => { const i = new Image(); i.onload = () => ok('loaded'); i.onerror = () => no(new Error('blocked')); i.src = '${elsewhere}/image.png'; }),
  style: () => new Promise((ok, no) => { const l = document.createElement('link'); l.rel = 'stylesheet'; l.onload = () => ok('loaded'); l.onerror = () => no(new Error('blocked')); l.href = '${elsewhere}/style.css'; document.head.append(l); }),
  script: () => new Promise((ok, no) => { const s = document.createElement('script'); s.onload = () => ok('loaded'); s.onerror = () => no(new Error('blocked')); s.src = '${elsewhere}/script.js'; document.head.append(s); }),
  inline: () => { const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.head.append(s); if (!window.ran) throw new Error('blocked'); return 'ran'; },
  evaluate: () => eval('1 + 1'),
  websocket: () => new Promise((ok, no) => { const w = new WebSocket('${elsewhere.replace("http", "ws")}/'); w.onopen = () => ok('open'); w.onerror = () => no(new Error('blocked')); }),
  beacon: () => { navigator.sendBeacon('${elsewhere}/beacon', 'x'); throw new Error('seen by the site, if at all'); },
  worker: () => new Promise((ok, no) => { const w = new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))); w.onmessage = () => ok('ran'); w.onerror = () => no(new Error('blocked')); }),
  innerFrame: () => { const f = document.createElement('iframe'); document.body.append(f); return typeof f.contentWindow.RTCPeerConnection; },
  rtc: () => new RTCPeerConnection(),
  socket: (socket) => new Promise((ok, no) => socket.emit('send_message', { text: 'hacked' }, (answer) => answer.ok ? ok('sent') : no(new Error(answer.code)))),
  addadmin: (socket, utils) => utils.command('/addadmin mallory'),
  deleting: (socket, utils) => utils.command('/file delete abc'),
  form: () => { const f = document.createElement('form'); f.action = '${elsewhere}/form'; document.body.append(f); f.submit(); throw new Error('seen by the site, if at all'); },
}`;

test("a hostile script reaches neither cookies nor storage nor the page nor conversations nor the network", async () => {
  await using screens = await Screens.open();
  const { server } = screens;
  const [alice, bob] = await server.people("alice", "bob");
  await bob.connects();
  const seen: string[] = [];
  const site = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.setHeader("access-control-allow-origin", "*").end("");
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const elsewhere = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  try {
    const script = `window.ChatterCustomChannel = {
      async init(container, socket, utils) {
        const events = ['new_message', 'dm_new', 'new_dm', 'gdm_new', 'channel_new', 'system_message', 'message_edited', 'read_state'];
        for (const event of events) socket.on(event, () => { container.dataset.heard = event; });
        const attempts = ${ATTEMPTS(elsewhere)};
        for (const [name, attempt] of Object.entries(attempts)) {
          let outcome = 'refused';
          try {
            const got = await Promise.race([attempt(socket, utils), new Promise((_, no) => setTimeout(() => no(new Error('nothing')), 2000))]);
            outcome = 'GOT ' + String(got).slice(0, 100);
          } catch {}
          const row = document.createElement('p');
          row.textContent = name + ': ' + outcome;
          container.append(row);
        }
        container.append('done');
      },
      onMessage(data) { document.body.dataset.heard = data.type; },
    };`;
    const window = await screens.at(alice);
    await opens(window, await putsChannel(server, "bob", "Hostile", script));
    const box = inside(window).locator("#chatter-channel");
    await box.getByText("done").waitFor({ timeout: 90_000 });
    await bob.emits("send_message", { text: "in public" });
    await bob.emits("dm_send", { to: "alice", text: "in private" });
    await window.page.getByRole("navigation", { name: "Conversations" }).getByText("bob", { exact: true }).waitFor();

    const outcomes = await box.locator("p").allInnerTexts();
    assert.ok(outcomes.length >= 30, outcomes.join("\n"));
    assert.deepEqual(outcomes.filter((outcome) => !outcome.endsWith(": refused")), []);
    assert.equal(await box.getAttribute("data-heard"), null);
    assert.equal(await inside(window).locator("body").getAttribute("data-heard"), null);
    assert.deepEqual(seen, [], "nothing was asked of another site");
    assert.equal(window.page.url(), `${server.url}/custom/1`);
    const messages = JSON.stringify((await bob.get("/api/messages")).json);
    assert.ok(messages.includes("in public") && !messages.includes("hacked"));
  } finally {
    site.close();
  }
});

test("a script that floods the bridge or leaves its document is stopped", async () => {
  await using screens = await Screens.open();
  const { server } = screens;
  const alice = await server.register("alice");
  const window = await screens.at(alice);
  const channel = (body: string) => `window.ChatterCustomChannel = { init(container, socket, utils) { ${body} } };`;
  const flood = channel("for (let n = 0; n < 2000; n += 1) utils.notify('n' + n);");
  await opens(window, await putsChannel(server, "alice", "Flood", flood));
  await window.page.getByRole("heading", { name: "The channel asked for far too much and was stopped" }).waitFor();
  const leaving = channel("setTimeout(() => { location.href = '/login'; }, 200);");
  await opens(window, await putsChannel(server, "alice", "Leaving", leaving));
  await window.page.getByRole("heading", { name: "The channel tried to leave its sandbox and was stopped" }).waitFor();
  await opens(window, await putsChannel(server, "alice", "Broken", "window.ChatterCustomChannel = (;"));
  await window.page.getByRole("heading", { name: "The channel’s script does not work" }).waitFor();
  assert.equal(await window.page.locator("iframe").count(), 0);
});

test("an admin lets a script out of the sandbox by its hash, and back", async () => {
  await using screens = await Screens.open({ root: true });
  const { server } = screens;
  const alice = await server.register("alice");
  const script = `window.ChatterCustomChannel = { name: 'Page', init(container) {
    container.textContent = window.parent === window ? 'in the page' : 'in a frame'; } };`;
  const id = await putsChannel(server, "alice", "Page", script);
  const visitor = await screens.at(alice);
  await (await opens(visitor, id)).getByText("in a frame").waitFor();

  const admin = await screens.at(server.root);
  const { page } = admin;
  await admin.visits("/custom");
  await page.getByRole("button", { name: "More for Page" }).click();
  await page.getByRole("button", { name: "Allow full trust" }).click();
  const dialog = page.getByRole("dialog", { name: "Let Page out of its sandbox?" });
  const { channels } = (await alice.get("/api/channels/custom/list")).json as { channels: { sha256: string }[] };
  await dialog.getByText(channels[0]!.sha256).waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Allow full trust" }).isDisabled());
  await dialog.getByLabel("I have read the script with this hash").check();
  await dialog.getByRole("button", { name: "Allow full trust" }).click();
  await page.getByText("Page runs with full trust now.").waitFor();

  await visitor.page.getByText("in the page").waitFor();
  await visitor.page.getByRole("main").getByText("Full trust").waitFor();
  visitor.noComplaints();
  await page.getByRole("button", { name: "More for Page" }).click();
  await page.getByRole("button", { name: "Back to the sandbox" }).click();
  await inside(visitor).getByText("in a frame").waitFor();
  assert.equal(await visitor.page.getByText("in the page").count(), 0);
});

test("channels are found, added and removed, on a phone as well", async () => {
  await using screens = await Screens.open();
  const { server } = screens;
  const alice = await server.register("alice");
  const window = await screens.at(alice, PHONE);
  const { page } = window;
  await page.getByRole("link", { name: "Custom channels" }).tap();
  await page.getByRole("heading", { name: "No custom channels yet" }).waitFor();
  await page.getByRole("button", { name: "Add a channel" }).first().tap();
  const dialog = page.getByRole("dialog", { name: "Add a custom channel" });
  await dialog.getByLabel("Address of the script").fill("http://127.0.0.1/channel.js");
  await dialog.getByLabel("Name").fill("Inside");
  await dialog.getByRole("button", { name: "Add" }).tap();
  await dialog.getByText("Files are fetched from the public Internet only").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).tap();

  await putsChannel(server, "alice", "Echo", example("echo"));
  await window.visits("/custom");
  await page.getByRole("button", { name: "More for Echo" }).tap();
  await page.getByRole("button", { name: "Turn off" }).tap();
  await page.getByRole("main").getByText("Off", { exact: true }).waitFor();
  await page.getByRole("main").getByRole("link", { name: /Echo/ }).tap();
  await page.getByRole("heading", { name: "This channel is turned off" }).waitFor();
  await page.getByRole("button", { name: "All custom channels" }).tap();
  await page.getByRole("button", { name: "More for Echo" }).tap();
  await page.getByRole("button", { name: "Delete" }).tap();
  const asked = page.getByRole("dialog", { name: "Delete Echo?" });
  await asked.getByRole("button", { name: "Delete" }).tap();
  await page.getByRole("heading", { name: "No custom channels yet" }).waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  window.noComplaints();
});
