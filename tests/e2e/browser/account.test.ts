/** Signing in and out, sessions, passwords, and what admins see. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { PASSWORD, PostOffice } from "../support/index.ts";
import { Screens } from "./window.ts";

test("a wrong password is said, and changes nothing", async () => {
  await using screens = await Screens.open();
  await screens.server.register("alice");
  const window = await screens.stranger();
  await window.opens("/login");
  await window.page.getByLabel("User name").fill("alice");
  await window.page.getByLabel("Password", { exact: true }).fill("not this one");
  await window.page.getByRole("button", { name: "Sign in" }).click();
  await window.page.getByRole("alert").filter({ hasText: "Invalid username or password" }).waitFor();
  await window.signsIn("alice");
});

test("signing out ends at the sign-in page, and the session is gone", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await alice.page.getByRole("button", { name: "Sign out" }).click();
  await alice.page.getByRole("heading", { name: "Welcome back" }).waitFor();
  assert.equal(await alice.page.evaluate(() => sessionStorage.getItem("username")), null);
  await alice.opens("/chat?c=public");
  await alice.page.waitForURL(/\/login\?redirect=/);
  await alice.signsIn("alice");
  await alice.page.getByRole("heading", { level: 1, name: "Public chat" }).waitFor();
});

test("a session that ended is not called offline, and one goes on where one was", async () => {
  await using screens = await Screens.open();
  const account = await screens.server.register("alice");
  const alice = await screens.at(account);
  await alice.goesTo("Public chat");
  await alice.composer.fill("half a sentence");
  await account.get("/logout");
  const dialog = alice.page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.waitFor();
  assert.equal(await alice.banner().isVisible(), false);
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await alice.composer.inputValue(), "half a sentence");
  await alice.composer.press("Enter");
  await alice.hasSentAll();
});

test("other devices are listed and can be signed out", async () => {
  await using screens = await Screens.open();
  const account = await screens.server.register("alice");
  const desk = await screens.at(account);
  const phone = await screens.at(await account.onAnotherDevice());
  await desk.page.getByRole("button", { name: "Settings" }).click();
  await desk.page.getByText("This device").waitFor();
  await desk.page.getByRole("main").getByRole("button", { name: "Sign out" }).last().click();
  await phone.page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
});

test("the password can be changed", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await alice.page.getByRole("button", { name: "Settings" }).click();
  const change = async (from: string, to: string) => {
    await alice.page.getByLabel("Current password").fill(from);
    await alice.page.getByLabel("New password").fill(to);
    await alice.page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not this one", "a better secret");
  await alice.page.getByRole("alert").waitFor();
  await change(PASSWORD, "a better secret");
  await alice.page.getByText("Your password has been changed.").waitFor();
  const later = await screens.stranger();
  await later.opens("/login");
  await later.signsIn("alice", "a better secret");
});

test("with the password all connected apps can be disconnected", async () => {
  await using screens = await Screens.open();
  const account = await screens.server.register("alice");
  await using site = createServer((_, response) => response.end("Welcome back")).listen(0, "127.0.0.1");
  await once(site, "listening");
  const back = `http://127.0.0.1:${(site.address() as AddressInfo).port}/back`;
  const made = await account.post("/apps", { kind: "oauth", name: "Trail diary", redirectUris: [back] });
  assert.equal(made.status, 201, made.text);
  const alice = await screens.at(account);
  const { page } = alice;
  const connects = async () => {
    const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const query = new URLSearchParams({
      response_type: "code",
      client_id: made.json.app.clientId,
      redirect_uri: back,
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    await page.goto(`${screens.server.url}/oauth/authorize?${query}`);
    await page.getByRole("button", { name: /allow/i }).click();
    await page.waitForURL(`${back}?*`);
    await alice.visitsPage("/settings");
    await page.getByRole("region", { name: "Connected apps" }).getByText("Trail diary").waitFor();
  };
  const changes = async (from: string, to: string) => {
    await page.getByLabel("Current password").fill(from);
    await page.getByLabel("New password").fill(to);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  const disconnects = page.getByRole("switch", { name: /Disconnect all connected apps/ });
  await alice.visitsPage("/settings");
  await page.getByText(/^None\. When you sign in somewhere/).waitFor();
  assert.equal(await disconnects.count(), 0, "there is nothing to disconnect");

  await connects();
  await changes(PASSWORD, "a better secret");
  await page.getByText("Your password has been changed.", { exact: true }).waitFor();
  assert.equal((await alice.page.getByText("Trail diary").count()) > 0, true, "nobody asked for it");
  await disconnects.check();
  await changes("a better secret", "the best secret");
  await page.getByText("Your password has been changed, and all connected apps are disconnected.").waitFor();
  await page.getByText(/^None\. When you sign in somewhere/).waitFor();
  await disconnects.waitFor({ state: "detached" });
  alice.noComplaints();
});

test("a superadmin changes settings and reads the DM log; people are told that there is one", async () => {
  await using screens = await Screens.open({ root: true });
  const root = await screens.at(screens.server.root);
  const alice = await screens.person("alice");
  await screens.server.register("bob");
  await alice.visits("/chat?c=dm:bob");
  await alice.page.getByText(/Direct messages on this server are logged/).waitFor();
  await alice.writes("on the record");
  await alice.hasSentAll();

  await root.page.getByRole("button", { name: "Administration" }).click();
  await root.page.getByLabel("User name").fill("alice");
  await root.page.getByRole("button", { name: "Show log" }).click();
  await root.page.getByRole("cell", { name: "on the record" }).waitFor();
  await root.page.getByRole("switch", { name: /Log direct messages/ }).click();
  await root.page.getByText("Setting saved.").waitFor();
  await alice.page.reload();
  await alice.sees("on the record");
  await alice.page.getByText(/Direct messages on this server are logged/).waitFor({ state: "detached" });
});

test("the administration is closed to everybody else", async () => {
  await using screens = await Screens.open({ root: true });
  const alice = await screens.person("alice");
  assert.equal(await alice.page.getByRole("button", { name: "Administration" }).count(), 0);
  await alice.opens("/admin");
  await alice.page.getByText("This page is for administrators.").waitFor();
});

test("the tabs of one browser agree on who is signed in", async () => {
  await using screens = await Screens.open();
  await screens.server.register("bob");
  const first = await screens.person("alice");
  const second = await first.tab();
  await first.page.getByRole("button", { name: "Sign out" }).click();
  await second.page.getByRole("heading", { name: "Welcome back" }).waitFor();
  await first.signsIn("bob");
  await second.opens("/chat");
  await second.page.locator(".sidebar-me").getByText("bob").waitFor();
});

test("a forgotten password is replaced by the link that comes by mail", async () => {
  await using office = await PostOffice.opens();
  await using screens = await Screens.open({ env: office.env });
  const account = await screens.server.register("alice");
  await account.does("/api/settings", { email: "alice@example.org" });
  const window = await screens.stranger();
  await window.opens("/login");
  await window.page.getByRole("link", { name: "Forgot your password?" }).click();
  await window.page.getByLabel("User name").fill("alice");
  await window.page.getByLabel("E-mail of the account").fill("alice@example.org");
  await window.page.getByRole("button", { name: "Send me a link" }).click();
  await window.page.getByRole("status").filter({ hasText: "a link is on its way" }).waitFor();

  const letter = await office.receives();
  const link = /http\S+\/reset-password\?\S+/.exec(letter.text ?? "")?.[0];
  assert.ok(link, letter.text);
  const { pathname, search } = new URL(link);
  await window.opens(pathname + search);
  await window.page.getByLabel("New password").fill("a better secret");
  assert.equal(new URL(window.page.url()).search, "", "the token is out of the address");
  await window.page.getByRole("button", { name: "Set password" }).click();
  await window.page.getByRole("status").filter({ hasText: "has been changed" }).waitFor();
  assert.equal((await account.reads("/api/whoami")).effective, "", "the old sessions have ended");

  await window.page.getByRole("link", { name: "Sign in" }).click();
  await window.signsIn("alice", "a better secret");

  // The link works once, and half of one not at all.
  const again = await screens.stranger();
  await again.opens(pathname + search);
  await again.page.getByLabel("New password").fill("a third secret");
  await again.page.getByRole("button", { name: "Set password" }).click();
  await again.page.getByRole("alert").filter({ hasText: "Invalid or expired reset token" }).waitFor();
  await again.opens("/reset-password");
  await again.page.getByRole("alert").filter({ hasText: "not complete" }).waitFor();
});

test("the profile is one's own to change, and others see it", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = [await screens.person("alice"), await screens.person("bob")];
  await alice.page.getByRole("button", { name: "Settings" }).click();
  const card = alice.page.getByRole("region", { name: "Profile" });
  await card.getByLabel("Status").fill("in the garden");
  await card.getByLabel("About you").fill("I grow beans");
  await card.getByLabel("How you are shown").selectOption("Do not disturb");
  await card.getByLabel("E-mail").fill("alice@example.org");
  await card.getByRole("button", { name: "Save profile" }).click();
  await alice.page.getByText("Your profile has been saved.").waitFor();
  const seen = await bob.page.evaluate(() => fetch("/api/users/alice").then((answer) => answer.json()));
  assert.deepEqual([seen.user.custom_status, seen.user.bio, seen.user.presence ?? seen.user.status], ["in the garden", "I grow beans", "dnd"]);

  await card.getByLabel("User name").fill("bob");
  await card.getByRole("button", { name: "Save profile" }).click();
  await card.getByRole("alert").filter({ hasText: "taken" }).waitFor();
  await card.getByLabel("User name").fill("Alison");
  await card.getByRole("button", { name: "Save profile" }).click();
  await alice.page.waitForFunction(() => fetch("/api/whoami").then((answer) => answer.json()).then((me) => me.effective === "Alison"));
  await alice.page.getByRole("region", { name: "Profile" }).getByLabel("User name").waitFor();
  assert.equal(await alice.page.getByRole("region", { name: "Profile" }).getByLabel("User name").inputValue(), "Alison");
});
