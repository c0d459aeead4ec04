/**
 * A browser without JavaScript: it has cookies, follows redirects while they stay on the server,
 * and sends forms with what is in them. Pages are read by a parser of the HTML standard.
 */
import assert from "node:assert/strict";
import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes } from "parse5";
import type { Answer } from "./http.ts";
import { Stranger } from "./person.ts";
import type { Chatter } from "./server.ts";

interface Form {
  action: string;
  method: string;
  /** What is sent unless something else is typed. */
  fields: Map<string, string>;
  /** By their text. */
  buttons: Map<string, [name: string, value: string]>;
}

/** Where a visit ended: a page of the server, or the address of another site. */
export interface Visit {
  answer: Answer;
  url: URL;
  /** Whether it is another site's address, which was not asked for. */
  isElsewhere: boolean;
  text: string;
  forms: Form[];
}

export class PlainBrowser {
  private readonly stranger: Stranger;

  constructor(private readonly server: Chatter) {
    this.stranger = new Stranger(server);
  }

  /** Goes to an address, as if a link on another site led there. */
  opens(url: URL | string): Promise<Visit> {
    return this.goes("GET", new URL(url, this.server.url), undefined, "cross-site");
  }

  /** Fills in the page's only form and presses one of its buttons. */
  async submits(page: Visit, typed: Record<string, string>, button: string): Promise<Visit> {
    assert.equal(page.forms.length, 1, page.answer.text);
    const form = page.forms[0]!;
    for (const name of Object.keys(typed)) assert.ok(form.fields.has(name), `no field ${name}: ${page.answer.text}`);
    const pressed = form.buttons.get(button);
    assert.ok(pressed !== undefined, `no button ${button}: ${page.answer.text}`);
    const fields = [...new Map([...form.fields, ...Object.entries(typed)]), ...(pressed[0] === "" ? [] : [pressed])];
    assert.equal(form.method, "post");
    return this.goes("POST", new URL(form.action, page.url), new URLSearchParams(fields).toString(), "same-origin");
  }

  /** The same, when what comes is a page for browsers with JavaScript: the address that it is sent to. */
  async isSentBy(page: Visit, button: string): Promise<URL> {
    const [name, value] = page.forms[0]!.buttons.get(button)!;
    const fields = new URLSearchParams([...page.forms[0]!.fields, [name, value]]);
    const headers = { accept: "text/html", "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };
    const answer = await this.stranger.request("POST", page.forms[0]!.action, fields.toString(), headers);
    assert.equal(answer.status, 303, answer.text);
    return new URL(answer.headers.location!, page.url);
  }

  private async goes(method: string, url: URL, body: string | undefined, site: string): Promise<Visit> {
    const navigation = { accept: "text/html", "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const form: Record<string, string> = body === undefined ? { origin: "" } : { "content-type": "application/x-www-form-urlencoded" };
    let answer = await this.stranger.request(method, url.pathname + url.search, body, { ...navigation, ...form });
    for (let hops = 0; [302, 303].includes(answer.status); hops++) {
      assert.ok(hops < 10, `round and round: ${url}`);
      url = new URL(answer.headers.location!, url);
      if (url.origin !== this.server.url) return { answer, url, isElsewhere: true, text: "", forms: [] };
      answer = await this.stranger.request("GET", url.pathname + url.search, undefined, { ...navigation, origin: "" });
    }
    assert.match(answer.headers["content-type"] ?? "", /^text\/html/, answer.text);
    const found: Visit = { answer, url, isElsewhere: false, text: "", forms: [] };
    read(parse(answer.text), found);
    return found;
  }
}

type Node = DefaultTreeAdapterTypes.Node;

function read(node: Node, page: Visit, form?: Form): void {
  if (defaultTreeAdapter.isTextNode(node)) page.text += node.value;
  if (!defaultTreeAdapter.isElementNode(node) && !("childNodes" in node)) return;
  let inside = form;
  if (defaultTreeAdapter.isElementNode(node)) {
    assert.notEqual(node.tagName, "script", "a page that needs no JavaScript has none");
    const attribute = (name: string): string | undefined => node.attrs.find((each) => each.name === name)?.value;
    if (node.tagName === "form") {
      inside = { action: attribute("action") ?? "", method: (attribute("method") ?? "get").toLowerCase(), fields: new Map(), buttons: new Map() };
      page.forms.push(inside);
    }
    if (node.tagName === "input" && attribute("name") !== undefined) form?.fields.set(attribute("name")!, attribute("value") ?? "");
    if (node.tagName === "button") form?.buttons.set(words(node), [attribute("name") ?? "", attribute("value") ?? ""]);
  }
  for (const child of node.childNodes) read(child, page, inside);
}

function words(node: Node): string {
  if (defaultTreeAdapter.isTextNode(node)) return node.value;
  return "childNodes" in node ? node.childNodes.map(words).join("").trim() : "";
}
