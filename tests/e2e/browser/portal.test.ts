/** The developer portal: each kind of app from creating it to what members see of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { founds, goesToChannel, railItem, userId } from "./community.ts";
import { eventually, focused, PHONE, Screens, type Window } from "./window.ts";

const heading = (window: Window, name: string) => window.page.getByRole("heading", { level: 1, name });

/** Kind, then create: the server one manages and a name are there already. Answers with the secret. */
async function creates(window: Window, what: string, name?: string): Promise<string> {
  await window.visitsPage("/developers");
  await window.page.getByRole("link", { name: what }).click();
  if (name !== undefined) await window.page.getByLabel("Name", { exact: true }).fill(name);
  await window.page.getByRole("button", { name: "Create", exact: true }).click();
  const secret = window.page.getByRole("textbox", { name: /is shown once/ });
  await secret.waitFor();
  return secret.inputValue();
}

async function opensTab(window: Window, name: string): Promise<void> {
  await window.page.getByRole("navigation", { name: "Parts of this app" }).getByRole("link", { name }).click();
}

/** Replaces the JSON in the editor. */
async function types(window: Window, label: string, json: unknown): Promise<void> {
  const editor = window.page.getByRole("textbox", { name: label });
  await editor.click();
  await window.page.keyboard.press("Control+a");
  await window.page.keyboard.insertText(typeof json === "string" ? json : JSON.stringify(json));
}

const PAYLOAD = "What is sent, as JSON";

test("a webhook is three clicks away, and what it is sent is a message with a card", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  await founds(alice, "Hiking club", bob);
  const owner = await screens.at(alice);
  const member = await screens.at(bob);
  await goesToChannel(member, "Hiking club", "general");

  const url = await creates(owner, "Create a webhook", "Weather");
  assert.match(url, /\/webhooks\/\d+\/chtw_[A-Za-z0-9]{38}$/);
  // The secret is in no address, in no history entry and in no storage.
  const token = url.slice(url.indexOf("chtw_"));
  const kept = await owner.page.evaluate(() => location.href + JSON.stringify([history.state, { ...localStorage }, { ...sessionStorage }]));
  assert.ok(!kept.includes(token));
  for (const tool of ["cURL", "Node.js", "Python", "Go", "PHP", "PowerShell", "GitHub Actions", "Uptime Kuma", "Grafana"]) {
    await owner.page.getByRole("radio", { name: tool }).check({ force: true });
    await owner.page.locator("pre").filter({ hasText: url }).waitFor();
  }
  await owner.page.getByRole("button", { name: "I saved it" }).click();
  await owner.page.getByRole("button", { name: "I saved it" }).waitFor({ state: "detached" });

  await opensTab(owner, "Try it");
  await types(owner, PAYLOAD, { content: "Rain **today**", embeds: [{ title: "x".repeat(257) }] });
  await owner.page.getByRole("button", { name: /embed_0:title_too_long/ }).waitFor();
  await types(owner, PAYLOAD, '{\n"content": nope\n}');
  await owner.page.getByText("look at line 2, column 12").waitFor();
  await types(owner, PAYLOAD, { content: "Rain **today**", embeds: [{ title: "Forecast", description: "Take a *coat*", color: 255 }] });
  await owner.page.getByText("Looks right.").waitFor();
  const preview = owner.page.getByRole("region", { name: "Preview" });
  await preview.getByText("Forecast").waitFor();
  await preview.locator("strong").filter({ hasText: "today" }).waitFor();
  await owner.page.getByRole("button", { name: "Send test" }).click();
  await owner.page.getByText(/^20\d after/).waitFor();

  const message = member.message("Rain today");
  await message.getByText("Weather", { exact: true }).waitFor();
  await message.getByText("Webhook", { exact: true }).waitFor();
  await message.getByRole("region", { name: "Forecast" }).locator("em").filter({ hasText: "coat" }).waitFor();
  assert.equal(await message.getByRole("button", { name: "Edit" }).count(), 0);

  await opensTab(owner, "Deliveries");
  await owner.page.getByRole("row").filter({ hasText: "200" }).first().waitFor();
  await opensTab(owner, "Settings");
  await owner.page.getByRole("button", { name: "Rotate…" }).click();
  await owner.page.getByRole("button", { name: "Rotate now" }).click();
  const fresh = owner.page.getByRole("textbox", { name: /is shown once/ });
  await fresh.waitFor();
  assert.notEqual(await fresh.inputValue(), url);
  assert.equal((await screens.server.stranger.post(new URL(url).pathname, { content: "late" })).status, 404);

  // Whoever comes back sees no secret any more.
  await owner.page.reload();
  await heading(owner, "Weather").waitFor();
  await opensTab(owner, "Start");
  await owner.page.getByText(/^chtw_….{4}$/).waitFor();
  assert.equal(await owner.page.getByRole("textbox", { name: /is shown once/ }).count(), 0);
  owner.noComplaints();
  member.noComplaints();
});

test("a widget reports, is pinned and hidden, and everybody sees it happen", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  await founds(alice, "Hiking club", bob);
  const owner = await screens.at(alice);
  const member = await screens.at(bob);
  await railItem(member, "Hiking club").click();

  const url = await creates(owner, "Create a widget", "Huts");
  await opensTab(owner, "Try it");
  await types(owner, PAYLOAD, { rows: [{ kind: "counter", label: "Beds", value: 1247 }, { kind: "gauge", label: "x" }] });
  await owner.page.getByRole("button", { name: /row_1:invalid_kind/ }).waitFor();
  await types(owner, PAYLOAD, { rows: [{ kind: "counter", label: "Beds", value: 1247 }, { kind: "status", label: "Road", state: "warn", text: "icy" }] });
  await owner.page.getByRole("region", { name: "Preview" }).getByText("1,247").waitFor();
  await owner.page.getByRole("button", { name: "Send test" }).click();
  await owner.page.getByText(/^200 after/).waitFor();

  // Not pinned yet: in the list of all widgets alone.
  assert.equal(await member.page.getByRole("region", { name: "Huts" }).count(), 0);
  await member.page.getByRole("button", { name: "Widgets", exact: true }).click();
  const dialog = member.page.getByRole("dialog", { name: "Widgets" });
  await dialog.getByRole("region", { name: "Huts" }).getByText("1,247").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Pin" }).count(), 0, "that is for those who manage the server");
  await screens.server.stranger.post(new URL(url).pathname, { rows: [{ kind: "counter", label: "Beds", value: 999 }] });
  await dialog.getByRole("region", { name: "Huts" }).getByText("999", { exact: true }).waitFor();
  await member.page.keyboard.press("Escape");

  await opensTab(owner, "Settings");
  await owner.page.getByRole("switch", { name: /Pinned/ }).check();
  const tile = member.page.getByRole("navigation", { name: "Channels" }).getByRole("region", { name: "Huts" });
  await tile.getByText("999", { exact: true }).waitFor();
  await screens.server.stranger.post(new URL(url).pathname, { rows: [{ kind: "progress", label: "Full", current: 5, max: 0 }] });
  await tile.getByText("5 / 0").waitFor();

  await owner.page.getByRole("switch", { name: /Visible/ }).uncheck();
  await tile.waitFor({ state: "detached" });
  await owner.page.getByText("This widget is hidden").waitFor();
  const refused = await screens.server.stranger.post(new URL(url).pathname, { rows: [{ kind: "counter", label: "Beds", value: 1 }] });
  assert.deepEqual([refused.status, refused.json.error], [403, "widget_invisible"]);
  await member.page.getByRole("button", { name: "Widgets", exact: true }).click();
  await member.page.getByText("This server has no widgets.").waitFor();
  owner.noComplaints();
  member.noComplaints();
});

test("a new secret is in sight and has the focus, wherever one asked for it; the old URL of a widget is dead at once", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  await founds(alice, "Hiking club");
  const window = await screens.at(alice, PHONE);
  const { page } = window;
  const url = await creates(window, "Create a widget", "Huts");
  await page.getByRole("button", { name: "I saved it" }).click();
  await opensTab(window, "Settings");
  await page.getByRole("button", { name: "Rotate…" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate the secret" });
  assert.equal(await dialog.getByText("Planned").count(), 0, "there is no grace for the URL of a widget");
  await dialog.getByRole("button", { name: "Rotate now" }).click();
  const banner = page.getByRole("alert", { name: /is shown once/ });
  await banner.waitFor();
  await focused("the banner has it", banner);
  const { top, bottom } = await banner.evaluate((element) => element.getBoundingClientRect());
  assert.ok(top >= 0 && bottom <= 844, `the banner is at ${top} to ${bottom} px`);
  const fresh = await banner.getByRole("textbox").inputValue();
  const row = { rows: [{ kind: "counter", label: "Beds", value: 1 }] };
  assert.equal((await screens.server.stranger.post(new URL(url).pathname, row)).status, 404);
  assert.equal((await screens.server.stranger.post(new URL(fresh).pathname, row)).status, 200);
  window.noComplaints();
});

test("an integration gets a token, changes a member with it, and cannot once it is revoked", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id } = await founds(alice, "Hiking club", bob);
  const owner = await screens.at(alice);
  const member = await screens.at(bob);
  await goesToChannel(member, "Hiking club", "general");
  await member.writes("Hello");

  await owner.visitsPage("/developers");
  await owner.page.getByRole("link", { name: "Create an integration" }).click();
  await owner.page.getByLabel("Name", { exact: true }).fill("Rota");
  await owner.page.getByRole("button", { name: "Create", exact: true }).click();
  await owner.page.getByText("No tokens yet: this integration cannot do anything.").waitFor();
  await owner.page.getByRole("button", { name: "New token" }).click();
  await owner.page.getByLabel("Name", { exact: true }).fill("nightly");
  await owner.page.getByRole("checkbox", { name: /Manage members/ }).check();
  await owner.page.getByRole("button", { name: "Create token" }).click();
  const token = await owner.page.getByRole("textbox", { name: /is shown once/ }).inputValue();
  assert.match(token, /^chti_[A-Za-z0-9]{38}$/);
  await owner.page.locator("pre").filter({ hasText: token }).waitFor();
  await owner.page.getByRole("button", { name: "I saved it" }).click();

  await opensTab(owner, "Try it");
  await owner.page.getByLabel("User ID of a member").fill(String(await userId(alice, id, "bob")));
  await owner.page.getByRole("button", { name: "Read profile" }).click();
  await owner.page.locator("pre").filter({ hasText: '"username": "bob"' }).waitFor();
  await types(owner, "What to change, as JSON", { nickname: "Bobby" });
  await owner.page.getByRole("button", { name: "Update member" }).click();
  await owner.page.locator("pre").filter({ hasText: '"nickname": "Bobby"' }).waitFor();
  await member.message("Hello").getByText("Bobby").waitFor();

  await opensTab(owner, "Start");
  await owner.page.getByRole("listitem").filter({ hasText: "nightly" }).getByRole("button", { name: "Revoke" }).click();
  await owner.page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await owner.page.getByText("No tokens yet").waitFor();
  await opensTab(owner, "Try it");
  await owner.page.getByRole("button", { name: "Read profile" }).click();
  await owner.page.getByText(/^401 after/).waitFor();
  // A refused token is not the end of one's own session.
  await owner.page.getByText("Your session has ended").waitFor({ state: "detached" });
  await heading(owner, "Rota").waitFor();
  owner.noComplaints();
});

test("an OAuth app: the redirect checker says what differs, and the playground walks through a sign-in", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const window = await screens.at(alice);
  const { page } = window;
  const redirect = `${screens.server.url}/signed-in`;
  await window.visitsPage("/developers");
  await page.getByRole("link", { name: "Create an OAuth app" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Trail diary");
  await page.getByLabel("Redirect URI").fill("http://example.com/cb");
  await page.getByLabel("Homepage (optional)").focus();
  await page.getByText("Only https is allowed, and http on 127.0.0.1 and [::1].").waitFor();
  await page.getByLabel("Redirect URI").fill(redirect);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const secret = await page.getByRole("textbox", { name: /is shown once/ }).inputValue();
  assert.match(secret, /^chts_[A-Za-z0-9]{38}$/);
  await page.getByRole("button", { name: "I saved it" }).click();

  await opensTab(window, "Try it");
  await page.getByLabel("redirect_uri").fill(`${redirect}/`);
  await page.getByText("The slash at the end differs").waitFor();
  await page.getByLabel("redirect_uri").fill(redirect);
  await page.getByText(`Matches ${redirect}`).waitFor();

  // The page of the app that people come back to.
  await window.context.route("**/signed-in?**", (route) => route.fulfill({ body: "Welcome back" }));
  const opened = window.context.waitForEvent("page");
  await page.getByRole("link", { name: "Open the sign-in page" }).click();
  const consent = await opened;
  await consent.getByText("Trail diary").first().waitFor();
  await consent.getByRole("button", { name: /allow/i }).click();
  await consent.waitForURL(/\/signed-in\?/);
  const address = consent.url();
  await consent.close();

  await page.getByLabel("The address they came back to").fill(address.replace(/state=[^&]*/, "state=forged"));
  await page.getByText(/^The state is not the one that was sent/).waitFor();
  assert.ok(await page.getByRole("button", { name: "Exchange" }).isDisabled());
  await page.getByLabel("The address they came back to").fill(address);
  await page.getByText(/^Code: /).waitFor();
  await page.getByRole("button", { name: "Exchange" }).click();
  await page.locator("pre").filter({ hasText: "chta_" }).waitFor();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.locator("pre").filter({ hasText: '"sub"' }).waitFor();
  // A code works once.
  await page.getByRole("button", { name: "Exchange" }).click();
  await page.locator("pre").filter({ hasText: "invalid_grant" }).waitFor();

  await window.visitsPage("/settings");
  const connected = page.getByRole("region", { name: "Connected apps" });
  await connected.getByText("Trail diary").waitFor();
  await connected.getByRole("button", { name: "Disconnect" }).click();
  await connected.getByText(/^None\./).waitFor();
  window.noComplaints();
});

test("an app is changed and deleted, and a suspended one says why it is refused", async () => {
  await using screens = await Screens.open({ root: true });
  const { root } = screens.server;
  const alice = await screens.server.register("alice");
  await founds(alice, "Hiking club");
  const window = await screens.at(alice);
  const { page } = window;
  await creates(window, "Create a webhook", "Weather");
  const id = Number(new URL(page.url()).pathname.split("/").at(-1));
  await opensTab(window, "Settings");
  await page.getByLabel("Name", { exact: true }).fill("Storms");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await heading(window, "Storms").waitFor();

  await root.does(`/api/admin/apps/${id}/suspend`, { reason: "Too loud" });
  await page.reload();
  await page.getByText("This app is suspended").waitFor();
  await page.getByText("Reason: Too loud").waitFor();
  await root.does(`/api/admin/apps/${id}/unsuspend`, {});
  await page.reload();
  await heading(window, "Storms").waitFor();
  await page.getByText("This app is suspended").waitFor({ state: "detached" });

  await opensTab(window, "Settings");
  await page.getByRole("button", { name: "Delete the app" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the app" }).click();
  await page.getByText("You have no apps yet.").waitFor();
  window.noComplaints();
});

test("who manages no server is told what to do next", async () => {
  await using screens = await Screens.open();
  const window = await screens.person("alice");
  await window.visitsPage("/developers/new/webhook");
  await heading(window, "You manage no server yet").waitFor();
  await window.page.getByRole("button", { name: "Create a server" }).click();
  await window.page.getByRole("dialog", { name: "Add a server" }).waitFor();
  await window.visitsPage("/developers/errors");
  await window.page.getByLabel("Find a code").fill("row_2:label_too_long");
  await window.page.getByRole("cell", { name: "row_N:label_too_long" }).waitFor();
  assert.equal(await window.page.getByRole("row").count(), 2);
});

test("the portal works by keyboard", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  await founds(alice, "Hiking club");
  const window = await screens.at(alice);
  const { page } = window;
  await window.visitsPage("/developers");
  await page.getByRole("link", { name: "Create a widget" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Name", { exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "I saved it" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Try it" }).focus();
  await page.keyboard.press("Enter");
  const editor = page.getByRole("textbox", { name: PAYLOAD });
  await editor.focus();
  // Tab leads out of the editor again.
  await page.keyboard.press("Tab");
  assert.equal(await editor.evaluate((element) => element === document.activeElement), false);
  window.noComplaints();
});

for (const scheme of ["light", "dark"] as const) {
  test(`on a phone, ${scheme}, every page of the portal fits and can be hit with a finger`, async () => {
    await using screens = await Screens.open();
    const alice = await screens.server.register("alice");
    const { id, channel } = await founds(alice, "Hiking club");
    const apps: number[] = [];
    for (const app of [
      { kind: "webhook", name: "Weather", channelId: channel },
      { kind: "integration", name: "Rota" },
      { kind: "widget", name: "Huts" },
    ]) apps.push((await alice.post(`/servers/${id}/apps`, app)).json.app.id);
    const oauth = { kind: "oauth", name: "Trail diary", redirectUris: ["https://trail-diary.example.com/oauth/callback"] };
    apps.push((await alice.post("/apps", oauth)).json.app.id);
    const window = await screens.at(alice, { ...PHONE, viewport: { width: 320, height: 640 }, colorScheme: scheme });
    const { page } = window;
    const pages = [
      "/developers",
      "/developers/docs",
      "/developers/errors",
      "/developers/changelog",
      "/developers/status",
      ...["webhook", "integration", "widget", "oauth"].map((kind) => `/developers/new/${kind}`),
      ...apps.flatMap((app) => ["", "?tab=try", "?tab=deliveries", "?tab=audit", "?tab=settings"].map((tab) => `/developers/apps/${app}${tab}`)),
    ];
    for (const path of pages) {
      await window.visitsPage(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await eventually(`${path} has loaded`, async () => (await page.locator(".skeleton").count()) === 0);
      assert.equal(await page.locator("h1").count(), 1, path);
      const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content! <= screen!, `${path} is ${content} px wide on a screen of ${screen} px`);
      const small = await page.evaluate(() =>
        Array.from(document.querySelectorAll<HTMLElement>("button, a[href], input, select, textarea"))
          .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip-link, label, .cm-editor, .prose, .guide"))
          .map((element) => ({ name: element.ariaLabel ?? element.textContent, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
          .map(({ name, box }) => `${name}: ${box.width} x ${box.height}`),
      );
      assert.deepEqual(small, [], path);
    }
    window.noComplaints();
  });
}
