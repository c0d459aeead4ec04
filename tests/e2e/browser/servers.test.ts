/** Servers in two browsers: making one, coming in, talking in channels, and what roles let one do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  channelItem,
  choosesInServer,
  founds,
  givesRole,
  goesToChannel,
  opensCard,
  rail,
  railItem,
} from "./community.ts";
import { eventually, PHONE, Screens } from "./window.ts";

test("a server is made, somebody comes by invite, and they talk in its channel", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  await rail(alice).getByRole("button", { name: "Add a server" }).click();
  await alice.page.getByLabel("Server name").fill("Hiking club");
  await alice.page.getByRole("button", { name: "Create server" }).click();
  await alice.page.getByRole("heading", { level: 1, name: "#general" }).waitFor();
  await alice.writes("Welcome to the club");
  await alice.hasSentAll();

  await choosesInServer(alice, "Hiking club", "Invite people");
  await alice.page.getByRole("button", { name: "Create invite link" }).click();
  const link = await alice.page.getByRole("textbox", { name: "Invite link" }).inputValue();
  await alice.page.keyboard.press("Escape");

  await screens.server.register("bob");
  const bob = await screens.stranger();
  await bob.opens(new URL(link).pathname);
  await bob.page.waitForURL(/\/login/);
  await bob.signsInAt("bob");
  await bob.page.getByRole("heading", { level: 1, name: "You are invited to a server" }).waitFor();
  await bob.page.getByRole("button", { name: "Accept invite" }).click();
  await bob.page.getByRole("heading", { level: 1, name: "#general" }).waitFor();
  await bob.sees("Welcome to the club");

  await bob.composer.pressSequentially("hm", { delay: 30 });
  await alice.page.getByRole("main").getByText("bob is typing…").waitFor();
  await bob.writes("Glad to be here");
  await alice.sees("Glad to be here");
  await bob.does("Reply", "Welcome to the club");
  await bob.writes("When do we start?");
  await alice.message("When do we start?").getByRole("button", { name: /In reply to alice/ }).waitFor();
  await bob.does("Edit", "Glad to be here");
  await bob.composer.fill("Happy to be here");
  await bob.composer.press("Enter");
  await alice.sees("Happy to be here");
  const others = bob.message("Welcome to the club").first().getByRole("button", { name: "Delete" });
  assert.equal(await others.count(), 0, "not bob's to delete");
  await bob.does("Delete", "Happy to be here");
  await bob.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await alice.seesNoMore("Happy to be here");

  // Used up: it was for one person.
  const carol = await screens.person("carol");
  await carol.visitsPage(new URL(link).pathname);
  await carol.page.getByRole("button", { name: "Accept invite" }).click();
  await carol.page.getByText("This invite has expired or has been used up. Ask for a new link.").waitFor();
  await carol.visits("/chat");
  assert.equal(await rail(carol).getByRole("link").count(), 1, "only the way home");
  alice.noComplaints();
  bob.noComplaints();
});

test("what waits in channels is shown at the channel, at the server, and in the title", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { channel } = await founds(alice, "Hiking club", bob);
  await alice.connects();
  const window = await screens.at(bob);
  await alice.emits("channel_send", { channel_id: channel, text: "one" });
  await alice.emits("channel_send", { channel_id: channel, text: "two for @bob" });
  await railItem(window, "Hiking club").and(window.page.getByLabel(/2 unread messages, 1 mention/)).waitFor();
  await eventually("the title counts", async () => (await window.page.title()).startsWith("(2)"));
  // Not among the direct conversations.
  assert.equal(await window.item("#general").count(), 0);
  await goesToChannel(window, "Hiking club", "general");
  await window.sees("two for @bob");
  await eventually("it is read", async () => !(await window.page.title()).startsWith("("));
  assert.equal(await railItem(window, "Hiking club").getAttribute("aria-label"), "Hiking club");
  window.noComplaints();
});

test("a channel goes on where it was after the link broke", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { channel } = await founds(alice, "Hiking club", bob);
  await alice.connects();
  const window = await screens.at(bob);
  await goesToChannel(window, "Hiking club", "general");
  await alice.emits("channel_send", { channel_id: channel, text: "before" });
  await window.sees("before");
  await window.context.setOffline(true);
  await window.writes("written without a link");
  await alice.emits("channel_send", { channel_id: channel, text: "meanwhile" });
  await window.context.setOffline(false);
  await window.sees("meanwhile");
  await window.hasSentAll();
  assert.deepEqual((await window.texts()).sort(), ["before", "meanwhile", "written without a link"]);
});

test("roles decide what is offered, and a change is there at once", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id } = await founds(alice, "Hiking club", bob);
  const owner = await screens.at(alice);
  const member = await screens.at(bob);
  await goesToChannel(member, "Hiking club", "general");
  await member.page.getByRole("button", { name: "Hiking club: more" }).click();
  await member.page.getByRole("button", { name: "Leave server" }).waitFor();
  assert.equal(await member.page.getByRole("button", { name: "Server settings" }).count(), 0);
  await member.page.keyboard.press("Escape");
  await member.visitsPage(`/s/${id}/settings/roles`);
  await member.page.getByText("You may not change anything here.").waitFor();
  await member.visits("/chat");
  await goesToChannel(member, "Hiking club", "general");

  await owner.visitsPage(`/s/${id}/settings/roles`);
  await owner.page.getByLabel("New role").fill("Guide");
  await owner.page.getByRole("button", { name: "Create role" }).click();
  await owner.page.getByRole("button", { name: "Edit Guide" }).click();
  await owner.page.getByRole("switch", { name: "Manage channels" }).check();
  await owner.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await owner.page.getByRole("dialog").waitFor({ state: "detached" });
  await owner.visits("/chat");
  await goesToChannel(owner, "Hiking club", "general");
  const card = await opensCard(owner, "bob");
  await card.getByRole("checkbox", { name: "Guide" }).check();
  await owner.page.getByText("Saved.").first().waitFor();

  await choosesInServer(member, "Hiking club", "Server settings");
  await member.page.getByLabel("New channel").fill("routes");
  await member.page.getByRole("button", { name: "Create channel" }).click();
  await member.page.getByRole("button", { name: "Edit #routes" }).waitFor();
  // Guides manage channels, and nothing else.
  assert.equal(await member.page.getByRole("link", { name: "Roles", exact: true }).count(), 0);
  await owner.page.keyboard.press("Escape");
  await owner.page.keyboard.press("Escape");
  await channelItem(owner, "routes").click();
  await owner.writes("Nice idea");
  await owner.hasSentAll();
  owner.noComplaints();
  member.noComplaints();
});

test("a member is renamed, timed out, kicked and banned", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id } = await founds(alice, "Hiking club", bob);
  const owner = await screens.at(alice);
  const member = await screens.at(bob);
  await goesToChannel(owner, "Hiking club", "general");
  await goesToChannel(member, "Hiking club", "general");
  await member.writes("Hello");
  await owner.sees("Hello");

  let card = await opensCard(owner, "bob");
  await card.getByLabel("Nickname").fill("Bobby");
  await card.getByRole("button", { name: "Save nickname" }).click();
  await owner.message("Hello").getByText("Bobby").waitFor();

  card = owner.page.getByRole("dialog", { name: "Bobby" });
  await card.getByRole("button", { name: "Time out" }).click();
  await card.getByText(/^Timed out until/).waitFor();
  await member.page.getByText(/^You are timed out until/).waitFor();
  assert.equal(await member.composer.count(), 0);
  await card.getByRole("button", { name: "End the timeout" }).click();
  await member.composer.waitFor();

  await card.getByRole("button", { name: "Kick" }).click();
  await owner.page.getByRole("dialog", { name: "Kick Bobby?" }).getByRole("button", { name: "Kick" }).click();
  await railItem(member, "Hiking club").waitFor({ state: "detached" });
  await member.page.getByText("This conversation is no longer available to you.").waitFor();

  const { invite } = (await alice.post(`/servers/${id}/invites`, { maxUses: 5 })).json;
  await bob.does(`/invites/${invite.code}/accept`);
  await railItem(member, "Hiking club").waitFor();
  await owner.page.getByRole("button", { name: "bob: profile" }).click();
  card = owner.page.getByRole("dialog", { name: "bob" });
  await card.getByRole("button", { name: "Ban" }).click();
  const confirm = owner.page.getByRole("dialog", { name: "Ban bob?" });
  await confirm.getByLabel("Reason").fill("Enough");
  await confirm.getByRole("button", { name: "Ban" }).click();
  await railItem(member, "Hiking club").waitFor({ state: "detached" });
  await member.visitsPage(`/invites/${invite.code}`);
  await member.page.getByRole("button", { name: "Accept invite" }).click();
  await member.page.getByText("You are banned from this server.").waitFor();

  await owner.visitsPage(`/s/${id}/settings/bans`);
  await owner.page.getByText("Enough").waitFor();
  await owner.page.getByRole("button", { name: "Lift ban" }).click();
  await owner.page.getByText("Nobody is banned.").waitFor();
  await member.page.getByRole("button", { name: "Accept invite" }).click();
  await member.page.getByRole("heading", { level: 1, name: "#general" }).waitFor();

  await owner.page.getByRole("link", { name: "Audit log" }).click();
  await owner.page.getByText(/^alice banned /).waitFor();
  await owner.page.getByText("member.ban", { exact: true }).waitFor();
  await owner.page.getByText("member.kick", { exact: true }).waitFor();
  owner.noComplaints();
  member.noComplaints();
});

test("a channel that one may not see is not there, and where one may only read one cannot write", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.people("alice", "bob");
  const { id, channel } = await founds(alice, "Hiking club", bob);
  await alice.post(`/servers/${id}/channels`, { name: "staff" });
  const owner = await screens.at(alice);
  const member = await screens.at(bob);
  await railItem(member, "Hiking club").click();
  await channelItem(member, "staff").waitFor();

  await owner.visitsPage(`/s/${id}/settings/channels`);
  await owner.page.getByRole("button", { name: "Edit #staff" }).click();
  await owner.page.getByLabel("View channels, for Everyone").selectOption("Deny");
  await channelItem(member, "staff").waitFor({ state: "detached" });
  await owner.page.keyboard.press("Escape");
  await owner.page.getByRole("button", { name: "Edit #general" }).click();
  await owner.page.getByLabel("Send messages, for Everyone").selectOption("Deny");
  await member.visits(`/chat?c=channel:${channel}`);
  await member.page.getByText("You can read here, but not write.").waitFor();

  await owner.page.getByLabel("Send messages, for Everyone").selectOption("As in the server");
  await member.composer.waitFor();
  owner.noComplaints();
});

test("the keyboard alone leads to a channel and through the list of channels", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const { id } = await founds(alice, "Hiking club");
  await alice.post(`/servers/${id}/channels`, { name: "routes" });
  const window = await screens.at(alice);
  const { page } = window;
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("routes");
  await page.getByRole("option", { name: "#routes" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "#routes" }).waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("heading", { level: 1, name: "#general" }).waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("heading", { level: 1, name: "#routes" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("hiking");
  await page.getByRole("option", { name: "Hiking club" }).waitFor();
});

for (const width of [390, 320]) {
  test(`on a phone of ${width} px one walks from the servers into a channel and back`, async () => {
    await using screens = await Screens.open();
    const alice = await screens.server.register("alice");
    const { id } = await founds(alice, "A club with a name that is rather long");
    await givesRole(alice, id, { name: "Guide", permissions: ["manage_channels"] });
    const window = await screens.at(alice, { ...PHONE, viewport: { width, height: 700 } });
    const { page } = window;
    const fits = async () => {
      const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content! <= screen!, `the page is ${content} px wide on a screen of ${screen} px`);
    };
    const small = () =>
      page.evaluate(() =>
        Array.from(document.querySelectorAll<HTMLElement>("button, a[href], input, select"))
          .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip-link, label"))
          .map((element) => ({ name: element.ariaLabel ?? element.textContent, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
          .map(({ name, box }) => `${name}: ${box.width} x ${box.height}`),
      );
    await rail(window).getByRole("link", { name: /^A club/ }).tap();
    await channelItem(window, "general").waitFor();
    await fits();
    assert.deepEqual(await small(), []);
    assert.equal(await page.getByRole("main").isVisible(), false);
    await channelItem(window, "general").tap();
    await page.getByRole("heading", { level: 1, name: "#general" }).waitFor();
    assert.equal(await rail(window).isVisible(), false);
    await fits();
    await page.getByRole("button", { name: "All channels" }).tap();
    await channelItem(window, "general").waitFor();
    for (const section of ["overview", "channels", "roles", "members", "invites", "bans", "apps", "audit"]) {
      await window.visitsPage(`/s/${id}/settings/${section}`);
      await page.getByRole("heading", { level: 2 }).first().waitFor();
      await fits();
      assert.deepEqual(await small(), [], section);
    }
    window.noComplaints();
  });
}
