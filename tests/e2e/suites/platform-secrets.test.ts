/** Secrets of apps are shown once and then nowhere: not in the log at its most talkative, not in answers, not in lists. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter, SECRET, ask } from "../support/index.ts";
import { Community, gets } from "../support/platform.ts";

test("no secret is in the log, whatever was done with it and however it went wrong", async () => {
  await using server = await Chatter.starts({ env: { CHATTER_LOGGING__LEVEL: "trace" } });
  const [owner, alice] = await server.online("owner", "alice");
  const guild = await Community.foundedBy(owner);
  await guild.admits(alice);
  const webhook = await guild.webhook();
  const widget = await guild.widget();
  const token = await guild.integration("read_member_profile", "manage_members");
  const { app, clientSecret } = await gets(201, owner.post("/apps", { kind: "oauth", name: "Site", redirectUris: ["https://site.example/callback"] }));
  const { signingSecret } = await gets(201, owner.post(`/apps/${webhook.app}/signing`, {}));
  await gets(200, owner.request("DELETE", `/apps/${webhook.app}/signing`));

  const rows = { rows: [{ kind: "counter", label: "x", value: 1 }] };
  await gets(200, webhook.posts({ content: "hello" }));
  await gets(200, widget.posts(rows));
  await gets(200, token.reads(guild.member(guild.ownerId)));
  // Wrong bodies, wrong methods, wrong places.
  for (const hook of [webhook, widget]) {
    for (const body of ["{", "x".repeat(300_000), { content: "" }, JSON.stringify("\u0000")]) await hook.posts(body);
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) await hook.calls(method);
    for (const below of ["/", "/nowhere", "/messages/x", "/slack", "/github", "?wait=maybe", "/%ff", "/../.."]) await hook.posts({ content: "x" }, { below });
  }
  for (const path of ["/servers/x/memberships/y", "/servers", "/nowhere", `/api/whoami?token=${token.secret}`]) await token.reads(path);
  const basic = Buffer.from(`${app.clientId}:${clientSecret}`).toString("base64");
  const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
  for (const path of ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]) {
    for (const body of [form({ grant_type: "refresh_token", refresh_token: `chtr_${"A".repeat(38)}`, token: `chta_${"A".repeat(38)}` }), form({ client_id: app.clientId, client_secret: clientSecret, code: "x" }), "%"]) {
      await ask(server.url, path, { method: "POST", headers: { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" }, body });
    }
  }
  await gets(200, owner.post(`/apps/${webhook.app}/rotate`, {}));
  await webhook.posts({ content: "by the old URL" });
  await alice.emits("channel_send", { channel_id: guild.general, text: "fence" });
  await server.stops();

  const secrets = [webhook.token, widget.token, token.secret, clientSecret, signingSecret, basic];
  for (const secret of secrets) assert.ok(!server.stderr.includes(secret), `…${secret.slice(-4)} is in the log`);
  assert.doesNotMatch(server.stderr, SECRET);
  // It did log what was asked for, or this would prove nothing.
  assert.match(server.stderr, /route=\/webhooks\/[^\n]*status=404/);
});

test("lists and details of apps have no secret, for nobody", async () => {
  await using server = await Chatter.starts();
  const [owner, alice] = await server.people("owner", "alice");
  const guild = await Community.foundedBy(owner);
  await guild.admits(alice);
  const apps = [(await guild.webhook()).app, (await guild.widget()).app, (await guild.integration("read_roles")).app];
  const made = await owner.post("/apps", { kind: "oauth", name: "Site", redirectUris: ["https://site.example/callback"] });
  assert.equal(made.headers["cache-control"], "no-store");
  apps.push(made.json.app.id);
  for (const person of [owner, alice, server.root]) {
    const paths = ["/apps", `${guild.path}/apps`, `${guild.path}/widgets`, `${guild.path}/audit`, guild.path, ...apps.flatMap((app) => [`/apps/${app}`, `/apps/${app}/tokens`, `/apps/${app}/deliveries`])];
    for (const path of paths) assert.doesNotMatch((await person.get(path)).text, SECRET, `${person.name} ${path}`);
  }
});
