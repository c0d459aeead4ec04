/** What was typed and what is shown: Markdown in, a handful of safe tags out (contract 4.1). */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Chatter, type Person } from "../support/index.ts";

let server: Chatter;
let alice: Person;
before(async () => {
  server = await Chatter.starts();
  [alice] = await server.online("alice", "bob");
});
after(async () => server[Symbol.asyncDispose]());

async function shown(source: string): Promise<string> {
  const ack = await alice.emits("dm_send", { to: "bob", text: source });
  const message = await alice.receives("dm_new", { id: ack.id });
  assert.equal(message.source, source, "source must be what was typed");
  return message.text;
}

const EXACT: [string, string][] = [
  ["Hello!", "Hello!"],
  ["a < b", "a &lt; b"],
  ["a & b", "a &amp; b"],
  ["**bold**", "<strong>bold</strong>"],
  ["*slanted*", "<em>slanted</em>"],
  ["`code`", "<code>code</code>"],
  ["`<b>`", "<code>&lt;b&gt;</code>"],
  ["2 * 3 * 4", "2 * 3 * 4"],
  ["snake_case_name", "snake_case_name"],
  ["日本語 🙂", "日本語 🙂"],
  ["# no heading", "no heading"],
  ["<b>stripped</b>", "stripped"],
  ["<i>kept text</i> after", "kept text after"],
];
for (const [source, text] of EXACT) {
  test(`${JSON.stringify(source)} is shown as ${JSON.stringify(text)}`, async () => {
    assert.equal((await shown(source)).trim(), text);
  });
}

test("lists and paragraphs keep their structure", async () => {
  assert.match(await shown("- one\n- two"), /^<ul>\s*<li>one<\/li>\s*<li>two<\/li>\s*<\/ul>\s*$/);
  assert.match(await shown("1. one\n2. two"), /^<ol>\s*<li>one<\/li>\s*<li>two<\/li>\s*<\/ol>\s*$/);
  assert.match(await shown("first\n\nsecond"), /^<p>first<\/p>\s*<p>second<\/p>\s*$/);
});

for (const source of ["[a site](https://example.org/x?y=1&z=2)", "https://example.org/x?y=1&z=2", "see https://example.org/x?y=1&z=2."]) {
  test(`the link in ${JSON.stringify(source)} opens elsewhere and tells nobody where from`, async () => {
    const text = await shown(source);
    const [, attributes] = /<a ([^>]*)>/.exec(text) ?? [];
    assert.ok(attributes, text);
    assert.match(attributes, /href="https:\/\/example\.org\/x\?y=1&amp;z=2"/);
    assert.match(attributes, /rel="noopener noreferrer"/);
    assert.match(attributes, /target="_blank"/);
  });
}

const HOSTILE = [
  "<script>alert(1)</script>",
  "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<object data=javascript:alert(1)></object>",
  "<style>*{background:url(//evil.example)}</style>",
  "<a href=javascript:alert(1)>x</a>",
  "<a href=\"jav\tascript:alert(1)\">x</a>",
  "<a href=\"&#106;avascript:alert(1)\">x</a>",
  "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
  "<a href=\"vbscript:x\">x</a>",
  "<a href='https://ok.example' onclick='alert(1)' style='position:fixed'>x</a>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java&#1;script:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "[x](<javascript:alert(1)>)",
  "[x](https://ok.example \"onmouseover=alert(1)\")",
  "[x](https://ok.example\" onmouseover=\"alert(1))",
  "![x](https://evil.example/track.png)",
  "<javascript:alert(1)>",
  "javascript:alert(1)",
  "<p onmouseover=alert(1)>hover</p>",
  "<code onclick=alert(1)>x</code>",
  "<<script>script>alert(1)</script>",
  "<scr<script>ipt>alert(1)</script>",
  "\"><script>alert(1)</script>",
  "<!--><script>alert(1)</script>-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<?php echo 1 ?>",
  "</p><script>alert(1)</script><p>",
  "<form action=//evil.example><input name=x></form>",
  "<base href=//evil.example>",
  "<meta http-equiv=refresh content='0;url=//evil.example'>",
  "<link rel=stylesheet href=//evil.example>",
  "<template><script>alert(1)</script></template>",
  "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
  "<div style=\"background:url(javascript:alert(1))\">x</div>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "```html\n<script>alert(1)</script>\n```",
  "    <script>alert(1)</script>",
  "<details open ontoggle=alert(1)>",
  "<a id=x name=y class=z href=https://ok.example>clobber</a>",
  "<https://ok.example/\"onmouseover=\"alert(1)>",
  "https://ok.example/\"onmouseover=\"alert(1)",
  "*<img src=x onerror=alert(1)>*",
  "[<img src=x onerror=alert(1)>](https://ok.example)",
  "\u202Egnp.exe <b>x",
];

/** Fails on any tag, attribute or link scheme outside the contract's list. */
function assertHarmless(html: string): void {
  const rest = html.replace(/<(\/?)([a-z]+)((?:\s+[a-z]+="[^"<>]*")*)\s*>/g, (_, closing: string, tag: string, attributes: string) => {
    assert.ok(["a", "em", "strong", "code", "br", "p", "ul", "ol", "li"].includes(tag), `tag ${tag} in ${html}`);
    for (const [, name, value] of attributes.matchAll(/([a-z]+)="([^"]*)"/g)) {
      assert.equal(tag, "a", `attribute ${name} on ${tag} in ${html}`);
      assert.equal(closing, "");
      assert.ok(["href", "title", "rel", "target"].includes(name!), `attribute ${name} in ${html}`);
      if (name === "href") assert.match(value!, /^(https?:\/\/|mailto:)/, html);
    }
    return "";
  });
  assert.doesNotMatch(rest, /[<>]/, `stray markup in ${html}`);
}

for (const source of HOSTILE) {
  test(`nothing comes alive in ${JSON.stringify(source)}`, async () => {
    assertHarmless(await shown(source));
  });
}

test("nothing comes alive through an edit, a reply's snippet or a group's name either", async () => {
  const hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>[x](javascript:alert(1)) words";
  const ack = await alice.emits("dm_send", { to: "bob", text: "tame" });
  await alice.emits("dm_edit", { id: ack.id, text: hostile });
  const edited = await alice.receives("message_edited", { id: ack.id });
  assert.equal(edited.content, hostile);
  assertHarmless(edited.text);
  assertHarmless((await alice.receives("dm_edit", { id: ack.id })).text);
  const reply = await alice.emits("dm_send", { to: "bob", text: "re", reply_to: ack.id });
  const { reply_snippet } = await alice.receives("dm_new", { id: reply.id });
  assert.doesNotMatch(reply_snippet, /[<>]/);
});
