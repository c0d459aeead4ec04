/** What the developer portal tells of the platform: its documents, its errors, what changed, and how it is. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Screens, type Window } from "./window.ts";

const goes = (window: Window, page: string) =>
  window.page.getByRole("navigation", { name: "Developer portal" }).getByRole("link", { name: page }).click();

test("the guide has this installation's address, chapters one can link to, and the API's description to download", async () => {
  await using screens = await Screens.open();
  const window = await screens.person("alice");
  const { page } = window;
  await window.visitsPage("/developers");
  await goes(window, "Docs");
  await page.getByRole("heading", { level: 1, name: "Writing apps" }).waitFor();
  await page.getByText(`${screens.server.url}/webhooks/7/chtw_`).waitFor();
  assert.equal(await page.getByText("chat.example").count(), 0);
  const chapter = page.getByRole("heading", { level: 2, name: "OAuth" });
  assert.equal(await chapter.evaluate(isInView), false);
  await page.getByRole("navigation", { name: "On this page" }).getByRole("link", { name: "OAuth" }).click();
  await page.waitForURL(/#oauth$/);
  assert.ok(await chapter.evaluate(isInView));
  // The link can be shared.
  await window.visitsPage("/developers/docs#widgets");
  assert.ok(await page.locator("#widgets").evaluate(isInView));

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /^Download the API description/ }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "chatter-openapi.json");
  const description = JSON.parse(await readFile(await file.path(), "utf8"));
  assert.ok(description.paths["/webhooks/{appId}/{token}"]);

  const [explorer] = await Promise.all([
    window.context.waitForEvent("page"),
    page.getByRole("link", { name: "Look through the API" }).click(),
  ]);
  await explorer.getByText("/webhooks/{appId}/{token}").first().waitFor();
  window.noComplaints();
});

test("errors are found by their code, and what changed leads back to the guide", async () => {
  await using screens = await Screens.open();
  const window = await screens.person("alice");
  const { page } = window;
  await window.visitsPage("/developers/errors?code=embed_3:title_too_long");
  await page.getByRole("cell", { name: "embed_N:…" }).waitFor();
  assert.equal(await page.getByRole("row").count(), 2);
  await page.getByLabel("Find a code").fill("no such code");
  await page.getByText("No such code is known here.").waitFor();
  await goes(window, "Changelog");
  await page.getByRole("heading", { level: 1, name: "What has changed for apps" }).waitFor();
  await page.getByRole("link", { name: "the guide" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Writing apps" }).waitFor();
  window.noComplaints();
});

test("the status is what the server says, and what is down is said to be", async () => {
  await using screens = await Screens.open();
  const window = await screens.person("alice");
  const { page } = window;
  await window.visitsPage("/developers/status");
  const part = (name: string) => page.getByRole("listitem").filter({ has: page.getByText(name, { exact: true }) });
  for (const name of ["Server", "Database", "API", "Live updates"]) await part(name).getByText("OK", { exact: true }).waitFor();
  await part("API").getByText(/^Version \d/).waitFor();
  await page.route("**/readyz", (route) => route.fulfill({ status: 503, json: { ok: false } }));
  await page.getByRole("button", { name: "Check again" }).click();
  await part("Database").getByText("Down", { exact: true }).waitFor();
  await part("Database").getByText(/^Answered 503/).waitFor();
  await part("Server").getByText("OK", { exact: true }).waitFor();
  await page.unroute("**/readyz");
  await page.getByRole("button", { name: "Check again" }).click();
  await part("Database").getByText("OK", { exact: true }).waitFor();
  window.noComplaints();
});

function isInView(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}
