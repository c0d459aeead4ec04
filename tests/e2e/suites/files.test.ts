/** Files: uploaded with a form, sent by name, read by whoever has the name. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { Chatter, type Person } from "../support/index.ts";

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNgYGAAAAAEAAHI6uv5AAAAAElFTkSuQmCC",
  "base64",
);

function form(field: string, name: string, bytes: Buffer): { body: Buffer; type: string } {
  const boundary = "----chatter";
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n`;
  return {
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

async function uploads(person: Person, name: string, bytes: Buffer, path = "/api/upload", field = "file"): Promise<any> {
  const { body, type } = form(field, name, bytes);
  const answer = await person.request("POST", path, body, { "content-type": type });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** The bytes at an address, as they are. */
function bytesAt(url: string): Promise<{ status: number; type: string | undefined; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const type = answer.headers["content-type"];
        resolve({ status: answer.statusCode ?? 0, type, bytes: Buffer.concat(chunks) });
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("an uploaded file", () => {
  test("is sent by its stored name, in a DM and in a group, and read under /uploads/", async () => {
    await using server = await Chatter.starts();
    const [alice, bob, mallory] = await server.online("alice", "bob", "mallory");
    const group = await alice.gathers([bob]);
    await bob.forgets();
    const { filename } = await uploads(alice, "notes.txt", Buffer.from("Hello"));

    await alice.emits("dm_send", { to: "bob", text: "look", attachment: filename });
    assert.equal((await bob.receives("dm_new")).attachment, filename);
    await alice.emits("gdm_send", { thread_id: group.id, text: "", attachment: filename });
    assert.equal((await bob.receives("gdm_new")).attachment, filename);

    const served = await bytesAt(`${server.url}/uploads/${filename}`);
    assert.deepEqual([served.status, served.bytes.toString()], [200, "Hello"]);
    const [row] = await bob.reads("/api/dm/messages?peer=alice");
    assert.equal(row.attachment, filename);
    const guessed = await mallory.get(`/uploads/${filename.replace(/^./, "x")}`);
    assert.equal(guessed.status, 404);
    const made = await alice.sends("dm_send", { to: "bob", text: "", attachment: "notes.txt" });
    assert.deepEqual([made.ok, made.error], [false, "attachment_not_found"]);
    await mallory.hearsNothing();
  });

  test("comes along as base64 with clients that know no upload", async () => {
    await using server = await Chatter.starts();
    const [alice, bob] = await server.online("alice", "bob");
    const content = `data:image/png;base64,${PIXEL.toString("base64")}`;
    await alice.emits("dm_send", { to: "bob", text: "", filename: "dot.png", content });
    const { attachment } = await bob.receives("dm_new");
    const served = await bytesAt(`${server.url}/uploads/${attachment}`);
    assert.deepEqual([served.status, served.type], [200, "image/png"]);
    const refused = await alice.sends("dm_send", { to: "bob", text: "", filename: "dot.png", content: "?" });
    assert.deepEqual([refused.ok, refused.error], [false, "attachment_invalid"]);
    assert.equal((await alice.receives("system_message")).username, "System");
  });
});

test("an avatar reaches everybody who is there", async () => {
  await using server = await Chatter.starts();
  const [alice, bob] = await server.online("alice", "bob");
  const { avatar } = await uploads(alice, "me.png", PIXEL, "/api/upload/avatar", "avatar");
  await bob.receives("user_list_refresh", { avatar_updated: "alice" });
  assert.equal((await alice.reads("/api/whoami")).avatar, avatar);
  assert.equal((await bytesAt(`${server.url}/uploads/${avatar}`)).status, 200);
  const refused = await server.stranger.post("/api/delete/avatar");
  assert.equal(refused.status, 401);
});
