/** Texts near, at and beyond what a document holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_BYTES } from "../support/docs.ts";
import { Meeting } from "../support/doc-meeting.ts";
import { Editor } from "./editor.ts";
import { Screens, eventually } from "./window.ts";

/** Lines of ten bytes. */
const lines = (bytes: number): string => "123456789\n".repeat(bytes / 10);

async function pastes(editor: Editor, words: string): Promise<void> {
  await editor.box.evaluate((box, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    box.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
  }, words);
}

test("what is typed and pasted beyond the limit is kept, counted, and saved as soon as something is taken out", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann", "ben"], lines(MOST_BYTES));
  const editor = await Editor.opens(screens, meeting, 0);
  const { page } = editor.window;
  const banner = page.getByRole("alert").getByText("Not saved: a document has room for 1,000,000 bytes");
  await editor.says("Saved");
  await editor.box.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("typed");
  await editor.says("Too long, not saved");
  await banner.waitFor();
  await page.getByText("5 bytes too long").waitFor();
  await pastes(editor, "pästed".repeat(1000));
  await page.getByText("7,005 bytes too long").waitFor();

  // It survives a reload, and others go on meanwhile.
  const other = await meeting.yjs(1);
  other.splices(0, "", 10);
  await other.isHeard();
  await page.reload();
  await page.getByText("6,995 bytes too long").waitFor();
  await banner.waitFor();
  assert.equal(await meeting.stored(), lines(MOST_BYTES - 10));

  await editor.box.focus();
  await page.keyboard.press("Control+Home");
  for (let n = 0; n < 700; n++) await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Delete");
  await editor.says("Saved");
  await banner.waitFor({ state: "detached" });
  const stored = await meeting.stored();
  assert.ok(Buffer.byteLength(stored) <= MOST_BYTES);
  await eventually("ben to have it", async () => other.screen === stored);
  editor.window.noComplaints();
});

test("a text that was pasted and taken back again and again without a link is no burden afterwards", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann"], "");
  const editor = await Editor.opens(screens, meeting, 0, await meeting.link([0, 0]));
  const { page } = editor.window;
  await editor.says("Saved");
  const [link] = meeting.links;
  link!.cut();
  await editor.says(/^Offline/);
  await editor.box.focus();
  for (let times = 0; times < 5; times++) {
    await pastes(editor, lines(900_000));
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
  }
  await page.keyboard.type("all that is left");
  link!.restore();
  await editor.says("Saved");
  assert.equal(await meeting.stored(), "all that is left");
});

test("replacing very many words in a large text is saved, and leaves room for more of it", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann"], lines(900_000));
  const editor = await Editor.opens(screens, meeting, 0);
  const { page } = editor.window;
  await editor.says("Saved");
  for (const [find, replace] of [["5", "five"], ["five", "6"], ["6", "5"]] as const) {
    await editor.box.focus();
    await page.keyboard.press("Control+f");
    await page.getByRole("textbox", { name: "Find" }).fill(find);
    await page.getByRole("textbox", { name: "Replace" }).fill(replace);
    await page.getByRole("button", { name: "Replace all" }).click();
    await eventually("the words to be replaced", async () => !(await editor.screen()).includes(find));
    await page.keyboard.press("Escape");
    if (find === "5") await editor.says("Too long, not saved");
  }
  await editor.says("Saved");
  assert.equal(await meeting.stored(), lines(900_000).replaceAll("6", "5"));
});
