/** The documents around their text: finding, making, sharing and ending them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drafts, stored } from "../support/docs.ts";
import { eventually, focused, PHONE, Screens, type Window } from "./window.ts";

/** What one sees of a document one cannot see, whether there is one or not. */
const NOTHING_THERE = "This document does not exist, or it is not shared with you.";

const row = (window: Window, name: string) =>
  window.page.getByRole("list", { name: "Documents" }).getByRole("listitem").filter({ hasText: name });

async function choosesFor(window: Window, name: string, action: string): Promise<void> {
  await window.page.getByRole("button", { name: `Actions for ${name}` }).click();
  await window.page.getByRole("button", { name: action, exact: true }).click();
}

const idIn = (window: Window) => Number(new URL(window.page.url()).pathname.replace("/doc/", ""));

test("documents are found beside the conversations, by the keyboard, and by their address", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const id = await drafts(alice, "# Plan", {}, "Release plan");
  const window = await screens.at(alice);
  const { page } = window;
  const title = page.getByRole("heading", { level: 1, name: "Release plan" });

  await page.getByRole("link", { name: "Documents" }).click();
  await page.getByRole("heading", { level: 1, name: "Documents" }).waitFor();
  await row(window, "Release plan").getByText("Edited by you just now").waitFor();
  await row(window, "Release plan").getByRole("link").click();
  await title.waitFor();
  assert.equal(new URL(page.url()).pathname, `/doc/${id}`);
  assert.equal(await page.title(), "Release plan · Chatter");
  await page.getByText("Created by you").waitFor();

  await page.goBack();
  await page.goBack();
  await page.getByText("Pick a conversation").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("release");
  await page.getByRole("option", { name: "Release plan" }).waitFor();
  await page.keyboard.press("Enter");
  await title.waitFor();

  await window.visits(`/doc/${id}`);
  await title.waitFor();
  assert.equal(await page.locator("h1").count(), 1);
  await page.getByRole("button", { name: "All documents" }).click();
  await page.getByRole("heading", { level: 1, name: "Documents" }).waitFor();
  window.noComplaints();
});

test("a document is made and shared at once, and is there for whom it is shared with, and for nobody else", async () => {
  await using screens = await Screens.open();
  const alice = await screens.person("alice");
  const bob = await screens.person("bob");
  const mallory = await screens.person("mallory");
  for (const window of [alice, bob, mallory]) {
    await window.visits("/doc");
    await window.page.getByText("No documents yet").waitFor();
  }

  await alice.page.getByRole("button", { name: "New document" }).first().click();
  const dialog = alice.page.getByRole("dialog", { name: "New document" });
  const create = dialog.getByRole("button", { name: "Create" });
  assert.equal(await create.isDisabled(), true);
  await dialog.getByLabel("Name").fill("  Release plan  ");
  await dialog.getByRole("button", { name: "Share it with people" }).click();
  await dialog.getByLabel("Find people").fill("bob");
  await dialog.getByRole("checkbox", { name: "bob" }).check();
  await dialog.getByLabel("What bob can do").selectOption("Can view");
  await create.click();
  await alice.page.getByRole("heading", { level: 1, name: "Release plan" }).waitFor();

  await row(bob, "Release plan").getByText("Can view").waitFor();
  await bob.page.getByText("alice shared “Release plan” with you.").waitFor();
  await row(bob, "Release plan").getByRole("link").click();
  await bob.page.getByRole("heading", { level: 1, name: "Release plan" }).waitFor();
  assert.equal(await bob.page.getByRole("button", { name: "Rename document" }).count(), 0);

  const id = idIn(alice);
  await mallory.visits("/doc");
  await mallory.page.getByText("No documents yet").waitFor();
  for (const path of [`/doc/${id}`, "/doc/999999", "/doc/nonsense"]) {
    await mallory.visits(path);
    await mallory.page.getByRole("heading", { level: 1, name: NOTHING_THERE }).waitFor();
    assert.equal(await mallory.page.getByText("Release plan").count(), 0, path);
    assert.equal(await mallory.page.getByRole("textbox").count(), 0, path);
  }
  await mallory.page.getByRole("link", { name: "All documents" }).click();
  await mallory.page.getByText("No documents yet").waitFor();
});

test("files are imported by choosing and by dropping them, and what is not text is refused", async () => {
  await using screens = await Screens.open();
  const author = await screens.server.register("alice");
  const alice = await screens.at(author);
  const { page } = alice;
  await alice.visits("/doc");
  const chooser = page.locator('input[type="file"]');

  const markdown = { name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# From a file\r\n\r\ntext") };
  await chooser.setInputFiles(markdown);
  await page.getByRole("heading", { level: 1, name: "From a file" }).waitFor();
  assert.equal(await stored(author, idIn(alice)), "# From a file\n\ntext");

  await alice.visits("/doc");
  await page.getByRole("heading", { level: 1, name: "Documents" }).waitFor();
  await page.locator(".drop-zone").evaluate((zone) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["dropped"], "one.txt"));
    dataTransfer.items.add(new File(["dropped as well"], "two.txt"));
    for (const type of ["dragenter", "dragover", "drop"]) {
      zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }
  });
  await page.getByText("2 documents imported.").waitFor();
  await row(alice, "one").waitFor();
  await row(alice, "two").waitFor();

  const picture = { name: "picture.md", mimeType: "text/markdown", buffer: Buffer.from([0xff, 0xfe, 0x00, 0xc3]) };
  const enormous = { name: "enormous.txt", mimeType: "text/plain", buffer: Buffer.alloc(1_000_001, "x") };
  await chooser.setInputFiles([picture, enormous]);
  await page.getByText("picture.md: This is not a text file in UTF-8.").waitFor();
  await page.getByText("enormous.txt: A document can have up to 1,000,000 bytes of text.").waitFor();
  assert.equal((await author.reads("/api/doc/list")).documents.length, 3);
});

test("access is given, changed and taken while both sides look on", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const bob = await screens.person("bob");
  const carol = await screens.person("carol");
  const id = await drafts(alice, "shared text", {}, "Shared plan");
  const window = await screens.at(alice);
  await bob.visits("/doc");

  await window.visits(`/doc/${id}`);
  await window.page.getByRole("button", { name: "Share" }).click();
  const dialog = window.page.getByRole("dialog", { name: "Share “Shared plan”" });
  assert.equal(await dialog.getByLabel("Link").inputValue(), `${screens.server.url}/doc/${id}`);
  await dialog.getByRole("button", { name: "Add people" }).click();
  for (const name of ["bob", "carol"]) {
    await dialog.getByLabel("Find people").fill(name);
    await dialog.getByRole("checkbox", { name }).check();
  }
  await dialog.getByLabel("What bob can do").selectOption("Can view");
  await dialog.getByRole("button", { name: "Add 2 people" }).click();
  await row(bob, "Shared plan").getByText("Can view").waitFor();

  await dialog.getByLabel("What bob can do").selectOption("Can edit");
  await row(bob, "Shared plan").getByText("Can edit").waitFor();

  await carol.visits(`/doc/${id}`);
  await carol.page.getByRole("button", { name: "Share" }).click();
  const shown = carol.page.getByRole("dialog", { name: "Share “Shared plan”" });
  await shown.getByText("Only alice can change who has access.").waitFor();
  await shown.getByRole("listitem").filter({ hasText: "bob" }).getByText("Can edit").waitFor();
  assert.equal(await shown.getByRole("combobox").count(), 0);
  assert.equal(await shown.getByRole("button", { name: /Remove|Add people/ }).count(), 0);
  await carol.page.keyboard.press("Escape");

  await row(bob, "Shared plan").getByRole("link").click();
  await bob.page.getByRole("heading", { level: 1, name: "Shared plan" }).waitFor();
  await dialog.getByRole("button", { name: "Remove bob" }).click();
  await window.page.getByRole("dialog", { name: "Remove bob?" }).getByRole("button", { name: "Remove", exact: true }).click();
  await bob.page.getByRole("alert").getByText("This document is not shared with you any more.").waitFor();
  assert.equal(await bob.page.getByRole("button", { name: "Share" }).count(), 0);
  await bob.page.getByRole("link", { name: "All documents" }).click();
  await bob.page.getByText("No documents yet").waitFor();
  await bob.visits(`/doc/${id}`);
  await bob.page.getByRole("heading", { level: 1, name: NOTHING_THERE }).waitFor();
  await dialog.getByRole("listitem").filter({ hasText: "bob" }).waitFor({ state: "detached" });
  await dialog.getByRole("listitem").filter({ hasText: "carol" }).waitFor();
});

test("what one has no access to any more does not stay on the device", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const bob = await screens.person("bob");
  const ids = [];
  for (const name of ["Theirs", "Ours"]) ids.push(await drafts(alice, `the text of ${name}`, { bob: "editor" }, name));
  const kept = (): Promise<number[]> =>
    bob.page.evaluate(`(async () => {
      const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith("chatter.docs."));
      const database = await new Promise((resolve) => { indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result); });
      const rows = await new Promise((resolve) => {
        database.transaction("updates").objectStore("updates").getAll().onsuccess = ({ target }) => resolve(target.result);
      });
      database.close();
      return [...new Set(rows.map(({ doc }) => Number.parseInt(doc)))].sort();
    })()`);
  for (const id of ids) {
    await bob.visits(`/doc/${id}`);
    await bob.page.locator(".sync").getByText("Saved").waitFor();
  }
  await eventually("both to be kept", async () => (await kept()).length === 2);
  await bob.visits("/chat");
  await alice.does(`/api/doc/${ids[0]}/remove_member`, { username: "bob" });
  await bob.visits("/doc");
  await row(bob, "Ours").waitFor();
  await eventually("one to be kept", async () => (await kept()).length === 1);
  assert.deepEqual(await kept(), [ids[1]]);
});

test("who signs in after somebody whose session has ended finds nothing of theirs on the device", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  await screens.server.register("bob");
  const id = await drafts(alice, "a secret of alice", {}, "Diary");
  const window = await screens.at(alice);
  const { page } = window;
  const kept = (): Promise<string> =>
    page.evaluate(`indexedDB.databases().then((all) => all.map(({ name }) => name).filter((name) => name.startsWith("chatter.docs.")).join())`);
  await window.visits(`/doc/${id}`);
  await page.locator(".sync").getByText("Saved").waitFor();
  await eventually("a copy to be kept", async () => (await kept()).endsWith(".alice"));
  await window.context.clearCookies();
  await window.opens("/login");
  await window.signsIn("bob");
  await eventually("the copy to be gone", async () => (await kept()) === "");
});

test("a document is renamed in place and in the list, and everybody sees it", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const bob = await screens.person("bob");
  const id = await drafts(alice, "", { bob: "editor" }, "Draft");
  const window = await screens.at(alice);
  const { page } = window;
  await bob.visits("/doc");
  await row(bob, "Draft").waitFor();

  await window.visits(`/doc/${id}`);
  await page.getByRole("button", { name: "Rename document" }).click();
  const name = page.getByRole("textbox", { name: "Name" });
  await name.fill("Given up");
  await name.press("Escape");
  await page.getByRole("heading", { level: 1, name: "Draft" }).waitFor();
  await page.getByRole("button", { name: "Rename document" }).click();
  await name.fill("Second draft");
  await name.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Second draft" }).waitFor();
  await row(bob, "Second draft").waitFor();
  await row(bob, "Given up").waitFor({ state: "detached" });

  await window.visits("/doc");
  await choosesFor(window, "Second draft", "Rename");
  const dialog = page.getByRole("dialog", { name: "Rename document" });
  await dialog.getByLabel("Name").fill("Final");
  await dialog.getByRole("button", { name: "Rename", exact: true }).click();
  await row(window, "Final").waitFor();
  await row(bob, "Final").waitFor();
  await bob.page.getByRole("button", { name: "Actions for Final" }).click();
  await bob.page.getByRole("button", { name: "Leave", exact: true }).waitFor();
  assert.equal(await bob.page.getByRole("button", { name: /^(Rename|Delete)$/ }).count(), 0);
});

test("the text is downloaded as Markdown and as a page", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const id = await drafts(alice, "# Title\n\nsome *words*", {}, "Übersicht");
  const window = await screens.at(alice);
  const { page } = window;
  await window.visits(`/doc/${id}`);
  const saved: Record<string, string> = {};
  for (const format of ["Markdown", "HTML"]) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("link", { name: `Download ${format}` }).click();
    const file = await download;
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    saved[file.suggestedFilename()] = Buffer.concat(chunks).toString();
  }
  assert.deepEqual(Object.keys(saved), ["Übersicht.md", "Übersicht.html"]);
  assert.equal(saved["Übersicht.md"], "# Title\n\nsome *words*");
  assert.match(saved["Übersicht.html"]!, /<em>words<\/em>/);
  assert.equal(new URL(page.url()).pathname, `/doc/${id}`);
});

test("deleting takes the name typed, and leaving a word; both end it for whom they should", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const bob = await screens.person("bob");
  const first = await drafts(alice, "one", { bob: "editor" }, "First");
  await drafts(alice, "two", { bob: "viewer" }, "Second");
  const window = await screens.at(alice);
  await bob.visits(`/doc/${first}`);
  await bob.page.getByRole("heading", { level: 1, name: "First" }).waitFor();

  await window.visits("/doc");
  await choosesFor(window, "First", "Delete");
  const dialog = window.page.getByRole("dialog", { name: "Delete “First”?" });
  const confirm = dialog.getByRole("button", { name: "Delete document" });
  await dialog.getByRole("textbox").fill("first");
  assert.equal(await confirm.isDisabled(), true);
  await dialog.getByRole("textbox").press("Enter");
  await row(bob, "First").waitFor({ state: "detached" });
  await dialog.getByRole("textbox").fill("First");
  await confirm.click();
  await window.page.getByText("“First” has been deleted.").waitFor();
  await row(window, "First").waitFor({ state: "detached" });
  await row(window, "Second").waitFor();

  await bob.page.getByRole("alert").getByText("This document has been deleted.").waitFor();
  await bob.page.getByRole("link", { name: "All documents" }).click();
  await row(bob, "Second").waitFor();
  assert.equal(await row(bob, "First").count(), 0);
  await choosesFor(bob, "Second", "Leave");
  await bob.page.getByRole("dialog", { name: "Leave “Second”?" }).getByRole("button", { name: "Leave document" }).click();
  await bob.page.getByText("No documents yet").waitFor();
  await row(window, "Second").waitFor();
});

test("the list is searched, sorted by what was edited last, and survives a server that does not answer", async () => {
  await using screens = await Screens.open();
  const [alice, bob] = await screens.server.online("alice", "bob");
  await drafts(alice, "", {}, "Untouched");
  const minutes = await drafts(bob, "", { alice: "editor" }, "Minutes");
  await drafts(alice, "text", {}, "Budget");
  await alice.emits("doc_edit", { doc_id: minutes, content: "agreed" });
  const window = await screens.at(alice);
  const { page } = window;
  const names = () => page.getByRole("list", { name: "Documents" }).locator("strong").allInnerTexts();

  await page.route("**/api/doc/list", (route) => route.abort());
  await window.visits("/doc");
  await page.getByRole("alert").getByText("The documents could not be loaded").waitFor();
  await page.unroute("**/api/doc/list");
  await page.getByRole("button", { name: "Retry" }).click();
  await row(window, "Minutes").waitFor();
  assert.deepEqual(await names(), ["Minutes", "Budget", "Untouched"]);
  await row(window, "Untouched").getByText("not edited yet").waitFor();
  assert.equal(await page.getByRole("alert").isVisible(), false);

  await page.getByText("Shared", { exact: true }).click();
  await eventually("only the shared ones are shown", async () => (await names()).join() === "Minutes");
  await page.getByText("All", { exact: true }).click();
  await page.getByLabel("Filter documents").fill("BOB");
  await eventually("they are found by creator", async () => (await names()).join() === "Minutes");
  await page.getByLabel("Filter documents").fill("xyz");
  await page.getByText("No document with “xyz”").waitFor();
});

test("who was away learns of a new document when the link is back", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  const bob = await screens.person("bob");
  await bob.visits("/doc");
  await bob.page.getByText("No documents yet").waitFor();
  await bob.context.setOffline(true);
  await bob.banner().waitFor();
  await drafts(alice, "", { bob: "editor" }, "While you were away");
  assert.equal(await row(bob, "While you were away").count(), 0);
  await bob.context.setOffline(false);
  await row(bob, "While you were away").waitFor();
});

for (const width of [390, 320]) {
  test(`on a phone of ${width} px one walks from the chat to a document, and every control can be hit`, async () => {
    await using screens = await Screens.open();
    const alice = await screens.server.register("alice");
    await screens.server.register("bob");
    const name = "A plan with a name that is a good deal longer than a phone is wide";
    await drafts(alice, `# Plan\n\n${"word ".repeat(400)}`, { bob: "editor" }, name);
    // What is still growing into its place is smaller than it is going to be.
    const window = await screens.at(alice, { ...PHONE, reducedMotion: "reduce", viewport: { width, height: 700 } });
    const { page } = window;
    const looksRight = async (where: string) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${where}: ${wide} px wide`);
      const small = await page.evaluate(() =>
        Array.from(document.querySelectorAll<HTMLElement>(".doc button, .doc a[href], .doc input, .doc select, dialog button"))
          .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .editor"))
          .map((element) => ({ label: element.ariaLabel ?? element.textContent, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
          .map(({ label, box }) => `${label}: ${box.width} x ${box.height}`),
      );
      assert.deepEqual({ where, small }, { where, small: [] });
    };

    await page.getByRole("link", { name: "Documents" }).tap();
    await row(window, name).waitFor();
    await looksRight("the list");
    await row(window, name).getByRole("link").tap();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await looksRight("the document");
    await page.getByRole("button", { name: "Share" }).tap();
    await page.getByLabel("What bob can do").waitFor();
    await looksRight("sharing");
    await page.getByRole("button", { name: "Close" }).tap();
    await page.getByRole("button", { name: "More" }).tap();
    await page.getByRole("button", { name: "Delete", exact: true }).waitFor();
    await looksRight("the menu");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "All documents" }).tap();
    await row(window, name).waitFor();
    await page.getByRole("button", { name: "Back to chat" }).tap();
    await window.item("Public chat").waitFor();
    window.noComplaints();
  });
}

test("the keyboard alone is enough, and the focus comes back", async () => {
  await using screens = await Screens.open();
  const alice = await screens.server.register("alice");
  await drafts(alice, "", {}, "Plan");
  const window = await screens.at(alice);
  const { page } = window;
  await window.visits("/doc");
  const opener = page.getByRole("button", { name: "Actions for Plan" });

  await opener.focus();
  await page.keyboard.press("Enter");
  const share = page.getByRole("button", { name: "Share", exact: true });
  await share.waitFor();
  await page.getByRole("button", { name: "Actions for Plan", expanded: true }).waitFor();
  await page.keyboard.press("Escape");
  await share.waitFor({ state: "hidden" });
  await focused("after the menu", opener);

  await page.keyboard.press("Enter");
  await share.waitFor();
  await page.keyboard.press("Tab");
  await focused("in the menu", share);
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowDown");
  await focused("the first entry of the menu", share);
  await page.keyboard.press("ArrowUp");
  await focused("the last entry of the menu", page.getByRole("button", { name: "Delete", exact: true }));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Share “Plan”" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await focused("after the dialog", opener);
});
