/** Widgets: a snapshot is taken whole or refused whole, and who may see it sees it at once (platform contract 2.4). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EventStream } from "../support/event-stream.ts";
import { Chatter, aServer, ask, type Person } from "../support/index.ts";
import { Community, Hook, gets, isRefused } from "../support/platform.ts";

let owner: Person;
let bob: Person;
let outsider: Person;
const shared = aServer({}, async (server) => {
  [owner, bob, outsider] = await server.online("owner", "bob", "outsider");
});

async function meeting(): Promise<{ guild: Community; user: number; widget: Hook }> {
  const guild = await Community.foundedBy(owner);
  const [user] = (await guild.admits(bob)) as [number];
  const widget = await guild.widget();
  for (const person of [owner, bob, outsider]) await person.forgets();
  return { guild, user, widget };
}

const counter = (value: number): object => ({ kind: "counter", label: "Online", value });
const pushes = (widget: Hook, value: number): Promise<any> => gets(200, widget.posts({ rows: [counter(value)] }));

describe("a snapshot", () => {
  test("replaces the one before it, is echoed as it is stored, and counts its versions", async () => {
    const { guild, widget } = await meeting();
    assert.equal((await guild.tile(widget.app)).snapshot, null);
    const first = await pushes(widget, 1);
    const rows = [
      { kind: "status", label: " API ", state: "idle" },
      { kind: "text", label: "Version", value: "x".repeat(120) },
      { kind: "progress", label: "Empty", current: -3, max: 0 },
      { kind: "counter", label: "😀".repeat(40), value: 1.5 },
    ];
    const second = await gets(200, widget.posts({ rows: [...rows, { kind: "counter", label: "x", value: 2, colour: "red" }], extra: 1 }));
    const kept = [{ ...rows[0], label: "API" }, ...rows.slice(1), { kind: "counter", label: "x", value: 2 }];
    assert.deepEqual(second.snapshot.rows, kept);
    assert.deepEqual([second.warnings.length, second.version], [2, first.version + 1]);
    assert.ok(second.snapshot.updatedAt >= first.snapshot.updatedAt);
    const tile = await guild.tile(widget.app, bob);
    assert.deepEqual([tile.snapshot.rows, tile.snapshot.updatedAt, tile.name, tile.pinned, tile.visible], [kept, second.snapshot.updatedAt, "Status", false, true]);
    await bob.receives("widget_updated", { version: second.version });
  });

  test("keeps numbers as they were sent", async () => {
    const { guild, widget } = await meeting();
    const body = '{"rows":[{"kind":"counter","label":"big","value":123456789012345678901234567890},{"kind":"counter","label":"small","value":1.50}]}';
    const answer = await widget.posts(body);
    assert.equal(answer.status, 200, answer.text);
    const list = await owner.get(`${guild.path}/widgets`);
    for (const text of [answer.text, list.text]) assert.match(text, /123456789012345678901234567890.*1\.50/);
  });

  const row = (row: unknown): object => ({ rows: [counter(1), row] });
  const refusals: [body: unknown, error: string][] = [
    ["{", "invalid_json"],
    ["[]", "invalid_json"],
    ["", "invalid_json"],
    [{}, "rows_required"],
    [{ rows: {} }, "rows_required"],
    [{ rows: [] }, "rows_required"],
    [{ rows: Array.from({ length: 7 }, () => counter(1)) }, "too_many_rows"],
    [row("text"), "row_1:not_an_object"],
    [row({ label: "x", value: 1 }), "row_1:kind_required"],
    [row({ kind: "gauge", label: "x", value: 1 }), "row_1:invalid_kind"],
    [row({ kind: "counter", value: 1 }), "row_1:label_required"],
    [row({ kind: "counter", label: "  ", value: 1 }), "row_1:label_required"],
    [{ rows: [counter(1), counter(1), { kind: "counter", label: "x".repeat(41), value: 1 }] }, "row_2:label_too_long"],
    [row({ kind: "counter", label: "x" }), "row_1:value_required"],
    [row({ kind: "counter", label: "x", value: "1" }), "row_1:value_not_number"],
    [row({ kind: "text", label: "x" }), "row_1:value_required"],
    [row({ kind: "text", label: "x", value: 1 }), "row_1:value_not_string"],
    [row({ kind: "text", label: "x", value: "x".repeat(121) }), "row_1:value_too_long"],
    [row({ kind: "status", label: "x" }), "row_1:state_required"],
    [row({ kind: "status", label: "x", state: "fine" }), "row_1:invalid_state"],
    [row({ kind: "status", label: "x", state: "ok", text: 1 }), "row_1:text_not_string"],
    [row({ kind: "status", label: "x", state: "ok", text: "x".repeat(121) }), "row_1:text_too_long"],
    [row({ kind: "progress", label: "x", max: 1 }), "row_1:current_required"],
    [row({ kind: "progress", label: "x", current: "1", max: 1 }), "row_1:current_not_number"],
    [row({ kind: "progress", label: "x", current: 1 }), "row_1:max_required"],
    [row({ kind: "progress", label: "x", current: 1, max: "1" }), "row_1:max_not_number"],
    [row({ kind: "progress", label: "x", current: 1, max: -1 }), "row_1:max_negative"],
  ];
  test("that breaks a rule is refused by its code, and the one before it stays", async () => {
    const { guild, widget } = await meeting();
    await pushes(widget, 7);
    await bob.receives("widget_updated");
    const before = await guild.tile(widget.app);
    for (const [body, error] of refusals) {
      const refused = await isRefused(widget.posts(body), 400, error);
      if (error.startsWith("row_1:")) assert.match(refused.pointer, /^\/rows\/1/);
    }
    await isRefused(widget.posts({ rows: [counter(1)], padding: "x".repeat(33_000) }), 413, "payload_too_large");
    assert.deepEqual(await guild.tile(widget.app), before);
    await bob.hearsNothing();
  });

  test("can say when it is out of date, link its rows, and come in any order", async () => {
    const { guild, widget } = await meeting();
    const linked = { ...counter(1), url: "https://status.example/" };
    await gets(200, widget.posts({ rows: [linked], ttl_seconds: 30 }));
    const { snapshot } = await guild.tile(widget.app);
    assert.deepEqual([snapshot.rows, snapshot.ttlSeconds], [[linked], 30]);
    for (const ttl_seconds of [29, 86_401, "60", 60.5]) await isRefused(widget.posts({ rows: [counter(2)], ttl_seconds }), 400, "ttl_seconds_invalid");
    for (const url of ["http://a.example/", "javascript:alert(1)"]) assert.equal((await widget.posts({ rows: [{ ...counter(2), url }] })).status, 400, url);

    const numbered = (sequence: number, value: number): Promise<any> => gets(200, widget.posts({ rows: [counter(value)] }, { headers: { "x-widget-sequence": String(sequence) } }));
    assert.equal((await numbered(10, 10)).applied, true);
    assert.equal((await numbered(9, 9)).applied, false);
    assert.deepEqual((await guild.tile(widget.app)).snapshot.rows, [counter(10)]);
  });

  test("sent twice with one key is taken once", async () => {
    const { guild, widget } = await meeting();
    const key = { headers: { "idempotency-key": `k-${widget.app}` } };
    const first = await widget.posts({ rows: [counter(1)] }, key);
    await pushes(widget, 2);
    const again = await widget.posts({ rows: [counter(1)] }, key);
    assert.deepEqual([again.status, again.text, again.headers["idempotency-replayed"]], [200, first.text, "true"]);
    await isRefused(widget.posts({ rows: [counter(3)] }, key), 422, "idempotency_key_reused");
    assert.deepEqual((await guild.tile(widget.app)).snapshot.rows, [counter(2)]);
  });

  const services: [below: string, body: object, says: RegExp][] = [
    ["/prometheus", { status: "success", data: { resultType: "vector", result: [{ metric: { __name__: "up", instance: "db-1" }, value: [1768484527, "1"] }] } }, /"value":1\b/],
    ["/alertmanager", { version: "4", status: "firing", groupLabels: { alertname: "DiskFull" }, commonLabels: {}, commonAnnotations: {}, alerts: [{ status: "firing", labels: { alertname: "DiskFull", severity: "critical" }, annotations: { summary: "Disk is full" } }] }, /"state":"err"/],
    ["/uptime-kuma", { heartbeat: { status: 0, msg: "timeout", ping: null }, monitor: { name: "Shop" }, msg: "Shop is down" }, /"label":"Shop".*"state":"err"|"state":"err".*"label":"Shop"/],
  ];
  for (const [below, body, says] of services) {
    test(`comes from ${below.slice(1)} as well`, async () => {
      const { guild, widget } = await meeting();
      await gets(200, widget.posts(body, { below }));
      assert.match(JSON.stringify((await guild.tile(widget.app)).snapshot.rows), says);
      await isRefused(widget.posts("{", { below }), 400, "invalid_json");
      await isRefused(widget.mistyped.posts(body, { below }), 404, "widget_not_found");
    });
  }

  test("is a badge for who has the badge's own address, which cannot be posted to", async () => {
    const { guild, widget } = await meeting();
    await gets(200, widget.posts({ rows: [{ kind: "status", label: "API", state: "warn", text: "slow" }] }));
    for (const [person, status] of [[bob, 403], [outsider, 404]] as const) assert.equal((await person.post(`${guild.path}/widgets/${widget.app}/badge`)).status, status);
    const { url } = await gets(201, owner.post(`${guild.path}/widgets/${widget.app}/badge`));
    const { pathname, search } = new URL(url);
    const read = (query = search): Promise<any> => ask(shared.server.url, pathname + query);
    assert.deepEqual(await gets(200, read()), { schemaVersion: 1, label: "API", message: "slow", color: "yellow" });
    assert.equal((await read("?token=x")).status, 404);
    assert.equal((await read(`?token=${widget.token}`)).status, 404);
    const badgeToken = new URLSearchParams(search).get("token")!;
    await isRefused(new Hook(shared.server, widget.app, widget.url.replace(widget.token, badgeToken)).posts({ rows: [counter(1)] }), 404, "widget_not_found");
    await gets(200, owner.request("PATCH", `/apps/${widget.app}`, { visible: false }));
    assert.equal((await read()).status, 404);
  });

  test("survives a restart, and its versions and time go on", async () => {
    await using server = await Chatter.starts();
    const [owner] = await server.people("owner");
    const guild = await Community.foundedBy(owner);
    const widget = await guild.widget();
    const before = await pushes(widget, 1);
    await server.isKilled();
    await server.startsAgain();
    assert.deepEqual((await guild.tile(widget.app)).snapshot.rows, [counter(1)]);
    const after = await pushes(widget, 2);
    assert.ok(after.version > before.version && after.snapshot.updatedAt >= before.snapshot.updatedAt);
  });
});

describe("live", () => {
  test("every member's stream and socket gets a snapshot, an outsider's none", async () => {
    const { guild, widget } = await meeting();
    await isRefused(outsider.get(`${guild.path}/events`), 404, "server_not_found");
    await isRefused(shared.server.stranger.get(`${guild.path}/events`), 401, "unauthorized");
    await using stream = await EventStream.opens(bob, `${guild.path}/events`);
    assert.deepEqual([stream.headers.get("cache-control"), stream.headers.get("x-accel-buffering"), stream.headers.get("content-encoding")], ["no-store", "no", null]);
    const answer = await pushes(widget, 42);
    const { id, data } = await stream.receives("widget_updated");
    assert.deepEqual([data.serverId, data.appId, data.version, data.snapshot.rows, data.snapshot.updatedAt], [guild.id, widget.app, answer.version, [counter(42)], answer.snapshot.updatedAt]);
    assert.ok(Number(id) > 0 && stream.retries.length === 1 && stream.retries[0]! >= 1000, `${id} ${stream.retries}`);
    assert.deepEqual(await bob.receives("widget_updated"), data);
    await outsider.hearsNothing();
  });

  test("who comes, or comes again, gets what is there now", async () => {
    const { guild, widget } = await meeting();
    await pushes(widget, 1);
    let last = "";
    {
      await using stream = await EventStream.opens(bob, `${guild.path}/events`);
      last = (await stream.receives("widget_updated", ({ snapshot }) => snapshot.rows[0].value === 1)).id;
    }
    await pushes(widget, 2);
    await pushes(widget, 3);
    await using again = await EventStream.opens(bob, `${guild.path}/events`, { "last-event-id": last });
    assert.deepEqual((await again.receives("widget_updated")).data.snapshot.rows, [counter(3)]);
  });

  test("of a burst the last one always arrives", async () => {
    const { guild, widget } = await meeting();
    await using stream = await EventStream.opens(bob, `${guild.path}/events`);
    for (let value = 1; value <= 30; value++) await pushes(widget, value);
    const { data } = await stream.receives("widget_updated", ({ snapshot }) => snapshot.rows[0].value === 30);
    assert.equal(data.appId, widget.app);
    await bob.receives("widget_updated", ({ snapshot }: any) => snapshot.rows[0].value === 30);
  });

  test("who is put out sees no more, on either way", async () => {
    const { guild, user, widget } = await meeting();
    await using stream = await EventStream.opens(bob, `${guild.path}/events`);
    await pushes(widget, 1);
    await stream.receives("widget_updated");
    await gets(204, owner.delete(guild.member(user)));
    await bob.forgets();
    await pushes(widget, 2);
    await stream.isClosed();
    assert.deepEqual(stream.unclaimed.filter(({ sent }) => sent.data.snapshot?.rows[0].value === 2), []);
    await bob.hearsNothing("widget_updated");
    await isRefused(bob.get(`${guild.path}/events`), 404, "server_not_found");
  });

  test("a session that has ended ends its stream", async () => {
    const { guild } = await meeting();
    const device = await bob.onAnotherDevice();
    await using stream = await EventStream.opens(device, `${guild.path}/events`);
    await device.post("/logout");
    await stream.isClosed();
  });
});

describe("pinning and hiding", () => {
  test("one widget of a server is pinned, for all to see", async () => {
    const { guild, widget } = await meeting();
    const second = await guild.widget("Second");
    await pushes(widget, 1);
    const pin = (app: number, by = owner): Promise<any> => by.request("PUT", `${guild.path}/widgets/${app}/pin`) as Promise<any>;
    await isRefused(pin(widget.app, bob), 403, "forbidden");
    await isRefused(pin(widget.app, outsider), 404, "server_not_found");
    await gets(204, pin(widget.app));
    assert.deepEqual((await bob.reads(guild.path)).pinnedWidget.snapshot.rows, [counter(1)]);
    await gets(204, pin(second.app));
    assert.equal((await bob.reads(guild.path)).pinnedWidget.appId, second.app);
    const { widgets } = await bob.reads(`${guild.path}/widgets`);
    assert.deepEqual(widgets.filter(({ pinned }: any) => pinned).map(({ appId }: any) => appId), [second.app]);
    await Promise.all([widget, second, widget, second].map(({ app }) => pin(app)));
    assert.equal((await bob.reads(`${guild.path}/widgets`)).widgets.filter(({ pinned }: any) => pinned).length, 1);
    for (const { app } of [widget, second]) await owner.delete(`${guild.path}/widgets/${app}/pin`);
    assert.equal((await bob.reads(guild.path)).pinnedWidget, null);
  });

  test("what is hidden is unpinned, absent for members, and takes nothing", async () => {
    const { guild, widget } = await meeting();
    const visible = await guild.widget("Visible");
    await pushes(widget, 1);
    await gets(204, owner.request("PUT", `${guild.path}/widgets/${widget.app}/pin`));
    await using stream = await EventStream.opens(bob, `${guild.path}/events`);
    await gets(200, owner.request("PATCH", `/apps/${widget.app}`, { visible: false }));
    await bob.forgets();
    await isRefused(widget.posts({ rows: [counter(2)] }), 403, "widget_invisible");
    await isRefused(widget.posts("{"), 403, "widget_invisible");
    assert.equal((await bob.reads(guild.path)).pinnedWidget, null);
    assert.equal(await guild.tile(widget.app, bob), undefined);
    assert.deepEqual([(await guild.tile(widget.app)).visible, (await guild.tile(widget.app)).snapshot.rows], [false, [counter(1)]]);
    // What comes behind it proves that nothing of it came.
    await pushes(visible, 9);
    const { data } = await stream.receives("widget_updated", ({ snapshot }) => snapshot.rows[0].value !== 1);
    assert.equal(data.appId, visible.app);
    assert.deepEqual((await bob.tab.heardSoFar("widget_updated")).map(({ args }) => args[0].appId), [visible.app]);

    await gets(200, owner.request("PATCH", `/apps/${widget.app}`, { visible: true }));
    assert.deepEqual((await guild.tile(widget.app, bob)).snapshot.rows, [counter(1)]);
    assert.equal((await bob.reads(guild.path)).pinnedWidget, null);
    await pushes(widget, 3);
  });

  test("what is deleted is gone with its pin and its snapshot", async () => {
    const { guild, widget } = await meeting();
    await pushes(widget, 1);
    await gets(204, owner.request("PUT", `${guild.path}/widgets/${widget.app}/pin`));
    await gets(204, owner.delete(`/apps/${widget.app}`));
    assert.equal((await bob.reads(guild.path)).pinnedWidget, null);
    assert.deepEqual((await bob.reads(`${guild.path}/widgets`)).widgets, []);
    await isRefused(widget.posts({ rows: [counter(1)] }), 404, "widget_not_found");
  });
});

describe("the URL", () => {
  test("that is unknown, wrong or rotated is answered alike, whatever is posted", async () => {
    const { guild, widget } = await meeting();
    const webhook = await guild.webhook();
    const fresh = await widget.rotates(owner);
    const dead = [widget, fresh.mistyped, new Hook(shared.server, 987654, fresh.url.replace(`/${fresh.app}/`, "/987654/")), new Hook(shared.server, webhook.app, webhook.url.replace("/webhooks/", "/widgets/"))];
    const bodies = [];
    for (const hook of dead) {
      for (const body of [{ rows: [counter(1)] }, "{"]) bodies.push({ ...(await isRefused(hook.posts(body), 404, "widget_not_found")), request_id: "" });
    }
    for (const body of bodies) assert.deepEqual(body, bodies[0]);
    assert.equal((await guild.tile(widget.app)).snapshot, null);
    await pushes(fresh, 1);
  });

  test("is limited for an address as documented, and the answer says for how long", async () => {
    await using server = await Chatter.starts({ limits: true });
    const [owner] = await server.people("owner");
    const guild = await Community.foundedBy(owner);
    const widget = await guild.widget();
    const first = await widget.posts({ rows: [counter(0)] });
    assert.deepEqual([first.status, first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]], [200, "30", "29"]);
    // All at once: what comes free again meanwhile is little.
    const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => widget.posts({ rows: [counter(at + 1)] })));
    const taken = [0, ...answers.flatMap(({ status }, at) => (status === 200 ? [at + 1] : []))];
    const refused = answers.filter(({ status }) => status === 429);
    assert.deepEqual([taken.length + refused.length, taken.length >= 30, refused.length > 0], [61, true, true], answers.map(({ status }) => status).join());
    for (const { json, headers } of refused) {
      assert.deepEqual([json.error, json.ok], ["rate_limited", false]);
      assert.ok(Number(headers["retry-after"]) >= 1 && Number(headers["retry-after"]) <= 60);
    }
    assert.ok(taken.includes((await guild.tile(widget.app)).snapshot.rows[0].value));
  });
});

test("many widgets at the same time: none lost, none mixed up", async () => {
  const { guild } = await meeting();
  const widgets = [];
  for (let at = 0; at < 4; at++) widgets.push(await guild.widget(`W${at}`));
  await Promise.all(widgets.flatMap((widget, at) => Array.from({ length: 10 }, (_, value) => pushes(widget, at * 100 + value))));
  for (const [at, widget] of widgets.entries()) {
    const { snapshot } = await guild.tile(widget.app);
    assert.equal(Math.floor(snapshot.rows[0].value / 100), at);
    assert.equal(snapshot.version, 10);
  }
});
