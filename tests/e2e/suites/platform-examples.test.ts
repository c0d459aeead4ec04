/** Every code example of the documentation, run with its real interpreter against a real server. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { filled, missing, prints, sends, type Values } from "../support/examples.ts";
import { aServer, type Person } from "../support/index.ts";
import { Community, gets, Hook, Token } from "../support/platform.ts";

let alice: Person;
let guild: Community;
const shared = aServer({}, async (server) => {
  let owner: Person;
  [owner, alice] = await server.people("owner", "alice");
  guild = await Community.foundedBy(owner);
});

const GO = { skip: missing("go") };
const PHP = { skip: missing("php") };

describe("an integration", () => {
  // The examples give roles 7 and 9: they are made, so that the numbers can stay.
  const ROLES = [7, 9];
  let user: number;
  let values: Values;
  before(async () => {
    [user] = (await guild.admits(alice)) as [number];
    const made: number[] = [];
    while ((made.at(-1) ?? 0) < Math.max(...ROLES)) made.push(await guild.role(`Role ${made.length}`));
    for (const role of ROLES) assert.ok(made.includes(role), `roles ${made}`);
    const token: Token = await guild.integration("manage_members", "read_member_profile");
    values = { "https://chattr.example.com": shared.server.url, SERVER_ID: String(guild.id), USER_ID: String(user), YOUR_TOKEN: token.secret };
  });

  const read: [example: string, name: RegExp][] = [
    ["read.sh", /"username":"alice"/],
    ["read.mjs", /username: 'alice'/],
    ["read.py", /'username': 'alice'/],
  ];
  for (const [example, name] of read) {
    test(`reads a member's profile: ${example}`, async () => {
      const printed = await prints(`integrations/${example}`, values);
      assert.match(printed, name);
      for (const key of ["userId", "nickname", "roleIds", "timedOutUntil"]) assert.match(printed, new RegExp(`\\b${key}\\b`));
    });
  }

  const update: [example: string, printed: RegExp, options: object][] = [
    ["update.sh", /"membership":\{.*"nickname":"VIP Player"/, {}],
    ["update.mjs", /nickname: 'VIP Player',[^]*roleIds: \[ 9, 7 \]|nickname: 'VIP Player',[^]*roleIds: \[ 7, 9 \]/, {}],
    ["update.py", /'nickname': 'VIP Player'.*'roleIds': \[(7, 9|9, 7)\]/, {}],
    ["update.go", /^Status: 200\n$/, GO],
    ["update.php", /^Array\n\([^]*\[nickname\] => VIP Player[^]*\[timedOutUntil\] => *\n/, PHP],
  ];
  for (const [example, printed, options] of update) {
    test(`updates a member: ${example}`, options, async () => {
      const soon = new Date(Date.now() + 3_600_000).toISOString();
      await guild.changes(user, { nickname: null, roleIds: [], timedOutUntil: soon });
      assert.match(await prints(`integrations/${example}`, values), printed);
      const { nickname, roleIds, timedOutUntil } = await guild.profile(user);
      assert.deepEqual([nickname, roleIds.toSorted()], ["VIP Player", ROLES]);
      // What is absent in the cURL and Go examples stays; the others take the timeout away.
      const staysTimedOut = !filled(`integrations/${example}`, values).includes("timedOutUntil");
      assert.equal(timedOutUntil, staysTimedOut ? soon : null);
    });
  }

  test("of whom the token was revoked does nothing any more", async () => {
    const token = await guild.integration("manage_members");
    const { app, id, secret } = token;
    await gets(204, guild.owner.delete(`/apps/${app}/tokens/${id}`));
    const before = await guild.profile(user);
    assert.match(await prints("integrations/update.sh", { ...values, YOUR_TOKEN: secret }), /"error":"invalid_token"/);
    assert.deepEqual(await guild.profile(user), before);
  });
});

describe("a widget", () => {
  let widget: Hook;
  let values: Values;
  before(async () => {
    widget = await guild.widget();
    values = { "https://chattr.example.com": shared.server.url, APP_ID: String(widget.app), WIDGET_TOKEN: widget.token };
  });
  const rows = async (): Promise<any> => (await guild.tile(widget.app)).snapshot.rows;

  const ONLINE = { kind: "counter", label: "Online users", value: 42 };
  const push: [example: string, rows: object[], options: object][] = [
    ["push.sh", [ONLINE, { kind: "status", label: "API", state: "ok", text: "200 OK" }], {}],
    ["push.mjs", [ONLINE, { kind: "status", label: "Build", state: "warn", text: "queue depth 3" }], {}],
    ["push.py", [ONLINE, { kind: "progress", label: "Disk", current: 42, max: 128 }], {}],
    ["push.go", [ONLINE], GO],
    ["push.php", [{ kind: "counter", label: "Viewers", value: 1247 }, { kind: "status", label: "Stream", state: "ok", text: "live" }], PHP],
  ];
  for (const [example, expected, options] of push) {
    test(`is pushed: ${example}`, options, async () => {
      await gets(200, widget.posts({ rows: [{ kind: "text", label: "Before", value: "-" }] }));
      const printed = await prints(`widgets/${example}`, values);
      assert.deepEqual(await rows(), expected);
      if (example === "push.sh") assert.deepEqual(JSON.parse(printed).snapshot.rows, expected);
      else assert.equal(printed, "");
    });
  }

  test("takes the snapshot of the quickstart and echoes it in the documented form", async () => {
    const answer = await gets(200, sends("widgets/snapshot.http", shared.server.url, { ":appId": String(widget.app), ":token": widget.token }));
    assert.match(answer.snapshot.updatedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(answer.snapshot.rows, [
      { kind: "counter", label: "Online", value: 1247 },
      { kind: "status", label: "API", state: "ok", text: "200 OK" },
      { kind: "progress", label: "Disk", current: 42, max: 128 },
      { kind: "text", label: "Version", value: "1.4.2-beta" },
    ]);
    assert.deepEqual(await rows(), answer.snapshot.rows);
  });
});

describe("the overview", () => {
  test("posts a message with a webhook, without any header", async () => {
    const webhook = await guild.webhook();
    const answer = await gets(200, sends("overview/webhook.http", shared.server.url, { ":appId": String(webhook.app), ":token": webhook.token }));
    assert.equal(answer.ok, true);
    const said = (await guild.history()).at(-1);
    assert.deepEqual([said.id, said.source, said.author.kind], [answer.id, "Hello!", "webhook"]);
  });

  test("posts a snapshot with a widget, without any header", async () => {
    const widget = await guild.widget("Bare");
    const values = { ":appId": String(widget.app), ":token": widget.token };
    await gets(200, sends("overview/widget.http", shared.server.url, values));
    assert.deepEqual((await guild.tile(widget.app)).snapshot.rows, [{ kind: "counter", label: "Online", value: 42 }]);
  });

  test("names the two OAuth addresses, which are there", async () => {
    const [authorize, token] = filled("overview/oauth.http", {}).trimEnd().split("\n").map((line) => line.split(" "));
    const asked = await shared.server.stranger.request(authorize![0]!, authorize![1]!);
    assert.deepEqual([asked.status, asked.headers["content-type"]], [400, "text/html; charset=utf-8"], asked.text);
    const exchanged = await shared.server.stranger.request(token![0]!, token![1]!, "grant_type=authorization_code", { "content-type": "application/x-www-form-urlencoded" });
    assert.deepEqual([exchanged.status, exchanged.json.error], [401, "invalid_client"], exchanged.text);
  });
});
