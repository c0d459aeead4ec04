/** Forgotten passwords, by mail and by the operator. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chatter, PASSWORD, PostOffice, type Person } from "../support/index.ts";

/** What the link in a letter says. */
function read(text: string): { token: string; username: string } {
  const link = /http\S+\/reset-password\?\S+/.exec(text)?.[0];
  assert.ok(link, text);
  const query = new URL(link).searchParams;
  return { token: query.get("token") ?? "", username: query.get("username") ?? "" };
}

async function withAddress(server: Chatter, name: string): Promise<Person> {
  const person = await server.register(name);
  await person.does("/api/settings", { email: `${name}@example.org` });
  return person;
}

const asks = (server: Chatter, username: string, email: string) => server.stranger.post("/api/request_password_reset", { username, email });

describe("a forgotten password", () => {
  test("is replaced with the token that comes to one's address, once", async () => {
    await using office = await PostOffice.opens();
    await using server = await Chatter.starts({ env: office.env });
    const alice = await withAddress(server, "alice");
    const elsewhere = await alice.onAnotherDevice();
    const tab = await elsewhere.connects();

    const asked = await asks(server, "alice", "ALICE@example.org");
    assert.equal(asked.status, 200);
    assert.equal(asked.json.ok, true);
    assert.equal(asked.json.token, null);
    const letter = await office.receives();
    assert.deepEqual(letter.from?.value, [{ address: "chatter@example.org", name: "Chatter" }]);
    assert.equal([letter.to].flat()[0]?.text, "alice@example.org");
    const { token, username } = read(letter.text ?? "");
    assert.equal(username, "alice");

    const { stranger } = server;
    const sets = (fields: Record<string, string>) => stranger.post("/api/reset_password", { username, token, password: "another password", ...fields });
    for (const [fields, text] of [
      [{ token: "" }, /required/],
      [{ password: "" }, /required/],
      [{ confirm_password: "something else" }, /Passwords do not match/],
      [{ password: "short" }, /at least 6 characters/],
      [{ token: "0".repeat(64) }, /Invalid or expired reset token/],
      [{ username: "root" }, /Invalid or expired reset token/],
      [{ username: "nobody" }, /Invalid or expired reset token/],
    ] as const) {
      const refused = await sets(fields);
      assert.equal(refused.status, 400, refused.text);
      assert.match(refused.json.error, text);
    }
    assert.equal((await elsewhere.reads("/api/whoami")).effective, "alice", "nothing has changed yet");

    // As the React client sends it: without a confirmation.
    assert.equal((await sets({})).status, 200);
    await tab.isClosed();
    assert.equal((await alice.reads("/api/whoami")).effective, "");
    assert.equal((await stranger.post("/login", { username, password: PASSWORD })).status, 401);
    assert.equal((await stranger.post("/login", { username, password: "another password" })).status, 200);
    const again = await sets({ password: "a third password" });
    assert.equal(again.status, 400);
    assert.match(again.json.error, /Invalid or expired reset token/);
  });

  test("of which the next token replaces the one before", async () => {
    await using office = await PostOffice.opens();
    await using server = await Chatter.starts({ env: office.env });
    await withAddress(server, "alice");
    await asks(server, "alice", "alice@example.org");
    const first = read((await office.receives()).text ?? "");
    await asks(server, "alice", "alice@example.org");
    const second = read((await office.receives()).text ?? "");

    const sets = (fields: object) => server.stranger.post("/api/reset_password", { ...fields, password: "another password", confirm_password: "another password" });
    assert.equal((await sets(first)).status, 400);
    const both = await Promise.all([sets(second), sets(second)]);
    assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 400], "one token, one new password");
  });

  test("is asked for in vain by who does not know the address, and they are told nothing", async () => {
    await using office = await PostOffice.opens();
    await using server = await Chatter.starts({ env: office.env });
    await withAddress(server, "alice");
    await server.register("bob");

    const known = await asks(server, "alice", "alice@example.org");
    await office.receives();
    for (const [username, email] of [
      ["alice", "mallory@example.org"],
      ["nobody", "alice@example.org"],
      ["bob", "bob@example.org"],
      ["System", "alice@example.org"],
    ] as const) {
      const answer = await asks(server, username, email);
      if (username === "System") assert.equal(answer.status, 400);
      else assert.deepEqual([answer.status, answer.json], [known.status, known.json], username);
    }
    for (const [username, email, text] of [
      ["", "a@example.org", "Username and email are required"],
      ["alice", "", "Username and email are required"],
      ["<b>", "a@example.org", "Invalid username format"],
      ["alice", "nowhere", "Invalid email format"],
    ] as const) {
      const refused = await asks(server, username, email);
      assert.deepEqual([refused.status, refused.json.error], [400, text]);
    }
    // The next letter is the next one that was due: none of those made one.
    await asks(server, "alice", "alice@example.org");
    assert.equal([(await office.receives()).to].flat()[0]?.text, "alice@example.org");
    assert.equal(office.waiting, 0);
    assert.doesNotMatch(server.stderr, /reset-password\?/, "what goes by mail is not printed");
  });

  test("is the operator's to hand on where no mail is configured", async () => {
    await using server = await Chatter.starts();
    await withAddress(server, "alice");
    await asks(server, "alice", "alice@example.org");

    const [printed] = await server.logs(/http\S+\/reset-password\?\S+\n/);
    const { token, username } = read(printed);
    const reset = await server.stranger.post("/api/reset_password", { username, token, password: "another password" });
    assert.equal(reset.status, 200, reset.text);
    assert.equal((await server.stranger.post("/login", { username, password: "another password" })).status, 200);
  });

  test("is not to be guessed or asked for again and again", async () => {
    await using server = await Chatter.starts({ limits: true });
    const answers = [];
    for (let n = 0; n < 30; n += 1) answers.push((await asks(server, "alice", "alice@example.org")).status);
    assert.ok(answers.includes(429), answers.join());
    const guesses = [];
    for (let n = 0; n < 30; n += 1) {
      const guess = { username: "root", token: `${n}`.repeat(64).slice(0, 64), password: "another password" };
      guesses.push((await server.stranger.post("/api/reset_password", guess)).status);
    }
    assert.ok(guesses.includes(429), guesses.join());
  });
});
