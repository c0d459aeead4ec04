/** Letting a command-line tool in: the question, the code to paste, and what is left of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as openid from "openid-client";
import { eventually, PHONE, Screens, type Window } from "./window.ts";

/** A server that knows its own address, as every installation does. */
async function opens(): Promise<Screens> {
  const screens = await Screens.open();
  await screens.server.stops();
  await screens.server.startsAgain({ CHATTER_SERVER__PUBLIC_URL: screens.server.url });
  return screens;
}

async function begins(server: string) {
  const client = await openid.discovery(new URL(server), "developer-portal", undefined, openid.None(), {
    algorithm: "oauth2",
    execute: [openid.allowInsecureRequests],
  });
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const url = openid.buildAuthorizationUrl(client, {
    redirect_uri: `${server}/developers/callback`,
    scope: "apps:read apps:write servers:read",
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  return { client, pkceCodeVerifier, path: url.pathname + url.search };
}

const codeIn = (window: Window) => window.page.getByRole("textbox", { name: "Code for your tool" });

for (const [where, look] of [["a desk", {}], ["a phone in the dark", { ...PHONE, colorScheme: "dark" as const }]] as const) {
  test(`a person at ${where} takes the code to the tool, and it is nowhere else`, async () => {
    await using screens = await opens();
    const alice = await screens.at(await screens.server.register("alice"), look);
    const { client, pkceCodeVerifier, path } = await begins(screens.server.url);
    await alice.opens(path);
    await alice.page.getByText("Only go on if you have just started such a tool yourself").waitFor();
    const referers: (string | undefined)[] = [];
    alice.page.on("request", (request) => referers.push(request.headers()["referer"]));
    await alice.page.getByRole("button", { name: "Allow" }).click();

    await alice.page.getByRole("heading", { level: 1, name: "Back to your tool" }).waitFor();
    const code = await codeIn(alice).inputValue();
    assert.match(code, /^[A-Za-z0-9_-]{20,}$/);
    await eventually("the code is out of the address", async () => alice.page.url() === `${screens.server.url}/developers/callback`);
    const kept = await alice.page.evaluate(() => location.href + document.title + JSON.stringify([history.state, { ...localStorage }, { ...sessionStorage }]));
    assert.ok(!kept.includes(code), kept);
    assert.ok(!referers.some((referer) => referer?.includes(code)), String(referers));
    assert.equal(await alice.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);

    const shown = new URL(`${screens.server.url}/developers/callback?code=${code}&iss=${encodeURIComponent(screens.server.url)}`);
    const tokens = await openid.authorizationCodeGrant(client, shown, { pkceCodeVerifier });
    assert.match(tokens.access_token, /^chta_/);

    await alice.page.reload();
    await alice.page.getByText("There is no code here").waitFor();
    assert.equal(await codeIn(alice).count(), 0);
    await alice.page.getByRole("link", { name: "Go to the developer portal" }).click();
    await alice.page.getByRole("heading", { level: 1, name: "Developer portal" }).waitFor();
    assert.deepEqual(alice.complaints, []);
  });
}

test("who says no reads that nothing was given, and made-up addresses say nothing of their own", async () => {
  await using screens = await opens();
  const bob = await screens.at(await screens.server.register("bob"));
  const { path } = await begins(screens.server.url);
  await bob.opens(path);
  await bob.page.getByRole("button", { name: "Cancel" }).click();
  await bob.page.getByText("You did not let the tool in").waitFor();
  assert.equal(await codeIn(bob).count(), 0);

  await bob.opens("/developers/callback?error=call_us&error_description=Call+0800+now");
  await bob.page.getByText("The tool was not let in (call_us)").waitFor();
  assert.equal(await bob.page.getByText("0800").count(), 0);
  await bob.opens("/developers/callback?code=Call+0800+now");
  await bob.page.getByText("There is no code here").waitFor();
});

test("a code that nobody took goes away when it is worth nothing any more", async () => {
  await using screens = await opens();
  const carol = await screens.stranger();
  await carol.page.clock.install();
  await carol.opens(`/developers/callback?code=${"x".repeat(43)}`);
  await codeIn(carol).waitFor();
  await carol.page.clock.fastForward(59_000);
  assert.equal(await codeIn(carol).count(), 1);
  await carol.page.clock.fastForward(2_000);
  await carol.page.getByText("The code has expired").waitFor();
  assert.equal(await codeIn(carol).count(), 0);
});
