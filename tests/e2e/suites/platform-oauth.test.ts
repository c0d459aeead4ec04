/**
 * Signing in to a site with an account here, as `openid-client` does it: a certified client that
 * knows nothing of this server but its address (platform contract 2.5, RFC 6749, 7009, 7636, 7662,
 * 8414, 9207). The person in between has a browser without JavaScript.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as openid from "openid-client";
import { PASSWORD, SECRET, aServer, type Person } from "../support/index.ts";
import { PlainBrowser, type Visit } from "../support/plain-browser.ts";
import { gets } from "../support/platform.ts";

const CALLBACK = "https://site.example/callback";

let developer: Person;
let bob: Person;
const shared = aServer({}, async (server) => {
  // The issuer is the server's public address, which is known once it has a port.
  await server.stops();
  await server.startsAgain({ CHATTER_SERVER__PUBLIC_URL: server.url });
  [developer, bob] = await server.people("developer", "bob");
});

interface Registered {
  app: { id: number; clientId: string };
  clientSecret?: string;
}

const registers = (more: object = {}): Promise<Registered> =>
  gets(201, developer.post("/apps", { kind: "oauth", name: "Site <b>", redirectUris: [CALLBACK], ...more }));

/** What the library finds out about the server by itself. */
function discovers({ app, clientSecret }: Registered, authentication: openid.ClientAuth): Promise<openid.Configuration> {
  return openid.discovery(new URL(shared.server.url), app.clientId, clientSecret, authentication, {
    algorithm: "oauth2",
    execute: [openid.allowInsecureRequests],
  });
}

interface Journey {
  url: URL;
  pkceCodeVerifier: string;
  expectedState: string;
}

async function begins(site: openid.Configuration, more: Record<string, string> = {}): Promise<Journey> {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const expectedState = openid.randomState();
  const url = openid.buildAuthorizationUrl(site, {
    redirect_uri: CALLBACK,
    scope: "identify",
    state: expectedState,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { url, pkceCodeVerifier, expectedState };
}

/** Signs in and agrees; where the browser was sent. */
async function agrees(url: URL, browser = new PlainBrowser(shared.server)): Promise<URL> {
  let page = await browser.opens(url);
  if (page.text.includes("Password")) page = await browser.submits(page, { username: bob.name, password: PASSWORD }, "Sign in");
  if (!page.isElsewhere) page = await browser.submits(page, {}, "Allow");
  return arrives(page);
}

function arrives(visit: Visit): URL {
  assert.ok(visit.isElsewhere, visit.answer.text);
  assert.equal(visit.answer.status, 303);
  assert.equal(`${visit.url.origin}${visit.url.pathname}`, "https://site.example/callback");
  return visit.url;
}

/** The whole way of somebody who has an account. */
async function signsIn(site: openid.Configuration): Promise<openid.TokenEndpointResponse> {
  const journey = await begins(site);
  return openid.authorizationCodeGrant(site, await agrees(journey.url), journey);
}

/** What the library makes of an OAuth error. */
const refusedWith = (error: string) => (thrown: any): boolean => {
  assert.equal(thrown.error ?? thrown.cause?.error, error, String(thrown.stack));
  return true;
};

const CLIENTS: [how: string, more: object, authentication: (secret?: string) => openid.ClientAuth][] = [
  ["with its secret in a header", {}, openid.ClientSecretBasic],
  ["with its secret in the body", {}, openid.ClientSecretPost],
  ["that can keep no secret", { clientType: "public" }, () => openid.None()],
];
for (const [how, more, authentication] of CLIENTS) {
  test(`a client ${how} goes the whole way`, async () => {
    const registered = await registers(more);
    assert.equal(registered.clientSecret === undefined, "clientType" in more);
    const site = await discovers(registered, authentication(registered.clientSecret));
    const metadata = site.serverMetadata();
    assert.deepEqual([metadata.issuer, metadata.code_challenge_methods_supported, metadata.scopes_supported], [shared.server.url, ["S256"], ["identify"]]);

    const tokens = await signsIn(site);
    assert.deepEqual([tokens.token_type, tokens.expires_in, tokens.scope], ["bearer", 3600, "identify"]);
    assert.match(tokens.access_token, /^chta_/);
    assert.match(tokens.refresh_token!, /^chtr_/);

    const who = await openid.fetchUserInfo(site, tokens.access_token, openid.skipSubjectCheck);
    assert.deepEqual(Object.keys(who).sort(), ["avatar_url", "id", "name", "nickname", "picture", "sub", "updated_at"]);
    assert.equal(who.sub, String(who.id));
    assert.ok([who.name, who.nickname].includes(bob.name));

    const fresh = await openid.refreshTokenGrant(site, tokens.refresh_token!);
    assert.notEqual(fresh.refresh_token, tokens.refresh_token);
    assert.equal((await openid.fetchUserInfo(site, fresh.access_token, who.sub)).id, who.id);
    // The spent one, shown again at once, is a lost answer: refused, and nothing else happens.
    await assert.rejects(openid.refreshTokenGrant(site, tokens.refresh_token!), refusedWith("invalid_grant"));
    const freshest = await openid.refreshTokenGrant(site, fresh.refresh_token!);

    await openid.tokenRevocation(site, freshest.refresh_token!);
    await assert.rejects(openid.refreshTokenGrant(site, freshest.refresh_token!), refusedWith("invalid_grant"));
    for (const { access_token } of [tokens, fresh, freshest]) {
      await assert.rejects(openid.fetchUserInfo(site, access_token, who.sub), isInvalidToken);
    }
    // Nobody learns whether there was such a token.
    await openid.tokenRevocation(site, "chtr_never");
  });
}

const isInvalidToken = (thrown: any): boolean => {
  assert.ok(thrown instanceof openid.WWWAuthenticateChallengeError, String(thrown.stack));
  assert.deepEqual([thrown.status, thrown.cause[0]!.scheme, thrown.cause[0]!.parameters.error], [401, "bearer", "invalid_token"]);
  return true;
};

describe("a person", () => {
  test("is asked by a page that says who gets what, and is not asked again", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const browser = new PlainBrowser(shared.server);
    const first = await begins(site);
    const question = await browser.submits(await browser.opens(first.url), { username: bob.name, password: PASSWORD }, "Sign in");
    for (const words of ["Site <b>", "developer", "site.example", "Not your e-mail address", bob.name]) assert.ok(question.text.includes(words), words);
    assert.match(String(question.answer.headers["content-security-policy"]), /frame-ancestors 'none'/);
    assert.deepEqual([question.answer.headers["x-frame-options"], question.answer.headers["referrer-policy"]], ["DENY", "no-referrer"]);
    arrives(await browser.submits(question, {}, "Allow"));

    const again = await begins(site, { prompt: "none" });
    const tokens = await openid.authorizationCodeGrant(site, arrives(await browser.opens(again.url)), again);
    assert.ok((await openid.fetchUserInfo(site, tokens.access_token, openid.skipSubjectCheck)).sub);
  });

  test("who says no gives nothing away", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const browser = new PlainBrowser(shared.server);
    const journey = await begins(site);
    const question = await browser.submits(await browser.opens(journey.url), { username: bob.name, password: PASSWORD }, "Sign in");
    const back = arrives(await browser.submits(question, {}, "Cancel"));
    assert.equal(back.searchParams.has("code"), false);
    await assert.rejects(openid.authorizationCodeGrant(site, back, journey), refusedWith("access_denied"));
    // And is asked again the next time.
    const silent = await begins(site, { prompt: "none" });
    await assert.rejects(openid.authorizationCodeGrant(site, arrives(await browser.opens(silent.url)), silent), refusedWith("consent_required"));
  });

  test("who is not signed in is not let through silently", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const journey = await begins(site, { prompt: "none" });
    const back = arrives(await new PlainBrowser(shared.server).opens(journey.url));
    await assert.rejects(openid.authorizationCodeGrant(site, back, journey), refusedWith("login_required"));
  });

  test("sees which apps know them, and parts with one", async () => {
    const registered = await registers({ name: "Chess club" });
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const tokens = await signsIn(site);
    const listed = await bob.get("/oauth/grants");
    assert.equal(listed.json.grants.filter(({ name }: any) => name === "Chess club").length, 1, listed.text);
    assert.doesNotMatch(listed.text, SECRET);
    assert.ok(!(await developer.get("/oauth/grants")).text.includes("Chess club"));
    await gets(204, bob.delete(`/oauth/grants/${registered.app.id}`));
    await assert.rejects(openid.fetchUserInfo(site, tokens.access_token, openid.skipSubjectCheck), isInvalidToken);
    await assert.rejects(openid.refreshTokenGrant(site, tokens.refresh_token!), refusedWith("invalid_grant"));
    assert.ok(!(await bob.get("/oauth/grants")).text.includes("Chess club"));
  });

  test("is never sent to an address that was not registered", async () => {
    const { app } = await registers();
    for (const redirect of ["https://site.example/callback/", "https://site.example:8443/callback", "https://evil.example/", `${CALLBACK}#x`, "javascript:alert(1)"]) {
      const query = new URLSearchParams({ response_type: "code", client_id: app.clientId, redirect_uri: redirect });
      const page = await new PlainBrowser(shared.server).opens(`/oauth/authorize?${query}`);
      assert.deepEqual([page.isElsewhere, page.answer.status, page.forms.length], [false, 400, 0], redirect);
    }
    const page = await new PlainBrowser(shared.server).opens(`/oauth/authorize?response_type=code&client_id=nobody&redirect_uri=${encodeURIComponent(CALLBACK)}`);
    assert.deepEqual([page.isElsewhere, page.answer.status], [false, 400]);
  });
});

describe("a code", () => {
  test("is good once; shown twice, all that came of it ends", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const journey = await begins(site);
    const back = await agrees(journey.url);
    const tokens = await openid.authorizationCodeGrant(site, back, journey);
    await assert.rejects(openid.authorizationCodeGrant(site, back, journey), refusedWith("invalid_grant"));
    await assert.rejects(openid.fetchUserInfo(site, tokens.access_token, openid.skipSubjectCheck), isInvalidToken);
    await assert.rejects(openid.refreshTokenGrant(site, tokens.refresh_token!), refusedWith("invalid_grant"));
  });

  test("is worth nothing without the verifier of who asked for it", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const browser = new PlainBrowser(shared.server);
    for (const pkceCodeVerifier of [undefined, openid.randomPKCECodeVerifier()]) {
      const journey = await begins(site);
      const back = await agrees(journey.url, browser);
      await assert.rejects(openid.authorizationCodeGrant(site, back, { ...journey, pkceCodeVerifier }), refusedWith("invalid_grant"));
    }
  });

  test("is worth nothing to another client", async () => {
    const [one, two] = [await registers(), await registers()];
    const site = await discovers(one, openid.ClientSecretBasic(one.clientSecret));
    const thief = await discovers(two, openid.ClientSecretBasic(two.clientSecret));
    const journey = await begins(site);
    const back = await agrees(journey.url);
    await assert.rejects(openid.authorizationCodeGrant(thief, back, journey), refusedWith("invalid_grant"));
    assert.ok((await openid.authorizationCodeGrant(site, back, journey)).access_token);
  });

  test("is redeemed once by many at the same time", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const journey = await begins(site);
    const back = await agrees(journey.url);
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => openid.authorizationCodeGrant(site, back, journey)));
    assert.equal(tries.filter(({ status }) => status === "fulfilled").length, 1);
  });
});

describe("a client", () => {
  test("that can keep no secret has to use PKCE, and a plain one may go without", async () => {
    const open = await registers({ clientType: "public" });
    const site = await discovers(open, openid.None());
    const bare = openid.buildAuthorizationUrl(site, { redirect_uri: CALLBACK, scope: "identify", state: "s" });
    // Who has nothing to do with the site is shown where it wants them, and not sent there.
    const page = await new PlainBrowser(shared.server).opens(bare);
    assert.equal(page.answer.status, 400, page.text);
    assert.equal(page.isElsewhere, false);
    const link = /href="(https:\/\/site\.example\/callback\?[^"]+)"/.exec(page.answer.text)?.[1];
    assert.ok(link, page.text);
    const back = new URL(link.replaceAll("&amp;", "&"));
    assert.deepEqual([back.searchParams.get("error"), back.searchParams.get("state"), back.searchParams.get("iss")], ["invalid_request", "s", shared.server.url]);

    const registered = await registers();
    const confidential = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const plain = openid.buildAuthorizationUrl(confidential, { redirect_uri: CALLBACK, state: "s" });
    const tokens = await openid.authorizationCodeGrant(confidential, await agrees(plain), { expectedState: "s" });
    assert.equal(tokens.scope, "identify");
  });

  test("with a wrong or rotated secret is nobody", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const tokens = await signsIn(site);
    const { clientSecret } = await gets(200, developer.post(`/apps/${registered.app.id}/rotate`, {}));
    await assert.rejects(openid.refreshTokenGrant(site, tokens.refresh_token!), (thrown: any) => {
      assert.deepEqual([thrown.status, thrown.cause[0]?.scheme ?? thrown.error], [401, "basic"], String(thrown.stack));
      return true;
    });
    const renewed = await discovers({ ...registered, clientSecret }, openid.ClientSecretBasic(clientSecret));
    assert.ok((await openid.refreshTokenGrant(renewed, tokens.refresh_token!)).access_token);
  });

  test("learns about its own tokens alone", async () => {
    const [one, two] = [await registers(), await registers()];
    const site = await discovers(one, openid.ClientSecretBasic(one.clientSecret));
    const other = await discovers(two, openid.ClientSecretBasic(two.clientSecret));
    const { access_token, refresh_token } = await signsIn(site);
    const known = await openid.tokenIntrospection(site, access_token);
    assert.deepEqual([known.active, known.client_id, known.scope, known.token_type], [true, one.app.clientId, "identify", "Bearer"]);
    assert.deepEqual(await openid.tokenIntrospection(other, access_token), { active: false });
    assert.deepEqual(await openid.tokenIntrospection(site, "chta_unknown"), { active: false });
    // Nor can it end another's.
    await openid.tokenRevocation(other, refresh_token!).catch(() => {});
    assert.equal((await openid.tokenIntrospection(site, access_token)).active, true);
    await openid.tokenRevocation(site, access_token);
    assert.deepEqual(await openid.tokenIntrospection(site, access_token), { active: false });
  });

  test("gets no further than the identity with its tokens", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const { access_token } = await signsIn(site);
    for (const [method, path] of [["GET", "/servers"], ["POST", "/servers"], ["GET", "/apps"], ["GET", "/servers/1/memberships/1"], ["GET", "/oauth/grants"]] as const) {
      const answer = await shared.server.stranger.request(method, path, method === "POST" ? { name: "Mine" } : undefined, { authorization: `Bearer ${access_token}` });
      assert.equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
    }
  });

  test("that is deleted takes its tokens with it", async () => {
    const registered = await registers();
    const site = await discovers(registered, openid.ClientSecretBasic(registered.clientSecret));
    const { access_token } = await signsIn(site);
    await gets(204, developer.delete(`/apps/${registered.app.id}`));
    await assert.rejects(openid.fetchUserInfo(site, access_token, openid.skipSubjectCheck), isInvalidToken);
  });
});
