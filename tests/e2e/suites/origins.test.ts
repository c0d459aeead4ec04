/** Which pages of the web may use a visitor's session: CORS and the Origin rule (contract 1.2). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter, aServer, multipart, type Answer } from "../support/index.ts";

const ALLOWED = ["http://localhost:8080", "http://127.0.0.1:8080", "http://localhost:3000", "http://127.0.0.1:3000", "http://localhost:5173"];
const FOREIGN = ["https://evil.example", "http://localhost:8081", "http://localhost:80800", "https://localhost:8080", "http://localhost:8080.evil.example", "null"];
const PATHS = ["/api/whoami", "/api/messages", "/api/gdm/threads", "/api/admin/app_settings", "/api/no/such/path", "/login", "/register", "/logout"];

const shared = aServer();

function list(header: string | string[] | undefined): string[] {
  return String(header ?? "").split(",").map((item) => item.trim().toLowerCase()).filter((item) => item !== "");
}

function assertShared(answer: Answer, origin: string, what: string): void {
  assert.equal(answer.headers["access-control-allow-origin"], origin, what);
  assert.equal(answer.headers["access-control-allow-credentials"], "true", what);
  assert.ok(list(answer.headers.vary).includes("origin"), `${what}: Vary is ${answer.headers.vary}`);
}

for (const origin of ALLOWED) {
  test(`a page of ${origin} is answered its preflights on every path`, async () => {
    for (const path of PATHS) {
      const answer = await shared.server.stranger.request("OPTIONS", path, undefined, {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,authorization,x-client-id,x-dbx",
      });
      assert.ok(answer.status === 200 || answer.status === 204, `${path}: ${answer.status}`);
      assertShared(answer, origin, path);
      const methods = list(answer.headers["access-control-allow-methods"]);
      for (const method of ["get", "post", "put", "delete"]) assert.ok(methods.includes(method), `${path}: no ${method}`);
      const headers = list(answer.headers["access-control-allow-headers"]);
      for (const header of ["content-type", "authorization", "x-client-id", "x-dbx"]) assert.ok(headers.includes(header), `${path}: no ${header}`);
    }
  });

  test(`a page of ${origin} may read answers and errors alike`, async () => {
    const { server } = shared;
    const cases: [string, Promise<Answer>, number][] = [
      ["whoami", server.stranger.get("/api/whoami", { origin }), 200],
      ["401", server.stranger.get("/api/messages", { origin }), 401],
      ["unknown group", server.root.get("/api/gdm/messages?tid=0", { origin }), 404],
      ["404", server.root.get("/api/no/such/path", { origin }), 404],
      ["405", server.root.request("DELETE", "/api/messages", undefined, { origin }), 405],
      ["400", server.root.post("/api/gdm/threads", "{", { origin }), 400],
      ["wrong password", server.stranger.post("/login", { username: "root", password: "no such" }, { origin }), 401],
    ];
    for (const [what, asked, status] of cases) {
      const answer = await asked;
      assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 200)}`);
      assertShared(answer, origin, what);
    }
  });
}

for (const origin of FOREIGN) {
  test(`a page of ${origin} may read nothing`, async () => {
    for (const path of PATHS) {
      const preflight = await shared.server.stranger.request("OPTIONS", path, undefined, { origin, "access-control-request-method": "POST" });
      assert.equal(preflight.headers["access-control-allow-origin"], undefined, path);
      const answer = await shared.server.root.get(path === "/logout" ? "/api/whoami" : path, { origin });
      assert.equal(answer.headers["access-control-allow-origin"], undefined, path);
    }
  });
}

test("the answer to one origin names no other, and never the wildcard", async () => {
  const answer = await shared.server.stranger.get("/api/whoami");
  assert.notEqual(answer.headers["access-control-allow-origin"], "*");
  assert.ok(list(answer.headers.vary).includes("origin"));
});

const MUTATIONS: [string, string, unknown][] = [
  ["POST", "/api/gdm/threads", { name: "Planted", members: ["root"] }],
  ["POST", "/api/read", { conversation: "public", seq: 1 }],
  ["POST", "/api/me/password", { current_password: "x", new_password: "yyyyyyyy" }],
  ["POST", "/api/gdm/invite/join", { code: "ABCDEFGH" }],
  ["POST", "/api/admin/app_settings", { DM_ENABLED: "0" }],
  ["POST", "/api/admin/role", { action: "add", role: "admin", username: "victim" }],
  ["DELETE", "/api/me/sessions/1", undefined],
  ["POST", "/login", { username: "root", password: "x" }],
  ["POST", "/register", { username: "planted", password: "yyyyyyyy" }],
  ["POST", "/logout", undefined],
];

test("no foreign page changes anything with a visitor's session, whatever it disguises its request as", async () => {
  const { server } = shared;
  await server.people("victim");
  for (const origin of FOREIGN) {
    for (const [method, path, body] of MUTATIONS) {
      const disguises: [string, unknown][] = [
        ["application/json", body],
        ["text/plain", body === undefined ? undefined : JSON.stringify(body)],
        ["application/x-www-form-urlencoded", body === undefined ? undefined : new URLSearchParams(body as Record<string, string>).toString()],
      ];
      const mixed = multipart(body === undefined ? {} : (body as Record<string, string>));
      disguises.push([mixed.type, mixed.body]);
      for (const [type, raw] of disguises) {
        const answer = await server.root.request(method, path, raw, { origin, "content-type": type });
        assert.equal(answer.status, 403, `${method} ${path} as ${type} from ${origin}: ${answer.status}`);
      }
    }
  }
  assert.equal((await server.root.reads("/api/settings/public")).settings.DM_ENABLED, "1");
  assert.deepEqual(await server.root.reads("/api/gdm/threads"), []);
  assert.equal((await server.root.reads("/api/whoami")).authenticated, true);
  assert.equal((await server.stranger.post("/login", { username: "planted", password: "yyyyyyyy" })).status, 401);
});

test("a request with a session but without any Origin changes nothing", async () => {
  const { server } = shared;
  const answer = await server.root.post("/api/gdm/threads", { name: "Blind", members: ["victim"] }, { origin: "" });
  assert.equal(answer.status, 403);
  assert.deepEqual(await server.root.reads("/api/gdm/threads"), []);
});

test("an allow-listed page signs in, posts and signs out", async () => {
  const { server } = shared;
  const origin = "http://localhost:8080";
  const visitor = server.stranger;
  assert.equal((await visitor.post("/register", { username: "visitor", password: "visitor's own" }, { origin })).status, 200);
  assert.equal((await visitor.post("/login", { username: "visitor", password: "visitor's own" }, { origin })).status, 200);
  assert.equal((await visitor.post("/api/read", { conversation: "public", seq: 0 }, { origin })).status, 200);
  const out = await visitor.post("/logout", undefined, { origin });
  assert.ok(out.status === 200 || out.status === 303);
  assert.equal(out.headers["access-control-allow-origin"], origin);
});

test("the list of origins is the operator's", async () => {
  await using server = await Chatter.starts({ env: { CHATTER_SERVER__ALLOWED_ORIGINS: '["https://chat.example"]' } });
  const own = await server.stranger.get("/api/whoami", { origin: "https://chat.example" });
  assert.equal(own.headers["access-control-allow-origin"], "https://chat.example");
  const former = await server.stranger.get("/api/whoami", { origin: "http://localhost:8080" });
  assert.equal(former.headers["access-control-allow-origin"], undefined);
});
