/** Webhooks: whatever a service posts to the URL lands in the channel, once and in order, or is refused as a whole (platform contract 2.1 and 2.2). */
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { Chatter, aServer, ask, matchesSnapshot, multipart, urlencoded, type Person } from "../support/index.ts";
import { Community, Hook, gets, isRefused } from "../support/platform.ts";

let owner: Person;
let alice: Person;
let outsider: Person;
let guild: Community;
const shared = aServer({}, async (server) => {
  [owner, alice, outsider] = await server.online("owner", "alice", "outsider");
  guild = await Community.foundedBy(owner);
  await guild.admits(alice);
});

/** What the channel heard of a post. */
async function lands(webhook: Hook, body: unknown, how: Parameters<Hook["posts"]>[1] = {}): Promise<any> {
  await alice.forgets();
  const answer = await webhook.posts(body, how);
  assert.ok(answer.status === 200 || answer.status === 204, answer.text);
  const heard = await alice.receives("channel_new");
  const [kept] = (await guild.history()).slice(-1);
  assert.deepEqual([heard.id, heard.source, heard.embeds], [kept.id, kept.source, kept.embeds]);
  assert.deepEqual([heard.channel_id, heard.server_id, heard.author.kind, heard.author.id], [guild.general, guild.id, "webhook", webhook.app]);
  await outsider.hearsNothing();
  return heard;
}

describe("a post", () => {
  test("is a message like any other, signed as it wants", async () => {
    const webhook = await guild.webhook();
    await alice.forgets();
    const answer = await gets(200, webhook.posts({ content: "Build **42** passed", username: "CI", avatar_url: "https://ci.example/a.png", nonce: "build-42", colour: 1 }));
    const heard = await alice.receives("channel_new");
    assert.deepEqual([answer.ok, answer.id, answer.message.id], [true, heard.id, heard.id]);
    assert.match(JSON.stringify(answer.warnings), /colour/);
    // The key is between the service and the server.
    assert.equal(answer.message.nonce, "build-42");
    assert.deepEqual([heard.username, heard.author.name, heard.source, heard.text], ["CI", "CI", "Build **42** passed", "Build <strong>42</strong> passed"]);
    matchesSnapshot("events/channel_new-webhook", { ...heard, author: { ...heard.author, id: "[id]" } });
    await outsider.hearsNothing();
    assert.equal((await alice.sees(`channel:${guild.general}`)).unread, 1);
    const reply = await alice.emits("channel_send", { channel_id: guild.general, text: "Great", reply_to: heard.id });
    assert.equal((await owner.receives("channel_new", { id: reply.id })).reply_username, "CI");
  });

  test("has the name of the webhook unless it says otherwise", async () => {
    const webhook = await guild.webhook(guild.general, "Deploy bot");
    const heard = await lands(webhook, { content: "Deployed" });
    assert.deepEqual([heard.username, heard.author.name], ["Deploy bot", "Deploy bot"]);
  });

  test("can be anything that a URL is posted: JSON without a type, a form, several parts", async () => {
    const webhook = await guild.webhook();
    assert.equal((await lands(webhook, { content: "untyped" }, { type: "" })).source, "untyped");
    const form = urlencoded({ payload: JSON.stringify({ text: "*form* <https://a.example/x|link>" }) });
    assert.equal((await lands(webhook, form.body, { type: form.type })).source, "**form** [link](https://a.example/x)");
    const parts = multipart({ payload_json: JSON.stringify({ content: "parts" }) });
    assert.equal((await lands(webhook, parts.body, { type: parts.type })).source, "parts");
    await alice.forgets();
    const silent = await webhook.posts({ content: "no answer" }, { below: "?wait=false" });
    assert.deepEqual([silent.status, silent.text], [204, ""]);
    assert.equal((await alice.receives("channel_new")).source, "no answer");
  });

  test("notifies people, and everybody only where that was allowed", async () => {
    const webhook = await guild.webhook();
    assert.deepEqual((await lands(webhook, { content: "@alice and @everyone" })).mentions, ["alice"]);
    assert.deepEqual((await lands(webhook, { content: "@alice", allowed_mentions: { parse: [] } })).mentions, []);
    const toAll = { content: "@everyone", allowed_mentions: { parse: ["everyone"] } };
    await isRefused(webhook.posts(toAll), 400, "mention_not_allowed");
    await gets(200, owner.request("PATCH", `/apps/${webhook.app}`, { mentionEveryone: true }));
    const { source, mention_everyone } = await lands(webhook, toAll);
    assert.deepEqual([source, mention_everyone], ["@everyone", true]);
  });

  test("answers a message, has an emoji for a picture, and can be quiet", async () => {
    const webhook = await guild.webhook();
    const { id } = await alice.emits("channel_send", { channel_id: guild.general, text: "Is it done?" });
    const heard = await lands(webhook, { content: "Yes", reply_to: id, icon_emoji: ":tada:", flags: 4096 });
    assert.deepEqual([heard.reply_to, heard.reply_username, heard.author.avatar_emoji, heard.silent], [id, "alice", "🎉", true]);
    const bare = await lands(webhook, { content: "No cards", embeds: [{ title: "hidden" }], flags: 4 });
    assert.deepEqual(bare.embeds, []);
  });

  test("is a card with text of its own, within Discord's limits", async () => {
    const webhook = await guild.webhook();
    const full = { title: "x".repeat(256), description: "x".repeat(4096), fields: [{ name: "x".repeat(256), value: "x".repeat(1024) }] };
    const heard = await lands(webhook, { embeds: [full] });
    assert.deepEqual([heard.source, heard.embeds.length, heard.embeds[0].title.length], ["", 1, 256]);
    const over = await webhook.posts({ embeds: [full, full] });
    assert.deepEqual([over.status, over.json.ok], [400, false], over.text);
    assert.match(over.json.error, /^embed_[01]:/);
  });

  const refusals: [body: unknown, error: string][] = [
    ["{", "invalid_json"],
    ["[]", "invalid_json"],
    ['{"content":"a","content":"b"}', "invalid_json"],
    [{}, "content_required"],
    [{ content: "   " }, "content_required"],
    [{ content: "x".repeat(4001) }, "content_too_long"],
    [{ content: "a", text: "b" }, "content_ambiguous"],
    [{ content: "a", username: "x".repeat(81) }, "username_too_long"],
    [{ content: "a", username: "alice" }, "username_reserved"],
    [{ content: "a", username: "Αlice" }, "username_reserved"],
    [{ content: "a", username: "system" }, "username_reserved"],
    [{ content: "a", avatar_url: "http://a.example/a.png" }, "avatar_url_invalid"],
    [{ content: "a", avatar_url: "javascript:alert(1)" }, "avatar_url_invalid"],
    [{ content: "@everyone", allowed_mentions: { parse: ["everyone"] } }, "mention_not_allowed"],
    [{ content: "a", reply_to: 987654321 }, "reply_to_not_found"],
    [{ embeds: [{ title: "x".repeat(257) }] }, "embed_0:title_too_long"],
    [{ embeds: Array.from({ length: 11 }, () => ({ title: "x" })) }, "embed_10:too_many"],
  ];
  test("that breaks a rule is refused by its code, and nothing of it is kept or heard", async () => {
    const webhook = await guild.webhook();
    await lands(webhook, { content: "the last good one" });
    for (const [body, error] of refusals) await isRefused(webhook.posts(body), 400, error);
    await isRefused(webhook.posts({ content: "x", padding: "x".repeat(300_000) }), 413, "payload_too_large");
    await isRefused(webhook.posts("hello", { type: "text/plain" }), 415, "unsupported_media_type");
    await alice.hearsNothing("channel_new");
    assert.equal((await guild.history()).at(-1).source, "the last good one");
  });
});

describe("other services' shapes", () => {
  test("Slack: attachments become cards, mrkdwn becomes Markdown, and the answer is `ok`", async () => {
    const webhook = await guild.webhook();
    await alice.forgets();
    const answer = await webhook.posts({
      text: "*Alarm* &lt;now&gt; <https://a.example/g|graph>",
      attachments: [{ fallback: "Disk 91 %", color: "danger", title: "Disk", title_link: "https://a.example/d", text: "_full_", fields: [{ title: "Host", value: "db-1", short: true }] }],
    }, { below: "/slack" });
    assert.deepEqual([answer.status, answer.text], [200, "ok"]);
    assert.match(answer.headers["content-type"]!, /^text\/plain/);
    const heard = await alice.receives("channel_new");
    assert.equal(heard.text.replace(/<a [^>]*>/, "<a>"), "<strong>Alarm</strong> &lt;now&gt; <a>graph</a>");
    const [card] = heard.embeds;
    assert.deepEqual([card.title, card.url, card.fields[0].name, card.fields[0].value, card.fields[0].inline], ["Disk", "https://a.example/d", "Host", "db-1", true]);
    const refused = await webhook.posts({ text: "" }, { below: "/slack" });
    assert.deepEqual([refused.status, refused.text], [400, "no_text"]);
    const gone = await webhook.mistyped.posts({ text: "a" }, { below: "/slack" });
    assert.deepEqual([gone.status, gone.text], [404, "no_service"]);
  });

  test("Slack: blocks", async () => {
    const heard = await lands(await guild.webhook(), {
      blocks: [{ type: "header", text: { type: "plain_text", text: "Release 2" } }, { type: "divider" }, { type: "section", text: { type: "mrkdwn", text: "*out* now" } }],
    });
    assert.ok(JSON.stringify([heard.source, heard.embeds]).includes("Release 2"), JSON.stringify(heard));
    assert.ok(JSON.stringify([heard.source, heard.embeds]).includes("**out** now"), JSON.stringify(heard));
  });

  for (const below of ["", "/discord"]) {
    test(`Discord: embeds are cards${below && ", also at its address"}`, async () => {
      const embed = { title: "Deploy", description: "to **production**", color: 5763719, url: "https://d.example/1", fields: [{ name: "By", value: "bea", inline: true }], footer: { text: "v2" }, timestamp: "2026-01-15T13:42:07.000Z" };
      const heard = await lands(await guild.webhook(), { username: "Deployer", embeds: [embed], tts: true }, { below });
      const [card] = heard.embeds;
      assert.deepEqual([card.title, card.color, card.url, card.fields[0].value, card.footer.text], ["Deploy", 5763719, "https://d.example/1", "bea", "v2"]);
      assert.match(card.description, /production/);
      assert.equal(heard.username, "Deployer");
    });
  }

  test("GitHub: a push is a card, what is not known is taken and ignored", async () => {
    const webhook = await guild.webhook();
    const push = {
      ref: "refs/heads/main",
      before: "0".repeat(39) + "1",
      after: "0123456789abcdef0123456789abcdef01234567",
      compare: "https://github.com/o/r/compare/a...b",
      repository: { full_name: "o/r", html_url: "https://github.com/o/r" },
      sender: { login: "bea", html_url: "https://github.com/bea", avatar_url: "https://avatars.example/bea" },
      pusher: { name: "bea" },
      commits: [{ id: "0123456789abcdef", message: "Fix the flood gate\n\nIt leaked.", url: "https://github.com/o/r/commit/0123456", author: { name: "Bea", username: "bea" } }],
    };
    const heard = await lands(webhook, push, { below: "/github", headers: { "x-github-event": "push" } });
    const card = JSON.stringify([heard.source, heard.embeds]);
    for (const part of ["o/r", "main", "Fix the flood gate"]) assert.ok(card.includes(part), card);
    await alice.forgets();
    const unknown = await webhook.posts({ zen: "Keep it" }, { below: "/github", headers: { "x-github-event": "meta" } });
    assert.equal(unknown.status, 204, unknown.text);
    await alice.hearsNothing("channel_new");
  });

  const services: [below: string, body: object, says: string, headers?: Record<string, string>][] = [
    ["/gitlab", { object_kind: "push", before: "0".repeat(39) + "1", after: "0123456789".repeat(4), checkout_sha: "0123456789".repeat(4), ref: "refs/heads/main", user_name: "Bea", project: { path_with_namespace: "o/r", web_url: "https://gitlab.example/o/r" }, total_commits_count: 1, commits: [{ id: "0123456789", title: "Fix it", message: "Fix it", url: "https://gitlab.example/c", author: { name: "Bea" } }] }, "Fix it", { "x-gitlab-event": "Push Hook" }],
    ["/alertmanager", { version: "4", status: "firing", receiver: "chat", groupLabels: { alertname: "DiskFull" }, commonLabels: { alertname: "DiskFull" }, commonAnnotations: {}, externalURL: "https://am.example", alerts: [{ status: "firing", labels: { alertname: "DiskFull", instance: "db-1" }, annotations: { summary: "Disk is full" }, startsAt: "2026-01-15T13:42:07Z" }] }, "DiskFull"],
    ["/grafana", { status: "firing", title: "[FIRING:1] Latency", message: "p99 is high", alerts: [{ status: "firing", labels: { alertname: "Latency" }, annotations: {}, startsAt: "2026-01-15T13:42:07Z" }] }, "Latency"],
  ];
  for (const [below, body, says, headers = {}] of services) {
    test(`${below.slice(1)}: an event is a card`, async () => {
      const heard = await lands(await guild.webhook(), body, { below, headers });
      assert.ok(JSON.stringify([heard.source, heard.embeds]).includes(says), JSON.stringify(heard));
    });
  }
});

describe("the same post again", () => {
  for (const header of ["idempotency-key", "webhook-id"]) {
    test(`with the same ${header} is answered as the first time, and said once`, async () => {
      const webhook = await guild.webhook();
      const key = { headers: { [header]: randomUUID() } };
      await alice.forgets();
      const first = await webhook.posts({ content: `once by ${header}` }, key);
      const second = await webhook.posts({ content: `once by ${header}` }, key);
      assert.deepEqual([first.status, second.status, second.json.id, second.headers["idempotency-replayed"]], [200, 200, first.json.id, "true"]);
      assert.equal(first.headers["idempotency-replayed"], undefined);
      await isRefused(webhook.posts({ content: "something else" }, key), 422, "idempotency_key_reused");
      assert.equal((await alice.tab.heardSoFar("channel_new")).length, 1);
      // The key is the webhook's own: another one is not concerned.
      await gets(200, (await guild.webhook()).posts({ content: "something else" }, key));
    });
  }

  test("at the same time is said once", async () => {
    const webhook = await guild.webhook();
    await alice.forgets();
    const answers = await Promise.all(Array.from({ length: 8 }, () => webhook.posts({ content: "racing", nonce: "race" })));
    for (const { status, text } of answers) assert.ok([200, 409].includes(status), text);
    assert.equal(new Set(answers.filter(({ status }) => status === 200).map(({ json }) => json.id)).size, 1);
    assert.equal((await alice.tab.heardSoFar("channel_new")).length, 1);
  });

  test("with a senseless key is refused", async () => {
    const webhook = await guild.webhook();
    await isRefused(webhook.posts({ content: "x" }, { headers: { "idempotency-key": "x".repeat(256) } }), 400, "idempotency_key_invalid");
  });
});

describe("a webhook's messages", () => {
  test("are changed and deleted by the webhook that wrote them, and no other", async () => {
    const [webhook, other] = [await guild.webhook(), await guild.webhook()];
    const { id } = await gets(200, webhook.posts({ content: "Building" }));
    const { id: foreign } = await alice.emits("channel_send", { channel_id: guild.general, text: "mine" });
    await alice.forgets();
    for (const [hook, message] of [[other, id], [webhook, foreign], [webhook, 987654321]] as const) {
      await isRefused(hook.calls("PATCH", `/messages/${message}`, { content: "Hacked" }), 404, "message_not_found");
      await isRefused(hook.calls("DELETE", `/messages/${message}`), 404, "message_not_found");
    }
    await alice.hearsNothing();
    await gets(200, webhook.calls("PATCH", `/messages/${id}`, { content: "Built" }));
    assert.equal((await alice.receives("message_edited", { id })).source, "Built");
    assert.equal((await webhook.calls("DELETE", `/messages/${id}`)).status, 204);
    await alice.receives("message_deleted");
    assert.ok(!(await guild.history()).some((message) => message.id === id));
    assert.equal((await guild.history()).at(-1).source, "mine");
  });
});

describe("the URL", () => {
  test("tells little about itself, and cannot delete itself", async () => {
    const webhook = await guild.webhook(guild.general, "Quiet one");
    const about = await gets(200, webhook.calls("GET"));
    assert.deepEqual([about.id, about.name, about.channel_id, about.server_id], [webhook.app, "Quiet one", guild.general, guild.id]);
    assert.ok(!JSON.stringify(about).includes(webhook.token) && !("createdBy" in about) && !("created_by" in about));
    await isRefused(webhook.calls("DELETE"), 403, "delete_requires_session");
  });

  test("that is unknown, wrong, rotated or deleted is answered alike", async () => {
    const [rotated, deleted] = [await guild.webhook(), await guild.webhook()];
    const fresh = await rotated.rotates(owner);
    await gets(204, owner.delete(`/apps/${deleted.app}`));
    const dead: [why: string, hook: Hook][] = [
      ["rotated", rotated],
      ["deleted", deleted],
      ["wrong", fresh.mistyped],
      ["another's", new Hook(shared.server, fresh.app, fresh.url.replace(fresh.token, deleted.token))],
      ["unknown", new Hook(shared.server, 987654, fresh.url.replace(`/${fresh.app}/`, "/987654/"))],
    ];
    await alice.forgets();
    const bodies = [];
    for (const [, hook] of dead) bodies.push({ ...(await isRefused(hook.posts({ content: "boo" }), 404, "webhook_not_found")), request_id: "" });
    for (const body of bodies) assert.deepEqual(body, bodies[0]);
    await alice.hearsNothing();
    await gets(200, fresh.posts({ content: "alive" }));
  });

  test("that is an address of nothing is not taken for one that works", async () => {
    const webhook = await guild.webhook();
    for (const path of [webhook.path.replace("webhooks", "webhook"), `${webhook.path}/nowhere`, `${webhook.path}/slack/more`, "/webhooks", "/nowhere"]) {
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const { status } = await ask(shared.server.url, path, { method, headers: { "content-type": "application/json" }, body: '{"content":"lost"}' });
        assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`);
      }
    }
  });

  test("can be held to signatures", async () => {
    const webhook = await guild.webhook();
    const { signingSecret } = await gets(201, owner.post(`/apps/${webhook.app}/signing`, {}));
    const body = JSON.stringify({ content: "signed" });
    const signed = (id: string, at: number, key = signingSecret): Record<string, string> => {
      const mac = createHmac("sha256", Buffer.from(key.replace(/^whsec_/, ""), "base64")).update(`${id}.${at}.${body}`).digest("base64");
      return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": `v1,${mac}` };
    };
    const now = Math.floor(Date.now() / 1000);
    await isRefused(webhook.posts(body), 401, "signature_missing");
    await isRefused(webhook.posts(body, { headers: signed("msg_1", now, "whsec_" + Buffer.alloc(32).toString("base64")) }), 401, "signature_invalid");
    await isRefused(webhook.posts(body, { headers: signed("msg_1", now - 3600) }), 401, "timestamp_out_of_range");
    assert.equal((await lands(webhook, body, { headers: signed("msg_2", now) })).source, "signed");
    const github = { "x-hub-signature-256": `sha256=${createHmac("sha256", signingSecret).update(body).digest("hex")}` };
    assert.equal((await lands(webhook, body, { headers: github })).source, "signed");
    await isRefused(webhook.posts(body, { headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}` } }), 401, "signature_invalid");
  });

  test("can be held to networks", async () => {
    const webhook = await guild.webhook();
    await gets(200, owner.request("PATCH", `/apps/${webhook.app}`, { allowedNetworks: ["192.0.2.0/24"] }));
    await isRefused(webhook.posts({ content: "from afar" }), 403, "ip_not_allowed");
    await gets(200, owner.request("PATCH", `/apps/${webhook.app}`, { allowedNetworks: ["127.0.0.0/8"] }));
    await gets(200, webhook.posts({ content: "from here" }));
  });

  test("goes with its channel", async () => {
    const channel = await guild.channel("short-lived");
    const webhook = await guild.webhook(channel);
    await gets(200, webhook.posts({ content: "hello" }));
    await gets(204, owner.delete(`${guild.path}/channels/${channel}`));
    await isRefused(webhook.posts({ content: "anybody?" }), 410, "channel_gone");
  });

  test("is made, seen and rotated by who manages the server, and its posts are listed without what they said", async () => {
    const webhook = await guild.webhook();
    await gets(200, webhook.posts({ content: "something private" }));
    await isRefused(webhook.posts({}), 400, "content_required");
    for (const [method, path, body] of [["GET", `/apps/${webhook.app}`], ["POST", `/apps/${webhook.app}/rotate`, {}], ["DELETE", `/apps/${webhook.app}`], ["GET", `/apps/${webhook.app}/deliveries`]] as const) {
      for (const person of [alice, outsider]) {
        const { status } = await person.request(method, path, body);
        assert.ok([403, 404].includes(status), `${person.name} ${method} ${path}: ${status}`);
      }
    }
    await isRefused(alice.post(`${guild.path}/apps`, { kind: "webhook", name: "Mine", channelId: guild.general }), 403, "forbidden");
    const { app } = await owner.reads(`/apps/${webhook.app}`);
    assert.deepEqual([app.kind, app.channelId, app.urlHint.last4], ["webhook", guild.general, webhook.token.slice(-4)]);
    const everything = JSON.stringify([await owner.reads("/apps"), await owner.reads(`${guild.path}/apps`), app]);
    assert.ok(!everything.includes(webhook.token));
    const { deliveries } = await owner.reads(`/apps/${webhook.app}/deliveries`);
    assert.deepEqual(deliveries.map(({ status, error }: any) => [status, error]), [[400, "content_required"], [200, null]]);
    assert.ok(!JSON.stringify(deliveries).includes("private"));
  });
});

describe("limits", () => {
  test("are in every answer's headers, differ by webhook, and end in a refusal that says when", async () => {
    await using server = await Chatter.starts({ limits: true });
    const [owner] = await server.people("owner");
    const guild = await Community.foundedBy(owner);
    const [webhook, other] = [await guild.webhook(), await guild.webhook()];
    const first = await webhook.posts({ content: "0" });
    assert.equal(first.status, 200, first.text);
    assert.deepEqual([first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]], ["5", "4"]);
    for (const name of ["x-ratelimit-reset", "x-ratelimit-reset-after", "x-ratelimit-bucket", "ratelimit", "ratelimit-policy"]) assert.ok(first.headers[name], name);
    assert.ok(Number(first.headers["x-ratelimit-reset-after"]) <= 2, "in seconds");
    assert.notEqual((await other.posts({ content: "0" })).headers["x-ratelimit-bucket"], first.headers["x-ratelimit-bucket"]);

    const burst = await Promise.all(Array.from({ length: 20 }, (_, at) => webhook.posts({ content: `${at}` })));
    const refused = burst.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0, burst.map(({ status }) => status).join());
    for (const answer of refused) {
      const body = answer.json;
      assert.deepEqual([body.ok, body.error, body.global], [false, "rate_limited", false]);
      assert.ok(body.retry_after > 0 && body.retry_after <= 2, answer.text);
      assert.deepEqual([answer.headers["retry-after"], answer.headers["x-ratelimit-remaining"], answer.headers["x-ratelimit-scope"]], [String(Math.ceil(body.retry_after)), "0", "user"]);
    }
    const said = (await guild.history()).length;
    assert.equal(said, 2 + burst.length - refused.length);
    assert.ok(refused.every(({ text }) => !text.includes(webhook.token)));
  });

  test("are for each address that guesses", async () => {
    await using server = await Chatter.starts({ limits: true });
    const guess = (): Promise<number> => ask(server.url, "/webhooks/1/chtw_guess", { method: "POST", body: "{}" }).then(({ status }) => status);
    const statuses = await Promise.all(Array.from({ length: 90 }, guess));
    assert.ok(statuses.includes(429), statuses.join());
    assert.ok(statuses.filter((status) => status === 404).length >= 60, statuses.join());
  });
});
