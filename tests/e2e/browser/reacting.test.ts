/** Reactions, search and pins in the browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, Screens } from "./window.ts";

async function twoInPublic(screens: Screens) {
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  await alice.goesTo("Public chat");
  await bob.goesTo("Public chat");
  return [alice, bob] as const;
}

test("a reaction is put, counted, named and taken away again", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("Cake in the kitchen");
  await bob.sees("Cake in the kitchen");
  await bob.does("Add reaction", "Cake in the kitchen");
  const picker = bob.page.getByRole("dialog", { name: "Choose a reaction" });
  await picker.getByRole("textbox").fill("birth");
  await picker.getByRole("textbox").press("Enter");
  await picker.waitFor({ state: "detached" });

  const seen = alice.message("Cake in the kitchen").getByRole("button", { name: "🥳 bob" });
  await seen.waitFor();
  assert.equal(await seen.getAttribute("aria-pressed"), "false");
  await seen.click();
  const own = alice.message("Cake in the kitchen").getByRole("button", { name: "🥳 bob and you" });
  await own.waitFor();
  assert.equal(await own.getAttribute("aria-pressed"), "true");
  assert.equal(await own.textContent(), "🥳2");
  await bob.message("Cake in the kitchen").getByRole("button", { name: "🥳 you and alice" }).click();
  await alice.message("Cake in the kitchen").getByRole("button", { name: "🥳 you", exact: true }).click();
  await alice.message("Cake in the kitchen").getByRole("list", { name: "Reactions" }).waitFor({ state: "detached" });
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});

test("reactions made while one was away are there on return", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("Anybody here?");
  await bob.sees("Anybody here?");
  await alice.context.setOffline(true);
  await alice.banner().waitFor({ timeout: 10_000 });
  await bob.does("Add reaction", "Anybody here?");
  await bob.page.getByRole("dialog").getByRole("button", { name: "rocket ship launch" }).click();
  await bob.message("Anybody here?").getByRole("button", { name: "🚀 you" }).waitFor();
  await alice.context.setOffline(false);
  await alice.message("Anybody here?").getByRole("button", { name: "🚀 bob" }).waitFor({ timeout: 30_000 });
});

test("a search finds a message, marks its words and shows it in its place", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("The blue folder is on the shelf");
  await bob.sees("The blue folder is on the shelf");
  await bob.page.keyboard.press("Control+Shift+F");
  const dialog = bob.page.getByRole("dialog", { name: "Search messages" });
  await dialog.getByLabel("Words to find").fill("FOLDER shelf");
  const result = dialog.getByRole("list", { name: "Search messages" }).getByRole("button");
  await result.waitFor();
  assert.deepEqual(await result.locator("mark").allTextContents(), ["folder", "shelf"]);
  await dialog.getByLabel("With").selectOption("image");
  await dialog.getByText("Nothing found for FOLDER shelf has:image.").waitFor();
  await dialog.getByLabel("With").selectOption("");
  await result.click();
  await dialog.waitFor({ state: "detached" });
  await bob.message("The blue folder is on the shelf").and(bob.page.locator('[data-active="true"]')).waitFor();
  // What was looked for is offered the next time.
  await bob.page.keyboard.press("Control+Shift+F");
  await dialog.getByRole("button", { name: "FOLDER shelf" }).click();
  await result.waitFor();
});

test("a group's owner pins a message, and its members find it again", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const bob = await screens.server.register("bob");
  const group = await alice.gathers([bob], "Team");
  await alice.connects();
  await alice.emits("gdm_send", { tid: group.id, text: "Meet at nine" });
  const owner = await screens.at(alice);
  const member = await screens.at(bob);
  for (const window of [owner, member]) await window.goesTo("Team");
  await owner.does("Pin", "Meet at nine");
  await member.page.getByRole("button", { name: "Pinned messages" }).click();
  const pins = member.page.getByRole("dialog", { name: "Pinned messages" });
  await pins.getByText("Meet at nine").waitFor();
  await pins.getByText(/^Pinned by alice/).waitFor();
  assert.equal(await pins.getByRole("button", { name: "Unpin" }).count(), 0);
  assert.equal(await member.message("Meet at nine").getByRole("button", { name: "Pin", exact: true }).count(), 0);
  await owner.page.getByRole("button", { name: "Pinned messages" }).click();
  await owner.page.getByRole("dialog").getByRole("button", { name: "Unpin" }).click();
  await pins.getByText("Nothing is pinned here.").waitFor();
});

test("a command is answered to the one who typed it and does not stay in the outbox", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("/user info bob");
  await alice.page.getByText(/role: user/).waitFor();
  await alice.writes("after it");
  await bob.sees("after it");
  assert.equal(await bob.page.getByText("/user info").count(), 0);
  assert.equal(await alice.page.locator("article").getByText("/user info").count(), 0);
});

test("on a phone a reaction is one tap on a message and one on an emoji", async () => {
  await using screens = await Screens.open();
  const [alice] = await twoInPublic(screens);
  await alice.writes("Tap me");
  await alice.hasSentAll();
  const phone = await screens.person("carol", PHONE);
  await phone.goesTo("Public chat");
  await phone.message("Tap me").tap();
  await phone.message("Tap me").getByRole("button", { name: "Add reaction" }).tap();
  const emoji = phone.page.getByRole("dialog").getByRole("button", { name: "thumbs up yes like good" });
  const { width, height } = await emoji.evaluate((element) => element.getBoundingClientRect());
  assert.ok(width >= 44 && height >= 44, `${width} x ${height} px`);
  await emoji.tap();
  await alice.message("Tap me").getByRole("button", { name: "👍 carol" }).waitFor();
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(wide, false);
});
