/** Ways about in a conversation: links to messages, days, the keyboard, and what is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { founds, goesToChannel, railItem } from "./community.ts";
import { eventually, PHONE, Screens } from "./window.ts";

test("a link to a message leads to it, far back as well, in a channel and after signing in", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { channel } = await founds(alice, "Hiking club", bob);
  await alice.connects();
  for (let number = 1; number <= 130; number += 1) await alice.emits("channel_send", { channel_id: channel, text: `step number ${number}.` });
  const window = await screens.at(alice);
  const { page } = window;
  await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await goesToChannel(window, "Hiking club", "general");
  await window.sees("step number 130.");
  await page.keyboard.press("Escape");
  await window.message("step number 129.").hover();
  await window.message("step number 129.").getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Link copied.").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const [, id] = /\/chat\?c=channel:\d+&m=(\d+)$/.exec(link) ?? [];
  assert.ok(id, link);

  // To one that is far from what is loaded; the address is that of the conversation then.
  const far = link.replace(/\d+$/, String(Number(id) - 125));
  const other = await screens.stranger();
  await other.opens(new URL(far).pathname + new URL(far).search);
  await other.page.waitForURL(/\/login/);
  await other.signsInAt("bob");
  await other.message("step number 4.").waitFor();
  await eventually("it is the one that is marked", async () =>
    (await other.message("step number 4.").getAttribute("data-active")) === "true",
  );
  await eventually("the address is the conversation's", async () => !other.page.url().includes("&m="));
  assert.ok(await other.message("step number 4.").evaluate((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  }));

  // In a message it is followed in this window.
  await window.writes(`Look: ${far}`);
  await window.hasSentAll();
  await window.log.getByRole("link", { name: far }).click();
  await window.message("step number 4.").waitFor();
  assert.equal(window.context.pages().length, 1);
  await window.visits(new URL(link).pathname + new URL(link.replace(/\d+$/, "999999")).search);
  await page.getByText("That message is no longer available.").waitFor();
  window.noComplaints();
  other.noComplaints();
});

test("one jumps to a day from where another begins", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  await bob.connects();
  await bob.emits("dm_send", { to: "alice", text: "first words" });
  for (let number = 0; number < 130; number += 1) await bob.emits("dm_send", { to: "alice", text: `more ${number}.` });
  const window = await screens.at(alice, PHONE);
  const { page } = window;
  await window.goesTo("bob");
  await window.sees("more 0.");
  await page.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
  await page.getByRole("button", { name: "Today: jump to another date" }).tap();
  const dialog = page.getByRole("dialog", { name: "Jump to a date" });
  const today = await dialog.getByLabel("Date").getAttribute("max");
  assert.match(today!, /^\d{4}-\d\d-\d\d$/);
  await dialog.getByLabel("Date").fill(today!);
  await dialog.getByRole("button", { name: "Jump" }).tap();
  await dialog.waitFor({ state: "detached" });
  await eventually("it is the first of the day", () => inView(window));
  window.noComplaints();
});

async function inView(window: { message: (text: string) => import("playwright-core").Locator }): Promise<boolean> {
  const row = window.message("first words");
  if ((await row.count()) === 0) return false;
  return row.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
}

test("all is marked as read at once, when one says so", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { channel } = await founds(alice, "Hiking club", bob);
  await alice.connects();
  const window = await screens.at(bob);
  const { page } = window;
  assert.equal(await page.getByRole("button", { name: "Mark all as read" }).count(), 0);
  await alice.emits("channel_send", { channel_id: channel, text: "one" });
  await alice.emits("dm_send", { to: "bob", text: "two" });
  await alice.emits("dm_send", { to: "bob", text: "three" });
  await railItem(window, "Hiking club").and(page.getByLabel(/1 unread message/)).waitFor();
  await eventually("the tab says so", async () => page.evaluate(() => document.querySelector<HTMLLinkElement>('link[rel="icon"]')!.href.endsWith("/favicon-unread.svg")));
  await page.keyboard.press("Shift+Escape");
  const dialog = page.getByRole("dialog", { name: "Mark all as read" });
  await dialog.getByText("3 messages in 2 conversations will not be shown as unread any more, on any device.").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await railItem(window, "Hiking club").and(page.getByLabel(/1 unread message/)).waitFor();
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await dialog.getByRole("button", { name: "Mark all as read" }).click();
  await eventually("nothing waits", async () => !(await page.title()).startsWith("("));
  await eventually("nor does the tab", async () => page.evaluate(() => document.querySelector<HTMLLinkElement>('link[rel="icon"]')!.href.endsWith("/favicon.svg")));
  // On another device as well.
  const elsewhere = await screens.at(bob);
  await elsewhere.item("alice").waitFor();
  assert.ok(!(await elsewhere.page.title()).startsWith("("));
  window.noComplaints();
});

test("the keyboard replies, makes bold and attaches, and destroys no draft", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  await bob.connects();
  await bob.emits("dm_send", { to: "alice", text: "Are you there?" });
  const window = await screens.at(alice);
  const { page } = window;
  await window.goesTo("bob");
  await window.sees("Are you there?");
  await window.composer.press("Shift+ArrowUp");
  await page.getByText("Replying to bob").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Replying to bob").waitFor({ state: "detached" });
  await window.composer.fill("I am here");
  await window.composer.press("Shift+ArrowUp");
  assert.equal(await page.getByText("Replying to bob").count(), 0, "not while one writes");
  await window.composer.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(5, 9));
  await page.keyboard.press("Control+b");
  assert.equal(await window.composer.inputValue(), "I am **here**");
  await page.keyboard.press("Control+i");
  assert.equal(await window.composer.inputValue(), "I am ***here***");
  await page.keyboard.press("Control+b");
  assert.equal(await window.composer.inputValue(), "I am *here*");
  await page.keyboard.press("Control+z");
  assert.equal(await window.composer.inputValue(), "I am ***here***");
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Control+u")]);
  assert.ok(chooser.isMultiple());
  await page.keyboard.press("Enter");
  await window.message("I am here").locator(".prose :is(em strong, strong em)").waitFor();
  window.noComplaints();
});
