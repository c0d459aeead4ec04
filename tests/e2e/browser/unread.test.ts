/** What is unread, on every device of a person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, Screens } from "./window.ts";

test("badges count up and are cleared in every tab at once", async () => {
  await using screens = await Screens.open();
  const bob = await screens.server.register("bob");
  await bob.connects();
  const first = await screens.person("alice");
  const second = await first.tab();
  await bob.emits("dm_send", { to: "alice", text: "one" });
  await bob.emits("dm_send", { to: "alice", text: "two @alice" });
  for (const tab of [first, second]) {
    await tab.item("bob").getByText("2 unread messages").waitFor({ state: "attached" });
    await tab.item("bob").getByText("1 mention").waitFor({ state: "attached" });
    await eventually("the title counts", async () => (await tab.page.title()) === "(2) Chatter");
  }
  await first.page.bringToFront();
  await first.goesTo("bob");
  await first.sees("two");
  for (const tab of [first, second]) {
    await tab.item("bob").getByText("unread message").waitFor({ state: "detached" });
    await eventually("the title is quiet", async () => (await tab.page.title()) === "Chatter");
  }
});

test("a conversation opens at the first unread message, under a line", async () => {
  await using screens = await Screens.open();
  const bob = await screens.server.register("bob");
  await bob.connects();
  const alice = await screens.server.register("alice");
  for (let number = 1; number <= 60; number += 1) await bob.emits("dm_send", { to: "alice", text: `number ${number}` });
  await alice.does("/api/read", { conversation: "dm:bob", seq: 20 });
  const window = await screens.at(alice);
  await window.goesTo("bob");
  const line = window.page.getByText("New messages", { exact: true });
  await line.waitFor();
  const top = (await window.log.boundingBox())!.y;
  await eventually("the line is at the top", async () => {
    const box = await line.boundingBox();
    return box !== null && box.y - top >= 0 && box.y - top < 120;
  });
  assert.match((await window.texts()).join("\n"), /number 21/);
  await window.page.getByRole("button", { name: /new message/ }).click();
  await window.sees("number 60");
  await window.item("bob").getByText("unread message").waitFor({ state: "detached" });
});

test("messages that arrive while one reads above do not move the page", async () => {
  await using screens = await Screens.open();
  const bob = await screens.server.register("bob");
  await bob.connects();
  const alice = await screens.server.register("alice");
  for (let number = 1; number <= 120; number += 1) await bob.emits("dm_send", { to: "alice", text: `number ${number}` });
  await alice.does("/api/read", { conversation: "dm:bob", seq: 120 });
  const window = await screens.at(alice);
  await window.goesTo("bob");
  await window.sees("number 120");
  await window.log.hover();
  await window.page.mouse.wheel(0, -1500);
  await window.page.waitForTimeout(600);
  const place = () => window.log.evaluate((log) => {
    const top = log.getBoundingClientRect().top;
    const row = Array.from(log.querySelectorAll("article")).find((article) => article.getBoundingClientRect().top > top + 40)!;
    return { text: row.textContent, y: Math.round(row.getBoundingClientRect().top) };
  });
  const before = await place();
  await bob.emits("dm_send", { to: "alice", text: "the newest" });
  const button = window.page.getByRole("button", { name: "1 new message" });
  await button.waitFor();
  assert.deepEqual(await place(), before);
  await button.click();
  await window.sees("the newest");
  await window.item("bob").getByText("unread message").waitFor({ state: "detached" });
});

test("older messages come in above without moving what one reads", async () => {
  await using screens = await Screens.open();
  const bob = await screens.server.register("bob");
  await bob.connects();
  const alice = await screens.server.register("alice");
  for (let number = 1; number <= 500; number += 1) await bob.emits("dm_send", { to: "alice", text: `number ${number}` });
  await alice.does("/api/read", { conversation: "dm:bob", seq: 500 });
  const window = await screens.at(alice);
  await window.goesTo("bob");
  await window.sees("number 500");
  const seen = await window.page.evaluate(async () => {
    const log = document.querySelector('[role="log"]')!;
    const numbers = new Set<number>();
    for (let step = 0; step < 400 && !numbers.has(1); step += 1) {
      for (const text of Array.from(log.querySelectorAll("article .prose"))) numbers.add(Number(text.textContent!.replace("number ", "")));
      log.scrollTop -= log.clientHeight * 0.7;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    return numbers.size;
  });
  assert.equal(seen, 500);
  await window.page.getByText("This is the beginning of your conversation with bob.").waitFor();
});
