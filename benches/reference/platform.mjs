// The platform's part of the reference server: servers of one channel, what webhooks say in it, widgets with their
// streams of events, and memberships as integrations read them. What is posted is committed before it is answered.

import { createHash } from "node:crypto";
import { hashToken, now } from "./db.mjs";
import { bodyOf, HttpError, Refused } from "./http.mjs";
import { openPlatform } from "./platform_db.mjs";

const MAX_ROWS = 6;
/** One event of a widget at most in so many milliseconds. */
const GAP = 250;
const BEAT = 15_000;
/** A viewer for whom so many bytes wait is sent no more. */
const MAX_WAITING = 1 << 20;

/** `chat` is what the chat lends: `userOf` a request, `parse` and `store` a message, its `payload`, a `page` of history. */
export function createPlatform(connection, io, chat) {
  const db = openPlatform(connection);
  const { sql } = db;

  // --- servers and their apps ---------------------------------------------------------------------------------------

  function signedIn(request) {
    const user = chat.userOf(request.headers);
    if (!user) throw new HttpError(401, "not logged in");
    return user;
  }

  function requireOwner(request, server) {
    if (!sql.isOwner.get(server, signedIn(request).id)) throw new HttpError(403, "forbidden");
  }

  function requireMember(request, server) {
    const user = signedIn(request);
    if (!sql.isMember.get(server, user.id)) throw new HttpError(404, "server_not_found");
    return user;
  }

  async function createServer({ request }) {
    const user = signedIn(request);
    const { name } = await bodyOf(request);
    const id = db.addServer(String(name), user.id);
    io.in(`u:${user.id}`).socketsJoin(`s:${id}`);
    return { status: 201, body: { ok: true, server: { id, name } } };
  }

  function showServer({ request, ids: [server] }) {
    requireMember(request, server);
    return { body: { ok: true, channels: sql.channelsOf.all(server) } };
  }

  async function createInvite({ request, ids: [server] }) {
    requireOwner(request, server);
    const { maxUses } = await bodyOf(request);
    return { status: 201, body: { ok: true, invite: { code: db.addInvite(server, Number(maxUses)) } } };
  }

  function acceptInvite({ request, ids: [code] }) {
    const user = signedIn(request);
    const server = db.accept(code, user.id);
    if (server === undefined) throw new HttpError(404, "invite_not_found");
    io.in(`u:${user.id}`).socketsJoin(`s:${server}`);
    return { body: { ok: true, server: { id: server } } };
  }

  async function createRole({ request, ids: [server] }) {
    requireOwner(request, server);
    const { name, position } = await bodyOf(request);
    const id = sql.addRole.run(server, String(name), Number(position)).lastInsertRowid;
    return { status: 201, body: { ok: true, role: { id } } };
  }

  async function changeMembership({ request, ids: [server, user] }) {
    requireOwner(request, server);
    const { roleIds } = await bodyOf(request);
    db.setRoles(server, user, roleIds);
    return { body: { ok: true } };
  }

  async function createApp({ request, ids: [server] }) {
    requireOwner(request, server);
    const { kind, name, channelId } = await bodyOf(request);
    const { id, secret } = db.addApp(server, kind, String(name), channelId ?? null);
    return { status: 201, body: { ok: true, app: { id }, url: `/${kind}s/${id}/${secret}` } };
  }

  async function changeApp({ request, ids: [app] }) {
    requireOwner(request, sql.app.get(app)?.server_id);
    const { visible } = await bodyOf(request);
    sql.show.run(visible ? 1 : 0, app);
    return { body: { ok: true } };
  }

  async function createToken({ request, ids: [app] }) {
    requireOwner(request, sql.app.get(app)?.server_id);
    const { scopes } = await bodyOf(request);
    return { status: 201, body: { ok: true, secret: db.addToken(app, scopes) } };
  }

  function channelHistory({ request, ids: [server, channel], query }) {
    requireMember(request, server);
    const place = sql.channelsOf.all(server).find(({ id }) => id === Number(channel));
    if (!place) throw new HttpError(404, "channel_not_found");
    const { body, headers } = chat.page(place.id, query, (row) => chat.payload(row, `channel:${place.id}`, "channel"));
    return { headers, body: { ok: true, messages: body } };
  }

  // --- webhooks -----------------------------------------------------------------------------------------------------

  async function postWebhook({ request, ids: [id, token] }) {
    const app = sql.appByToken.get(id, "webhook", hashToken(token));
    if (!app) throw new HttpError(404, "webhook_not_found");
    const { content, nonce } = await bodyOf(request);
    const author = { id: app.user_id, username: app.name };
    const { stored, row } = chat.store(app.channel_id, author, chat.parse({ text: content, nonce }));
    const message = chat.payload(row, `channel:${app.channel_id}`, "channel");
    message.server_id = app.server_id;
    message.channel_id = app.channel_id;
    message.author = { kind: "webhook", id: app.id, name: app.name };
    message.embeds = [];
    if (!stored.repeated) io.to(`s:${app.server_id}`).emit("channel_new", message);
    return { body: { ok: true, id: stored.id, message, warnings: [] } };
  }

  // --- widgets ------------------------------------------------------------------------------------------------------

  const viewers = new Map();
  /** The widgets that are being told of, each with whether it was changed since. */
  const turns = new Map();
  let events = Date.now();

  const snapshot = (widget) => ({
    updatedAt: new Date(widget.updated_at * 1000).toISOString(),
    rows: JSON.parse(widget.rows),
    version: widget.version,
  });

  const news = (widget) => ({
    serverId: widget.server_id,
    appId: widget.app_id,
    version: widget.version,
    snapshot: snapshot(widget),
  });

  const event = (data) => `id: ${events++}\nevent: widget_updated\ndata: ${JSON.stringify(data)}\n\n`;

  function send(server, text) {
    const bytes = Buffer.from(text);
    for (const viewer of viewers.get(server) ?? []) {
      viewer.write(bytes);
      if (viewer.writableLength > MAX_WAITING) viewer.destroy();
    }
  }

  function tell(app) {
    const widget = sql.widget.get(app);
    if (widget) {
      const data = news(widget);
      io.to(`s:${widget.server_id}`).emit("widget_updated", data);
      send(widget.server_id, event(data));
    }
    setTimeout(() => {
      if (!turns.get(app)) return turns.delete(app);
      turns.set(app, false);
      tell(app);
    }, GAP);
  }

  function changed(app) {
    if (turns.has(app)) return turns.set(app, true);
    turns.set(app, false);
    tell(app);
  }

  const isRow = (row) => typeof row?.kind === "string" && typeof row.label === "string" && row.value !== undefined;

  async function postWidget({ request, ids: [id, token] }) {
    const app = sql.appByToken.get(id, "widget", hashToken(token));
    if (!app) throw new HttpError(404, "widget_not_found");
    if (!app.visible) throw new HttpError(403, "widget_invisible");
    const { rows } = await bodyOf(request);
    if (!Array.isArray(rows) || rows.length === 0) throw new Refused("rows_required", "rows are required");
    if (rows.length > MAX_ROWS || !rows.every(isRow)) throw new Refused("rows_invalid", "bad rows");
    const updatedAt = now();
    const { version } = sql.postWidget.get(JSON.stringify(rows), updatedAt, app.id);
    changed(app.id);
    const shown = { updatedAt: new Date(updatedAt * 1000).toISOString(), rows };
    return { body: { ok: true, applied: true, snapshot: shown, version, warnings: [] } };
  }

  function watch({ request, response, ids: [server] }) {
    requireMember(request, server);
    const id = Number(server);
    const seats = viewers.get(id) ?? new Set();
    viewers.set(id, seats.add(response));
    response.on("close", () => seats.delete(response));
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(`retry: 3000\n\n${sql.widgetsOf.all(id).map((widget) => event(news(widget))).join("")}`);
    return undefined;
  }

  setInterval(() => viewers.forEach((_, server) => send(server, ":\n\n")), BEAT).unref();

  // --- integrations -------------------------------------------------------------------------------------------------

  function bearerOf(headers) {
    const [scheme, token] = (headers.authorization ?? "").split(" ", 2);
    const found = scheme === "Bearer" && token ? sql.integration.get(hashToken(token)) : undefined;
    if (!found) throw new HttpError(401, "invalid_token");
    return { server: found.server_id, scopes: JSON.parse(found.scopes) };
  }

  function showMembership({ request, ids: [server, user] }) {
    const bearer = bearerOf(request.headers);
    if (!bearer.scopes.includes("read_member_profile")) throw new HttpError(403, "insufficient_scope");
    if (bearer.server !== Number(server)) throw new HttpError(404, "server_not_found");
    const member = sql.member.get(server, user);
    if (!member) throw new HttpError(404, "membership_not_found");
    const roles = sql.rolesOf.all(server, user);
    const state = [member.id, member.joined_at, member.nickname, roles.map(({ id }) => id), member.timed_out_until];
    const tag = createHash("sha256").update(JSON.stringify(state)).digest("hex").slice(0, 32);
    const profile = {
      userId: member.id,
      username: member.username,
      name: member.username,
      nickname: member.nickname,
      avatarUrl: null,
      roleIds: roles.map(({ id }) => id),
      roles,
      joinedAt: new Date(member.joined_at * 1000).toISOString(),
      timedOutUntil: member.timed_out_until,
      status: io.sockets.adapter.rooms.has(`u:${member.id}`) ? "online" : "offline",
      isOwner: member.owner_id === member.id,
    };
    return { headers: { ETag: `"${tag}"`, "Cache-Control": "no-store" }, body: { ok: true, profile } };
  }

  const ROUTES = [
    ["GET", /^\/servers\/(\d+)\/memberships\/(\d+)$/, showMembership],
    ["POST", /^\/webhooks\/(\d+)\/(\w+)$/, postWebhook],
    ["POST", /^\/widgets\/(\d+)\/(\w+)$/, postWidget],
    ["GET", /^\/servers\/(\d+)\/events$/, watch],
    ["GET", /^\/servers\/(\d+)\/channels\/(\d+)\/messages$/, channelHistory],
    ["POST", /^\/servers$/, createServer],
    ["GET", /^\/servers\/(\d+)$/, showServer],
    ["POST", /^\/servers\/(\d+)\/invites$/, createInvite],
    ["POST", /^\/invites\/(\w+)\/accept$/, acceptInvite],
    ["POST", /^\/servers\/(\d+)\/roles$/, createRole],
    ["PATCH", /^\/servers\/(\d+)\/memberships\/(\d+)$/, changeMembership],
    ["POST", /^\/servers\/(\d+)\/apps$/, createApp],
    ["PATCH", /^\/apps\/(\d+)$/, changeApp],
    ["POST", /^\/apps\/(\d+)\/tokens$/, createToken],
  ];

  return {
    /** The handler of a request, if the path is one of the platform's. */
    find(request, response, url) {
      for (const [method, path, handler] of ROUTES) {
        const match = method === request.method && path.exec(url.pathname);
        if (match) return () => handler({ request, response, ids: match.slice(1), query: url.searchParams });
      }
      return undefined;
    },

    /** The rooms of the servers that somebody is in. */
    roomsOf: (user) => sql.serversOf.all(user).map(({ id }) => `s:${id}`),
  };
}
