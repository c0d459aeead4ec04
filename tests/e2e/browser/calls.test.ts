/**
 * Calls in the browser: real connections between pages, with the devices that Chromium makes up. What arrives is
 * measured: a remote picture that moves, and the bytes of each connection.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator } from "playwright-core";
import { eventually, PHONE, Screens, type Window } from "./window.ts";

const WITH_DEVICES = { permissions: ["microphone", "camera"] };

/** A browser for one test; addresses of this machine are not hidden from the other page. */
const open = (env: Record<string, string> = {}) =>
  Screens.open({ env }, [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
  ]);

/** Keeps the page's connections where a test can ask them what they received. */
const WATCH = `
  window.connections = [];
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) { super(...args); window.connections.push(this); }
  };
`;

const panel = ({ page }: Window): Locator => page.getByRole("region", { name: /^Call: / });
const tile = (window: Window, name: string): Locator => panel(window).getByRole("listitem").filter({ hasText: name });
const control = (window: Window, name: string): Locator => panel(window).getByRole("button", { name });
const incoming = ({ page }: Window, name: string | RegExp): Locator => page.getByRole("region", { name });

async function people(screens: Screens, ...names: string[]): Promise<Window[]> {
  const windows: Window[] = [];
  for (const name of names) {
    const person = await screens.server.register(name);
    const window = await screens.at(person, WITH_DEVICES, WATCH);
    windows.push(window);
  }
  return windows;
}

async function opensDm(window: Window, name: string): Promise<void> {
  await window.visits(`/chat?c=dm:${name}`);
  await window.page.getByRole("heading", { level: 1, name }).waitFor();
}

interface Received {
  states: string[];
  audio: number[];
  frames: number[];
}

/** What the open connections of a page have received. */
function received({ page }: Window): Promise<Received> {
  return page.evaluate(async () => {
    const all = (window as unknown as { connections: RTCPeerConnection[] }).connections;
    const open = all.filter((one) => one.connectionState !== "closed");
    const result = { states: open.map((one) => one.connectionState as string), audio: [] as number[], frames: [] as number[] };
    for (const connection of open) {
      let [audio, frames] = [0, 0];
      (await connection.getStats()).forEach((entry) => {
        if (entry.type !== "inbound-rtp") return;
        if (entry.kind === "audio") audio += entry.bytesReceived;
        else frames += entry.framesDecoded ?? 0;
      });
      result.audio.push(audio);
      result.frames.push(frames);
    }
    return result;
  });
}

async function hears(window: Window, count: number): Promise<void> {
  await eventually("everybody is connected and heard", async () => {
    const { states, audio } = await received(window);
    return states.length === count && states.every((state) => state === "connected") && audio.every((bytes) => bytes > 0);
  });
}

async function seesMoving(window: Window, name: string): Promise<void> {
  const video = tile(window, name).locator("video");
  await eventually(`the picture of ${name} plays`, async () =>
    video.evaluate((it: HTMLVideoElement) => !it.paused && it.videoWidth > 0 && it.currentTime > 0),
  );
  await eventually("frames are decoded", async () => (await received(window)).frames.some((frames) => frames > 2));
}

test("two people talk, turn the camera on, mute and hang up", async () => {
  await using screens = await open();
  const [alice, bob] = (await people(screens, "alice", "bob")) as [Window, Window];
  await opensDm(alice, "bob");
  await alice.page.getByRole("button", { name: "Call", exact: true }).click();
  await panel(alice).getByText("Ringing…").waitFor();
  const call = incoming(bob, "alice is calling");
  await call.waitFor();
  await call.getByRole("button", { name: "Answer" }).click();
  await call.waitFor({ state: "detached" });
  await Promise.all([hears(alice, 1), hears(bob, 1)]);
  assert.equal((await received(bob)).frames[0], 0, "nobody has turned a camera on");

  // Renegotiated while it goes on, and by both at once.
  await Promise.all([control(alice, "Turn camera on").click(), control(bob, "Turn camera on").click()]);
  await Promise.all([seesMoving(alice, "bob"), seesMoving(bob, "alice")]);
  await Promise.all([hears(alice, 1), hears(bob, 1)]);

  await control(bob, "Mute microphone").click();
  await tile(alice, "bob").getByLabel("bob, Connected, muted").waitFor();
  await control(alice, "Turn camera off").click();
  await eventually("the picture is gone", async () => (await tile(bob, "alice").getAttribute("data-video")) === "false");

  await control(bob, "Hang up").click();
  for (const window of [alice, bob]) await panel(window).waitFor({ state: "detached" });
  await alice.page.getByText("bob hung up.").waitFor();
  for (const window of [alice, bob]) assert.deepEqual((await received(window)).states, [], "no connection is left");
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});

test("three people see each other in a group, and whoever closes the tab is gone", async () => {
  await using screens = await open();
  const alice = await screens.server.register("alice");
  const others = [await screens.server.register("bob"), await screens.server.register("carol")];
  const group = await alice.gathers(others, "Team");
  const windows: Window[] = [];
  for (const person of [alice, ...others]) {
    const window = await screens.at(person, WITH_DEVICES, WATCH);
    await window.visits(`/chat?c=gdm:${group.id}`);
    windows.push(window);
  }
  const [one, two, three] = windows as [Window, Window, Window];
  await one.page.getByRole("button", { name: "Video call" }).click();
  await incoming(two, "alice is calling with video").getByRole("button", { name: "Answer with video" }).click();
  // Whoever does not want to answer at once joins from the conversation.
  await incoming(three, "alice is calling with video").getByRole("button", { name: "Decline" }).click();
  await three.page.getByRole("button", { name: /^Join call/ }).click();
  await control(three, "Turn camera on").click();
  for (const window of windows) await hears(window, 2);
  await seesMoving(one, "carol");
  await seesMoving(three, "alice");
  await seesMoving(two, "carol");

  await two.page.close({ runBeforeUnload: false });
  for (const window of [one, three]) {
    await tile(window, "bob").waitFor({ state: "detached" });
    await hears(window, 1);
  }
  await control(one, "Hang up").click();
  await control(three, "Hang up").click();
  await one.page.getByRole("button", { name: "Call", exact: true }).waitFor();
  assert.deepEqual([...one.complaints, ...three.complaints], []);
});

test("a call rings in all tabs, is declined in one, and times out", async () => {
  await using screens = await open({ CHATTER_CALLS__RING_SECONDS: "4" });
  const [alice, bob] = (await people(screens, "alice", "bob")) as [Window, Window];
  const second = await bob.tab();
  await opensDm(alice, "bob");
  await alice.page.getByRole("button", { name: "Call", exact: true }).click();
  for (const window of [bob, second]) await incoming(window, "alice is calling").waitFor();
  await incoming(second, "alice is calling").getByRole("button", { name: "Decline" }).click();
  await alice.page.getByText("bob cannot talk now.").waitFor();
  for (const window of [bob, second]) await incoming(window, "alice is calling").waitFor({ state: "detached" });
  await panel(alice).waitFor({ state: "detached" });

  await alice.page.getByRole("button", { name: "Call", exact: true }).click();
  await incoming(bob, "alice is calling").waitFor();
  await alice.page.getByText("bob did not answer.").waitFor();
  await incoming(bob, "alice is calling").waitFor({ state: "detached" });
});

test("a call survives a moment without the server", async () => {
  await using screens = await open();
  const [alice, bob] = (await people(screens, "alice", "bob")) as [Window, Window];
  await opensDm(alice, "bob");
  await alice.page.getByRole("button", { name: "Call", exact: true }).click();
  await incoming(bob, "alice is calling").getByRole("button", { name: "Answer" }).click();
  await Promise.all([hears(alice, 1), hears(bob, 1)]);
  const before = (await received(alice)).audio[0]!;

  await bob.context.setOffline(true);
  await panel(bob).getByText("Reconnecting…").first().waitFor({ timeout: 60_000 });
  await bob.context.setOffline(false);
  await panel(bob).getByText("2 people").waitFor({ timeout: 60_000 });
  await Promise.all([hears(alice, 1), hears(bob, 1)]);
  await eventually("it is still heard", async () => (await received(alice)).audio[0]! > before);
});

test("without a microphone one is told why, and can still listen", async () => {
  await using screens = await Screens.open({}, [
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
  ]);
  const alice = await screens.at(await screens.server.register("alice"), { permissions: [] }, WATCH);
  const bob = await screens.at(await screens.server.register("bob"), WITH_DEVICES, WATCH);
  await opensDm(bob, "alice");
  await bob.page.getByRole("button", { name: "Call", exact: true }).click();
  await incoming(alice, "bob is calling").getByRole("button", { name: "Answer" }).click();
  await panel(alice).getByRole("alert").getByText("does not let Chatter use your microphone").waitFor();
  await hears(alice, 1);
});

test("a voice channel is joined by its name, and everybody sees who is in it", async () => {
  await using screens = await open();
  const [alice, bob] = (await people(screens, "alice", "bob")) as [Window, Window];
  await alice.page.getByRole("button", { name: "Join a voice channel" }).click();
  await alice.page.getByLabel("Name of the channel").fill("lounge");
  await alice.page.getByLabel("Name of the channel").press("Enter");
  await bob.page.getByRole("button", { name: "lounge: alice" }).click();
  await Promise.all([hears(alice, 1), hears(bob, 1)]);
  await alice.page.getByRole("button", { name: "lounge: alice and bob" }).waitFor();
  await control(alice, "Hang up").click();
  await bob.page.getByRole("button", { name: "lounge: bob" }).waitFor();
});

test("on a phone the controls of a call can be reached, and nothing is cut off", async () => {
  await using screens = await open();
  const alice = await screens.at(await screens.server.register("alice"), WITH_DEVICES, WATCH);
  const bob = await screens.at(await screens.server.register("bob"), { ...WITH_DEVICES, ...PHONE }, WATCH);
  await opensDm(alice, "bob");
  await alice.page.getByRole("button", { name: "Video call" }).click();
  await incoming(bob, "alice is calling with video").getByRole("button", { name: "Answer with video" }).tap();
  await seesMoving(bob, "alice");
  await seesMoving(alice, "bob");
  for (const name of ["Mute microphone", "Turn camera off", "Hang up", "Larger"]) {
    const box = await control(bob, name).boundingBox();
    assert.ok(box !== null && box.height >= 44 && box.x >= 0 && box.x + box.width <= 390, `${name}: ${JSON.stringify(box)}`);
  }
  assert.equal(await bob.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
});
