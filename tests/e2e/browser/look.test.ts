/** How it looks: phone, dark, landmarks, and nothing wider than the screen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, focused, PHONE, Screens, type Window } from "./window.ts";

const background = (window: Window) => window.page.evaluate(() => getComputedStyle(document.body).backgroundColor);

function isDark(colour: string): boolean {
  const [red = 255, green = 255, blue = 255] = colour.match(/\d+/g)!.map(Number);
  return red + green + blue < 200;
}

async function fits(window: Window): Promise<void> {
  const width = await window.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width[0]! <= width[1]!, `the page is ${width[0]} px wide on a screen of ${width[1]} px`);
}

for (const width of [390, 320]) {
  test(`on a phone of ${width} px one walks from the list into a conversation and back`, async () => {
    await using screens = await Screens.open();
    const alice = await screens.person("alice", { ...PHONE, viewport: { width, height: 700 } });
    await fits(alice);
    assert.equal(await alice.page.getByRole("main").isVisible(), false);
    await alice.goesTo("Public chat");
    await fits(alice);
    assert.equal(await alice.page.getByRole("navigation", { name: "Conversations" }).isVisible(), false);
    await alice.writes("from a phone, with-a-very-long-word-".padEnd(400, "x"));
    await alice.hasSentAll();
    await fits(alice);
    await alice.message("from a phone").tap();
    await alice.message("from a phone").getByRole("button", { name: "Reply" }).tap();
    await alice.page.getByText("Replying to alice").waitFor();
    await alice.page.getByRole("button", { name: "All conversations" }).tap();
    await alice.item("Public chat").waitFor();
    await alice.page.goBack();
    await alice.page.getByRole("heading", { level: 1, name: "Public chat" }).waitFor();
    alice.noComplaints();
  });
}

test("what a finger has to hit is large enough", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice", PHONE);
  const small = async () =>
    alice.page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLElement>("button, a[href], input"))
        .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip-link"))
        .map((element) => ({ name: element.ariaLabel ?? element.textContent, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
        .map(({ name, box }) => `${name}: ${box.width} x ${box.height}`),
    );
  assert.deepEqual(await small(), []);
  await alice.goesTo("Public chat");
  assert.deepEqual(await small(), []);
});

test("the theme follows the system, can be chosen, and is there before the first paint", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice", { colorScheme: "dark" });
  assert.ok(isDark(await background(alice)));
  await alice.page.getByRole("button", { name: "Settings" }).click();
  await alice.page.getByText("Light", { exact: true }).click();
  await eventually("the page turns light", async () => !isDark(await background(alice)));
  // Without the application: what is painted first must have the chosen theme already.
  await alice.page.route("**/assets/*.js", (route) => route.abort());
  await alice.page.reload();
  assert.ok(!isDark(await background(alice)));
});

/** Colours of the style sheet, each as red, green and blue up to 255. */
function colours(window: Window, names: string[]): Promise<number[][]> {
  return window.page.evaluate(
    (wanted) =>
      wanted.map((name) => {
        const probe = document.body.appendChild(document.createElement("span"));
        probe.style.color = `var(--${name})`;
        const parts = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
        probe.remove();
        return parts.slice(0, 3).map(Number);
      }),
    names,
  );
}

/** As WCAG 2.2 has it. */
function contrast(one: number[], other: number[]): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: number[]): number {
  const [red, green, blue] = colour.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`high contrast and compact rows are chosen, ${colorScheme}, and are there before the first paint`, async () => {
    await using screens = await Screens.open();
    const alice = await screens.person("alice", { colorScheme });
    const { page } = alice;
    await alice.goesTo("Public chat");
    await alice.writes("one");
    await alice.writes("two");
    await alice.hasSentAll();
    const height = () => alice.item("Public chat").evaluate((item) => item.getBoundingClientRect().height);
    const usual = await height();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("switch", { name: /^High contrast/ }).check();
    await page.getByRole("switch", { name: /^Compact/ }).check();
    // Text of every shade on its ground: at least 7 to 1.
    const inks = await colours(alice, ["ink", "ink-soft", "ink-faint", "accent-ink", "danger", "good-ink"]);
    const grounds = await colours(alice, ["ground", "surface", "raised", "sunken"]);
    const least = Math.min(...inks.flatMap((ink) => grounds.map((ground) => contrast(ink, ground))));
    assert.ok(least >= 7, `contrast of ${least}`);
    await page.route("**/assets/*.js", (route) => route.abort());
    await page.reload();
    assert.deepEqual(await page.evaluate(() => ({ ...document.documentElement.dataset })), { contrast: "more", density: "compact" });
    await page.unroute("**/assets/*.js");
    await alice.visits("/chat?c=public");
    assert.ok((await height()) < usual);
    alice.noComplaints();
  });
}

test("every page has one heading of the first level, and its landmarks", async () => {
  await using screens = await Screens.open({ root: true });
  const root = await screens.at(screens.server.root);
  for (const path of ["/chat", "/chat?c=public", "/doc", "/doc/1", "/settings", "/admin"]) {
    await root.opens(path);
    await root.page.getByRole("main").waitFor();
    await root.page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await root.page.locator("h1").count(), 1, path);
    assert.equal(await root.page.getByRole("main").count(), 1, path);
  }
  root.noComplaints();
});

test("the keyboard alone is enough", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await screens.server.register("bob");
  const { page } = alice;
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.type("bob");
  await page.getByRole("option", { name: "bob" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "bob" }).waitFor();
  await page.keyboard.type("hello from the keyboard");
  await page.keyboard.press("Enter");
  await alice.sees("hello from the keyboard");
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByRole("heading", { level: 1, name: "Public chat" }).waitFor();
  await page.keyboard.press("Control+/");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const opener = page.getByRole("button", { name: "New conversation" });
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await focused("it came back", opener);
});
