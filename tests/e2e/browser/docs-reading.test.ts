/** The text and its preview beside each other: what is at the top of one is at the top of the other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Meeting } from "../support/doc-meeting.ts";
import { Editor } from "./editor.ts";
import { Screens, eventually } from "./window.ts";

/** Parts whose heights in the two panes have little to do with each other. */
const PARTS = Array.from({ length: 100 }, (_, n) => {
  const words = `Words of part ${n}. `.repeat((n % 9) * 8 + 1);
  const code = `code of part ${n}\n`.repeat(((n * 7) % 23) + 1);
  return `## Heading\n\n${words}\n\n\`\`\`\n${code}\`\`\`\n\n- item of part ${n}\n\n\n\n`;
});

/** The number of the part at the upper edge of a pane. */
async function partIn(editor: Editor, frame: string, elements: string): Promise<number> {
  const text = await editor.window.page.locator(frame).evaluate((pane, selector) => {
    const { top } = pane.getBoundingClientRect();
    const drawn = [...pane.querySelectorAll(selector)].filter((one) => one.checkVisibility({ contentVisibilityAuto: true }));
    const below = drawn.filter((one) => /part \d/.test(one.textContent) && one.getBoundingClientRect().bottom > top + 28);
    return below[0]?.textContent ?? "";
  }, elements);
  return Number(/part (\d+)/.exec(text)?.[1] ?? -1);
}

const written = (editor: Editor) => partIn(editor, ".cm-scroller", ".cm-line");
const previewed = (editor: Editor) => partIn(editor, ".preview", "p, pre, li");

/** Waits until nothing moves any more, which takes some frames: what comes into sight is only measured then. */
async function together(editor: Editor, moved: (part: number) => boolean): Promise<void> {
  await eventually("both panes to be at the same part", async () => {
    const [left, right] = [await written(editor), await previewed(editor)];
    // At the border of two parts one pane may show the last of the one, and the other the first of the next.
    return Math.abs(left - right) <= 1 && moved(left);
  });
}

test("the text and the preview move together, whichever of them is moved, and after the window has changed", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann"], PARTS.join(""));
  const editor = await Editor.opens(screens, meeting, 0);
  const { page } = editor.window;
  await editor.says("Saved");
  await page.locator(".preview-piece").first().waitFor();
  await together(editor, (part) => part === 0);

  await editor.box.hover({ position: { x: 200, y: 200 } });
  for (const [by, reached] of [[900, 1], [4000, 4], [12_000, 15]] as const) {
    await page.mouse.wheel(0, by);
    await together(editor, (part) => part >= reached);
  }
  const before = await previewed(editor);
  await page.locator(".preview").hover();
  await page.mouse.wheel(0, -3000);
  await together(editor, (part) => part < before && part > 0);
  await page.mouse.wheel(0, 9000);
  await together(editor, (part) => part > before);

  const at = await previewed(editor);
  await page.setViewportSize({ width: 1000, height: 600 });
  await together(editor, (part) => Math.abs(part - at) <= 1);
  // Writing takes the text to its end, and the preview with it.
  await editor.box.focus();
  await page.keyboard.press("Control+End");
  await together(editor, (part) => part > 90);
  editor.window.noComplaints();
});

test("the preview and the list are there without a link, though nobody has looked at them before", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann"], "# Title of it\n\nand *words*");
  const editor = await Editor.opens(screens, meeting, 0, undefined, { viewport: { width: 390, height: 844 } });
  const { page, context } = editor.window;
  await editor.says("Saved");
  for (const part of ["Preview", "markdown.worker", "DocListPage"]) {
    await eventually(`${part} to be loaded`, () =>
      page.evaluate((name) => performance.getEntriesByType("resource").some((one) => one.name.includes(`/${name}-`)), part),
    );
  }
  await context.setOffline(true);
  await editor.says("Offline");
  await page.getByRole("radio", { name: "Preview" }).check({ force: true });
  await page.getByRole("heading", { level: 2, name: "Title of it" }).waitFor();
  await page.getByRole("button", { name: "All documents" }).click();
  await page.getByRole("heading", { level: 1, name: "Documents" }).waitFor();
  await page.getByRole("link", { name: "Minutes" }).waitFor();
});

test("on a phone the preview opens where one was writing, and the text where one was reading", async () => {
  await using screens = await Screens.open();
  await using meeting = await Meeting.of(screens.server, ["ann"], PARTS.join(""));
  const editor = await Editor.opens(screens, meeting, 0, undefined, { viewport: { width: 390, height: 844 } });
  const { page } = editor.window;
  await editor.says("Saved");
  await editor.box.hover({ position: { x: 100, y: 100 } });
  await page.mouse.wheel(0, 9000);
  await eventually("the text to move", async () => (await written(editor)) > 5);
  const here = await written(editor);
  await page.getByRole("radio", { name: "Preview" }).check({ force: true });
  await eventually("the preview to be there", async () => Math.abs((await previewed(editor)) - here) <= 1);
  await page.locator(".preview").hover();
  await page.mouse.wheel(0, 6000);
  await eventually("the preview to move", async () => (await previewed(editor)) > here);
  const there = await previewed(editor);
  await page.getByRole("radio", { name: "Write" }).check({ force: true });
  await eventually("the text to be there", async () => Math.abs((await written(editor)) - there) <= 1);
  assert.equal(await page.locator(".preview").count(), 0);
});
