/** What was acked is there: after a power cut exactly once and in order, after SIGTERM drained. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chatter, Tab, within, type Group, type Person } from "../support/index.ts";

interface Acked {
  nonce: string;
  id: number;
  seq: number;
}

/**
 * Sends until the connection is cut and notes every ack. The nonce is the text, so that what is
 * stored can be told apart.
 */
function pours(person: Person, tab: Tab, address: object, event: string, lanes: number): { acked: Acked[]; cut: Promise<void>; atLeast(count: number): Promise<void> } {
  const acked: Acked[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let open = true;
  let number = 0;
  const closed = new Promise<void>((resolve) => tab.socket.once("disconnect", () => ((open = false), resolve())));
  const send = (): void => {
    if (!open) return;
    const nonce = `${person.name}-${event}-${number++}`;
    tab.socket.emit(event, { ...address, text: nonce, nonce }, (ack: any) => {
      if (ack?.ok !== true) return;
      acked.push({ nonce, id: ack.id, seq: ack.seq });
      for (const each of waiting) if (acked.length >= each.count) each.resolve();
      send();
    });
  };
  for (let lane = 0; lane < lanes; lane++) send();
  return {
    acked,
    cut: closed,
    atLeast: (count) => within(`${count} acked messages`, new Promise((resolve) => waiting.push({ count, resolve })), 60_000),
  };
}

/** All of a conversation as stored, oldest first. */
async function stored(person: Person, path: string): Promise<any[]> {
  let rows: any[] = [];
  for (let more = true; more; ) {
    const answer = await person.get(`${path}&limit=1000&after=${rows.at(-1)?.id ?? 0}`);
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    rows = rows.concat(answer.json);
    more = answer.headers["x-has-more"] === "true";
  }
  return rows;
}

function assertKept(acked: Acked[], rows: any[], what: string): void {
  assert.deepEqual(rows.map((row) => row.seq), rows.map((_, n) => n + 1), `${what}: seq has gaps`);
  const byNonce = new Map(rows.map((row) => [row.nonce, row]));
  assert.equal(byNonce.size, rows.length, `${what}: a nonce is stored twice`);
  const lost = acked.filter(({ nonce, id, seq }) => byNonce.get(nonce)?.id !== id || byNonce.get(nonce)?.seq !== seq);
  assert.deepEqual(lost, [], `${what}: acked, but not stored as acked`);
}

test("five power cuts in the middle of a load lose, double and reorder no acked message", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  const group: Group = await alice.gathers([bob]);
  const acked = { dm: [] as Acked[], gdm: [] as Acked[] };
  for (let cut = 1; cut <= 5; cut++) {
    const pours_ = [
      { into: acked.dm, ...pours(alice, await alice.connects(), { to: "bob" }, "dm_send", 30) },
      { into: acked.gdm, ...pours(bob, await bob.connects(), { tid: group.id }, "gdm_send", 30) },
    ];
    await Promise.all(pours_.map((load) => load.atLeast(100 * cut)));
    await server.isKilled();
    for (const load of pours_) {
      await within("the sockets to notice", load.cut);
      load.into.push(...load.acked.map((each) => ({ ...each })));
    }
    alice.disconnects();
    bob.disconnects();
    await server.startsAgain();
    const dms = await stored(bob, "/api/dm/messages?peer=alice");
    const gdms = await stored(alice, `/api/gdm/messages?tid=${group.id}`);
    assertKept(acked.dm, dms, `dm after cut ${cut}`);
    assertKept(acked.gdm, gdms, `gdm after cut ${cut}`);
    const { conversations } = await bob.syncs({ "dm:alice": 0, [group.conversation]: 0 }, 1);
    for (const each of conversations) {
      const rows = each.conversation === "dm:alice" ? dms : each.conversation === group.conversation ? gdms : undefined;
      if (rows) assert.deepEqual([each.last_seq, each.last_rev], [rows.length, rows.length], each.conversation);
    }
  }
  assert.ok(acked.dm.length >= 1500 && acked.gdm.length >= 1500);
});

test("who resends after a power cut what was never acked ends with every message exactly once", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  const tab = await alice.connects();
  const wanted = Array.from({ length: 2000 }, (_, n) => `m${n}`);
  const unacked = new Set(wanted);
  let next = 0;
  let half: () => void;
  const halfway = new Promise<void>((resolve) => (half = resolve));
  const lane = (): void => {
    const nonce = wanted[next++];
    if (nonce === undefined) return;
    tab.socket.emit("dm_send", { to: "bob", text: nonce, nonce }, (ack: any) => {
      if (ack?.ok === true) unacked.delete(nonce);
      if (unacked.size <= 1000) half();
      lane();
    });
  };
  for (let n = 0; n < 50; n++) lane();
  await within("half of the acks", halfway, 60_000);
  await server.isKilled();
  await tab.isClosed();
  alice.disconnects();
  assert.ok(unacked.size > 0);
  await server.startsAgain();
  await alice.connects();
  for (const nonce of wanted.filter((each) => unacked.has(each))) await alice.emits("dm_send", { to: "bob", text: nonce, nonce });
  const rows = await stored(bob, "/api/dm/messages?peer=alice");
  assert.deepEqual(rows.map((row) => row.nonce).sort(), [...wanted].sort());
  assert.deepEqual(rows.map((row) => row.seq), rows.map((_, n) => n + 1));
});

test("SIGTERM under load drains: exit 0 within ten seconds, every ack kept, sockets told", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  const listener = await bob.connects();
  const load = pours(alice, await alice.connects(), { to: "bob" }, "dm_send", 30);
  await load.atLeast(200);
  const told = listener.isClosed();
  await server.stops();
  await told;
  await within("the sender to notice", load.cut);
  alice.disconnects();
  bob.disconnects();
  await server.startsAgain();
  assertKept(load.acked, await stored(bob, "/api/dm/messages?peer=alice"), "dm after SIGTERM");
});

test("SIGTERM with idle sockets and a half-open upgrade exits 0 within ten seconds", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  await alice.connects({ transports: ["polling"] });
  await bob.connects();
  await alice.get("/socket.io/?EIO=4&transport=polling");
  await server.stops();
});

test("a client that was connected through a restart reconnects by itself and misses nothing", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.people("alice", "bob");
  await alice.connects();
  const tab = await bob.connects({ reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 });
  await alice.emits("dm_send", { to: "bob", text: "before" });
  const { rev } = await tab.receives("dm_new");
  const back = new Promise<void>((resolve) => tab.socket.io.once("reconnect", () => resolve()));
  alice.disconnects();
  await server.isKilled();
  await server.startsAgain();
  await alice.connects();
  await alice.emits("dm_send", { to: "bob", text: "meanwhile" });
  await within("the client to reconnect", back);
  await within("the namespace", new Promise<void>((resolve) => (tab.socket.connected ? resolve() : tab.socket.once("connect", resolve))));
  const answer = await tab.does("sync", { since: { "dm:alice": rev } });
  const [dm] = answer.conversations.filter((each: any) => each.conversation === "dm:alice");
  assert.deepEqual(dm.messages.map((message: any) => message.text), ["meanwhile"]);
  await alice.emits("dm_send", { to: "bob", text: "live again" });
  assert.equal((await tab.receives("dm_new", { text: "live again" })).rev, rev + 2);
});

test("roles, sessions, groups and what was read survive a power cut", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const group = await alice.gathers([bob], "Hiking");
  const ack = await alice.emits("gdm_send", { tid: group.id, text: "hello" });
  await bob.emits("mark_read", { conversation: group.conversation, seq: ack.seq });
  await server.root.does("/api/admin/role", { action: "add", role: "admin", username: "bob" });
  const before = [await bob.sees(group.conversation), await bob.reads("/api/me/role"), await alice.reads("/api/gdm/threads")];
  await server.isKilled();
  alice.disconnects();
  bob.disconnects();
  await server.startsAgain();
  assert.deepEqual([await bob.sees(group.conversation), await bob.reads("/api/me/role"), await alice.reads("/api/gdm/threads")], before);
});
