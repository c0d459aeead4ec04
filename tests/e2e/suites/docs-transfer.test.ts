/** Documents as files: import and export, there and back, and what a page made of hostile text may do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_BYTES, drafts, stored } from "../support/docs.ts";
import { aServer, matchesSnapshot, multipart, type Answer, type Person } from "../support/index.ts";

const shared = aServer();

/** A form with one file, as a browser posts it. */
function uploads(person: Person, filename: string, file: Buffer | string, fields: Record<string, string> = {}): Promise<Answer> {
  const boundary = "----chatter-e2e-file";
  const parts = Object.entries(fields).map(([name, value]) => Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
  const head = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: text/markdown\r\n\r\n`);
  const body = Buffer.concat([...parts, head, Buffer.from(file), Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return person.post("/api/doc/import", body, { "content-type": `multipart/form-data; boundary=${boundary}` });
}

test("a file becomes a document, named by the field, its first heading or its file name", async () => {
  const [ann] = await shared.server.people("ann");
  const cases: [string, string | Buffer, Record<string, string>, string, string][] = [
    ["notes.md", "# Heading\n\ntext", { name: "Given" }, "Given", "# Heading\n\ntext"],
    ["notes.md", "intro\n\n# Heading of it \n\ntext", {}, "Heading of it", "intro\n\n# Heading of it \n\ntext"],
    ["notes.of.may.md", "no heading\r\nat all\r", {}, "notes.of.may", "no heading\nat all\n"],
    ["notes.md", "\ufeff# After a mark", {}, "After a mark", "# After a mark"],
    ["empty.md", "", {}, "empty", ""],
    ["ümläut 日本.md", "x", {}, "ümläut 日本", "x"],
  ];
  for (const [filename, file, fields, name, content] of cases) {
    const answer = await uploads(ann, filename, file, fields);
    assert.equal(answer.status, 200, `${filename}: ${answer.text}`);
    assert.deepEqual([answer.json.name, await stored(ann, answer.json.id)], [name, content], filename);
    assert.deepEqual([answer.json.role, answer.json.ok, answer.json.doc_id], ["creator", true, answer.json.id]);
  }
  const made = await ann.does("/api/doc/import", { name: "As JSON", content: "a\r\nb" });
  matchesSnapshot("rest/doc-import", made);
  assert.equal((await ann.does("/api/doc/import", { content: "# Only a heading" })).name, "Only a heading");
});

test("what is no text, too long, or no file is refused, and makes no document", async () => {
  const [ben] = await shared.server.people("ben");
  for (const [what, file] of [
    ["an image", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xfe])],
    ["UTF-16", Buffer.from("\ufeffUTF-16 text ü", "utf16le")],
    ["Latin 1", Buffer.from("für", "latin1")],
    ["half a letter", Buffer.from("für").subarray(0, 2)],
  ] as const) {
    const answer = await uploads(ben, "x.md", file);
    assert.deepEqual([answer.status, answer.json.code, answer.json.error], [400, "not_text", "not a text file"], what);
  }
  const long = await uploads(ben, "x.md", "x".repeat(MOST_BYTES + 1));
  assert.deepEqual([long.status, long.json.code], [413, "content_too_large"]);
  for (const body of [{}, { content: 7 }, { name: "x" }, { name: 7, content: "x" }]) {
    assert.equal((await ben.post("/api/doc/import", body)).status, 400, JSON.stringify(body));
  }
  const { body, type } = multipart({ name: "No file" });
  assert.equal((await ben.post("/api/doc/import", body, { "content-type": type })).status, 400);
  assert.deepEqual((await ben.post("/api/doc/import", { name: "x".repeat(101), content: "x" })).json.code, "invalid_name");
  assert.deepEqual((await ben.reads("/api/doc/list")).documents, []);
});

test("the largest text, and the largest with line ends of two bytes, are imported", async () => {
  const [cat] = await shared.server.people("cat");
  for (const file of ["x".repeat(MOST_BYTES), `\ufeff${"é".repeat(MOST_BYTES / 2)}`, "\r\n".repeat(MOST_BYTES)]) {
    const answer = await uploads(cat, "long.md", file);
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    assert.ok((await stored(cat, answer.json.id)) === file.replace("\ufeff", "").replaceAll("\r\n", "\n"));
  }
});

test("Markdown goes out as it came in, under the document's name", async () => {
  const [dan] = await shared.server.people("dan");
  const content = "# Tïtle\n\n| a | b |\n|---|---|\n| 1 | <b>2</b> |\n\n\0\ttail \u2028 e\u0301 👩‍👩‍👧";
  for (const name of ["Plain", 'Quotes " and \\ back/slash', "Ümläut 日本 😀", "semi;colon\u202e.exe", "%2F..%2F"]) {
    const id = await drafts(dan, content, {}, name);
    const answer = await dan.get(`/api/doc/${id}/export?format=markdown`);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, content);
    assert.match(answer.headers["content-type"]!, /^text\/markdown; charset=utf-8$/);
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    const disposition = String(answer.headers["content-disposition"]);
    assert.match(disposition, /^attachment; filename="[ -!#-[\]-~]+\.md"; filename\*=UTF-8''[A-Za-z0-9._~%-]+\.md$/);
    const given = decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(disposition)![1]!);
    assert.doesNotMatch(given, /[/\\:*?"<>|\u0000-\u001f\u202e]/);
    const again = await uploads(dan, "again.md", answer.text, { name: "Again" });
    assert.equal(await stored(dan, again.json.id), content);
  }
  const id = await drafts(dan);
  for (const format of ["pdf", "", "HTML ", "../x"]) assert.equal((await dan.get(`/api/doc/${id}/export?format=${encodeURIComponent(format)}`)).status, 400, format);
});

test("HTML is a complete page of the Markdown, and nothing hostile in it runs, loads or leads astray", async () => {
  const [eve] = await shared.server.people("eve");
  const content = [
    "# Heading & more", "Some *emphasis*, `code <b>`, ~~struck~~.", "| a | b |\n|---|---|\n| 1 | 2 |", "- [x] done\n- [ ] open",
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "<iframe src=https://evil.example></iframe>", "<style>*{display:none}</style>",
    "[link](javascript:alert(3))", "[link](JaVaScRiPt&colon;alert(4))", "[link](data:text/html,<script>alert(5)</script>)", "[link](vbscript:x)", "[good](https://example.org/a?b=c)",
    "![picture](javascript:alert(6))", "![picture](data:image/svg+xml,<svg onload=alert(7)>)", "<a href=\"https://example.org\" onclick=\"alert(8)\">x</a>",
    "<svg><a xlink:href=\"javascript:alert(9)\"/></svg>", "</main></body></html><script>alert(10)</script>", "<form action=https://evil.example><input name=q></form>", "<base href=https://evil.example>", "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "```html\n<script>alert(11)</script>\n```", `${">".repeat(5000)} deep`, `${"[".repeat(5000)}`, `${"*a ".repeat(3000)}`,
  ].join("\n\n");
  const id = await drafts(eve, content, {}, "</title><script>alert(12)</script>");
  const answer = await eve.get(`/api/doc/${id}/export?format=html`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"]!, /^text\/html; charset=utf-8$/);
  assert.match(String(answer.headers["content-disposition"]), /^attachment; /);
  const policy = String(answer.headers["content-security-policy"]);
  assert.match(policy, /(^|; *)sandbox(;|$)/);
  assert.match(policy, /default-src 'none'/);
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  const page = answer.text;
  assert.match(page, /^<!doctype html>/i);
  assert.equal(page.match(/<\/html>/g)!.length, 1);
  assert.equal(page.match(/<title>/g)!.length, 1);
  assert.doesNotMatch(page, /<(script|iframe|object|embed|form|base|svg|math|link)\b/i);
  assert.equal(page.match(/<style\b/g)!.length, 1);
  assert.equal(page.match(/<meta http-equiv="?refresh/gi), null);
  for (const tag of page.match(/<[a-z][^>]*>/gi)!) {
    assert.doesNotMatch(tag, /\son\w+\s*=/i, tag);
    assert.doesNotMatch(tag, /(href|src)\s*=\s*["']?\s*(javascript|vbscript|data):/i, tag);
  }
  assert.match(page, /<h1[^>]*>Heading &amp; more<\/h1>/);
  assert.match(page, /<em>emphasis<\/em>/);
  assert.match(page, /<table>/);
  assert.match(page, /href="https:\/\/example\.org\/a\?b=c"/);
  assert.match(page, /&lt;script&gt;alert\(11\)/);
  for (const link of page.match(/<a [^>]*href[^>]*>/g)!) assert.match(link, /rel="[^"]*noopener/);
});
