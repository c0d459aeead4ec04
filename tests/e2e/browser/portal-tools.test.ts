/** The developer portal's tools: what came in and again, rows arranged by hand, who changed what, and what waits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person } from "../support/index.ts";
import { founds, givesRole, userId } from "./community.ts";
import { eventually, focused, PHONE, Screens, type Window } from "./window.ts";

const PAYLOAD = "What is sent, as JSON";

interface Made {
  id: number;
  /** Of a webhook or widget: the path to post to. */
  path: string;
}

async function makes(owner: Person, server: number, app: object): Promise<Made> {
  const made = await owner.post(`/servers/${server}/apps`, app);
  assert.equal(made.status, 201, made.text);
  const { url } = made.json;
  return { id: made.json.app.id, path: url === undefined ? "" : new URL(url).pathname };
}

async function copies(window: Window): Promise<string> {
  await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await window.page.getByRole("button", { name: "Copy as cURL" }).click();
  await window.page.getByText("Copied.").waitFor();
  return window.page.evaluate(() => navigator.clipboard.readText());
}

test("a delivery is a command without its secret, and only a test of this page can be sent again", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const { id, channel } = await founds(alice, "Hiking club");
  const hook = await makes(alice, id, { kind: "webhook", name: "Weather", channelId: channel });
  const { stranger, url } = screens.server;
  assert.equal((await stranger.post(hook.path, { content: "" })).status, 400);
  const window = await screens.at(alice);
  const { page } = window;

  await window.visitsPage(`/developers/apps/${hook.id}?tab=deliveries`);
  await page.getByText("1 delivery, 1 failed", { exact: true }).waitFor();
  await page.getByRole("img", { name: /^Deliveries in an hour/ }).waitFor();
  await page.getByText("As a table").click();
  const last = page.getByRole("region", { name: "The last 24 hours" }).getByRole("row");
  assert.deepEqual((await last.nth(1).getByRole("cell").allInnerTexts()).slice(1, 3), ["1", "1"]);

  await page.getByRole("button", { name: /answered 400: details$/ }).click();
  let dialog = page.getByRole("dialog", { name: "Answered 400" });
  await dialog.getByText("Neither text nor cards.").waitFor();
  await dialog.getByText(/It cannot be sent again from here/).waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Send this test again" }).count(), 0);
  const foreign = await copies(window);
  assert.ok(foreign.startsWith(`curl --fail-with-body -X POST '${url}/webhooks/${hook.id}/YOUR_TOKEN'`), foreign);
  assert.doesNotMatch(foreign, /chtw_/);
  assert.match(foreign, /Content-Type: application\/json/);
  await dialog.getByRole("link", { name: /error reference/ }).click();
  await page.getByRole("cell", { name: "content_required" }).waitFor();

  // A test of this page is known again.
  await page.goBack();
  await page.getByRole("navigation", { name: "Parts of this app" }).getByRole("link", { name: "Try it" }).click();
  await page.getByLabel("Its URL, to try it here").fill(url + hook.path);
  await page.getByRole("button", { name: "Send test" }).click();
  await page.getByText(/^200 after/).waitFor();
  await page.getByRole("navigation", { name: "Parts of this app" }).getByRole("link", { name: "Deliveries" }).click();
  await page.getByRole("button", { name: /answered 200: details$/ }).click();
  dialog = page.getByRole("dialog", { name: "Answered 200" });
  const own = await copies(window);
  assert.match(own, /"content"/);
  assert.doesNotMatch(own, /chtw_/);
  await dialog.getByRole("button", { name: "Send this test again" }).click();
  await dialog.getByText(/^Sent again: 200 after/).waitFor();
  await page.keyboard.press("Escape");
  await eventually("both are listed", async () => (await page.getByRole("button", { name: /answered 200/ }).count()) === 2);

  // Another page has no contents any more.
  await page.reload();
  await page.getByRole("button", { name: /answered 200/ }).first().click();
  await page.getByText(/It cannot be sent again from here/).waitFor();
  window.noComplaints();
});

test("rows of a widget are arranged by keyboard, by dragging and in steps, and the JSON follows", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const { id } = await founds(alice, "Hiking club");
  const widget = await makes(alice, id, { kind: "widget", name: "Huts" });
  const window = await screens.at(alice);
  const { page } = window;
  await window.visitsPage(`/developers/apps/${widget.id}?tab=try`);
  const list = page.getByRole("list", { name: "Rows, from top to bottom" });
  const names = () => list.getByRole("button", { name: /^Move \w+$/ }).evaluateAll((all) => all.map((one) => one.ariaLabel));
  const reads = async () => {
    const text = await page.getByRole("textbox", { name: PAYLOAD }).evaluate((editor) => (editor as HTMLElement).innerText);
    return [...text.matchAll(/"label": "(\w+)"/g)].map(([, label]) => label);
  };
  const are = (...labels: string[]) =>
    eventually(`the rows are ${labels}`, async () => String(await reads()) === String(labels) && String(await names()) === String(labels.map((label) => `Move ${label}`)));
  await list.waitFor();
  await are("Online", "API", "Disk", "Version");

  await page.getByRole("button", { name: "Move Online", exact: true }).focus();
  await page.keyboard.press("Space");
  await page.getByText("Picked up Online, at place 1 of 4.").waitFor({ state: "attached" });
  await page.keyboard.press("ArrowDown");
  await page.getByText("Online is at place 2 of 4.").waitFor({ state: "attached" });
  await page.keyboard.press("Space");
  await are("API", "Online", "Disk", "Version");

  const handle = page.getByRole("button", { name: "Move Version", exact: true });
  await handle.scrollIntoViewIfNeeded();
  const from = (await handle.boundingBox())!;
  const to = (await page.getByRole("button", { name: "Move API", exact: true }).boundingBox())!;
  await page.mouse.move(from.x + 20, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(from.x + 20, from.y, { steps: 4 });
  await page.mouse.move(to.x + 20, to.y + 12, { steps: 12 });
  await page.mouse.up();
  await are("Version", "API", "Online", "Disk");

  const down = page.getByRole("button", { name: "Move Version down" });
  await down.click();
  await are("API", "Version", "Online", "Disk");
  await focused("it stays with the row", down);
  await page.getByRole("button", { name: "Remove Version" }).click();
  await page.getByRole("button", { name: "Add a row: Progress" }).click();
  await are("API", "Online", "Disk", "Progress");
  const preview = page.getByRole("region", { name: "Preview" });
  await preview.getByText("0 / 100").waitFor();
  await page.getByText("Looks right.").waitFor();

  // How it looks when its service stops.
  await page.getByRole("button", { name: "Goes stale" }).click();
  await preview.getByRole("checkbox", { name: "As it looks when nothing came for 60 s" }).check();
  await preview.getByText(/^No data since/).waitFor();
  window.noComplaints();
});

test("on a phone a row is dragged with a finger, and the page stays where it is", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const { id } = await founds(alice, "Hiking club");
  const widget = await makes(alice, id, { kind: "widget", name: "Huts" });
  const window = await screens.at(alice, PHONE);
  const { page } = window;
  await window.visitsPage(`/developers/apps/${widget.id}?tab=try`);
  const handle = page.getByRole("button", { name: "Move Online", exact: true });
  await handle.waitFor();
  await page.getByRole("button", { name: "Add a row: Text" }).scrollIntoViewIfNeeded();
  const from = (await handle.boundingBox())!;
  const to = (await page.getByRole("button", { name: "Move Disk", exact: true }).boundingBox())!;
  const finger = await window.context.newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", y?: number) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x: from.x + 20, y }] });
  await touch("touchStart", from.y + 20);
  for (let step = 1; step <= 10; step += 1) await touch("touchMove", from.y + 20 + ((to.y - from.y + 6) * step) / 10);
  await touch("touchEnd");
  const list = page.getByRole("list", { name: "Rows, from top to bottom" });
  await eventually("it is the third", async () =>
    (await list.getByRole("listitem").nth(2).innerText()).includes("Online"),
  );
  window.noComplaints();
});

test("the portal says whether members see a widget, where, and whether it is stale", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const { id } = await founds(alice, "Hiking club");
  const widget = await makes(alice, id, { kind: "widget", name: "Huts" });
  const window = await screens.at(alice);
  const { page } = window;
  await window.visitsPage(`/developers/apps/${widget.id}`);
  const now = page.getByRole("region", { name: "What members see now" });
  await now.getByText(/^Nothing has come in yet/).waitFor();
  const row = { kind: "counter", label: "Beds", value: 12 };
  assert.equal((await screens.server.stranger.post(widget.path, { rows: [row], ttl_seconds: 3600 })).status, 200);
  await now.getByText("12", { exact: true }).waitFor();
  await now.getByText(/goes stale 3600 s after that/).waitFor();
  await now.getByRole("button", { name: "Pin" }).click();
  await now.getByText("Pinned under the server’s name.").waitFor();
  await now.getByRole("button", { name: "Hide" }).click();
  await now.getByText(/^Hidden: only those/).waitFor();
  await page.getByText("This widget is hidden").waitFor();
  await now.getByRole("button", { name: "Show" }).click();
  await now.getByText(/^In the list of widgets/).waitFor();
  window.noComplaints();
});

test("an app's audit log is its own, in words", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id, channel } = await founds(alice, "Hiking club", bob);
  const hook = await makes(alice, id, { kind: "webhook", name: "Weather", channelId: channel });
  await makes(alice, id, { kind: "widget", name: "Huts" });
  const window = await screens.at(alice);
  const { page } = window;
  await window.visitsPage(`/developers/apps/${hook.id}?tab=settings`);
  await page.getByLabel("Name", { exact: true }).fill("Storms");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Storms" }).waitFor();
  await page.getByRole("navigation", { name: "Parts of this app" }).getByRole("link", { name: "Audit" }).click();
  const log = page.getByRole("region", { name: "Audit" });
  await log.getByText("alice changed the app Storms").waitFor();
  await log.getByText("alice created the app Storms").waitFor();
  assert.equal(await log.getByText("Huts").count(), 0, "that is another app");
  await log.getByRole("link", { name: "The audit log of the whole server" }).click();
  await page.getByText("created the app Huts").waitFor();

  // Who manages the server and may not read the log is told what to ask for.
  await givesRole(alice, id, { name: "Apps", permissions: ["manage_server", "view_channel"] }, bob);
  const other = await screens.at(bob);
  await other.visitsPage(`/developers/apps/${hook.id}?tab=audit`);
  await other.page.getByText("You may not read the audit log of this server.").waitFor();
  window.noComplaints();
});

test("what somebody left behind is listed for adoption, and works again once it is adopted", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id } = await founds(alice, "Hiking club", bob);
  await givesRole(alice, id, { name: "Apps", permissions: ["manage_server"] }, bob);
  const rota = await makes(bob, id, { kind: "integration", name: "Rota" });
  const made = await bob.post(`/apps/${rota.id}/tokens`, { name: "nightly", scopes: ["read_member_profile"] });
  const whoami = () =>
    fetch(`${screens.server.url}/integrations/me`, { headers: { Authorization: `Bearer ${made.json.secret}` } });
  assert.equal((await whoami()).status, 200);
  const window = await screens.at(alice);
  const { page } = window;
  await window.visitsPage("/developers");
  await page.getByRole("link", { name: /^Rota/ }).waitFor();
  assert.equal(await page.getByText("Waiting for adoption").count(), 0);

  const me = await userId(alice, id, "bob");
  assert.equal((await bob.request("DELETE", `/servers/${id}/memberships/${me}`)).status, 204);
  assert.equal((await whoami()).status, 403);
  await page.reload();
  const waiting = page.getByRole("region", { name: "Waiting for adoption" });
  await waiting.getByText("Hiking club · Made by bob").waitFor();
  await waiting.getByRole("button", { name: "Adopt Rota" }).click();
  await waiting.waitFor({ state: "detached" });
  assert.equal((await whoami()).status, 200);
  window.noComplaints();
});

test("who revokes or rotates is told who will notice", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const { id, channel } = await founds(alice, "Hiking club");
  const hook = await makes(alice, id, { kind: "webhook", name: "Weather", channelId: channel });
  const rota = await makes(alice, id, { kind: "integration", name: "Rota" });
  const made = await alice.post(`/apps/${rota.id}/tokens`, { name: "nightly", scopes: ["read_member_profile"] });
  const window = await screens.at(alice);
  const { page } = window;
  await window.visitsPage(`/developers/apps/${hook.id}?tab=settings`);
  await page.getByRole("button", { name: "Rotate…" }).click();
  await page.getByText("The old one was never used.").waitFor();
  await page.keyboard.press("Escape");
  assert.equal((await screens.server.stranger.post(hook.path, { content: "Rain" })).status, 200);
  await eventually("its use is known", async () => {
    await window.visitsPage(`/developers/apps/${hook.id}?tab=settings`);
    await page.getByRole("button", { name: "Rotate…" }).click();
    await page.getByRole("dialog").waitFor();
    return (await page.getByText("Last used just now from 127.0.0.1: what runs there needs the new one.").count()) === 1;
  });

  await fetch(`${screens.server.url}/integrations/me`, { headers: { Authorization: `Bearer ${made.json.secret}`, "User-Agent": "rota/2" } });
  await window.visitsPage(`/developers/apps/${rota.id}`);
  const token = page.getByRole("listitem").filter({ hasText: "nightly" });
  await token.getByText(/^Created .* by alice$/).waitFor();
  await eventually("its use is known", async () => {
    await page.reload();
    await token.waitFor();
    return (await token.getByTitle(/with rota\/2$/).count()) === 1;
  });
  await token.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByText("and so does whatever uses it: it was last used just now from 127.0.0.1.").waitFor();
  window.noComplaints();
});
