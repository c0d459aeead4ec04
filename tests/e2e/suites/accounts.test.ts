/** Signing up, in and out, and who may ask at all. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, PASSWORD, Person, aServer, matchesSnapshot, multipart, urlencoded, type Answer, type Stranger } from "../support/index.ts";

type Encoding = "json" | "multipart" | "form";

function submits(who: Stranger, path: string, fields: Record<string, string>, encoding: Encoding, headers: Record<string, string> = {}): Promise<Answer> {
  if (encoding === "json") return who.post(path, fields, headers);
  const { body, type } = encoding === "multipart" ? multipart(fields) : urlencoded(fields);
  return who.post(path, body, { "content-type": type, ...headers });
}

/** What a browser sends with a form post or a link click. */
const NAVIGATION = { accept: "text/html,application/xhtml+xml", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

describe("signing up and in", () => {
  const shared = aServer();

  for (const encoding of ["json", "multipart", "form"] as const) {
    test(`a fetch that registers and signs in with ${encoding} is answered in JSON`, async () => {
      const { stranger } = shared.server;
      const who = { username: `by_${encoding}`, password: PASSWORD };
      const registered = await submits(stranger, "/register", who, encoding);
      assert.equal(registered.status, 200);
      assert.deepEqual(registered.json, { ok: true, username: who.username, redirect: "/login" });
      assert.deepEqual(await stranger.reads("/api/whoami").then((me) => me.authenticated), false);

      const signedIn = await submits(stranger, "/login", who, encoding);
      assert.equal(signedIn.status, 200);
      assert.deepEqual(signedIn.json, { ok: true, username: who.username, redirect: "/chat" });
      assert.equal((await stranger.reads("/api/whoami")).effective, who.username);
    });
  }

  for (const encoding of ["multipart", "form"] as const) {
    test(`a browser that navigates with ${encoding} is redirected with 303`, async () => {
      const { stranger } = shared.server;
      const who = { username: `nav_${encoding}`, password: PASSWORD };
      const registered = await submits(stranger, "/register", who, encoding, NAVIGATION);
      assert.equal(registered.status, 303);
      assert.match(registered.headers.location ?? "", /\/login$/);
      const signedIn = await submits(stranger, "/login", who, encoding, NAVIGATION);
      assert.equal(signedIn.status, 303);
      assert.match(signedIn.headers.location ?? "", /\/chat$/);
      assert.equal((await stranger.reads("/api/whoami")).effective, who.username);
    });
  }

  test("the session cookie is HttpOnly, Lax and for the whole site", async () => {
    const alice = new Person(shared.server, "cookie_alice");
    await alice.signsUp();
    const answer = await alice.post("/login", { username: alice.name, password: alice.password });
    const cookies = answer.headers["set-cookie"] ?? [];
    const session = cookies.filter((line) => /httponly/i.test(line));
    assert.equal(session.length, 1, cookies.join("\n"));
    assert.match(session[0]!, /samesite=lax/i);
    assert.match(session[0]!, /path=\/(;|$)/i);
  });

  test("signing in changes the session id, so a planted one is worth nothing", async () => {
    const alice = await shared.server.register("fixed_alice");
    const planted = alice.cookie;
    await alice.signsIn();
    assert.notEqual(alice.cookie, planted);
  });

  test("a wrong password and an unknown name are refused alike, in the documented words", async () => {
    await shared.server.register("wrong_alice");
    const { stranger } = shared.server;
    for (const encoding of ["json", "multipart", "form"] as const) {
      const wrong = await submits(stranger, "/login", { username: "wrong_alice", password: "not it at all" }, encoding);
      const unknown = await submits(stranger, "/login", { username: "nobody_here", password: "not it at all" }, encoding);
      assert.equal(wrong.status, 401);
      assert.match(wrong.json.error, /Invalid username or password/);
      assert.equal(wrong.json.ok, false);
      assert.deepEqual({ status: unknown.status, body: unknown.json }, { status: wrong.status, body: wrong.json });
    }
    assert.equal(stranger.cookies.size, 0);
    assert.equal((await stranger.reads("/api/whoami")).authenticated, false);
  });

  test("a browser with a wrong password sees the form again, with the reason and a 4xx", async () => {
    await shared.server.register("form_alice");
    const { stranger } = shared.server;
    const answer = await submits(stranger, "/login", { username: "form_alice", password: "nope nope" }, "form", NAVIGATION);
    assert.equal(answer.status, 401);
    assert.match(answer.headers["content-type"] ?? "", /text\/html/);
    assert.match(answer.text, /Invalid username or password/);
  });

  test("names are one person's whatever their letter case", async () => {
    const server = shared.server;
    await server.register("CaseAlice");
    const taken = await server.stranger.post("/register", { username: "casealice", password: PASSWORD });
    assert.equal(taken.status, 409);
    assert.match(taken.json.error, /Username taken/);
    const signedIn = await server.stranger.post("/login", { username: "CASEALICE", password: PASSWORD });
    assert.equal(signedIn.status, 200);
    assert.equal(signedIn.json.username, "CaseAlice");
  });

  test("letter case beyond ASCII does not make a second account, nor do letters that only look alike", async () => {
    const { stranger } = shared.server;
    assert.equal((await stranger.post("/register", { username: "Ärger", password: PASSWORD })).status, 200);
    assert.equal((await stranger.post("/register", { username: "äRGER", password: PASSWORD })).status, 409);
    assert.equal((await stranger.post("/register", { username: "A\u0308rger", password: PASSWORD })).status, 409);
    for (const username of ["alice\u200b", "\u0430lice", "al\u202eice", "alice\ufeff"]) {
      const answer = await stranger.post("/register", { username, password: PASSWORD });
      assert.equal(answer.status, 400, `${username}: ${answer.text}`);
    }
  });

  const refused: [string, Record<string, unknown>, number, RegExp][] = [
    ["a reserved name", { username: "system", password: PASSWORD }, 400, /Reserved username/],
    ["a reserved name in capitals", { username: "SYSTEM", password: PASSWORD }, 400, /Reserved username/],
    ["a name of 21 characters", { username: "a".repeat(21), password: PASSWORD }, 400, /Invalid username \(max 20 characters\)/],
    ["a name with markup", { username: "<b>bold</b>", password: PASSWORD }, 400, /Invalid username/],
    ["a name with a colon", { username: "gdm:1", password: PASSWORD }, 400, /Invalid username/],
    ["a name with a slash", { username: "a/b", password: PASSWORD }, 400, /Invalid username/],
    ["a name with an at sign", { username: "@alice", password: PASSWORD }, 400, /Invalid username/],
    ["a name with spaces around it", { username: " alice ", password: PASSWORD }, 400, /Invalid username/],
    ["a name with a run of spaces", { username: "al  ice", password: PASSWORD }, 400, /Invalid username/],
    ["a name with a line break", { username: "al\nice", password: PASSWORD }, 400, /Invalid username/],
    ["a name with NUL", { username: "al\0ice", password: PASSWORD }, 400, /Invalid username/],
    ["no name", { username: "", password: PASSWORD }, 400, /Provide username and password/],
    ["no password", { username: "no_password", password: "" }, 400, /Provide username and password/],
    ["a password of five characters", { username: "short_pw", password: "12345" }, 400, /at least 6 characters/],
    ["an e-mail without an at sign", { username: "bad_mail", password: PASSWORD, email: "nowhere" }, 400, /Invalid email format/],
  ];
  for (const [what, fields, status, words] of refused) {
    test(`${what} is refused at registration, and no account comes of it`, async () => {
      const { stranger } = shared.server;
      const answer = await stranger.post("/register", fields);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.json.error, words);
      assert.equal(answer.json.ok, false);
      const signIn = await stranger.post("/login", fields);
      assert.ok(signIn.status === 400 || signIn.status === 401, `signing in answered ${signIn.status}`);
    });
  }

  for (const username of ["a", "twenty_characters_ok", "with space", "with-dash.and_dots", "42"]) {
    test(`the name ${JSON.stringify(username)} is fine, and is the name one signs in with`, async () => {
      const person = await shared.server.register(username);
      assert.equal((await person.reads("/api/whoami")).username, username);
    });
  }

  test("bodies that are no registration are refused", async () => {
    const { stranger } = shared.server;
    for (const body of ["", "{", "[]", "null", '"alice"', '{"username":7,"password":{}}', '{"username":["a"],"password":"bbbbbbb"}']) {
      const answer = await stranger.post("/register", body, { "content-type": "application/json" });
      assert.ok(answer.status >= 400 && answer.status < 500, `${body}: ${answer.status}`);
      assert.equal(answer.json.ok, false);
    }
    await shared.server.isWell();
  });

  test("twenty registrations of one name at once make one account", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        shared.server.stranger.post("/register", { username: n % 2 ? "Racer" : "racer", password: PASSWORD }),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    assert.equal(won.length, 1);
    for (const lost of answers.filter(({ status }) => status !== 200)) {
      assert.equal(lost.status, 409, lost.text);
      assert.match(lost.json.error, /Username taken/);
    }
  });

  test("GET /login and GET /register are pages anybody can open", async () => {
    for (const path of ["/login", "/register"]) {
      const answer = await shared.server.stranger.get(path, NAVIGATION);
      assert.equal(answer.status, 200);
      assert.match(answer.headers["content-type"] ?? "", /text\/html/);
    }
  });
});

describe("who one is", () => {
  test("the first account is superadmin, the next are users, and the flags exclude each other", async () => {
    await using server = await Chatter.starts({ root: false });
    const [first, second] = await server.people("first", "second");
    matchesSnapshot("rest/me-role-superadmin", await first.reads("/api/me/role"));
    matchesSnapshot("rest/me-role-user", await second.reads("/api/me/role"));
    await first.does("/api/admin/role", { action: "add", role: "admin", username: "second" });
    matchesSnapshot("rest/me-role-admin", await second.reads("/api/me/role"));
  });

  test("the first account is an ordinary user where the configuration says so", async () => {
    await using server = await Chatter.starts({ root: false, env: { CHATTER_AUTH__FIRST_USER_IS_SUPERADMIN: "false" } });
    const [first] = await server.people("first");
    assert.equal((await first.reads("/api/me/role")).role, "user");
  });

  test("whoami answers strangers with 200 and nobody, people with themselves", async () => {
    await using server = await Chatter.starts({ root: false });
    const anonymous = await server.stranger.reads("/api/whoami");
    assert.equal(anonymous.authenticated, false);
    assert.ok(anonymous.effective === "" || anonymous.effective === null);
    matchesSnapshot("rest/whoami-stranger", anonymous);
    const [alice] = await server.people("alice");
    matchesSnapshot("rest/whoami", await alice.reads("/api/whoami"));
  });

  test("everything under /api but the open pages answers strangers 401 in JSON", async () => {
    await using server = await Chatter.starts();
    const paths = [
      "/api/messages", "/api/dm/peers", "/api/dm/messages?peer=root", "/api/gdm/threads", "/api/gdm/messages?tid=1", "/api/gdm/members?tid=1",
      "/api/gdm/thread_info?tid=1", "/api/conversations", "/api/online", "/api/users/online", "/api/users_all", "/api/users/search?q=ro",
      "/api/settings/public", "/api/me/sessions", "/api/admin/app_settings", "/api/admin/dm_logs?peer=root", "/api/admin/audit",
    ];
    for (const path of paths) {
      const answer = await server.stranger.get(path, { accept: "text/html,*/*" });
      assert.equal(answer.status, 401, path);
      assert.equal(answer.json.ok, false, path);
      assert.equal(answer.json.error, "not logged in", path);
    }
    const join = await server.stranger.get("/api/gdm/invite/join?code=ABCDEFGH");
    assert.deepEqual([join.status, join.json.error], [401, "not logged in"]);
    const posts = ["/api/sync", "/api/read", "/api/gdm/threads", "/api/gdm/leave", "/api/gdm/join", "/api/gdm/invite/join", "/api/gdm/invite/create", "/api/me/password", "/api/admin/role", "/api/admin/ban", "/api/admin/app_settings", "/api/admin/toggles", "/api/admin/settings"];
    for (const path of posts) {
      const answer = await server.stranger.post(path, {});
      assert.equal(answer.status, 401, path);
      assert.equal(answer.json.error, "not logged in", path);
    }
  });

  test("an unknown path under /api is a JSON 404, a wrong method a JSON 405", async () => {
    await using server = await Chatter.starts();
    const unknown = await server.root.get("/api/nothing/here");
    assert.equal(unknown.status, 404);
    assert.equal(unknown.json.ok, false);
    const wrong = await server.root.request("DELETE", "/api/messages");
    assert.equal(wrong.status, 405);
    assert.equal(wrong.json.ok, false);
  });
});

describe("sessions", () => {
  test("signing out ends the session, closes its sockets and no others, and tells everybody once", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const phone = await alice.onAnotherDevice();
    await phone.connects();
    const tab = alice.tab;
    const answer = await alice.get("/logout");
    assert.ok(answer.status === 200 || answer.status === 303, `status ${answer.status}`);
    await tab.isClosed();
    assert.equal((await alice.get("/api/messages")).status, 401);
    assert.equal((await phone.emits("dm_send", { to: "bob", text: "still here" })).ok, true);
    await bob.hearsNothing("user_list_refresh");
    await phone.post("/logout");
    await phone.tab.isClosed();
    assert.deepEqual(await bob.receives("user_list_refresh"), { offline: "alice" });
    await bob.hearsNothing("user_list_refresh");
  });

  test("a session that signed out is worth nothing when replayed", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    const cookie = alice.cookie;
    await alice.get("/logout");
    assert.equal((await server.stranger.get("/api/messages", { cookie })).status, 401);
  });

  test("people see their own sessions, and can revoke any of them at once", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    const phone = await alice.onAnotherDevice();
    await phone.connects();
    const { ok, sessions } = await alice.reads("/api/me/sessions");
    assert.equal(ok, true);
    assert.equal(sessions.length, 2);
    assert.deepEqual(sessions.map((each: any) => each.current).sort(), [false, true]);
    assert.deepEqual(Object.keys(sessions[0]).sort(), ["address", "created_at", "current", "expires_at", "id", "last_used_at", "user_agent"]);
    for (const { id } of sessions) assert.ok(!phone.cookie.includes(String(id)), "a session's id must not be its secret");

    const other = sessions.find((each: any) => !each.current);
    const foreign = await bob.delete(`/api/me/sessions/${other.id}`);
    assert.equal(foreign.status, 404);
    assert.equal((await phone.get("/api/messages")).status, 200);

    assert.equal((await alice.delete(`/api/me/sessions/${other.id}`)).status, 200);
    await phone.tab.isClosed();
    assert.equal((await phone.get("/api/messages")).status, 401);
    assert.equal((await alice.reads("/api/me/sessions")).sessions.length, 1);
  });

  test("an unknown session cannot be revoked", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    for (const id of ["987654321", "nonsense", "00000000-0000-0000-0000-000000000000"]) {
      assert.equal((await alice.delete(`/api/me/sessions/${id}`)).status, 404, id);
    }
    assert.equal((await alice.reads("/api/me/sessions")).sessions.length, 1);
  });

  test("a changed password ends the other sessions and their sockets, and the old one is void", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice");
    const thief = await alice.onAnotherDevice();
    await thief.connects();
    await alice.does("/api/me/password", { current_password: PASSWORD, new_password: "a better password" });
    await thief.tab.isClosed();
    assert.equal((await thief.get("/api/messages")).status, 401);
    assert.equal((await alice.get("/api/messages")).status, 200);
    assert.equal((await server.stranger.post("/login", { username: "alice", password: PASSWORD })).status, 401);
    assert.equal((await server.stranger.post("/login", { username: "alice", password: "a better password" })).status, 200);
  });

  test("the password is changed only by who knows it, and only to one of six characters", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice");
    const wrong = await alice.post("/api/me/password", { current_password: "a guess", new_password: "a better password" });
    assert.ok(wrong.status === 400 || wrong.status === 403, `status ${wrong.status}`);
    const short = await alice.post("/api/me/password", { current_password: PASSWORD, new_password: "12345" });
    assert.equal(short.status, 400);
    assert.match(short.json.error, /at least 6 characters/);
    assert.equal((await server.stranger.post("/login", { username: "alice", password: PASSWORD })).status, 200);
  });

  test("a banned person is out at once and cannot come back in", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const tab = alice.tab;
    await server.root.does("/api/admin/ban", { type: "user", action: "ban", value: "alice" });
    await tab.isClosed();
    const request = await alice.get("/api/messages");
    assert.equal(request.status, 403);
    assert.equal(request.json.error, "user banned");
    const signIn = await server.stranger.post("/login", { username: "alice", password: PASSWORD });
    assert.equal(signIn.status, 403);
    assert.match(signIn.json.error, /banned/);
    assert.equal((await bob.receives("user_list_refresh", { offline: "alice" })).offline, "alice");
    await server.root.does("/api/admin/ban", { type: "user", action: "unban", value: "alice" });
    await alice.signsIn();
    assert.equal((await alice.get("/api/messages")).status, 200);
  });

  test("nobody bans a superadmin, and users ban nobody", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "alice" });
    await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "bob" });
    for (const value of ["root", "bob"]) {
      const answer = await alice.post("/api/admin/ban", { type: "user", action: "ban", value });
      assert.equal(answer.status, 403);
    }
    await server.root.does("/api/admin/role", { action: "remove", role: "admin", username: "bob" });
    assert.equal((await bob.post("/api/admin/ban", { type: "user", action: "ban", value: "alice" })).status, 403);
    assert.equal((await alice.get("/api/messages")).status, 200);
    assert.equal((await server.root.get("/api/messages")).status, 200);
  });
});

describe("invitation only", () => {
  test("with INVITE_ONLY_MODE on nobody registers, and people still sign in", async () => {
    await using server = await Chatter.starts();
    await server.people("alice");
    await server.root.sets({ INVITE_ONLY_MODE: "1" });
    const answer = await server.stranger.post("/register", { username: "late", password: PASSWORD });
    assert.equal(answer.status, 403);
    assert.match(answer.json.error, /Registration is invite-only/);
    assert.equal((await server.stranger.post("/login", { username: "alice", password: PASSWORD })).status, 200);
    assert.equal((await server.stranger.post("/login", { username: "late", password: PASSWORD })).status, 401);
    await server.root.sets({ INVITE_ONLY_MODE: "0" });
    assert.equal((await server.stranger.post("/register", { username: "late", password: PASSWORD })).status, 200);
  });
});

describe("login throttling", () => {
  test("guessing one account's password is slowed down, while its owner's session and other accounts go on", async () => {
    await using server = await Chatter.starts({ limits: true });
    const [alice] = await server.people("alice");
    let refused: Answer | undefined;
    for (let guess = 0; guess < 60 && refused === undefined; guess++) {
      const answer = await server.stranger.post("/login", { username: "alice", password: `guess number ${guess}` });
      if (answer.status === 429) refused = answer;
      else assert.equal(answer.status, 401, answer.text);
    }
    assert.ok(refused, "sixty guesses were all taken");
    assert.equal(refused.json.ok, false);
    assert.equal(refused.json.code, "rate_limited");
    assert.ok(refused.json.retry_after > 0, "no retry_after");
    assert.ok(Number(refused.headers["retry-after"]) > 0, "no Retry-After header");
    assert.equal((await alice.get("/api/messages")).status, 200);
  });

  test("guessing from many addresses is slowed down per account, and does not lock its owner out", async () => {
    await using server = await Chatter.starts({ limits: true, env: { CHATTER_SERVER__TRUSTED_PROXIES: '["127.0.0.1/32"]' } });
    const from = (address: string): Record<string, string> => ({ "x-forwarded-for": address });
    const home = from("203.0.113.1");
    assert.equal((await server.stranger.post("/register", { username: "alice", password: PASSWORD }, home)).status, 200);
    assert.equal((await server.stranger.post("/login", { username: "alice", password: PASSWORD }, home)).status, 200);
    let taken = 0;
    for (let guess = 0; guess < 100; guess++) {
      const answer = await server.stranger.post("/login", { username: "alice", password: `guess ${guess}` }, from(`198.51.100.${guess + 1}`));
      if (answer.status === 429) break;
      assert.equal(answer.status, 401, answer.text);
      taken++;
    }
    assert.ok(taken >= 3 && taken <= 20, `${taken} guesses were taken`);
    assert.equal((await server.stranger.post("/login", { username: "alice", password: PASSWORD }, home)).status, 200);
  });

  test("an address is taken from a proxy only where the operator trusts it", async () => {
    await using server = await Chatter.starts({ limits: true });
    await server.people("alice");
    const answers = [];
    for (let guess = 0; guess < 60; guess++) {
      answers.push(await server.stranger.post("/login", { username: `nobody ${guess}`, password: "guess" }, { "x-forwarded-for": `198.51.100.${guess + 1}` }));
    }
    assert.ok(answers.some(({ status }) => status === 429), "sixty guesses from one address were all taken");
  });

  test("without limits nobody is slowed down", async () => {
    await using server = await Chatter.starts();
    await server.people("alice");
    for (let guess = 0; guess < 30; guess++) {
      const answer = await server.stranger.post("/login", { username: "alice", password: `guess ${guess}` });
      assert.equal(answer.status, 401);
    }
    assert.equal((await server.stranger.post("/login", { username: "alice", password: PASSWORD })).status, 200);
  });
});
