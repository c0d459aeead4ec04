/**
 * A command-line tool that manages somebody's apps as a client of the developer portal (platform
 * contract 2.5): found and spoken by `openid-client`, with a code that the person copies from a page.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as openid from "openid-client";
import { PASSWORD, SECRET, aServer, ask, type Answer, type Person } from "../support/index.ts";
import { PlainBrowser } from "../support/plain-browser.ts";
import { Community, gets, isRefused } from "../support/platform.ts";

const ALL = "identify apps:read apps:write servers:read";

let alice: Person;
let bob: Person;
const shared = aServer({}, async (server) => {
  await server.stops();
  await server.startsAgain({ CHATTER_SERVER__PUBLIC_URL: server.url });
  [alice, bob] = await server.people("alice", "bob");
});

const callback = (): string => `${shared.server.url}/developers/callback`;

/** The tool knows the server's address and the portal's name, and keeps no secret. */
const tool = (): Promise<openid.Configuration> =>
  openid.discovery(new URL(shared.server.url), "developer-portal", undefined, openid.None(), {
    algorithm: "oauth2",
    execute: [openid.allowInsecureRequests],
  });

async function asks(client: openid.Configuration, scope: string, more: Record<string, string> = {}) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const expectedState = openid.randomState();
  const url = openid.buildAuthorizationUrl(client, {
    redirect_uri: callback(),
    scope,
    state: expectedState,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { url, pkceCodeVerifier, expectedState };
}

/** The person signs in and answers; the address of the page that they end on. */
async function answers(url: URL, person: Person, button: string): Promise<URL> {
  const browser = new PlainBrowser(shared.server);
  const question = await browser.submits(await browser.opens(url), { username: person.name, password: PASSWORD }, "Sign in");
  for (const words of ["Developer portal", "Only go on if you have just started such a tool yourself", person.name]) {
    assert.ok(question.text.includes(words), question.text);
  }
  return browser.isSentBy(question, button);
}

async function lets(person: Person, scope: string): Promise<{ client: openid.Configuration; tokens: openid.TokenEndpointResponse }> {
  const client = await tool();
  const { url, ...journey } = await asks(client, scope);
  const shown = await answers(url, person, "Allow");
  assert.equal(`${shown.origin}${shown.pathname}`, callback());
  return { client, tokens: await openid.authorizationCodeGrant(client, shown, journey) };
}

function calls(token: string, method: string, path: string, body?: object): Promise<Answer> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
  return ask(shared.server.url, path, { method, headers, ...json });
}

const refusedWith = (error: string) => (thrown: any): boolean => {
  assert.equal(thrown.error ?? thrown.cause?.error, error, String(thrown.stack));
  return true;
};

test("a tool goes the whole way and manages the apps of who let it in", async () => {
  const club = await Community.foundedBy(alice, "Club");
  await club.admits(bob);
  const { client, tokens } = await lets(alice, ALL);
  assert.equal(tokens.scope, ALL);
  const { servers } = await gets(200, calls(tokens.access_token, "GET", "/servers"));
  assert.deepEqual(servers.map(({ id }: any) => id), [club.id]);
  assert.deepEqual((await gets(200, calls(tokens.access_token, "GET", "/apps"))).apps, []);
  const webhook = { kind: "webhook", name: "CI", channelId: club.general };
  const made = await gets(201, calls(tokens.access_token, "POST", `${club.path}/apps`, webhook));
  assert.match(made.url, SECRET);
  const site = { kind: "oauth", name: "Site", redirectUris: ["https://site.example/"] };
  await gets(201, calls(tokens.access_token, "POST", "/apps", site));

  const fresh = await openid.refreshTokenGrant(client, tokens.refresh_token!, { scope: "apps:read" });
  const { apps } = await gets(200, calls(fresh.access_token, "GET", "/apps"));
  assert.deepEqual(apps, (await alice.reads("/apps")).apps);
  assert.deepEqual(apps.map(({ name }: any) => name), ["CI", "Site"]);
  const challenged = await calls(fresh.access_token, "POST", "/apps", site);
  await isRefused(challenged, 403, "insufficient_scope");
  assert.match(challenged.headers["www-authenticate"]!, /error="insufficient_scope", scope="apps:write"/);
  await isRefused(calls(tokens.access_token, "POST", "/servers", { name: "Mine" }), 403, "token_not_allowed");

  const other = await lets(bob, ALL);
  await isRefused(calls(other.tokens.access_token, "POST", `${club.path}/apps`, webhook), 403, "forbidden");
  await openid.tokenRevocation(client, fresh.refresh_token!);
  await isRefused(calls(fresh.access_token, "GET", "/apps"), 401, "invalid_token");
  assert.equal((await alice.reads("/apps")).apps.length, 2);
});

test("who says no, or parts with it, or is banned, lets nothing in", async () => {
  const carol = await shared.server.register("carol");
  const client = await tool();
  const { url, ...journey } = await asks(client, ALL);
  const denied = await answers(url, carol, "Cancel");
  assert.equal(denied.searchParams.has("code"), false);
  await assert.rejects(openid.authorizationCodeGrant(client, denied, journey), refusedWith("access_denied"));

  const first = await lets(carol, ALL);
  const { grants } = await carol.reads("/oauth/grants");
  assert.deepEqual(grants.map(({ name, scopes }: any) => [name, scopes.join(" ")]), [["Developer portal", ALL]]);
  await gets(204, carol.delete(`/oauth/grants/${grants[0].appId}`));
  await isRefused(calls(first.tokens.access_token, "GET", "/apps"), 401, "invalid_token");

  const second = await lets(carol, ALL);
  await gets(200, calls(second.tokens.access_token, "GET", "/apps"));
  await gets(200, shared.server.root.post("/api/admin/ban", { type: "user", action: "ban", value: "carol" }));
  await isRefused(calls(second.tokens.access_token, "GET", "/apps"), 401, "invalid_token");
  await assert.rejects(openid.refreshTokenGrant(client, second.tokens.refresh_token!), refusedWith("invalid_grant"));
});

test("without proof, to another address, or for another client there is none of it", async () => {
  const client = await tool();
  const browser = new PlainBrowser(shared.server);
  const bare = openid.buildAuthorizationUrl(client, { redirect_uri: callback(), scope: ALL });
  const unproven = await browser.opens(bare);
  assert.equal(unproven.answer.status, 400);
  assert.ok(unproven.text.includes("code_challenge"), unproven.text);
  const port = new URL(shared.server.url).port;
  for (const elsewhere of [callback().replace(port, "1"), `${callback()}/`, "https://site.example/callback"]) {
    const { url } = await asks(client, ALL, { redirect_uri: elsewhere });
    const page = await browser.opens(url);
    assert.deepEqual([page.answer.status, page.isElsewhere, page.forms.length], [400, false, 0], elsewhere);
  }
  const registered = await gets(201, bob.post("/apps", { kind: "oauth", name: "Site", clientType: "public", redirectUris: [callback()] }));
  const site = await openid.discovery(new URL(shared.server.url), registered.app.clientId, undefined, openid.None(), {
    algorithm: "oauth2",
    execute: [openid.allowInsecureRequests],
  });
  for (const scope of ["apps:read", "identify apps:write", "servers:read"]) {
    const page = await browser.opens((await asks(site, scope)).url);
    assert.equal(page.answer.status, 400);
    assert.ok(page.text.includes("invalid_scope"), page.text);
  }
});
