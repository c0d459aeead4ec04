/** Calls and voice channels as Socket.IO clients make them, older ones included; and who must not hear of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter } from "../support/index.ts";

const NEWS = [
  "incoming_call", "call_started", "call_answered", "call_state", "call_ended",
  "voice_participants", "voice_offer", "voice_answer", "voice_ice", "voice_mute", "webrtc_signal",
];

const OFFER = { type: "offer", sdp: "v=0\r\n" };
const ANSWER = { type: "answer", sdp: "v=0\r\n" };

describe("a call of two", () => {
  test("is made, answered and ended with the events that older clients know", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, carol] = await server.online("alice", "bob", "carol");
    await carol.forgets();

    alice.tab.says("call_start_dm", { to_user: "bob" });
    const { call_id } = await alice.receives("call_initiated", { to_user: "bob" });
    const incoming = await bob.receives("incoming_call");
    assert.deepEqual([incoming.call_id, incoming.from_user, incoming.call_type], [call_id, "alice", "voice"]);
    const note = await bob.receives("dm_new");
    assert.match(note.source, new RegExp(`/call/${call_id}`));

    bob.tab.says("answer_call", { call_id, answer: true });
    assert.deepEqual(await alice.receives("call_answered"), { call_id, by_user: "bob", answer: true });
    assert.equal((await bob.receives("call_started")).peer, "alice");

    await alice.emits("webrtc_signal", { to_user: "bob", type: "offer", data: OFFER });
    const signal = await bob.receives("webrtc_signal");
    assert.deepEqual([signal.from_user, signal.type, signal.data], ["alice", "offer", OFFER]);

    bob.tab.says("end_call", { call_id });
    const ended = await alice.receives("call_ended", { call_id });
    assert.equal(ended.by_user, "bob");
    await carol.hearsNothing(...NEWS);
  });

  test("carries offers, answers and candidates to the other one alone, with the sender the server knows", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const { call_id: channel } = await alice.emits("call_start_dm", { to_user: "bob" });
    await bob.emits("answer_call", { call_id: channel, answer: true });
    for (const person of [alice, bob]) await person.emits("voice_join", { channel });
    const list = await alice.receives("voice_participants", (it: any) => it.participants.length === 2);
    assert.deepEqual(list.participants, ["alice", "bob"]);
    const elsewhere = await bob.onAnotherDevice();
    await elsewhere.connects();
    await elsewhere.forgets();
    await mallory.forgets();

    await alice.emits("voice_offer", { channel, sdp: OFFER, from: "root" });
    const offer = await bob.receives("voice_offer");
    assert.deepEqual([offer.from, offer.sdp], ["alice", OFFER]);
    await bob.emits("voice_answer", { channel, sdp: ANSWER, to: "alice" });
    assert.equal((await alice.receives("voice_answer")).from, "bob");
    const candidate = { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0" };
    await bob.emits("voice_ice", { channel, candidate, to: offer.from_peer });
    assert.deepEqual((await alice.receives("voice_ice")).candidate, candidate);
    await alice.emits("voice_mute", { channel, muted: true });
    const mute = await bob.receives("voice_mute");
    assert.deepEqual([mute.user, mute.muted], ["alice", true]);

    for (const [event, payload] of [
      ["voice_offer", { channel, sdp: OFFER }],
      ["voice_answer", { channel, sdp: ANSWER }],
      ["voice_ice", { channel, candidate }],
      ["webrtc_signal", { to_user: "alice", type: "offer", data: OFFER }],
    ] as const) {
      for (const person of [mallory, elsewhere]) {
        assert.equal((await person.sends(event, payload)).error, "not_in_call", event);
      }
    }
    assert.equal((await mallory.sends("voice_join", { channel })).error, "call_not_found");
    await mallory.hearsNothing(...NEWS);
    await elsewhere.hearsNothing("voice_offer", "voice_answer", "voice_ice", "voice_mute", "webrtc_signal", "voice_participants");
    await alice.hearsNothing("voice_offer", "webrtc_signal");
  });

  test("stops ringing everywhere when nobody answers", async () => {
    await using server = await Chatter.starts({ env: { CHATTER_CALLS__RING_SECONDS: "1" } });
    const [alice, bob] = await server.online("alice", "bob");
    const { call_id } = await alice.emits("call_user", { to_user: "bob", call_type: "video" });
    for (const person of [alice, bob]) {
      assert.equal((await person.receives("call_ended", { call_id })).reason, "unanswered");
    }
    assert.equal((await bob.sends("answer_call", { call_id, answer: true })).error, "call_not_found");
  });

  test("is over for the caller who goes before anybody answers", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const { call_id } = await alice.emits("call_start_dm", { to_user: "bob" });
    await bob.receives("incoming_call");
    alice.disconnects();
    assert.equal((await bob.receives("call_ended", { call_id })).reason, "left");
  });

  test("rings nobody who is not there, and says so", async () => {
    await using server = await Chatter.starts();
    const [alice] = await server.online("alice");
    await server.register("bob");
    for (const [to_user, error] of [["bob", "User is not online"], ["alice", "Cannot call yourself"], ["Team", "User is not online"]]) {
      alice.tab.says("call_start_dm", { to_user });
      assert.deepEqual(await alice.receives("call_error"), { error });
    }
  });
});

describe("a voice channel", () => {
  test("is listed with who is in it, and left by whoever disconnects", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    for (const person of [alice, bob]) await person.emits("voice_join", { channel: "general" });
    assert.deepEqual((await alice.reads("/api/voice/channels")).channels, ["general"]);
    await alice.forgets();
    bob.disconnects();
    assert.deepEqual((await alice.receives("voice_participants")).participants, ["alice"]);
    await alice.emits("voice_leave", { channel: "general" });
    assert.deepEqual((await alice.reads("/api/voice/channels")).channels, []);
  });
});
