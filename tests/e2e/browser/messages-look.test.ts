/** What messages hold besides words, on a screen and on a phone: code, pictures and files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, Screens } from "./window.ts";

const NARROW = { ...PHONE, viewport: { width: 320, height: 640 } };

for (const [screen, options] of [["screen", {}], ["phone", NARROW]] as const) {
  test(`on a ${screen}, code keeps its lines and scrolls within its message`, async () => {
    await using screens = await Screens.open();
    const alice = await screens.person("alice", options);
    await alice.goesTo("Public chat");
    const long = `let much = "${"a ".repeat(120)}";`;
    await alice.composer.fill(`Code:\n\`\`\`\n${long}\nlet one = 1;\n\`\`\`\nand \`let two = 2;\` within a line`);
    await alice.page.getByRole("button", { name: "Send" }).click();
    await alice.hasSentAll();
    const block = alice.message("Code:").locator("code").filter({ hasText: "let one = 1;" });
    const { seen, whole, lines } = await block.evaluate((code) => ({
      seen: code.clientWidth,
      whole: code.scrollWidth,
      lines: Math.round(code.clientHeight / Number.parseFloat(getComputedStyle(code).lineHeight)),
    }));
    assert.ok(whole > seen, "there is more to scroll to");
    assert.ok(lines <= 3, `two lines and no more, not ${lines}`);
    const [content, window] = await alice.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content! <= window!, "the page does not scroll");
    const inline = alice.message("Code:").locator("code").filter({ hasText: "let two = 2;" });
    assert.equal(await inline.evaluate((code) => getComputedStyle(code).display), "inline");
    alice.noComplaints();
  });

  test(`on a ${screen}, the room of a picture is there before it is, and files stay within the message`, async () => {
    await using screens = await Screens.open();
    const alice = await screens.person("alice");
    await alice.goesTo("Public chat");
    const drawn = await alice.page.evaluate(() => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: 1200, height: 800 });
      return canvas.toDataURL("image/png").split(",")[1]!;
    });
    await alice.page.locator("input[type=file]").setInputFiles([
      { name: "summit.png", mimeType: "image/png", buffer: Buffer.from(drawn, "base64") },
      { name: `${"a-long-name-".repeat(10)}.txt`, mimeType: "text/plain", buffer: Buffer.from("Hello") },
      { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Hi") },
    ]);
    await alice.page.getByText("notes.txt is ready to be sent").waitFor({ state: "attached" });
    await alice.page.getByText("summit.png is ready to be sent").waitFor({ state: "attached" });
    await alice.page.getByText(/a-long-name.* is ready to be sent/).waitFor({ state: "attached" });
    await alice.writes("From the top");
    await alice.hasSentAll();

    const bob = await screens.at(await screens.server.register("bob"), options);
    // The picture never comes.
    await bob.page.route("**/uploads/**thumbnail=1", () => undefined);
    await bob.goesTo("Public chat");
    const picture = bob.message("From the top").getByRole("img");
    await picture.waitFor();
    const { width, height } = (await picture.boundingBox())!;
    assert.ok(width >= 200 && Math.abs(width / height - 1.5) < 0.02, `${width} x ${height}`);
    await bob.log.getByRole("link", { name: /^Download/ }).nth(1).waitFor();
    const outside = await bob.log.evaluate((log) => {
      const { left, right } = log.getBoundingClientRect();
      return Array.from(log.querySelectorAll(".attachments > *"))
        .map((one) => one.getBoundingClientRect())
        .filter((box) => box.left < left || box.right > right).length;
    });
    assert.equal(outside, 0, "nothing sticks out");
    bob.noComplaints();
  });
}
