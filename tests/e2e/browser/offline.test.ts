/** The link breaks: what people are told, and that nothing is lost or doubled. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Screens } from "./window.ts";

test("a server that restarts is noticed, said, and forgotten; nothing is missing afterwards", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  await alice.goesTo("Public chat");
  await bob.goesTo("Public chat");
  await alice.writes("before");
  await bob.sees("before");

  await screens.server.stops();
  await alice.banner().getByText("Reconnecting… your messages are kept.").waitFor();
  await alice.writes("written without a server");
  await alice.message("written without a server").getByText("Waiting to be sent").waitFor();

  await screens.server.startsAgain();
  await bob.sees("written without a server");
  await alice.hasSentAll();
  await alice.banner().waitFor({ state: "hidden" });
  await bob.writes("after");
  await alice.sees("after");
  const expected = ["before", "written without a server", "after"];
  assert.deepEqual(await alice.texts(), expected);
  assert.deepEqual(await bob.texts(), expected);
});

test("a short break is not worth a word", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await alice.context.setOffline(true);
  await alice.page.waitForTimeout(700);
  await alice.context.setOffline(false);
  await alice.page.waitForTimeout(2500);
  assert.equal(await alice.banner().isVisible(), false);
});

test("what is missed while offline is filled in, in order and once, over many pages", async () => {
  await using screens = await Screens.open();
  const author = await screens.server.register("bob");
  await author.connects();
  const alice = await screens.person("alice");
  await alice.goesTo("Public chat");
  await author.emits("send_message", { text: "number 0" });
  await alice.sees("number 0");
  await alice.context.setOffline(true);
  await alice.banner().waitFor();
  for (let number = 1; number <= 350; number += 1) await author.emits("send_message", { text: `number ${number}` });
  await alice.context.setOffline(false);
  // So many were missed, not just written: the page stays where it was, with a line under it.
  await alice.page.getByRole("button", { name: /^3\d\d new messages$/ }).waitFor();
  await alice.sees("number 0");
  await alice.page.getByText("New messages", { exact: true }).waitFor();
  await alice.page.getByRole("button", { name: /new messages/ }).click();
  await alice.sees("number 350");
  // Scrolled through from the end, every number is there, each once, in descending order.
  const seen = await alice.page.evaluate(async () => {
    const log = document.querySelector('[role="log"]')!;
    const numbers = new Set<number>();
    for (let step = 0; step < 400 && numbers.size < 351; step += 1) {
      for (const text of Array.from(log.querySelectorAll("article .prose"))) numbers.add(Number(text.textContent!.replace("number ", "")));
      log.scrollTop -= log.clientHeight * 0.8;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    return [...numbers].sort((a, b) => a - b);
  });
  assert.deepEqual(seen, Array.from({ length: 351 }, (_, number) => number));
});

test("the outbox survives a reload without a server, and is sent exactly once", async () => {
  await using screens = await Screens.open();
  const reader = await screens.server.register("bob");
  const alice = await screens.person("alice");
  await alice.visits("/chat?c=dm:bob");
  await alice.writes("sent before");
  await alice.hasSentAll();
  // Only the live link is cut, so that the page can still be reloaded.
  await alice.page.route("**/socket.io/**", (route) => route.abort());
  await alice.page.routeWebSocket("**/socket.io/**", (socket) => void socket.close());
  await alice.page.reload();
  await alice.writes("first");
  await alice.writes("second");
  await alice.message("second").getByText("Waiting to be sent").waitFor();
  await alice.page.reload();
  await alice.sees("second");
  await alice.page.unrouteAll();
  const again = await alice.tab("/chat?c=dm:bob");
  await again.hasSentAll();
  await again.sees("second");
  const stored = await reader.reads("/api/dm/messages?peer=alice");
  assert.deepEqual(
    stored.map((message: { source: string }) => message.source),
    ["sent before", "first", "second"],
  );
});

test("an answer that got lost does not double the message", async () => {
  await using screens = await Screens.open();
  const reader = await screens.server.register("bob");
  const alice = await screens.stranger();
  // Lets the send through, and swallows everything the server says about it.
  let deaf = false;
  await alice.page.routeWebSocket("**/socket.io/**", (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!deaf) socket.send(message);
    });
    socket.onMessage((message) => {
      if (deaf === false && String(message).includes("dm_send")) {
        deaf = true;
        server.send(message);
        setTimeout(() => {
          void socket.close({ code: 1001 });
          deaf = false;
        }, 500);
        return;
      }
      server.send(message);
    });
  });
  await screens.server.register("alice");
  await alice.opens("/login?redirect=/chat?c=dm:bob");
  await alice.signsIn("alice");
  await alice.writes("only once");
  await alice.hasSentAll();
  assert.deepEqual(await alice.texts(), ["only once"]);
  const stored = await reader.reads("/api/dm/messages?peer=alice");
  assert.equal(stored.length, 1);
});

test("a newer client is offered after the server was replaced, and drafts outlive the reload", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const { page } = alice;
  await alice.goesTo("Public chat");
  await alice.composer.fill("not yet sent");
  const offer = page.getByText("There is a new version of Chatter. What you have written is kept.");

  // The same client again is no news.
  await alice.context.setOffline(true);
  await alice.banner().first().waitFor();
  const [asked] = await Promise.all([page.waitForResponse((response) => new URL(response.url()).pathname === "/chat"), alice.context.setOffline(false)]);
  await asked.finished();
  await alice.isOnline();
  assert.equal(await offer.count(), 0);

  await page.route("**/chat", (route) =>
    route.fulfill({ contentType: "text/html", body: '<script type="module" src="/assets/index-newer.js"></script>' }),
  );
  await alice.context.setOffline(true);
  await alice.banner().getByText("Reconnecting… your messages are kept.").waitFor();
  await alice.context.setOffline(false);
  await offer.waitFor();
  await page.unroute("**/chat");
  await page.getByRole("button", { name: "Reload", exact: true }).click();
  await offer.waitFor({ state: "detached" });
  await page.getByRole("heading", { level: 1, name: "Public chat" }).waitFor();
  assert.equal(await alice.composer.inputValue(), "not yet sent");
  alice.noComplaints();
});
