/** What the operator sees: configuration, health, the command line, pages and documents. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, PASSWORD, Person, ask, refusesToStart } from "../support/index.ts";

describe("configuration", () => {
  const refused: [string, Record<string, string>, RegExp][] = [
    ["a key that does not exist", { CHATTER_SERVER__BNID: "127.0.0.1:0" }, /bnid/i],
    ["a section that does not exist", { CHATTER_SEVER__BIND: "127.0.0.1:0" }, /sever/i],
    ["a bind address that is none", { CHATTER_SERVER__BIND: "somewhere" }, /server\.bind/],
    ["a switch that is neither true nor false", { CHATTER_LIMITS__ENABLED: "perhaps" }, /limits\.enabled/i],
    ["a database of an unknown kind", { CHATTER_DATABASE__URL: "oracle://localhost/chat" }, /database\.url/],
    ["a public address that is none", { CHATTER_SERVER__PUBLIC_URL: "nonsense" }, /public_url/],
  ];
  for (const [what, env, words] of refused) {
    test(`${what} stops the start with the key's name`, async () => {
      const { stderr, stdout } = await refusesToStart(env);
      assert.match(stderr + stdout, words);
    });
  }

  test("a key that does not exist in the file stops the start with the key's name", async () => {
    const { stderr, stdout } = await refusesToStart({}, { "config.toml": "[server]\nbnid = \"127.0.0.1:0\"\n" });
    assert.match(stderr + stdout, /bnid/);
  });

  test("a file that was asked for and is not there stops the start with its name", async () => {
    const { stderr, stdout } = await refusesToStart({}, {}, ["--config", "missing.toml"]);
    assert.match(stderr + stdout, /missing\.toml/);
  });
});

describe("health", () => {
  test("healthz and readyz answer anybody, metrics only from this machine", async () => {
    await using server = await Chatter.starts({ root: false });
    for (const path of ["/healthz", "/readyz"]) assert.equal((await server.stranger.get(path)).status, 200, path);
    const metrics = await server.stranger.get("/metrics");
    assert.equal(metrics.status, 200);
    assert.match(metrics.headers["content-type"] ?? "", /text\/plain/);
    assert.match(metrics.text, /^# (HELP|TYPE) /m);
  });

  test("the log names routes, never what was in the address, and no secrets", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const group = await alice.gathers([bob]);
    const { invite_code } = await alice.does("/api/gdm/invite/create", { thread_id: group.id });
    await bob.get(`/join/${invite_code}`);
    await bob.get(`/api/gdm/invite/join?code=${invite_code}`);
    await alice.get("/api/dm/messages?peer=canary-in-the-query");
    await alice.connects();
    await alice.emits("dm_send", { to: "bob", text: "canary-in-a-message" });
    for (const secret of [PASSWORD, invite_code, "canary-in-the-query", "canary-in-a-message", ...alice.cookies.values()]) {
      assert.ok(!server.stderr.includes(secret), `the log contains ${secret}`);
    }
  });
});

describe("the command line", () => {
  test("makes users, changes their roles and passwords, beside a running server", async () => {
    await using server = await Chatter.starts({ root: false });
    const first = await server.register("first");
    assert.equal((await first.reads("/api/me/role")).role, "superadmin");
    const second = await server.register("second");
    const made = await server.runs(["user", "create", "third", "--role", "admin"], `${PASSWORD}\n`);
    assert.equal(made.code, 0, made.stderr);
    const third = new Person(server, "third");
    await third.signsIn();
    assert.equal((await third.reads("/api/me/role")).role, "admin");
    assert.equal((await server.runs(["user", "role", "SECOND", "admin"])).code, 0);
    assert.equal((await server.runs(["user", "password", "first"], "a better password\n")).code, 0);
    await server.stops();
    await server.startsAgain();
    assert.equal((await second.reads("/api/me/role")).role, "admin");
    assert.equal((await first.get("/api/messages")).status, 401);
    assert.equal((await server.stranger.post("/login", { username: "first", password: PASSWORD })).status, 401);
    assert.equal((await server.stranger.post("/login", { username: "first", password: "a better password" })).status, 200);
  });

  test("refuses what cannot be, and changes nothing then", async () => {
    await using server = await Chatter.starts();
    const senseless: [string[], string][] = [
      [["user", "role", "nobody", "admin"], ""],
      [["user", "role", "root", "emperor"], ""],
      [["user", "create", "ROOT"], `${PASSWORD}\n`],
      [["user", "create", "system"], `${PASSWORD}\n`],
      [["user", "create", "short"], "12345\n"],
      [["user", "create", "empty"], ""],
      [["user", "password", "nobody"], `${PASSWORD}\n`],
      [["user", "password", "root"], "12345\n"],
      [["dance"], ""],
    ];
    for (const [args, stdin] of senseless) {
      const { code, stderr } = await server.runs(args, stdin);
      assert.ok(code > 0, `${args.join(" ")} ended with ${code}`);
      assert.doesNotMatch(stderr, /panicked at/);
      assert.notEqual(stderr, "");
    }
    await server.root.signsIn();
    assert.deepEqual((await server.root.reads("/api/users_all")).users.map((user: any) => [user.username, user.role]), [["root", "superadmin"]]);
  });

  test("prints the API description", async () => {
    await using server = await Chatter.starts({ root: false });
    const printed = await server.runs(["openapi"]);
    assert.equal(printed.code, 0, printed.stderr);
    assert.deepEqual(JSON.parse(printed.stdout), await server.stranger.reads("/api/openapi.json"));
  });
});

describe("the first account on an open address", () => {
  test("needs the token that the server printed at start", async () => {
    await using server = await Chatter.starts({ root: false, env: { CHATTER_SERVER__BIND: "0.0.0.0:0" } });
    server.url = server.url.replace("0.0.0.0", "127.0.0.1");
    const intruder = await server.stranger.post("/register", { username: "intruder", password: PASSWORD });
    assert.equal(intruder.status, 403, intruder.text);
    const [, token] = await server.logs(/setup token is (\S{20,})/);
    const wrong = await server.stranger.post("/register", { username: "intruder", password: PASSWORD, setup_token: `${token}x` });
    assert.equal(wrong.status, 403);
    const owner = await server.stranger.post("/register", { username: "owner", password: PASSWORD, setup_token: token });
    assert.equal(owner.status, 200, owner.text);
    const next = await server.stranger.post("/register", { username: "next", password: PASSWORD });
    assert.equal(next.status, 200, next.text);
    const signedIn = new Person(server, "owner");
    await signedIn.signsIn();
    assert.equal((await signedIn.reads("/api/me/role")).role, "superadmin");
  });
});

test("localhost listens on IPv4 and IPv6", async () => {
  await using server = await Chatter.starts({ root: false, env: { CHATTER_SERVER__BIND: "localhost:0" } });
  const { port } = new URL(server.url);
  for (const host of ["127.0.0.1", "[::1]"]) {
    assert.equal((await ask(`http://${host}:${port}`, "/healthz")).status, 200, host);
  }
});

describe("documents and pages", () => {
  test("the API describes itself in OpenAPI 3.1, with every endpoint of this release", async () => {
    await using server = await Chatter.starts({ root: false });
    const document = await server.stranger.reads("/api/openapi.json");
    assert.match(document.openapi, /^3\.1\./);
    const paths = Object.keys(document.paths);
    const wanted = [
      "/register", "/login", "/logout", "/api/whoami", "/api/me/role", "/api/me/sessions", "/api/me/password", "/api/messages", "/api/dm/peers", "/api/dm/messages", "/api/gdm/threads",
      "/api/gdm/messages", "/api/gdm/members", "/api/gdm/thread_info", "/api/gdm/rename", "/api/gdm/add_member", "/api/gdm/remove_member", "/api/gdm/kick", "/api/gdm/transfer", "/api/gdm/leave",
      "/api/gdm/force_leave", "/api/gdm/lock", "/api/gdm/unlock", "/api/gdm/delete", "/api/gdm/join", "/api/gdm/invite/create", "/api/gdm/invite/join", "/api/conversations", "/api/sync", "/api/read",
      "/api/settings/public", "/api/online", "/api/users/online", "/api/users_all", "/api/users/search", "/api/admin/app_settings", "/api/admin/toggles", "/api/admin/settings", "/api/admin/dm_logs",
      "/api/admin/audit", "/api/admin/ban", "/api/admin/role",
    ];
    assert.deepEqual(wanted.filter((path) => !paths.includes(path)), []);
    let page = await server.stranger.get("/api/docs", { accept: "text/html" });
    if (page.status === 303) page = await server.stranger.get(page.headers.location ?? "", { accept: "text/html" });
    assert.equal(page.status, 200);
    assert.match(page.headers["content-type"] ?? "", /text\/html/);
  });

  test("every page that is not the API's is the web client, under a strict content policy", async () => {
    await using server = await Chatter.starts({ root: false });
    for (const path of ["/", "/chat", "/settings", "/somewhere/else"]) {
      const page = await server.stranger.get(path, { accept: "text/html", "sec-fetch-mode": "navigate" });
      assert.equal(page.status, 200, path);
      assert.match(page.headers["content-type"] ?? "", /text\/html/);
      const policy = String(page.headers["content-security-policy"]);
      assert.match(policy, /default-src 'self'/, path);
      assert.match(policy, /object-src 'none'/);
      assert.match(policy, /base-uri 'none'/);
      assert.match(policy, /frame-ancestors/);
      assert.doesNotMatch(policy, /script-src[^;]*'unsafe-(inline|eval)'/);
      assert.equal(page.headers["x-content-type-options"], "nosniff");
    }
  });

  test("files outside the web client are not served", async () => {
    await using server = await Chatter.starts({ root: false });
    for (const path of ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/assets/%2e%2e/%2e%2e/%2e%2e/Cargo.toml", "/..%2f..%2fCargo.toml", "//etc/passwd"]) {
      const { text } = await ask(server.url, path);
      assert.ok(!text.includes("[package]") && !text.includes("root:"), path);
    }
  });
});
