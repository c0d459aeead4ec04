/** Replies, edits and deletions, seen by the other side as they happen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Screens } from "./window.ts";

async function twoInPublic(screens: Screens) {
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  await alice.goesTo("Public chat");
  await bob.goesTo("Public chat");
  return [alice, bob] as const;
}

test("a reply quotes what it answers", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("Who has the keys?");
  await bob.sees("Who has the keys?");
  await bob.does("Reply", "Who has the keys?");
  await bob.page.getByText("Replying to alice").waitFor();
  await bob.writes("I do");
  await alice.message("I do").getByRole("button", { name: "In reply to alice: Who has the keys?" }).waitFor();
  await bob.page.getByText("Replying to alice").waitFor({ state: "detached" });
});

test("an edit changes the message everywhere, and says so", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("See you on Mondag");
  await bob.sees("See you on Mondag");
  await alice.hasSentAll();
  await alice.composer.press("ArrowUp");
  await alice.page.getByText("Editing your message").waitFor();
  await alice.writes("See you on Monday");
  await bob.sees("See you on Monday");
  await bob.message("See you on Monday").getByText("(edited)").waitFor();
  await bob.seesNoMore("Mondag");
  assert.equal(await bob.message("See you on Monday").getByRole("button", { name: "Edit" }).count(), 0);
});

test("an edit can be given up, and the draft from before is still there", async () => {
  await using screens = await Screens.open();
  const [alice] = await twoInPublic(screens);
  await alice.writes("done");
  await alice.hasSentAll();
  await alice.composer.fill("half a thought");
  await alice.does("Edit", "done");
  assert.equal(await alice.composer.inputValue(), "done");
  await alice.composer.press("Escape");
  assert.equal(await alice.composer.inputValue(), "half a thought");
});

test("a deletion asks first, then takes the message away everywhere", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("Not meant for here");
  await bob.sees("Not meant for here");
  await alice.does("Delete", "Not meant for here");
  const question = alice.page.getByRole("dialog", { name: "Delete this message?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await alice.sees("Not meant for here");
  await alice.does("Delete", "Not meant for here");
  await question.getByRole("button", { name: "Delete" }).click();
  await alice.seesNoMore("Not meant for here");
  await bob.seesNoMore("Not meant for here");
});

test("changes made while one was away are there on return", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await twoInPublic(screens);
  await alice.writes("first version");
  await alice.writes("soon gone");
  await bob.sees("soon gone");
  await bob.context.setOffline(true);
  await bob.banner().waitFor({ timeout: 10_000 });
  await alice.does("Edit", "first version");
  await alice.writes("second version");
  await alice.does("Delete", "soon gone");
  await alice.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await alice.seesNoMore("soon gone");
  await bob.context.setOffline(false);
  await bob.sees("second version");
  await bob.seesNoMore("soon gone");
});
