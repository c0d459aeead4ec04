/** Files in the browser: chosen, shown where they are said, and one's own picture. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Screens } from "./window.ts";

/** Eight red pixels in a row, as PNG. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAABCAIAAABsYngUAAAADklEQVR42mP4z8CAFQEAa60H+YM4Mx8AAAAASUVORK5CYII=",
  "base64",
);

test("a picture is seen where it is said, and another file is a card to download", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  await alice.goesTo("Public chat");
  await bob.goesTo("Public chat");

  await alice.page.locator("input[type=file]").setInputFiles([
    { name: "red.png", mimeType: "image/png", buffer: PICTURE },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Hello") },
  ]);
  await alice.page.getByText("notes.txt is ready to be sent").waitFor({ state: "attached" });
  await alice.page.getByText("red.png is ready to be sent").waitFor({ state: "attached" });
  await alice.composer.fill("Look at these");
  await alice.composer.press("Enter");
  await alice.hasSentAll();

  const picture = bob.message("Look at these").getByRole("img");
  await picture.waitFor();
  assert.deepEqual(await picture.evaluate((image: HTMLImageElement) => [image.width, image.height]), [8, 1]);
  await bob.page.waitForFunction(() => document.querySelector<HTMLImageElement>(".attached-picture img")?.naturalWidth === 8);
  const card = bob.log.getByRole("link", { name: "Download notes.txt" });
  await card.getByText("5 bytes").waitFor();
  const [download] = await Promise.all([bob.page.waitForEvent("download"), card.click()]);
  assert.equal(download.suggestedFilename(), "notes.txt");
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});

test("a file that is refused says why and can be taken off again", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  const cut = PICTURE.subarray(0, 40);
  await alice.page.locator("input[type=file]").setInputFiles({ name: "cut.png", mimeType: "image/png", buffer: cut });
  await alice.page.getByText("The picture is damaged and cannot be read").waitFor();
  await alice.page.getByRole("button", { name: "Remove cut.png" }).click();
  assert.equal(await alice.page.getByText("cut.png").count(), 0);
});

test("one's picture is seen by others, and can be taken away", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  await bob.goesTo("Public chat");
  await alice.goesTo("Public chat");
  await alice.composer.fill("Here I am");
  await alice.composer.press("Enter");
  await bob.sees("Here I am");
  await alice.opens("/settings");
  await alice.page.locator("input[type=file]").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: PICTURE });
  await bob.message("Here I am").locator(".avatar img").waitFor();
  await alice.page.getByRole("button", { name: "Remove it" }).click();
  await bob.message("Here I am").locator(".avatar img").waitFor({ state: "detached" });
});
