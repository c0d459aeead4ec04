/** Who is there: by live sockets, told on transitions only. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, matchesSnapshot } from "../support/index.ts";

test("coming and going is told once, however many tabs one has", async () => {
  await using server = await Chatter.starts();
  const [bob] = await server.online("bob");
  const alice = await server.register("alice");
  await bob.forgets();
  const first = await alice.connects();
  assert.deepEqual(await bob.receives("user_list_refresh"), { online: "alice" });
  const second = await alice.connects();
  const third = await alice.connects({ transports: ["polling"] });
  await bob.hearsNothing("user_list_refresh");
  first.closes();
  third.closes();
  await second.catchesUp();
  await bob.hearsNothing("user_list_refresh");
  assert.deepEqual(await bob.reads("/api/online"), ["alice", "bob"]);
  second.closes();
  assert.deepEqual(await bob.receives("user_list_refresh"), { offline: "alice" });
  await bob.hearsNothing("user_list_refresh");
  assert.deepEqual(await bob.reads("/api/online"), ["bob"]);
});

test("signing in alone tells nobody: a person is there with a socket", async () => {
  await using server = await Chatter.starts();
  const [bob] = await server.online("bob");
  const alice = await server.register("alice");
  await bob.receives("user_list_refresh", { new_user: "alice" });
  await alice.reads("/api/messages");
  const news = (await bob.tab.heardSoFar("user_list_refresh")).map(({ args }) => args[0]);
  assert.deepEqual(news.filter((each) => each.offline !== undefined), []);
  assert.deepEqual(await bob.reads("/api/online"), ["bob"]);
});

test("a new account is announced to everybody", async () => {
  await using server = await Chatter.starts();
  const [bob] = await server.online("bob");
  await server.stranger.does("/register", { username: "newcomer", password: "long enough" });
  assert.deepEqual(await bob.receives("user_list_refresh"), { new_user: "newcomer" });
});

test("after a crash nobody is there until they come back", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  assert.deepEqual(await alice.reads("/api/online"), ["alice", "bob"]);
  await server.isKilled();
  alice.disconnects();
  bob.disconnects();
  await server.startsAgain();
  assert.deepEqual(await alice.reads("/api/online"), []);
  await alice.connects();
  await alice.forgets();
  assert.deepEqual(await alice.reads("/api/online"), ["alice"]);
  await bob.connects();
  assert.deepEqual(await alice.receives("user_list_refresh"), { online: "bob" });
});

test("a connection that dies without a goodbye is noticed", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const transport = alice.tab.socket.io.engine.transport as unknown as { ws: { terminate?: () => void; close: () => void } };
  (transport.ws.terminate ?? transport.ws.close).call(transport.ws);
  assert.deepEqual(await bob.receives("user_list_refresh"), { offline: "alice" });
});

describe("lists of people", () => {
  test("/api/online is names by default, and objects for the client that asks in JSON or with detail=1", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice", "bob");
    assert.deepEqual(await alice.reads("/api/online"), ["alice", "bob"]);
    const detailed = await alice.reads("/api/online?detail=1");
    matchesSnapshot("rest/online-detail", detailed);
    const react = await alice.get("/api/online", { "content-type": "application/json", origin: "http://localhost:8080" });
    assert.deepEqual(react.json.map((each: any) => each.username), ["alice", "bob"]);
  });

  test("/api/users/online is for anybody signed in, with name, role and last_seen only", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice", "bob");
    const answer = await alice.reads("/api/users/online");
    assert.deepEqual(answer.users.map((each: any) => each.username), ["alice", "bob"]);
    assert.deepEqual(Object.keys(answer.users[0]).sort(), ["last_seen", "role", "username"]);
    matchesSnapshot("rest/users-online", answer);
  });

  test("/api/users_all has everybody, with real roles and presence", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice");
    await server.people("bob");
    const answer = await alice.reads("/api/users_all");
    assert.deepEqual(answer.users.map((each: any) => [each.username, each.role, each.status === "online"]), [["alice", "user", true], ["bob", "user", false], ["root", "superadmin", false]]);
    matchesSnapshot("rest/users_all", answer);
  });

  test("/api/users/search answers q with objects and query with names, by prefix and whatever the letter case", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice", "Albert", "alma", "bob");
    const found = await alice.reads("/api/users/search?q=AL");
    assert.deepEqual(found.users.map((each: any) => each.username), ["Albert", "alice", "alma"]);
    matchesSnapshot("rest/users-search", found);
    assert.deepEqual(await alice.reads("/api/users/search?query=al"), ["Albert", "alice", "alma"]);
    const page = await alice.reads("/api/users/search?q=al&offset=1&limit=1");
    assert.deepEqual([page.users.map((each: any) => each.username), page.has_more], [["alice"], true]);
    assert.deepEqual((await alice.reads("/api/users/search?q=a")).users, []);
    assert.deepEqual(await alice.reads("/api/users/search?query=a"), []);
    assert.deepEqual((await alice.reads("/api/users/search?q=%25%25")).users, []);
    assert.deepEqual((await alice.reads("/api/users/search?q=__")).users, []);
  });

  test("a search does not show the banned", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.people("alice", "albert");
    await server.root.does("/api/admin/ban", { type: "user", action: "ban", value: "albert" });
    assert.deepEqual(await alice.reads("/api/users/search?query=al"), ["alice"]);
  });
});
