/** An app that an admin suspends: dead at once for whoever uses it, and its owner is told why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as openid from "openid-client";
import { PASSWORD, aServer, type Answer, type Person } from "../support/index.ts";
import { PlainBrowser } from "../support/plain-browser.ts";
import { Community, gets, isRefused } from "../support/platform.ts";

let owner: Person;
let bob: Person;
let guild: Community;
let user: number;
const shared = aServer({}, async (server) => {
  await server.stops();
  await server.startsAgain({ CHATTER_SERVER__PUBLIC_URL: server.url });
  [owner, bob] = await server.online("owner", "bob");
  guild = await Community.foundedBy(owner);
  [user] = (await guild.admits(bob)) as [number];
});

const suspend = (app: number, by = shared.server.root): Promise<Answer> => by.post(`/api/admin/apps/${app}/suspend`, { reason: "spam" });
const unsuspend = (app: number): Promise<Answer> => shared.server.root.post(`/api/admin/apps/${app}/unsuspend`);

/** Its owner sees that it is suspended and why, and cannot help themselves. */
async function seesWhy(app: number): Promise<void> {
  const { suspended } = (await owner.reads(`/apps/${app}`)).app;
  assert.equal(suspended.reason, "spam");
  assert.match(suspended.at, /^\d{4}-.*Z$/);
  for (const person of [owner, bob]) assert.equal((await suspend(app, person)).status, 403);
}

test("a webhook posts nothing, not even by a new URL", async () => {
  const webhook = await guild.webhook();
  const { id } = await gets(200, webhook.posts({ content: "before" }));
  await bob.forgets();
  await gets(200, suspend(webhook.app));
  await isRefused(webhook.posts({ content: "after" }), 403, "suspended");
  await isRefused(webhook.calls("PATCH", `/messages/${id}`, { content: "after" }), 403, "suspended");
  const slack = await webhook.posts({ text: "after" }, { below: "/slack" });
  assert.deepEqual([slack.status, slack.text], [403, "action_prohibited"]);
  const rotated = await owner.post(`/apps/${webhook.app}/rotate`, {});
  if (rotated.status === 200) await isRefused((await webhook.rotates(owner)).posts({ content: "after" }), 403, "suspended");
  await bob.hearsNothing("channel_new", "message_edited");
  assert.deepEqual((await guild.history()).map(({ source }) => source), ["before"]);
  await seesWhy(webhook.app);
  await gets(200, unsuspend(webhook.app));
  const again = rotated.status === 200 ? await webhook.rotates(owner) : webhook;
  await gets(200, again.posts({ content: "again" }));
  assert.equal((await bob.receives("channel_new")).source, "again");
});

test("a widget keeps what it shows and takes no more", async () => {
  const widget = await guild.widget();
  const rows = (value: number): object => ({ rows: [{ kind: "counter", label: "Online", value }] });
  await gets(200, widget.posts(rows(1)));
  await gets(200, suspend(widget.app));
  await bob.forgets();
  for (const body of [rows(2), "{"]) await isRefused(widget.posts(body), 403, "suspended");
  await bob.hearsNothing("widget_updated");
  await seesWhy(widget.app);
  await gets(200, unsuspend(widget.app));
  await gets(200, widget.posts(rows(3)));
  assert.equal((await guild.tile(widget.app)).snapshot.rows[0].value, 3);
});

test("an integration reads and changes nothing, with any of its tokens", async () => {
  const token = await guild.integration("manage_members", "read_member_profile");
  const second = await guild.token(token.app, "manage_members");
  await gets(200, token.reads(guild.member(user)));
  await gets(200, suspend(token.app));
  await isRefused(token.reads(guild.member(user)), 403, "suspended");
  for (const each of [token, second]) await isRefused(each.changes(guild.member(user), { nickname: "After" }), 403, "suspended");
  assert.equal((await guild.profile(user)).nickname, null);
  await seesWhy(token.app);
  await gets(200, unsuspend(token.app));
  await gets(200, second.changes(guild.member(user), { nickname: "Again" }));
});

test("a site signs nobody in, and what it knew it learns no more", async () => {
  const callback = "https://site.example/callback";
  const { app, clientSecret } = await gets(201, owner.post("/apps", { kind: "oauth", name: "Site", redirectUris: [callback] }));
  const site = await openid.discovery(new URL(shared.server.url), app.clientId, clientSecret, openid.ClientSecretBasic(clientSecret), { algorithm: "oauth2", execute: [openid.allowInsecureRequests] });
  const url = openid.buildAuthorizationUrl(site, { redirect_uri: callback, state: "s" });
  const browser = new PlainBrowser(shared.server);
  const question = await browser.submits(await browser.opens(url), { username: "bob", password: PASSWORD }, "Sign in");
  const back = await browser.submits(question, {}, "Allow");
  const tokens = await openid.authorizationCodeGrant(site, back.url, { expectedState: "s" });
  const who = (): Promise<Answer> => shared.server.stranger.get("/oauth/userinfo", { authorization: `Bearer ${tokens.access_token}`, origin: "" });
  assert.equal((await who()).status, 200);

  await gets(200, suspend(app.id));
  const stopped = await browser.opens(url);
  assert.deepEqual([stopped.isElsewhere, stopped.answer.status, stopped.forms.length], [false, 403, 0]);
  const refused = await who();
  assert.deepEqual([refused.status, refused.json.error], [403, "suspended"], refused.text);
  await assert.rejects(openid.refreshTokenGrant(site, tokens.refresh_token!));
  await seesWhy(app.id);
  await gets(200, unsuspend(app.id));
  assert.equal((await who()).status, 200);
  assert.ok((await openid.refreshTokenGrant(site, tokens.refresh_token!)).access_token);
});

test("there is no such app to suspend", async () => {
  const answer = await suspend(987654);
  assert.deepEqual([answer.status, answer.json.ok], [404, false]);
});
