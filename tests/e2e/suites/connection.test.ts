/** Getting in, staying in, and being kept out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import WebSocket from "ws";
import { Chatter, Tab, within, type Person } from "../support/index.ts";

/** Connects by hand and returns the CONNECT_ERROR, or fails when the server lets the client in. */
async function refusal(url: string, options: Parameters<typeof Tab.socket>[1]): Promise<Error & { data?: unknown }> {
  const socket = Tab.socket(url, options);
  try {
    return await within(
      "the refusal",
      new Promise<Error>((resolve, reject) => {
        socket.once("connect_error", resolve);
        socket.once("connect", () => reject(new Error("the server let the client in")));
        socket.connect();
      }),
    );
  } finally {
    socket.disconnect();
  }
}

for (const transport of ["polling", "websocket"] as const) {
  test(`a person can talk both ways over ${transport} alone`, async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.people("alice", "bob");
    await alice.connects({ transports: [transport] });
    await bob.connects({ transports: [transport] });
    await alice.emits("dm_send", { to: "bob", text: "over here" });
    assert.equal((await bob.receives("dm_new")).text, "over here");
    await bob.emits("dm_send", { to: "alice", text: "and back" });
    assert.equal((await alice.receives("dm_new", { from_user: "bob" })).text, "and back");
    assert.equal(alice.tab.socket.io.engine.transport.name, transport);
  });

  test(`a stranger over ${transport} is refused as unauthorized, and nobody notices`, async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice");
    const nobody = await refusal(server.url, { transports: [transport] });
    assert.equal(nobody.message, "unauthorized");
    const forger = await refusal(server.url, { transports: [transport], extraHeaders: { cookie: "id=forged; session=forged" } });
    assert.equal(forger.message, "unauthorized");
    await alice.hearsNothing();
    await alice.hearsNothing("user_list_refresh");
  });
}

test("a connection that starts polling upgrades to WebSocket and keeps its identity", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  const tab = await alice.connects({ transports: ["polling", "websocket"] });
  await bob.connects();
  const engine = tab.socket.io.engine;
  if (engine.transport.name !== "websocket") {
    await within("the upgrade", new Promise<void>((resolve) => engine.once("upgrade", () => resolve())));
  }
  await alice.emits("dm_send", { to: "bob", text: "upgraded" });
  assert.equal((await bob.receives("dm_new")).from_user, "alice");
  assert.equal(engine.transport.name, "websocket");
});

test("what is sent while the upgrade is under way is neither lost nor doubled", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  await bob.connects({ transports: ["polling", "websocket"] });
  await alice.connects({ transports: ["polling", "websocket"] });
  const texts = Array.from({ length: 50 }, (_, n) => `line ${n}`);
  await Promise.all(texts.map((text) => alice.emits("dm_send", { to: "bob", text })));
  const heard = await bob.tab.heardSoFar("dm_new");
  assert.deepEqual(heard.map(({ args }) => args[0].text), texts);
});

test("a signed-out session opens no socket", async () => {
  await using server = await Chatter.starts();
  const [alice] = await server.people("alice");
  const cookie = alice.cookie;
  await alice.get("/logout");
  assert.equal((await refusal(server.url, { extraHeaders: { cookie } })).message, "unauthorized");
});

test("a page of a foreign origin can open no socket, even with a good session", async () => {
  await using server = await Chatter.starts();
  const [alice] = await server.people("alice");
  for (const transport of ["websocket", "polling"] as const) {
    for (const origin of ["https://evil.example", "null", "http://localhost:8080.evil.example"]) {
      await refusal(server.url, { transports: [transport], extraHeaders: { cookie: alice.cookie, origin } });
    }
  }
  const { status } = await alice.get("/socket.io/?EIO=4&transport=polling", { origin: "https://evil.example" });
  assert.equal(status, 403);
});

test("a page of an allow-listed origin opens a socket, and polling answers carry its CORS headers", async () => {
  await using server = await Chatter.starts();
  const [alice] = await server.people("alice");
  const origin = "http://localhost:8080";
  for (const transport of ["websocket", "polling"] as const) {
    const tab = await alice.connects({ transports: [transport], extraHeaders: { origin } });
    assert.equal((await tab.does("sync", { since: {} })).ok, true);
  }
  const answer = await alice.get("/socket.io/?EIO=4&transport=polling", { origin });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["access-control-allow-origin"], origin);
  assert.equal(answer.headers["access-control-allow-credentials"], "true");
});

test("a connection's id is worth nothing with another person's session", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
  const tab = await alice.connects({ transports: ["polling"] });
  const path = `/socket.io/?EIO=4&transport=polling&sid=${tab.socket.io.engine.id}`;
  const forged = `42${JSON.stringify(["dm_send", { to: "bob", text: "not from alice" }])}`;
  assert.equal((await mallory.post(path, forged, { "content-type": "text/plain" })).status, 400);
  await bob.hearsNothing();
  await tab.does("dm_send", { to: "bob", text: "from alice" });
  assert.equal((await bob.receives("dm_new")).text, "from alice");
});

test("no namespace but / exists", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  for (const namespace of ["/admin", "/chat", "/socket.io", "/%2f"]) {
    await refusal(server.url + namespace, { extraHeaders: { cookie: alice.cookie } });
  }
  await alice.emits("dm_send", { to: "bob", text: "still here" });
  await bob.receives("dm_new", { text: "still here" });
});

test("every tab of both people gets a message exactly once", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, mallory] = await server.people("alice", "bob", "mallory");
  const tabs: Tab[] = [];
  for (const person of [alice, alice, bob, bob, bob] as Person[]) tabs.push(await person.connects());
  await mallory.connects();
  const ack = await tabs[0]!.does("dm_send", { to: "bob", text: "everywhere" });
  for (const tab of tabs) {
    const heard = await tab.heardSoFar("dm_new", "new_dm");
    assert.deepEqual(heard.map(({ event, args }) => [event, args[0].id]).sort(), [["dm_new", ack.id], ["new_dm", ack.id]]);
  }
  await mallory.hearsNothing();
});

test("a second CONNECT on the same connection doubles nothing", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  await bob.connects();
  await alice.connects();
  const engine = bob.tab.socket.io.engine;
  engine.write("0{}");
  engine.write("0{}");
  const closed = await Promise.race([bob.tab.isClosed(), bob.tab.catchesUp().then(() => "", () => bob.tab.isClosed())]);
  if (closed !== "") {
    bob.disconnects();
    await bob.connects();
  }
  await bob.forgets();
  await alice.emits("dm_send", { to: "bob", text: "once" });
  const heard = await bob.tab.heardSoFar("dm_new");
  assert.equal(heard.length, 1);
});

test("ten thousand numbered messages from one socket arrive in the order they were sent", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const many = 10_000;
  const arrived: number[] = [];
  const complete = new Promise<void>((resolve) => {
    bob.tab.socket.on("dm_new", (message: any) => {
      arrived.push(Number(message.source));
      if (arrived.length === many) resolve();
    });
  });
  const seqs: number[] = new Array(many);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < many) {
      const number = next++;
      const ack = await alice.emits("dm_send", { to: "bob", text: String(number) });
      seqs[number] = ack.seq;
    }
  };
  await Promise.all(Array.from({ length: 100 }, lane));
  await within("all ten thousand", complete, 120_000);
  const wanted = Array.from({ length: many }, (_, number) => number);
  assert.deepEqual(arrived, wanted);
  assert.deepEqual(seqs, wanted.map((number) => number + 1));
});

test("a burst sent at once on connect is never lost", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const acks: any[] = [];
  for (let visit = 0; visit < 60; visit++) {
    const socket = Tab.socket(server.url, { extraHeaders: { cookie: alice.cookie } });
    await within(
      `the acks of visit ${visit}`,
      new Promise<void>((resolve, reject) => {
        socket.once("connect_error", reject);
        socket.once("connect", () => {
          let open = 5;
          for (let line = 0; line < 5; line++) {
            socket.emit("dm_send", { to: "bob", text: `visit ${visit} line ${line}` }, (ack: any) => {
              acks.push(ack);
              if (--open === 0) resolve();
            });
          }
        });
        socket.connect();
      }),
    );
    socket.disconnect();
  }
  assert.deepEqual(acks.filter((ack) => ack.ok !== true), []);
  const heard = await bob.tab.heardSoFar("dm_new");
  assert.deepEqual(
    heard.map(({ args }) => args[0].source),
    Array.from({ length: 300 }, (_, n) => `visit ${Math.floor(n / 5)} line ${n % 5}`),
  );
});

test("a reader that stalls is disconnected, hurts nobody, and is complete after its return", async () => {
  await using server = await Chatter.starts();
  const [alice, bob, sleeper] = await server.people("alice", "bob", "sleeper");
  const group = await alice.gathers([bob, sleeper]);
  await alice.connects();
  await bob.connects();
  const stalled = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, {
    headers: { cookie: sleeper.cookie },
  });
  await within(
    "the stalled reader's connection",
    new Promise<void>((resolve, reject) => {
      stalled.on("error", reject);
      stalled.on("message", (packet) => {
        const text = String(packet);
        if (text.startsWith("0")) stalled.send("40");
        if (text.startsWith("40")) resolve();
      });
    }),
  );
  await bob.receives("user_list_refresh", { online: "sleeper" });
  stalled.pause();

  let gone = false;
  const noticed = bob.receives("user_list_refresh", { offline: "sleeper" }).catch(() => undefined);
  bob.tab.socket.on("user_list_refresh", (news: any) => (gone ||= news.offline === "sleeper"));
  const sent: number[] = [];
  while (!gone && sent.length < 20_000) {
    const acks = await Promise.all(
      Array.from({ length: 50 }, () => alice.emits("gdm_send", { tid: group.id, text: "🙂".repeat(990) + sent.length })),
    );
    sent.push(...acks.map((ack) => ack.id));
  }
  assert.ok(gone, `after ${sent.length} messages the stalled reader was still connected`);
  await noticed;
  stalled.terminate();

  const others = await bob.tab.heardSoFar("gdm_new");
  assert.deepEqual(others.map(({ args }) => args[0].id), sent, "the healthy reader missed something");

  const back = await sleeper.connects();
  const caughtUp: number[] = [];
  let since: Record<string, number> = { [group.conversation]: 0 };
  for (let more = true; more; ) {
    const page = await back.does("sync", { since });
    const row = page.conversations.find((each: any) => each.conversation === group.conversation);
    caughtUp.push(...(row?.messages ?? []).map((message: any) => message.id));
    if (row) since = { ...since, [group.conversation]: row.rev };
    more = row?.more === true || page.more === true;
  }
  assert.deepEqual(caughtUp, sent);
});

test("an oversized packet closes only the socket that sent it", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const second = await alice.connects();
  second.says("dm_send", { to: "bob", text: "x".repeat(3 * 1024 * 1024) });
  await second.isClosed();
  await alice.emits("dm_send", { to: "bob", text: "the other tab lives" });
  await bob.receives("dm_new", { text: "the other tab lives" });
  await bob.hearsNothing("dm_new", "error");
  await server.isWell();
});

test("an oversized polling body is refused and changes nothing", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const handshake = await alice.get("/socket.io/?EIO=4&transport=polling");
  const { sid } = JSON.parse(handshake.text.slice(1));
  const path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
  assert.equal((await alice.post(path, "40", { "content-type": "text/plain" })).status, 200);
  const packet = `42${JSON.stringify(["dm_send", { to: "bob", text: "x".repeat(3 * 1024 * 1024) }])}`;
  const answer = await alice.post(path, packet, { "content-type": "text/plain" });
  assert.ok(answer.status >= 400 && answer.status < 500, `status ${answer.status}`);
  await bob.hearsNothing();
  await alice.emits("dm_send", { to: "bob", text: "fine" });
  await bob.receives("dm_new", { text: "fine" });
});

test("a hundred unknown events are answered, each with an error", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const names = Array.from({ length: 100 }, (_, n) => ["doc_nonsense", "__proto__", "constructor", "Dm_send", "dm_send ", "🙂", ""][n] ?? `unknown_${n}`);
  const acks = await Promise.all(names.map((name) => alice.sends(name, { to: "bob", text: "hello" })));
  for (const [at, ack] of acks.entries()) {
    assert.equal(ack.ok, false, `${JSON.stringify(names[at])} answered ${JSON.stringify(ack)}`);
    assert.equal(typeof ack.error, "string");
    assert.equal(typeof ack.message, "string");
  }
  await bob.hearsNothing();
  await alice.emits("dm_send", { to: "bob", text: "and now a known one" });
  await bob.receives("dm_new");
});

test("a failure nobody asked an ack for comes as an error event, to its sender only", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  alice.tab.says("gdm_send", { tid: 987654, text: "into the void" });
  const failure = await alice.receives("error");
  assert.deepEqual({ event: failure.event, error: failure.error }, { event: "gdm_send", error: "not_a_member" });
  assert.equal(typeof failure.message, "string");
  await bob.hearsNothing();
});

test("a failure that was acked is not announced again as an error event", async () => {
  await using server = await Chatter.starts();
  const [alice] = await server.online("alice");
  const ack = await alice.sends("gdm_send", { tid: 987654, text: "into the void" });
  assert.equal(ack.error, "not_a_member");
  await alice.hearsNothing("error");
});

test("messages sent from one socket without waiting are stored in order with those acked", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  for (let n = 0; n < 20; n++) alice.tab.says("send_message", { text: `line ${n}` });
  await alice.emits("send_message", { text: "line 20" });
  const heard = await bob.tab.heardSoFar("new_message");
  assert.deepEqual(heard.map(({ args }) => args[0].text), Array.from({ length: 21 }, (_, n) => `line ${n}`));
});

test("a hundred connections that never say CONNECT leave the others in peace", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const idle = await Promise.all(
    Array.from({ length: 100 }, () => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
      return new Promise<WebSocket>((resolve, reject) => {
        socket.once("error", reject);
        socket.once("open", () => resolve(socket));
      });
    }),
  );
  await alice.emits("dm_send", { to: "bob", text: "undisturbed" });
  await bob.receives("dm_new", { text: "undisturbed" });
  for (const socket of idle) socket.terminate();
  await bob.hearsNothing("dm_new", "error");
});
