/**
 * A person at a browser: Debian's or the developer's Chromium, driven by what is on the screen.
 * Everything is found by the words and roles people and screen readers find it by.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "playwright-core";
import { Chatter, PASSWORD, type Options, type Person } from "../support/index.ts";

const EXECUTABLE =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** No traffic of the browser's own: these tests talk to one server on loopback and to nobody else. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

/** Waits until this element has the focus: it comes back with the next paint, not with the key. */
export async function focused(what: string, element: Locator): Promise<void> {
  await eventually(`the focus: ${what}`, () => element.evaluate((shown) => shown === document.activeElement));
}

/** A server and a browser for one test. */
export class Screens implements AsyncDisposable {
  private constructor(
    readonly server: Chatter,
    private readonly browser: Browser,
  ) {}

  /** `flags` are the browser's own. */
  static async open(options: Options = {}, flags: string[] = []): Promise<Screens> {
    assert.ok(EXECUTABLE, "no Chromium found: install the package chromium, or name one in CHROMIUM");
    const server = await Chatter.starts({ root: false, ...options });
    try {
      return new Screens(server, await chromium.launch({ executablePath: EXECUTABLE, args: [...QUIET, ...flags] }));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Somebody who has not signed in, in a browser of their own. */
  async stranger(options: BrowserContextOptions = {}): Promise<Window> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
    context.setDefaultTimeout(15_000);
    return Window.in(context, this.server);
  }

  /** Somebody with an account, signed in, at the chat. */
  async person(name: string, options: BrowserContextOptions = {}): Promise<Window> {
    return this.at(await this.server.register(name), options);
  }

  /** A browser that already carries this person's session. Its pages begin with `script`. */
  async at(person: Person, options: BrowserContextOptions = {}, script = ""): Promise<Window> {
    const window = await this.stranger(options);
    await window.context.addInitScript(script);
    const url = this.server.url;
    await window.context.addCookies([...person.cookies].map(([name, value]) => ({ name, value, url })));
    await window.visits("/chat");
    return window;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.server[Symbol.asyncDispose]();
  }
}

export class Window {
  /** What the page complained about: exceptions, and refusals of the content security policy. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly server: Chatter,
  ) {
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) this.complaints.push(message.text());
    });
  }

  static async in(context: BrowserContext, server: Chatter): Promise<Window> {
    return new Window(context, await context.newPage(), server);
  }

  /** One more tab of the same browser, with nothing in it yet. */
  another(): Promise<Window> {
    return Window.in(this.context, this.server);
  }

  /** One more tab of the same browser. */
  async tab(path = "/chat"): Promise<Window> {
    const tab = await this.another();
    await tab.visits(path);
    return tab;
  }

  async opens(path: string): Promise<void> {
    await this.page.goto(this.server.url + path);
  }

  /** Goes to an address as somebody signed in, and waits for the live link. */
  async visits(path: string): Promise<void> {
    await this.opens(path);
    await this.isOnline();
  }

  async registers(name: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel("User name").fill(name);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Create account" }).click();
    await this.isOnline();
  }

  async signsIn(name: string, password = PASSWORD): Promise<void> {
    await this.signsInAt(name, password);
    await this.isOnline();
  }

  /** Signs in on the way to somewhere else than the chat. */
  async signsInAt(name: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel("User name").fill(name);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** Goes to a page that does not have the conversations beside it. */
  async visitsPage(path: string): Promise<void> {
    await this.opens(path);
    await this.page.getByRole("main").waitFor();
  }

  async isOnline(): Promise<void> {
    await this.page.locator(".sidebar-foot .dot-online").waitFor({ state: "attached" });
  }

  /** Opens a conversation from the list. */
  async goesTo(name: string): Promise<void> {
    await this.item(name).click();
    await this.page.getByRole("heading", { level: 1, name }).waitFor();
  }

  /** The entry of the conversation list. */
  item(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Conversations" }).getByRole("link").filter({ has: this.page.getByText(name, { exact: true }) });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: /^Message / });
  }

  get log(): Locator {
    return this.page.getByRole("log");
  }

  /** Types and sends, as hands do: the text, then Enter. */
  async writes(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** The message with this text. */
  message(text: string): Locator {
    return this.log.locator("article").filter({ hasText: text });
  }

  async sees(text: string): Promise<void> {
    await this.message(text).first().waitFor();
  }

  async seesNoMore(text: string): Promise<void> {
    await this.message(text).first().waitFor({ state: "detached" });
  }

  /** Chooses one of the actions that appear over a message. */
  async does(action: "Reply" | "Edit" | "Delete" | "Add reaction" | "Pin", text: string): Promise<void> {
    const button = this.message(text).getByRole("button", { name: action });
    for (let attempt = 1; ; attempt += 1) {
      await this.message(text).hover();
      // Whatever arrives meanwhile moves the message away from under the mouse.
      const clicked = await button.click({ timeout: 1500 }).then(() => true, () => false);
      if (clicked) return;
      if (attempt === 5) throw new Error(`could not choose ${action} over: ${text}`);
    }
  }

  /** The texts of all messages, top to bottom. */
  texts(): Promise<string[]> {
    return this.log.locator("article .prose").allInnerTexts();
  }

  /** Nothing left in the outbox: every message is a stored one. */
  async hasSentAll(): Promise<void> {
    await this.log.locator("article[data-state]").first().waitFor({ state: "detached" });
  }

  banner(): Locator {
    return this.page.locator(".link-banner");
  }

  noComplaints(): void {
    assert.deepEqual(this.complaints, []);
  }
}

/** Waits until the page agrees; for what has no element to wait for. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
