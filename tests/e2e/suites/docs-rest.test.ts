/** Documents over REST (contract 2.9 and 4.8): shapes, rights, members, names and limits. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MOST_BYTES, drafts, stored } from "../support/docs.ts";
import { Chatter, aServer, matchesSnapshot, multipart, urlencoded, type Answer, type Person, type Stranger } from "../support/index.ts";

const shared = aServer();

/** Status, code and shape of a refusal. */
function refusal(answer: Answer): [status: number, code: string] {
  assert.equal(answer.json.ok, false, answer.text);
  assert.ok(typeof answer.json.error === "string" && answer.json.error !== "");
  return [answer.status, answer.json.code];
}

test("making, listing, reading: the documented shapes", async () => {
  const [ann, ben] = await shared.server.people("ann", "ben");
  const made = await ann.does("/api/doc/create", { name: " Minutes ", content: "# Minutes\r\n", members: [{ username: "ben", role: "editor" }] });
  matchesSnapshot("rest/doc-create", made);
  matchesSnapshot("rest/doc-create-empty", await ann.does("/api/doc/create", { name: "Empty" }));
  matchesSnapshot("rest/doc-list-creator", await ann.reads("/api/doc/list"));
  matchesSnapshot("rest/doc-list-member", await ben.reads("/api/doc/list"));
  matchesSnapshot("rest/doc-get", await ben.reads(`/api/doc/${made.id}`));
  matchesSnapshot("rest/doc-members", await ben.reads(`/api/doc/${made.id}/members`));
  assert.equal(await stored(ben, made.id), "# Minutes\n");
});

test("the list is most recently edited first, and what was never edited is last, the newest first", async () => {
  const [cat, dan] = await shared.server.online("cat", "dan");
  const names = async (person: Person): Promise<string[]> => (await person.reads("/api/doc/list")).documents.map(({ name }: any) => name);
  assert.deepEqual(await names(cat), []);
  const one = await drafts(cat, "", { dan: "editor" }, "one");
  await drafts(cat, "", {}, "two");
  const three = await drafts(cat, "", { dan: "viewer" }, "three");
  await cat.emits("doc_edit", { doc_id: three, content: "x" });
  await dan.emits("doc_edit", { doc_id: one, content: "x" });
  await drafts(cat, "", {}, "four");
  assert.deepEqual(await names(cat), ["one", "three", "four", "two"]);
  assert.deepEqual(await names(dan), ["one", "three"]);
  const [first] = (await dan.reads("/api/doc/list")).documents;
  assert.deepEqual([first.last_edited_by, first.role, first.version], ["dan", "editor", 1]);
});

describe("making a document", () => {
  test("takes forms as well", async () => {
    const [eve] = await shared.server.people("eve");
    for (const { body, type } of [urlencoded({ name: "Form", content: "x" }), multipart({ name: "Form", content: "x" })]) {
      const answer = await eve.post("/api/doc/create", body, { "content-type": type });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(await stored(eve, answer.json.id), "x");
    }
  });

  test("takes a name of 1 to 100 characters, and refuses every other", async () => {
    const [fay] = await shared.server.people("fay");
    for (const name of ["x", "ä".repeat(100), "😀".repeat(100), "e\u0301".repeat(100), "a/b\\c <script>", `  ${"x".repeat(100)}  `]) {
      const made = await fay.does("/api/doc/create", { name });
      assert.equal(made.name, name.trim().normalize("NFC"));
    }
    const count = (await fay.reads("/api/doc/list")).documents.length;
    for (const name of ["", "   ", "x".repeat(101), "😀".repeat(101), "a\nb", "a\tb", "a\0b", "\u007f", "x".repeat(100_000)]) {
      const answer = await fay.post("/api/doc/create", { name });
      assert.deepEqual(refusal(answer), [400, "invalid_name"], JSON.stringify(name.slice(0, 20)));
      assert.equal(answer.json.error, "invalid name");
    }
    for (const body of [{}, { name: null }, { name: 7 }, { name: ["x"] }, { name: "x", content: 7 }, { name: "x", content: ["a"] }, { name: "x", members: "ben" }, { name: "x", members: [7] }, { name: "x", members: [{}] }, { name: "x", members: [{ username: 7 }] }, { name: "x", members: [{ username: "ben", role: 7 }] }, [], "text", 7]) {
      const answer = await fay.post("/api/doc/create", body);
      assert.equal(answer.status, 400, `${JSON.stringify(body)}: ${answer.text}`);
    }
    assert.equal((await fay.reads("/api/doc/list")).documents.length, count);
  });

  test("with a name nobody has, or a role that is none, makes nothing and tells nobody", async () => {
    const [gus, hal] = await shared.server.online("gus", "hal");
    for (const [members, status, code, text] of [
      [[{ username: "hal" }, { username: "nobody1", role: "editor" }, { username: "nobody2" }], 404, "user_not_found", /^user not found: nobody1, nobody2$/],
      [[{ username: "hal" }, { username: "" }], 400, "username_required", /^username required$/],
      [[{ username: "hal", role: "creator" }], 400, "invalid_role", /^invalid role$/],
      [[{ username: "hal", role: "owner" }], 400, "invalid_role", /^invalid role$/],
      [[{ username: "hal", role: "" }], 400, "invalid_role", /^invalid role$/],
    ] as const) {
      const answer = await gus.post("/api/doc/create", { name: "Refused", content: "x", members });
      assert.deepEqual(refusal(answer), [status, code], JSON.stringify(members));
      assert.match(answer.json.error, text);
    }
    assert.deepEqual((await gus.reads("/api/doc/list")).documents, []);
    assert.deepEqual((await hal.reads("/api/doc/list")).documents, []);
    await hal.hearsNothing();
  });

  test("takes a member's last role, viewer unless said, in any letter case, and leaves its creator out", async () => {
    const [ida, jan, kim] = await shared.server.people("ida", "jan", "kim");
    const { id } = await ida.does("/api/doc/create", { name: "Roles", members: [{ username: "JAN", role: "viewer" }, { username: "kim" }, { username: "jan", role: "editor" }, { username: "Ida", role: "viewer" }] });
    const { members } = await jan.reads(`/api/doc/${id}/members`);
    assert.deepEqual(members.map(({ username, role }: any) => [username, role]).sort(), [["ida", "creator"], ["jan", "editor"], ["kim", "viewer"]]);
    assert.equal(members[0].username, "ida");
    assert.equal((await kim.reads(`/api/doc/${id}`)).role, "viewer");
  });

  for (const [what, content, isTaken] of [
    ["exactly as many bytes as fit", "x".repeat(MOST_BYTES), true],
    ["as many bytes in fewer letters", "é".repeat(MOST_BYTES / 2), true],
    ["as many line ends", "\n".repeat(MOST_BYTES), true],
    ["twice as many bytes of CR LF", "\r\n".repeat(MOST_BYTES / 2), true],
    ["one byte too many", "x".repeat(MOST_BYTES + 1), false],
    ["one byte too many in fewer letters", `${"é".repeat(MOST_BYTES / 2)}x`, false],
  ] as const) {
    test(`with ${what} is ${isTaken ? "fine" : "refused"}`, async () => {
      const lea = await shared.server.register(`lea${content.length}${content.codePointAt(0)}`);
      const answer = await lea.post("/api/doc/create", { name: "Long", content });
      if (isTaken) {
        assert.equal(answer.status, 200, answer.text.slice(0, 300));
        assert.ok((await stored(lea, answer.json.id)) === content.replaceAll("\r\n", "\n"));
      } else {
        assert.deepEqual(refusal(answer), [413, "content_too_large"]);
        assert.deepEqual((await lea.reads("/api/doc/list")).documents, []);
      }
    });
  }
});

describe("members", () => {
  interface World {
    id: number;
    max: Person;
    ned: Person;
    oda: Person;
  }

  async function aDocument(): Promise<World> {
    const n = ++documents;
    const [max, ned, oda] = (await shared.server.people(`max${n}`, `ned${n}`, `oda${n}`)) as unknown as [Person, Person, Person];
    return { id: await drafts(max, "text", { [ned.name]: "editor" }), max, ned, oda };
  }
  let documents = 0;

  const roles = async (reader: Person, id: number): Promise<string[][]> => (await reader.reads(`/api/doc/${id}/members`)).members.map(({ username, role }: any) => [username, role]);

  test("come in as viewers unless said otherwise, and are then in the list", async () => {
    const { id, max, ned, oda } = await aDocument();
    assert.deepEqual(await max.does(`/api/doc/${id}/add_member`, { username: oda.name.toUpperCase() }), { ok: true });
    assert.deepEqual(await roles(ned, id), [[max.name, "creator"], [ned.name, "editor"], [oda.name, "viewer"]]);
    // Who is in keeps their role.
    assert.deepEqual(await max.does(`/api/doc/${id}/add_member`, { username: ned.name, role: "viewer" }), { ok: true });
    assert.deepEqual((await roles(ned, id))[1], [ned.name, "editor"]);
    assert.equal((await oda.reads("/api/doc/list")).documents[0].role, "viewer");
  });

  test("change roles, go, and leave by themselves; the creator stays", async () => {
    const { id, max, ned, oda } = await aDocument();
    await max.does(`/api/doc/${id}/add_member`, { username: oda.name, role: "editor" });
    assert.deepEqual(await max.does(`/api/doc/${id}/update_member_role`, { username: ned.name, role: "viewer" }), { ok: true });
    assert.deepEqual(await max.does(`/api/doc/${id}/remove_member`, { username: oda.name }), { ok: true });
    assert.deepEqual(await roles(ned, id), [[max.name, "creator"], [ned.name, "viewer"]]);
    assert.deepEqual(refusal(await oda.get(`/api/doc/${id}`)), [403, "access_denied"]);
    assert.deepEqual(await ned.does(`/api/doc/${id}/remove_member`, { username: ned.name }), { ok: true });
    assert.deepEqual((await ned.reads("/api/doc/list")).documents, []);
    for (const [path, body, code, text] of [
      ["remove_member", { username: max.name }, "cannot_remove_creator", "cannot remove creator"],
      ["update_member_role", { username: max.name, role: "viewer" }, "cannot_change_own_role", "cannot change your own role"],
    ] as const) {
      const answer = await max.post(`/api/doc/${id}/${path}`, body);
      assert.deepEqual([...refusal(answer), answer.json.error], [400, code, text]);
    }
    assert.deepEqual(await roles(max, id), [[max.name, "creator"]]);
  });

  test("who are nobody, or in no role, are refused in the documented words", async () => {
    const { id, max, ned, oda } = await aDocument();
    for (const [path, body, status, code, text] of [
      ["add_member", {}, 400, "username_required", "username required"],
      ["add_member", { username: null }, 400, "username_required", "username required"],
      ["add_member", { username: "" }, 400, "username_required", "username required"],
      ["add_member", { username: "nobody" }, 404, "user_not_found", "user not found"],
      ["add_member", { username: oda.name, role: "creator" }, 400, "invalid_role", "invalid role"],
      ["add_member", { username: oda.name, role: "" }, 400, "invalid_role", "invalid role"],
      ["update_member_role", { role: "viewer" }, 400, "username_required", "username required"],
      ["update_member_role", { username: ned.name, role: "creator" }, 400, "invalid_role", "invalid role"],
      ["update_member_role", { username: ned.name }, 400, "invalid_role", "invalid role"],
      ["update_member_role", { username: oda.name, role: "viewer" }, 404, "not_a_member", "not a member"],
      ["update_member_role", { username: "nobody", role: "viewer" }, 404, "user_not_found", "user not found"],
      ["remove_member", {}, 400, "username_required", "username required"],
      ["remove_member", { username: null }, 400, "username_required", "username required"],
      ["remove_member", { username: oda.name }, 404, "not_a_member", "not a member"],
      ["remove_member", { username: "nobody" }, 404, "user_not_found", "user not found"],
    ] as const) {
      const answer = await max.post(`/api/doc/${id}/${path}`, body);
      assert.deepEqual([...refusal(answer), answer.json.error], [status, code, text], `${path} ${JSON.stringify(body)}`);
    }
    assert.deepEqual(await roles(max, id), [[max.name, "creator"], [ned.name, "editor"]]);
    for (const path of ["add_member", "update_member_role", "remove_member", "rename"]) {
      for (const body of ["{", "[]", '"text"', "7", '{"username":7,"name":7}', '{"username":["a"],"name":["a"]}']) {
        const answer = await max.post(`/api/doc/${id}/${path}`, body);
        assert.equal(answer.status, 400, `${path} ${body}: ${answer.text}`);
      }
    }
  });
});

test("rename: the creator's new name is everybody's, an invalid one nobody's", async () => {
  const [pia, quy] = await shared.server.people("pia", "quy");
  const id = await drafts(pia, "", { quy: "editor" });
  matchesSnapshot("rest/doc-rename", await pia.does(`/api/doc/${id}/rename`, { name: " Agenda " }));
  for (const name of [null, "", "x".repeat(101), "a\nb"]) assert.deepEqual(refusal(await pia.post(`/api/doc/${id}/rename`, { name })), [400, "invalid_name"]);
  assert.equal((await quy.reads(`/api/doc/${id}`)).name, "Agenda");
});

test("delete: gone for everybody, members and history included", async () => {
  const [ray, sue] = await shared.server.people("ray", "sue");
  const id = await drafts(ray, "text", { sue: "editor" });
  const { revision } = await sue.does(`/api/doc/${id}/revisions`, { name: "kept" });
  assert.deepEqual(await ray.does(`/api/doc/${id}/delete`), { ok: true });
  for (const person of [ray, sue]) {
    for (const path of ["", "/members", "/revisions", `/revisions/${revision.id}`, `/revisions/${revision.id}/diff`, "/export?format=markdown"]) {
      assert.deepEqual(refusal(await person.get(`/api/doc/${id}${path}`)), [404, "not_found"], path);
    }
    assert.deepEqual((await person.reads("/api/doc/list")).documents, []);
  }
  assert.deepEqual(refusal(await ray.post(`/api/doc/${id}/delete`)), [404, "not_found"]);
});

describe("every endpoint of a document", () => {
  const ENDPOINTS: [method: "GET" | "POST", path: string, body: object | undefined, who: "member" | "editor" | "creator", refused: string][] = [
    ["GET", "", undefined, "member", ""],
    ["GET", "/members", undefined, "member", ""],
    ["GET", "/revisions", undefined, "member", ""],
    ["GET", "/revisions/{rid}", undefined, "member", ""],
    ["GET", "/revisions/{rid}/diff", undefined, "member", ""],
    ["GET", "/export?format=markdown", undefined, "member", ""],
    ["GET", "/export?format=html", undefined, "member", ""],
    ["POST", "/revisions", { name: "kept by {who}" }, "editor", "edit access denied"],
    ["POST", "/revisions/{rid}/rename", { name: "named by {who}" }, "editor", "edit access denied"],
    ["POST", "/revisions/{rid}/restore", undefined, "editor", "edit access denied"],
    ["POST", "/rename", { name: "Renamed" }, "creator", "only creator can rename document"],
    ["POST", "/add_member", { username: "extra" }, "creator", "only creator can add members"],
    ["POST", "/update_member_role", { username: "extra", role: "editor" }, "creator", "only creator can update member roles"],
    ["POST", "/remove_member", { username: "extra" }, "creator", "only creator can remove members"],
    ["POST", "/delete", undefined, "creator", "only creator can delete document"],
  ];

  test("is for those whose role it is, and for nobody else", async () => {
    const { server } = shared;
    const [creator, editor, viewer, outsider] = await server.people("creator", "editor", "viewer", "outsider", "extra");
    const nobody: Stranger = server.stranger;
    const id = await drafts(creator, "text", { editor: "editor", viewer: "viewer" }, "Matrix");
    const { revision } = await creator.does(`/api/doc/${id}/revisions`, { name: "first" });
    const before = [await creator.reads(`/api/doc/${id}`), await creator.reads(`/api/doc/${id}/members`)];
    const asks = (who: Stranger, name: string, [method, path, body]: (typeof ENDPOINTS)[number], doc: number | string): Promise<Answer> =>
      who.request(method, `/api/doc/${doc}${path.replace("{rid}", String(revision.id))}`, body && JSON.parse(JSON.stringify(body).replace("{who}", name)));

    for (const endpoint of ENDPOINTS) {
      const [method, path, , who, refused] = endpoint;
      const told = `${method} ${path}`;
      assert.deepEqual([(await asks(nobody, "nobody", endpoint, id)).status, (await asks(nobody, "nobody", endpoint, 987654)).status], [401, 401], told);
      const foreign = await asks(outsider, "outsider", endpoint, id);
      assert.deepEqual([...refusal(foreign), foreign.json.error], [403, "access_denied", "access denied"], told);
      for (const missing of [987654, "0", "-1", "abc", "1.5", "99999999999999999999", "%00", `${id}x`]) {
        assert.equal((await asks(creator, "creator", endpoint, missing)).status, 404, `${told} of ${missing}`);
      }
      if (who === "member") continue;
      const denied = await asks(viewer, "viewer", endpoint, id);
      assert.deepEqual([...refusal(denied), denied.json.error], [403, who === "editor" ? "edit_access_denied" : "only_creator", refused], told);
      if (who === "editor") continue;
      const editors = await asks(editor, "editor", endpoint, id);
      assert.deepEqual([...refusal(editors), editors.json.error], [403, "only_creator", refused], told);
    }
    assert.deepEqual([await creator.reads(`/api/doc/${id}`), await creator.reads(`/api/doc/${id}/members`)], before);
    assert.deepEqual((await creator.reads(`/api/doc/${id}/revisions`)).revisions.map(({ name }: any) => name), ["first"]);

    for (const endpoint of ENDPOINTS) {
      const [method, path, , who] = endpoint;
      const allowed: [Person, string][] = who === "member" ? [[viewer, "viewer"], [editor, "editor"], [creator, "creator"]] : who === "editor" ? [[editor, "editor"], [creator, "creator"]] : [[creator, "creator"]];
      for (const [person, name] of allowed) {
        const answer = await asks(person, name, endpoint, id);
        assert.equal(answer.status, 200, `${method} ${path} by ${name}: ${answer.text.slice(0, 300)}`);
      }
    }
  });

  test("that changes something does not do it for pages of others, nor by GET", async () => {
    const { server } = shared;
    const [tom] = await server.people("tom");
    const id = await drafts(tom, "text");
    const { revision } = await tom.does(`/api/doc/${id}/revisions`, { name: "first" });
    const changing = [["POST", "/create", { name: "x" }], ["POST", "/import", { content: "x" }], ...ENDPOINTS.filter(([method]) => method === "POST").map(([method, path, body]) => [method, `/${id}${path.replace("{rid}", String(revision.id))}`, body])] as const;
    for (const [method, path, body] of changing) {
      const answer = await tom.request(method as string, `/api/doc${path}`, body, { origin: "https://evil.example" });
      assert.equal(answer.status, 403, `${path}: ${answer.text}`);
      const got = await tom.get(`/api/doc${path}`);
      if (!String(path).endsWith("/revisions")) assert.ok([404, 405].includes(got.status), `GET ${path}: ${got.status}`);
    }
    assert.equal((await tom.reads("/api/doc/list")).documents.length, 1);
    assert.equal((await tom.reads(`/api/doc/${id}`)).name, "Minutes");
  });

  test("that needs no document needs somebody", async () => {
    const nobody = shared.server.stranger;
    for (const [method, path, body] of [["GET", "list", undefined], ["POST", "create", { name: "x" }], ["POST", "import", { content: "x" }]] as const) {
      assert.equal((await nobody.request(method, `/api/doc/${path}`, body)).status, 401, path);
    }
  });
});

test("everything at once: members, names, revisions and edits of one document are each answered, and agree in the end", async () => {
  await using server = await Chatter.starts();
  const [vic, wes, xia] = await server.online("vic", "wes", "xia");
  const id = await drafts(vic, "text", { wes: "editor" });
  const { revision } = await vic.does(`/api/doc/${id}/revisions`, { name: "first" });
  const answers: Promise<{ status: number }>[] = [];
  const edits: Promise<any>[] = [];
  for (let n = 0; n < 12; n++) {
    answers.push(
      vic.post(`/api/doc/${id}/add_member`, { username: "xia", role: "editor" }),
      vic.post(`/api/doc/${id}/update_member_role`, { username: "wes", role: n % 2 ? "editor" : "viewer" }),
      vic.post(`/api/doc/${id}/rename`, { name: `Name ${n}` }),
      vic.post(`/api/doc/${id}/revisions`, { name: `state ${n}` }),
      vic.post(`/api/doc/${id}/revisions/${revision.id}/restore`),
      xia.get(`/api/doc/${id}`),
      vic.post(`/api/doc/${id}/remove_member`, { username: "xia" }),
      vic.get(`/api/doc/${id}/export?format=html`),
      vic.get("/api/doc/list"),
    );
    edits.push(vic.sends("doc_edit", { doc_id: id, content: `text ${n}` }), wes.sends("doc_edit", { doc_id: id, content: `by wes ${n}` }), xia.sends("doc_join", { doc_id: id }));
  }
  for (const { status } of await Promise.all(answers)) assert.ok([200, 403, 404].includes(status), String(status));
  for (const ack of await Promise.all(edits)) assert.ok(ack.ok || ["access_denied", "edit_access_denied"].includes(ack.error), JSON.stringify(ack));
  const read = await vic.reads(`/api/doc/${id}`);
  const joined = await vic.emits("doc_join", { doc_id: id });
  assert.deepEqual([joined.content, joined.version, joined.name], [read.content, read.version, read.name]);
  await server.isKilled();
  await server.startsAgain();
  const again = await vic.reads(`/api/doc/${id}`);
  assert.deepEqual(again, read);
});

test("five hundred people fit into a document, and one more does not", async () => {
  await using server = await Chatter.starts();
  const [uma] = await server.people("uma");
  // More names than fit are refused before anybody looks whether they exist.
  const members = Array.from({ length: 501 }, (_, n) => ({ username: `user${n}` }));
  assert.deepEqual(refusal(await uma.post("/api/doc/create", { name: "Crowd", members })), [400, "too_many_members"]);
  assert.deepEqual(refusal(await uma.post("/api/doc/create", { name: "Crowd", members: members.slice(0, 400) })), [404, "user_not_found"]);
});
