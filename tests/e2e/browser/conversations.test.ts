/** Two people in two browsers: public chat, direct messages, groups and invites. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, Screens } from "./window.ts";

test("two people register, and chat in public and in private", async () => {
  await using screens = await Screens.open();
  const alice = await screens.stranger();
  await alice.opens("/");
  await alice.page.getByRole("button", { name: "Create account" }).click();
  await alice.registers("alice");
  assert.equal(await alice.page.evaluate(() => sessionStorage.getItem("username")), "alice");
  const bob = await screens.stranger();
  await bob.opens("/register");
  await bob.registers("bob");

  await alice.goesTo("Public chat");
  await bob.goesTo("Public chat");
  await alice.writes("Good morning");
  await bob.sees("Good morning");
  await bob.writes("Morning, alice");
  await alice.sees("Morning, alice");

  await alice.page.getByRole("button", { name: "New conversation" }).click();
  await alice.page.getByLabel("Find people").fill("bo");
  await alice.page.getByRole("checkbox").check();
  await alice.page.getByRole("button", { name: "Message bob" }).click();
  await alice.writes("Just between us");
  await bob.item("alice").getByText("Just between us").waitFor();
  await bob.goesTo("alice");
  await bob.sees("Just between us");
  await bob.writes("Of course");
  await alice.sees("Of course");
  assert.equal(new URL(alice.page.url()).search, "?c=dm:bob");
  alice.noComplaints();
  bob.noComplaints();
});

test("a group is made, renamed, joined by an invite link, locked and left", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  const carol = await screens.person("carol");

  await alice.page.getByRole("button", { name: "New conversation" }).click();
  await alice.page.getByLabel("Find people").fill("bob");
  await alice.page.getByRole("checkbox").check();
  await alice.page.getByLabel("Group name").fill("Crew");
  await alice.page.getByRole("button", { name: "Create group with 1 person" }).click();
  await alice.writes("Welcome aboard");
  await bob.goesTo("Crew");
  await bob.sees("Welcome aboard");

  await alice.page.getByRole("button", { name: "Group details" }).click();
  await alice.page.getByLabel("Group name").fill("Night crew");
  await alice.page.getByRole("button", { name: "Rename" }).click();
  await bob.page.getByRole("heading", { level: 1, name: "Night crew" }).waitFor();
  await alice.page.getByRole("button", { name: "Create invite link" }).click();
  const link = await alice.page.getByRole("textbox", { name: "Invite link" }).inputValue();
  await alice.page.getByRole("button", { name: "Lock group" }).click();
  await bob.page.getByText("This group is locked. Only its owner can write.").waitFor();
  await alice.page.getByRole("button", { name: "Unlock group" }).click();
  await alice.page.keyboard.press("Escape");

  await carol.opens(new URL(link).pathname);
  await carol.page.getByRole("button", { name: /join/i }).click();
  await carol.page.getByRole("heading", { level: 1, name: "Night crew" }).waitFor();
  await carol.sees("Welcome aboard");
  await carol.writes("Thanks for the invite");
  await alice.sees("Thanks for the invite");
  await bob.sees("Thanks for the invite");

  await bob.page.getByRole("button", { name: "Group details" }).click();
  await bob.page.getByRole("button", { name: "Leave group" }).click();
  await bob.page.getByRole("dialog", { name: "Leave this group?" }).getByRole("button", { name: "Leave group" }).click();
  await bob.item("Night crew").waitFor({ state: "detached" });
  await alice.page.getByText("2 members").first().waitFor();
});

test("somebody with an invite link and no session signs in first, and arrives in the group", async () => {
  await using screens = await Screens.open();
  const owner = await screens.server.register("alice");
  const friend = await screens.server.register("bob");
  await screens.server.register("carol");
  const group = await owner.gathers([friend], "Crew");
  const { invite_code } = await owner.does("/api/gdm/invite/create", { thread_id: group.id });
  const carol = await screens.stranger();
  await carol.opens(`/join/${invite_code}`);
  await carol.page.waitForURL(/\/login/);
  await carol.page.getByLabel("User name").fill("carol");
  await carol.page.getByLabel("Password", { exact: true }).fill(owner.password);
  await carol.page.getByRole("button", { name: "Sign in" }).click();
  await carol.page.getByRole("button", { name: /join/i }).click();
  await carol.page.getByRole("heading", { level: 1, name: "Crew" }).waitFor();
});

test("a code can be typed instead of followed", async () => {
  await using screens = await Screens.open();
  const owner = await screens.server.register("alice");
  const friend = await screens.server.register("bob");
  const group = await owner.gathers([friend], "Crew");
  const { invite_code } = await owner.does("/api/gdm/invite/create", { thread_id: group.id });
  const carol = await screens.person("carol");
  await carol.page.getByRole("button", { name: "New conversation" }).click();
  await carol.page.getByLabel("Join with a code").fill(invite_code);
  await carol.page.getByRole("button", { name: "Join", exact: true }).click();
  await carol.page.getByRole("heading", { level: 1, name: "Crew" }).waitFor();
});

test("people see who is typing, until they stop", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  await alice.visits("/chat?c=dm:bob");
  await bob.visits("/chat?c=dm:alice");
  await alice.composer.pressSequentially("hm", { delay: 30 });
  await bob.page.getByRole("main").getByText("alice is typing…").waitFor();
  await alice.composer.fill("");
  await bob.page.getByRole("main").getByText("alice is typing…").waitFor({ state: "detached" });
});

test("presence follows people as they come and go", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  await alice.visits("/chat?c=dm:bob");
  const subtitle = alice.page.locator(".conversation-title p");
  await eventually("bob is shown online", async () => (await subtitle.innerText()) === "Online");
  await bob.context.close();
  await eventually("bob is shown offline", async () => (await subtitle.innerText()) === "Offline");
});
