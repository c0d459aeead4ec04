// The reference server: what a careful Node team would write for the measured part of Chatter's contract, on socket.io
// and better-sqlite3. Every message is committed on its own before it is acknowledged and sent on.
//
// Environment: PORT (0 picks one), PORT_FILE, DATABASE, SYNCHRONOUS (FULL or NORMAL).

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { Server } from "socket.io";
import { now, open } from "./db.mjs";
import { bodyOf, HttpError, Refused } from "./http.mjs";
import { createPlatform } from "./platform.mjs";

const SESSION_SECONDS = 30 * 24 * 3600;
const COOKIE = "session";
const MAX_TEXT = 4000;
const hashPassword = promisify(scrypt);

const synchronous = process.env.SYNCHRONOUS ?? "FULL";
if (synchronous !== "FULL" && synchronous !== "NORMAL") throw new Error("SYNCHRONOUS must be FULL or NORMAL");
const db = open(process.env.DATABASE ?? "reference.db", synchronous);

const isoSeconds = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const render = (source) => source.replace(/[&<>"]/g, (c) => ENTITIES[c]);

function tokenOf(headers) {
  for (const part of (headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === COOKIE) return value;
  }
  return undefined;
}

function userOf(headers) {
  const token = tokenOf(headers);
  return token ? db.session(token) : undefined;
}

// --- payloads -------------------------------------------------------------------------------------------------------

function common(row, conversation, kind) {
  return {
    id: row.id,
    conversation,
    kind,
    seq: row.seq,
    rev: row.rev,
    user_id: row.sender_id,
    username: row.username,
    text: row.html,
    source: row.source,
    attachment: row.attachment,
    created_at: isoSeconds(row.created_at),
    edited: row.edited_at === null ? 0 : 1,
    edited_at: row.edited_at === null ? null : isoSeconds(row.edited_at),
    edited_by: row.edited_by,
    deleted: false,
    nonce: row.nonce,
    mentions: row.mentions === "[]" ? [] : JSON.parse(row.mentions),
    reply_to: row.reply_to,
    reply_username: row.reply_username ?? null,
    reply_snippet: row.reply_snippet ?? null,
    reactions: [],
  };
}

function dmPayload(row, viewer, from, to) {
  const payload = common(row, `dm:${viewer === from ? to : from}`, "dm");
  payload.from_user = from;
  payload.to_user = to;
  payload.avatar = null;
  return payload;
}

function gdmPayload(row, tid) {
  const payload = common(row, `gdm:${tid}`, "gdm");
  payload.tid = tid;
  payload.thread_id = tid;
  return payload;
}

// --- sending --------------------------------------------------------------------------------------------------------

function parse(data) {
  const text = typeof data?.text === "string" ? data.text.trim() : "";
  if (text === "") throw new Refused("empty_message", "Write something first.");
  if (text.length > MAX_TEXT) throw new Refused("too_long", "That message is too long.");
  const { nonce = null, reply_to: replyTo = null } = data;
  if (nonce !== null && (typeof nonce !== "string" || nonce.length > 64)) throw new Refused("bad_params", "bad nonce");
  if (replyTo !== null && !Number.isSafeInteger(replyTo)) throw new Refused("bad_params", "bad reply_to");
  return { source: text, html: render(text), attachment: null, replyTo, nonce, createdAt: now() };
}

function store(conversation, user, message) {
  let reply;
  if (message.replyTo !== null) {
    reply = db.sql.reply.get(message.replyTo, conversation);
    if (!reply) throw new Refused("not_found", "The message you answer is not there.");
  }
  const stored = db.store(conversation, user.id, message);
  const row = {
    id: stored.id,
    seq: stored.seq,
    rev: stored.rev,
    sender_id: user.id,
    username: user.username,
    source: message.source,
    html: message.html,
    attachment: null,
    reply_to: message.replyTo,
    reply_username: reply?.username,
    reply_snippet: reply?.source.slice(0, 120),
    nonce: message.nonce,
    mentions: "[]",
    created_at: stored.createdAt,
    edited_at: null,
    edited_by: null,
  };
  return { stored, row };
}

const answer = (stored, conversation) => ({
  ok: true,
  id: stored.id,
  seq: stored.seq,
  rev: stored.rev,
  conversation,
  created_at: isoSeconds(stored.createdAt),
});

function sendDm(io, user, data) {
  const name = data?.to ?? data?.peer ?? data?.to_user;
  const peer = typeof name === "string" ? db.person(name) : undefined;
  if (!peer) throw new Refused("user_not_found", "There is nobody of that name.");
  const message = parse(data);
  const { stored, row } = store(db.dmOf(user.id, peer.id, true), user, message);
  if (!stored.repeated) {
    // Each side sees the conversation under the other's name, so there are two payloads.
    for (const [viewer, room] of [
      [user.username, `u:${user.id}`],
      [peer.username, `u:${peer.id}`],
    ]) {
      const payload = dmPayload(row, viewer, user.username, peer.username);
      io.to(room).emit("dm_new", payload);
      io.to(room).emit("new_dm", payload);
    }
  }
  return answer(stored, `dm:${peer.username}`);
}

function sendGdm(io, user, data) {
  const tid = Number(data?.thread_id ?? data?.tid);
  if (!Number.isSafeInteger(tid) || !db.sql.isMember.get(tid, user.id)) {
    throw new Refused("not_a_member", "You are not in that group.");
  }
  const message = parse(data);
  const { stored, row } = store(tid, user, message);
  if (!stored.repeated) io.to(`g:${tid}`).emit("gdm_new", gdmPayload(row, tid));
  return answer(stored, `gdm:${tid}`);
}

// --- HTTP -----------------------------------------------------------------------------------------------------------

function credentials({ username, password } = {}) {
  if (typeof username !== "string" || typeof password !== "string" || !/^[\w.-]{1,20}$/.test(username)) {
    throw new HttpError(400, "bad params");
  }
  return { username, password };
}

async function register(request) {
  const { username, password } = credentials(await bodyOf(request));
  const salt = randomBytes(16);
  const key = await hashPassword(password, salt, 32);
  try {
    db.sql.addUser.run(username, `${salt.toString("base64url")}.${key.toString("base64url")}`, now());
  } catch (error) {
    if (error.code === "SQLITE_CONSTRAINT_UNIQUE") throw new HttpError(409, "Username taken");
    throw error;
  }
  return { body: { ok: true, username } };
}

async function login(request) {
  const { username, password } = credentials(await bodyOf(request));
  const user = db.sql.userByName.get(username);
  const [salt, expected] = (user?.password ?? "AAAA.AAAA").split(".").map((part) => Buffer.from(part, "base64url"));
  const key = await hashPassword(password, salt, 32);
  if (!user || !timingSafeEqual(key, expected)) throw new HttpError(401, "Invalid username or password");
  const token = db.addSession(user.id, SESSION_SECONDS);
  return {
    headers: { "Set-Cookie": `${COOKIE}=${token}; HttpOnly; Path=/; SameSite=Lax; Max-Age=${SESSION_SECONDS}` },
    body: { ok: true, username: user.username },
  };
}

async function createGroup(io, user, request) {
  const { name, members } = await bodyOf(request);
  if (!Array.isArray(members)) throw new HttpError(400, "bad params");
  const ids = new Set([user.id]);
  for (const member of members) {
    const person = db.person(member);
    if (person) ids.add(person.id);
  }
  if (ids.size < 2) throw new HttpError(400, "need at least 2 members");
  const id = db.addGroup(String(name ?? "Group"), user.id, ids);
  for (const member of ids) io.in(`u:${member}`).socketsJoin(`g:${id}`);
  return { body: { ok: true, id, name } };
}

function page(conversation, query, payloadOf) {
  const whole = (name) => {
    const text = query.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw new HttpError(400, "bad params");
    return value;
  };
  const limit = Math.min(Math.max(whole("limit") ?? 200, 1), 1000);
  const before = whole("before");
  const after = whole("after");
  // One row more than asked tells whether the page is the last one.
  const rows = conversation === undefined ? [] : db.page(conversation, limit + 1, before, after);
  const more = rows.length > limit;
  if (more) after === undefined ? rows.shift() : rows.pop();
  return { headers: { "X-Has-More": String(more) }, body: rows.map(payloadOf) };
}

function dmHistory(user, query) {
  const peer = db.person(query.get("peer") ?? "");
  if (!peer) return { body: [] };
  return page(db.dmOf(user.id, peer.id, false), query, (row) =>
    dmPayload(row, user.username, row.username, row.sender_id === user.id ? peer.username : user.username),
  );
}

function gdmHistory(user, query) {
  const tid = Number(query.get("tid"));
  if (!Number.isSafeInteger(tid) || !db.sql.isMember.get(tid, user.id)) throw new HttpError(403, "forbidden");
  return page(tid, query, (row) => gdmPayload(row, tid));
}

async function route(io, request, response) {
  const url = new URL(request.url, "http://localhost");
  const handle = platform.find(request, response, url);
  if (handle) return handle();
  const key = `${request.method} ${url.pathname}`;
  if (key === "GET /healthz") return { body: { ok: true } };
  if (key === "POST /register") return register(request);
  if (key === "POST /login") return login(request);
  const user = userOf(request.headers);
  if (!user) throw new HttpError(401, "not logged in");
  if (key === "GET /api/whoami") return { body: { ok: true, user_id: user.id, username: user.username } };
  if (key === "GET /api/dm/messages") return dmHistory(user, url.searchParams);
  if (key === "GET /api/gdm/messages") return gdmHistory(user, url.searchParams);
  if (key === "POST /api/gdm/threads") return createGroup(io, user, request);
  throw new HttpError(404, "not found");
}

function reply(response, status, body, headers = {}) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

const http = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, async (request, response) => {
  try {
    const answer = await route(io, request, response);
    // A stream has begun to answer by itself.
    if (answer) reply(response, answer.status ?? 200, answer.body, answer.headers);
  } catch (error) {
    if (!(error instanceof HttpError)) console.error(error);
    reply(response, error.status ?? 500, { ok: false, error: error instanceof HttpError ? error.message : "internal" });
  }
});

// --- Socket.IO ------------------------------------------------------------------------------------------------------

const io = new Server(http, { serveClient: false, maxHttpBufferSize: 2 << 20 });
const platform = createPlatform(db.connection, io, { userOf, parse, store, payload: common, page });

io.use((socket, next) => {
  const user = userOf(socket.handshake.headers);
  if (!user) return next(new Error("unauthorized"));
  socket.data.user = user;
  socket.join(`u:${user.id}`);
  for (const { id } of db.sql.groupsOf.all(user.id)) socket.join(`g:${id}`);
  for (const room of platform.roomsOf(user.id)) socket.join(room);
  next();
});

const SENDS = { dm_send: sendDm, gdm_send: sendGdm };

io.on("connection", (socket) => {
  // The handshake request is not needed any more; dropping it is the documented way to save memory.
  socket.conn.request = null;
  for (const [event, send] of Object.entries(SENDS)) {
    socket.on(event, (data, ack) => {
      let result;
      try {
        result = send(io, socket.data.user, data);
      } catch (error) {
        if (!(error instanceof Refused)) console.error(error);
        const known = error instanceof Refused;
        result = { ok: false, error: known ? error.code : "internal", message: known ? error.message : "Try again." };
      }
      if (typeof ack === "function") ack(result);
      else if (!result.ok) socket.emit("error", { event, ...result });
    });
  }
});

http.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1", backlog: 4096 }, () => {
  const { port } = http.address();
  console.error(`listening on 127.0.0.1:${port}, synchronous=${synchronous}`);
  const file = process.env.PORT_FILE;
  if (file) {
    writeFileSync(`${file}.part`, `127.0.0.1:${port}`);
    renameSync(`${file}.part`, file);
  }
});

process.on("SIGTERM", () => {
  io.close(() => {
    db.close();
    process.exit(0);
  });
});
