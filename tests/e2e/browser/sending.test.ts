/** The composer: what sends, what does not, and what happens when the server refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Screens } from "./window.ts";

test("a second Enter sends nothing, and Shift+Enter begins a line", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  await alice.composer.fill("one");
  await alice.composer.press("Shift+Enter");
  await alice.composer.pressSequentially("two");
  await Promise.all([alice.composer.press("Enter"), alice.composer.press("Enter")]);
  await alice.composer.press("Enter");
  await alice.hasSentAll();
  assert.deepEqual(await alice.texts(), ["one\ntwo"]);
});

test("Enter that ends a composition does not send", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  await alice.composer.focus();
  const devtools = await alice.context.newCDPSession(alice.page);
  await devtools.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  await alice.composer.press("Enter");
  assert.equal(await alice.log.locator("article").count(), 0);
  await devtools.send("Input.insertText", { text: "日本" });
  await alice.composer.press("Enter");
  await alice.sees("日本");
});

test("what the server refuses stays, with its reason, and can be tried again or thrown away", async () => {
  await using screens = await Screens.open({ root: true });
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  // The answer to a toggle that changed between typing and sending.
  await alice.composer.fill("Is anybody here?");
  await screens.server.root.sets({ PUBLIC_ENABLED: "0" });
  await alice.composer.press("Enter");
  const refused = alice.message("Is anybody here?");
  await refused.getByText("Not sent").waitFor();
  await alice.item("Public chat").getByText("Not sent").waitFor({ state: "attached" });
  await screens.server.root.sets({ PUBLIC_ENABLED: "1" });
  await refused.getByRole("button", { name: "Retry" }).click();
  await alice.hasSentAll();
  assert.deepEqual(await alice.texts(), ["Is anybody here?"]);
});

test("what was refused is still there after a reload, and can be discarded", async () => {
  await using screens = await Screens.open({ root: true });
  const alice = await screens.person("alice");
  await alice.visits("/chat?c=dm:nobody-of-that-name");
  await alice.writes("Hello?");
  await alice.message("Hello?").getByText("Not sent").waitFor();
  await alice.page.reload();
  await alice.message("Hello?").getByRole("button", { name: "Discard" }).click();
  await alice.seesNoMore("Hello?");
  await alice.page.reload();
  await alice.composer.waitFor();
  assert.deepEqual(await alice.texts(), []);
});

test("a draft survives a reload and a look elsewhere", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await screens.server.register("bob");
  await alice.visits("/chat?c=dm:bob");
  await alice.composer.fill("Dear bob,");
  await alice.goesTo("Public chat");
  assert.equal(await alice.composer.inputValue(), "");
  await alice.page.goBack();
  await alice.page.reload();
  await alice.composer.waitFor();
  assert.equal(await alice.composer.inputValue(), "Dear bob,");
});

test("many messages in a row go out in order, none lost and none refused", async () => {
  await using screens = await Screens.open({ limits: true, root: true });
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  const texts = ["one", "two", "three", "four", "five"];
  for (const text of texts) await alice.writes(text);
  await alice.hasSentAll();
  assert.deepEqual(await alice.texts(), texts);
});
