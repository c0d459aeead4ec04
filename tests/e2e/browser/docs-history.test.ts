/** The history of a document: what changed, kept states, and going back to one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drafts, stored } from "../support/docs.ts";
import type { Person } from "../support/index.ts";
import { eventually, PHONE, Screens, type Window } from "./window.ts";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `Line ${from + index}\n`).join("");

const FIRST = `# Plan\n\n${lines(1, 30)}We ship on Tuesday.\n${lines(31, 60)}`;
const SECOND = FIRST.replace("Tuesday", "Thursday").replace("Line 60\n", "Line 60\nThe end\n");

/** A document with two named states, the second of which is the present text. */
async function withHistory(author: Person, members: Record<string, "viewer" | "editor"> = {}): Promise<number> {
  const id = await drafts(author, FIRST, members, "Plan");
  await author.does(`/api/doc/${id}/revisions`, { name: "First" });
  await author.emits("doc_edit", { doc_id: id, content: SECOND });
  await author.does(`/api/doc/${id}/revisions`, { name: "Second" });
  return id;
}

async function opensHistory(window: Window, id: number) {
  await window.visits(`/doc/${id}`);
  await window.page.getByRole("button", { name: "History" }).click();
  const dialog = window.page.getByRole("dialog", { name: "History" });
  const list = dialog.getByRole("region", { name: "Versions" });
  await list.getByRole("button", { name: /^Second/ }).waitFor();
  return { dialog, list };
}

test("what changed is shown by colour, stroke and word, and what did not is folded", async () => {
  await using screens = await Screens.open();
  const [alice] = await screens.server.online("alice");
  const id = await withHistory(alice);
  const window = await screens.at(alice);
  const { dialog, list } = await opensHistory(window, id);

  await list.getByRole("button", { name: /^Second/ }).click();
  const changes = dialog.getByRole("region", { name: "Changes" });
  await changes.waitFor();
  assert.deepEqual(await changes.locator("del").allInnerTexts(), ["Tuesday"]);
  assert.deepEqual(await changes.locator("ins").allInnerTexts(), ["Thursday", "The end"]);
  await dialog.getByText("2 insertions, 1 deletion").waitFor();
  assert.equal(await changes.getByText("Line 10", { exact: true }).count(), 0);
  await changes.getByText("Line 30", { exact: true }).waitFor();
  await changes.getByRole("button", { name: "Show 29 unchanged lines" }).click();
  await changes.getByText("Line 10", { exact: true }).waitFor();

  await dialog.getByText("Until now").click();
  await dialog.getByText("No difference.").waitFor();
  await dialog.getByText("Text", { exact: true }).click();
  assert.equal(await dialog.locator("pre").innerText(), SECOND.trimEnd() + "\n");

  await list.getByRole("button", { name: /^First/ }).click();
  await dialog.getByText("The oldest version that is kept: all of its text.").waitFor();
  assert.equal(await changes.locator("del").count(), 0);
  await dialog.getByText("Until now").click();
  await eventually("the same change", async () => (await changes.locator("del").allInnerTexts()).join() === "Tuesday");

  // The address names the version, and going back leaves it.
  assert.match(window.page.url(), /\?history=\d+$/);
  await window.page.goBack();
  await dialog.getByText("Pick a version to see what changed.").waitFor();
  await window.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(new URL(window.page.url()).search, "");
  window.noComplaints();
});

test("the present text is kept under a name, and the name is changed and taken away", async () => {
  await using screens = await Screens.open();
  const [alice] = await screens.server.online("alice");
  const id = await withHistory(alice);
  const window = await screens.at(alice);
  const { dialog, list } = await opensHistory(window, id);

  await dialog.getByLabel("Keep the present text as").fill("Sent to the customer");
  await dialog.getByRole("button", { name: "Keep" }).click();
  await list.getByRole("button", { name: /^Sent to the customer/ }).click();
  const renames = async (name: string) => {
    await dialog.getByRole("button", { name: "Rename" }).click();
    const question = window.page.getByRole("dialog", { name: "Name of this version" });
    await question.getByLabel("Name").fill(name);
    await question.getByRole("button", { name: "Save" }).click();
    await question.waitFor({ state: "detached" });
  };
  await renames("Sent to the printer");
  await list.getByRole("button", { name: /^Sent to the printer/ }).waitFor();
  await dialog.getByRole("heading", { name: "Sent to the printer" }).waitFor();
  await renames("");
  await dialog.getByRole("heading", { name: /^Version of / }).waitFor();
  assert.equal(await list.getByRole("button", { name: /^Sent/ }).count(), 0);
});

test("an earlier text is restored, and the one before it is in the history", async () => {
  await using screens = await Screens.open();
  const [alice] = await screens.server.online("alice");
  const id = await withHistory(alice);
  await alice.emits("doc_edit", { doc_id: id, content: "all of it gone" });
  const window = await screens.at(alice);
  const { dialog, list } = await opensHistory(window, id);

  await list.getByRole("button", { name: /^First/ }).click();
  await dialog.getByRole("button", { name: "Restore" }).click();
  const question = window.page.getByRole("dialog", { name: "Restore this version?" });
  await question.getByText("The present text is kept in the history first").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await stored(alice, id), "all of it gone");
  await dialog.getByRole("button", { name: "Restore" }).click();
  await question.getByRole("button", { name: "Restore" }).click();
  await dialog.waitFor({ state: "detached" });
  await window.page.getByText("The version has been restored.").waitFor();
  assert.equal(await stored(alice, id), FIRST);
  await window.page.getByRole("textbox", { name: /Plan/ }).getByText("Line 1", { exact: true }).waitFor();

  const { revisions } = await alice.reads(`/api/doc/${id}/revisions`);
  const texts = await Promise.all(
    revisions.map(async (kept: { id: number }) => (await alice.reads(`/api/doc/${id}/revisions/${kept.id}`)).revision.content),
  );
  assert.ok(texts.includes("all of it gone"));
});

test("a viewer reads the history and changes nothing; a stranger sees none of it", async () => {
  await using screens = await Screens.open();
  const [alice, bob, mallory] = await screens.server.online("alice", "bob", "mallory");
  const id = await withHistory(alice, { bob: "viewer" });
  const window = await screens.at(bob);
  const { dialog, list } = await opensHistory(window, id);
  await list.getByRole("button", { name: /^Second/ }).click();
  await dialog.locator("ins").first().waitFor();
  assert.equal(await dialog.getByRole("button", { name: /^(Keep|Rename|Restore)$/ }).count(), 0);

  const stranger = await screens.at(mallory);
  await stranger.visits(`/doc/${id}?history`);
  await stranger.page.getByRole("heading", { name: "This document does not exist, or it is not shared with you." }).waitFor();
  assert.equal(await stranger.page.getByRole("dialog").count(), 0);
  assert.equal(await stranger.page.getByText("Second").count(), 0);
});

test("older versions are loaded as they are asked for", async () => {
  await using screens = await Screens.open();
  const [alice] = await screens.server.online("alice");
  const id = await drafts(alice, "text", {}, "Plan");
  for (let number = 1; number <= 51; number += 1) await alice.does(`/api/doc/${id}/revisions`, { name: `Kept ${number}` });
  const window = await screens.at(alice);
  await window.visits(`/doc/${id}?history`);
  const list = window.page.getByRole("region", { name: "Versions" });
  await list.getByRole("button", { name: /^Kept 51/ }).waitFor();
  assert.equal(await list.getByRole("button", { name: /^Kept 1 / }).count(), 0);
  await list.getByRole("button", { name: "Show older versions" }).click();
  await list.getByRole("button", { name: /^Kept 1\b/ }).waitFor();
  await list.getByRole("button", { name: "Show older versions" }).waitFor({ state: "detached" });
  assert.equal(await list.getByRole("button", { name: /^Kept/ }).count(), 51);
});

test("on a phone the list gives way to the version, and comes back", async () => {
  await using screens = await Screens.open();
  const [alice] = await screens.server.online("alice");
  const id = await withHistory(alice);
  const window = await screens.at(alice, { ...PHONE, viewport: { width: 320, height: 640 } });
  const { dialog, list } = await opensHistory(window, id);
  const fits = async () =>
    assert.ok((await window.page.evaluate(() => document.querySelector("dialog")!.scrollWidth)) <= 320);
  await fits();
  await list.getByRole("button", { name: /^Second/ }).tap();
  await dialog.locator("ins").first().waitFor();
  assert.equal(await list.isVisible(), false);
  await fits();
  await dialog.getByRole("button", { name: "All versions" }).tap();
  await list.getByRole("button", { name: /^First/ }).waitFor();
  assert.equal(await dialog.locator("ins").count(), 0);
});

test("a part that cannot be loaded says so and takes nothing down; it comes when it can", async () => {
  await using screens = await Screens.open();
  const [alice] = await screens.server.online("alice");
  const id = await withHistory(alice);
  const window = await screens.at(alice);
  const { page } = window;
  await page.route("**/assets/HistoryDialog*", (route) => route.abort());
  await window.visits(`/doc/${id}`);
  const text = page.getByRole("textbox", { name: /Plan/ });
  await text.getByText("Line 1", { exact: true }).waitFor();
  await page.getByRole("button", { name: "History" }).click();
  const missing = page.getByRole("dialog", { name: "This could not be loaded" });
  await missing.getByRole("button", { name: "Retry" }).waitFor();
  assert.equal(await text.count(), 1);
  await missing.getByRole("button", { name: "Close" }).click();
  await missing.waitFor({ state: "detached" });
  await text.getByText("Line 1", { exact: true }).waitFor();

  await page.getByRole("button", { name: "History" }).click();
  await missing.waitFor();
  await page.unroute("**/assets/HistoryDialog*");
  await missing.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("dialog", { name: "History" }).getByRole("button", { name: /^Second/ }).waitFor();
});
