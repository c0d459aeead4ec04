/** What others write is never run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Screens } from "./window.ts";

const ATTACKS = [
  `<script>window.stolen = 1</script>`,
  `<img src=x onerror="window.stolen = 1">`,
  `<svg onload="window.stolen = 1"></svg>`,
  `[click me](javascript:window.stolen=1)`,
  `<a href="javascript:window.stolen=1">click me too</a>`,
  `<iframe srcdoc="<script>parent.stolen = 1</script>"></iframe>`,
  `<math><mi//xlink:href="data:x,<script>window.stolen=1</script>">`,
  `"><style>body{display:none}</style>`,
];

test("a message with a script in it is only text", async () => {
  await using screens = await Screens.open();
  const mallory = await screens.server.register("mallory");
  await mallory.connects();
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  for (const text of ATTACKS) await mallory.emits("send_message", { text });
  await mallory.emits("send_message", { text: "the last one" });
  await alice.sees("the last one");
  for (const link of await alice.log.locator("article .prose a").all()) {
    assert.match((await link.getAttribute("href")) ?? "", /^https?:/);
  }
  assert.equal(await alice.log.locator("script, iframe, svg:not(.icon), img, style, [onerror], [onload]").count(), 0);
  assert.equal(await alice.page.evaluate(() => "stolen" in window), false);
  assert.ok(await alice.composer.isVisible());
});

test("the client itself refuses what a broken server would let through", async () => {
  await using screens = await Screens.open();
  const bob = await screens.server.register("bob");
  await bob.connects();
  await bob.emits("send_message", { text: "harmless" });
  const alice = await screens.server.register("alice");
  const window = await screens.stranger();
  const evil = `<p>harmless</p><img src=x onerror="window.stolen = 1"><a href="javascript:window.stolen=1">x</a>`;
  const spoil = (answer: string) => answer.replaceAll('"text":"harmless"', `"text":${JSON.stringify(evil)}`);
  await window.page.route("**/api/sync", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: spoil(await answer.text()) });
  });
  await window.page.routeWebSocket("**/socket.io/**", (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(spoil(String(message))));
  });
  await window.opens("/login");
  await window.signsIn("alice", alice.password);
  await window.goesTo("Public chat");
  await window.sees("harmless");
  assert.equal(await window.log.locator(".prose a").count(), 1, "the replaced text is shown");
  assert.equal(await window.log.locator("img, [onerror], a[href^='javascript']").count(), 0);
  assert.equal(await window.page.evaluate(() => "stolen" in globalThis), false);
});

test("the page's own policy forbids scripts it did not bring", async () => {
  await using screens = await Screens.open();
  const answer = await screens.server.stranger.get("/chat", { accept: "text/html" });
  const policy = String(answer.headers["content-security-policy"] ?? "");
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  await alice.writes("hello");
  await alice.hasSentAll();
  alice.noComplaints();
});
