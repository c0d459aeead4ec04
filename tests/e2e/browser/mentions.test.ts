/** Mentions of everybody and of roles in a browser, and a channel that is locked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { channelItem, founds, givesRole, goesToChannel, railItem } from "./community.ts";
import { eventually, Screens } from "./window.ts";

test("a role and everybody are offered to who may call them, and are shown as mentions to whom they mean", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id } = await founds(alice, "Hiking club", bob);
  await givesRole(alice, id, { name: "Night Staff", color: "#c01060" }, bob);
  await alice.connects();
  const writes = await screens.at(alice);
  await goesToChannel(writes, "Hiking club", "general");
  const reads = await screens.at(bob);

  await writes.composer.pressSequentially("hey @st");
  const offered = writes.page.getByRole("listbox", { name: "People and roles" });
  await offered.getByRole("option", { name: /@Night Staff/, selected: true }).waitFor();
  await writes.composer.press("Enter");
  await eventually("the name is there", async () => (await writes.composer.inputValue()) === "hey @Night Staff ");
  await writes.composer.pressSequentially("and @every");
  await offered.getByRole("option", { name: /@everyone/ }).click();
  await writes.composer.pressSequentially("else");
  await writes.composer.press("Enter");
  await writes.hasSentAll();
  assert.equal(await writes.message("hey").getAttribute("data-mentioned"), "false", "not for oneself");

  // Counted once, in a server that Bob has not opened yet.
  await railItem(reads, "Hiking club").and(reads.page.getByLabel(/1 unread message, 1 mention/)).waitFor();
  await goesToChannel(reads, "Hiking club", "general");
  const message = reads.message("hey");
  await eventually("it is set off", async () => (await message.getAttribute("data-mentioned")) === "true");
  const chips = message.locator(".mention");
  await chips.nth(1).waitFor();
  assert.deepEqual(await chips.allInnerTexts(), ["@Night Staff", "@everyone"]);
  assert.equal(await chips.first().evaluate((chip) => (chip as HTMLElement).style.getPropertyValue("--role")), "#c01060");

  await reads.composer.pressSequentially("@");
  const people = reads.page.getByRole("listbox", { name: "People and roles" });
  await people.getByRole("option", { name: "@alice" }).waitFor();
  assert.equal(await people.getByRole("option", { name: /everyone|Night Staff/ }).count(), 0, "not his to call");
  await reads.composer.press("Escape");
  await reads.writes("@everyone @Night Staff: no");
  await writes.sees("no");
  assert.equal(await writes.message(": no").locator(".mention").count(), 0);
  writes.noComplaints();
  reads.noComplaints();
});

test("in a locked channel there is a sentence in place of the composer, for all but who manage channels", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id } = await founds(alice, "Hiking club", bob);
  const manages = await screens.at(alice);
  await goesToChannel(manages, "Hiking club", "general");
  const reads = await screens.at(bob);
  await goesToChannel(reads, "Hiking club", "general");
  await reads.writes("before the lock");
  await manages.sees("before the lock");

  await manages.visitsPage(`/s/${id}/settings/channels`);
  await manages.page.getByRole("button", { name: "Edit #general" }).click();
  await manages.page.getByRole("switch", { name: "Locked" }).click();

  await reads.page.getByText("This channel is locked: only those who manage channels can write here.").waitFor();
  assert.equal(await reads.composer.count(), 0);
  await channelItem(reads, "general").getByText("Locked").waitFor({ state: "attached" });
  await reads.message("before the lock").hover();
  assert.equal(await reads.message("before the lock").getByRole("button", { name: "Edit" }).count(), 0);
  await reads.does("Delete", "before the lock");
  await reads.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await reads.seesNoMore("before the lock");

  await manages.page.getByRole("switch", { name: "Locked" }).click();
  await reads.composer.waitFor();
  await reads.writes("after the lock");
  await reads.hasSentAll();
  manages.noComplaints();
  reads.noComplaints();
});
