/** Writing together: our editor beside whole-text clients, over links that break, and without a link. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EFFORT } from "../support/doc-dice.ts";
import { Meeting } from "../support/doc-meeting.ts";
import { Typist, aWord, assertEachOnce, settle } from "../support/doc-typist.ts";
import { Editor } from "./editor.ts";
import { PHONE, Screens, eventually } from "./window.ts";

test("two pages with whole texts and two editors in browsers, links cut and restored at random: one text, every word once", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben", "cat", "dan"], "beginning]");
  const { dice } = meeting;
  const typists: Typist[] = [];
  for (const who of [0, 1]) typists.push(new Typist(await meeting.text(who, [0, 100]), dice.another()));
  const editors: Editor[] = [];
  for (const who of [2, 3]) editors.push(await Editor.opens(screens, meeting, who, await meeting.link([0, 60])));
  for (const editor of editors) await editor.says("Saved");

  const written = editors.map(({ name }) => Array.from({ length: 12 * EFFORT }, () => aWord(name, dice)));
  const typing = Promise.all([
    ...typists.map((typist) => typist.says(14 * EFFORT, [200, 900])),
    ...editors.map((editor, n) => editor.types(written[n]!, n === 0 ? "Control+Home" : "Control+End", dice.another())),
  ]);
  await Promise.all(meeting.links.map((link) => link.flaps(typing, [700, 2500], [50, 700])));
  assert.ok(meeting.links.every(({ cuts }) => cuts > 0));

  await settle(typists, meeting.told);
  for (const editor of editors) await editor.says("Saved");
  const text = await meeting.stored();
  assertEachOnce(["beginning]", ...typists.flatMap(({ words }) => words), ...written.flat()], text, meeting.told);
  for (const editor of editors) await editor.shows(text);
  await eventually("the whole-text pages to show it", async () => typists.every(({ page }) => page.screen === text));
  for (const { window } of editors) window.noComplaints();
});

test("the state of saving is in words: saved, offline with what is kept, and saved again, also through a reload", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben"], "before ");
  const editor = await Editor.opens(screens, meeting, 0);
  const { page } = editor.window;
  await editor.says("Saved");
  await page.keyboard.press("Control+End");
  await page.keyboard.type("online ");
  await editor.says("Saved");
  await eventually("it to be stored", async () => (await meeting.stored()) === "before online ");

  // Only the live link is cut, so that the page can be loaded again.
  await page.route("**/socket.io/**", (route) => route.abort());
  await page.routeWebSocket("**/socket.io/**", (socket) => void socket.close());
  await page.reload();
  await editor.shows("before online ");
  await editor.says("Offline");
  await editor.box.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("offline ");
  await editor.says(/^Offline, \d+ changes? kept on this device$/);
  await page.reload();
  await editor.shows("before online offline ");
  await editor.says(/^Offline, \d+ changes? kept on this device$/);
  const other = await meeting.text(1);
  other.splices(0, "meanwhile ");
  await other.isHeard();
  assert.equal(await meeting.stored(), "meanwhile before online ");

  await page.unrouteAll();
  const again = await editor.window.tab(`/doc/${meeting.doc}`);
  const reader = new Editor(again, "ann's other tab");
  await reader.shows("meanwhile before online offline ");
  await reader.says("Saved");
  await eventually("it to be stored", async () => (await meeting.stored()) === "meanwhile before online offline ");
  await eventually("ben to see it", async () => other.screen === "meanwhile before online offline ");
});

test("two tabs without a link show the same; what the one leaves the other saves, and the list says so until then", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann"], "before ");
  const link = await meeting.link([0, 0]);
  const first = await Editor.opens(screens, meeting, 0, link);
  const second = new Editor(await first.window.another(), "ann's other tab");
  await second.window.page.goto(`${link.url}/doc`);
  await second.window.page.getByRole("link", { name: "Minutes" }).click();
  for (const editor of [first, second]) await editor.says("Saved");

  link.cut();
  for (const editor of [first, second]) await editor.says("Offline");
  await first.window.page.bringToFront();
  await first.box.click();
  await first.window.page.keyboard.press("Control+End");
  await first.window.page.keyboard.type("without a link");
  await first.says(/^Offline, \d+ changes kept on this device$/);
  await second.shows("before without a link");
  await second.says(/^Offline, \d+ changes kept on this device$/);
  await first.window.page.close();

  const { page } = second.window;
  await page.bringToFront();
  await page.getByRole("button", { name: "All documents" }).click();
  const mark = page.getByText("Not saved yet, kept on this device");
  await mark.waitFor();
  link.restore();
  await mark.waitFor({ state: "detached" });
  await eventually("it to be stored", async () => (await meeting.stored()) === "before without a link");
  second.window.noComplaints();
});

test("an editor goes on writing while the server is killed and comes back, and every word is stored once", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann"], "beginning]");
  const editor = await Editor.opens(screens, meeting, 0);
  await editor.says("Saved");
  const words = Array.from({ length: 20 * EFFORT }, () => aWord("ann", meeting.dice));
  const typing = editor.types(words, "Control+End", meeting.dice);
  for (let kills = 0; kills < 2; kills++) {
    await eventually("more to be stored", async () => (await editor.screen()).length > 20 * (kills + 1) && (await meeting.stored()).length > 20 * (kills + 1));
    await screens.server.isKilled();
    await editor.says(/^Offline/);
    await screens.server.startsAgain();
  }
  await typing;
  await editor.says("Saved");
  const text = await meeting.stored();
  assertEachOnce(["beginning]", ...words], text, meeting.told);
  await editor.shows(text);
});

test("undoing takes back one's own words and nobody else's", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben"], "start ");
  const editor = await Editor.opens(screens, meeting, 0);
  const other = await meeting.yjs(1);
  await editor.shows("start ");
  await editor.box.click();
  await editor.window.page.keyboard.press("Control+End");
  await editor.window.page.keyboard.type("mine");
  await editor.shows("start mine");
  await eventually("ben to see it", async () => other.screen === "start mine");
  other.splices(0, "theirs ");
  await editor.shows("theirs start mine");
  await editor.window.page.keyboard.press("Control+z");
  await editor.shows("theirs start ");
  for (let n = 0; n < 3; n++) await editor.window.page.keyboard.press("Control+z");
  await editor.window.page.keyboard.type("!");
  await editor.shows("theirs start !");
  await editor.window.page.keyboard.press("Control+z");
  await editor.window.page.keyboard.press("Control+Shift+Z");
  await editor.shows("theirs start !");
  await eventually("ben to see the same", async () => other.screen === "theirs start !");
});

test("a viewer reads along and cannot type, until made an editor; an editor made a viewer stops where they are", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben"], "text");
  const [creator] = meeting.people;
  const becomes = (role: string): Promise<unknown> => creator!.does(`/api/doc/${meeting.doc}/update_member_role`, { username: "ben", role });
  await becomes("viewer");
  const editor = await Editor.opens(screens, meeting, 1);
  const { page } = editor.window;
  await editor.says("Read only");
  // What a viewer is shown first may be the preview.
  await page.getByRole("radio", { name: "Write" }).check({ force: true });
  await editor.box.click();
  await page.keyboard.type("mine");
  await page.keyboard.press("Backspace");
  const other = await meeting.text(0);
  other.splices(4, " of ann");
  await editor.shows("text of ann");

  await becomes("editor");
  await editor.says("Saved");
  await editor.box.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(", and of ben");
  await eventually("ann to see it", async () => other.screen === "text of ann, and of ben");

  await becomes("viewer");
  await editor.says("Read only");
  await page.keyboard.type(", and more");
  other.splices(0, "the ");
  await editor.shows("the text of ann, and of ben");
  assert.equal(await meeting.stored(), "the text of ann, and of ben");
  editor.window.noComplaints();
});

test("everybody sees who is there and where the others write", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben", "cat"], "some text\n\nand more of it");
  const [ann, ben] = [await Editor.opens(screens, meeting, 0), await Editor.opens(screens, meeting, 1)];
  await meeting.text(2);
  await ben.box.click();
  await ben.window.page.keyboard.press("Control+End");
  const cursor = ann.box.locator(".cm-ySelectionInfo", { hasText: "ben" });
  await cursor.waitFor({ state: "visible" });
  await eventually("the name to be readable without pointing at it", () => cursor.evaluate((name) => Number(getComputedStyle(name).opacity) > 0.8));
  await ann.window.page.getByRole("button", { name: /^Here now: ben, cat, ann$/ }).waitFor();
  await ben.window.page.goto(`${screens.server.url}/chat`);
  await cursor.waitFor({ state: "detached" });
  await ann.window.page.getByRole("button", { name: /^Here now: cat, ann$/ }).waitFor();
  await ann.shows("some text\n\nand more of it");
});

test("who is put out keeps the text on the screen, with a way to take it along", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben"], "words ");
  const editor = await Editor.opens(screens, meeting, 1);
  const { page, context } = editor.window;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await editor.box.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("of ben");
  await eventually("it to be stored", async () => (await meeting.stored()) === "words of ben");
  await meeting.people[0]!.does(`/api/doc/${meeting.doc}/remove_member`, { username: "ben" });
  await editor.says("No access any more");
  await page.keyboard.type(" and more");
  await editor.shows("words of ben");
  await page.getByRole("button", { name: /^Copy/ }).first().click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "words of ben");
  assert.equal(await meeting.stored(), "words of ben");
});

test("on the narrowest phone one writes, sees the state of saving, and nothing hangs over the edge", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben"], "a line that is much longer than any phone is wide, without end, on and on and on\n\n`code_that_does_not_break_anywhere_at_all_whatever_the_width_of_the_screen_may_be`");
  const editor = await Editor.opens(screens, meeting, 0, undefined, { ...PHONE, viewport: { width: 320, height: 640 } });
  const { page } = editor.window;
  await editor.says("Saved");
  await editor.box.tap();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("On the way: ");
  await eventually("it to be stored", async () => (await meeting.stored()).startsWith("On the way: a line"));
  const box = await editor.status.boundingBox();
  assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 320 && box.y >= 0 && box.y + box.height <= 640, JSON.stringify(box));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  await page.context().setOffline(true);
  await editor.says(/^Offline/);
  await page.keyboard.type("still ");
  await editor.says(/^Offline, \d+ changes? kept on this device$/);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  await page.context().setOffline(false);
  await editor.says("Saved");
  await eventually("it to be stored", async () => (await meeting.stored()).startsWith("On the way: still a line"));
});
