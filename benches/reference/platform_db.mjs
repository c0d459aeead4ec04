// Storage of the platform's part of the reference server: servers, their members, roles and apps.

import { randomBytes } from "node:crypto";
import { hashToken, now } from "./db.mjs";

const SCHEMA = `
CREATE TABLE IF NOT EXISTS server (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  owner_id INTEGER NOT NULL REFERENCES user(id),
  created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS channel (
  conversation_id INTEGER PRIMARY KEY REFERENCES conversation(id),
  server_id INTEGER NOT NULL REFERENCES server(id)
);
CREATE INDEX IF NOT EXISTS channel_server ON channel(server_id);
CREATE TABLE IF NOT EXISTS role (
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES server(id),
  name TEXT NOT NULL,
  position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS server_member (
  server_id INTEGER NOT NULL REFERENCES server(id),
  user_id INTEGER NOT NULL REFERENCES user(id),
  nickname TEXT,
  timed_out_until INTEGER,
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (server_id, user_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS server_member_user ON server_member(user_id);
CREATE TABLE IF NOT EXISTS member_role (
  server_id INTEGER NOT NULL REFERENCES server(id),
  user_id INTEGER NOT NULL REFERENCES user(id),
  role_id INTEGER NOT NULL REFERENCES role(id),
  PRIMARY KEY (server_id, user_id, role_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS invite (
  code_hash TEXT PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES server(id),
  uses_left INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS app (
  id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES server(id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  token_hash TEXT,
  channel_id INTEGER REFERENCES channel(conversation_id),
  -- A webhook speaks as an account of its own, which nobody can sign in with.
  user_id INTEGER REFERENCES user(id),
  visible INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS integration_token (
  token_hash TEXT PRIMARY KEY,
  app_id INTEGER NOT NULL REFERENCES app(id),
  scopes TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS widget (
  app_id INTEGER PRIMARY KEY REFERENCES app(id),
  version INTEGER NOT NULL DEFAULT 0,
  rows TEXT,
  updated_at INTEGER
);
`;

const WIDGET = `SELECT w.app_id, a.server_id, w.version, w.rows, w.updated_at
  FROM widget w JOIN app a ON a.id = w.app_id WHERE a.visible = 1 AND w.rows IS NOT NULL`;

export function openPlatform(db) {
  db.exec(SCHEMA);
  const sql = {
    addServer: db.prepare("INSERT INTO server(name, owner_id, created_at) VALUES (?, ?, ?)"),
    addConversation: db.prepare("INSERT INTO conversation(kind, name, created_by) VALUES ('channel', 'general', ?)"),
    addChannel: db.prepare("INSERT INTO channel(conversation_id, server_id) VALUES (?, ?)"),
    channelsOf: db.prepare("SELECT conversation_id AS id FROM channel WHERE server_id = ?"),
    isOwner: db.prepare("SELECT 1 FROM server WHERE id = ? AND owner_id = ?"),
    addRole: db.prepare("INSERT INTO role(server_id, name, position) VALUES (?, ?, ?)"),
    addMember: db.prepare("INSERT OR IGNORE INTO server_member(server_id, user_id, joined_at) VALUES (?, ?, ?)"),
    isMember: db.prepare("SELECT 1 FROM server_member WHERE server_id = ? AND user_id = ?"),
    serversOf: db.prepare("SELECT server_id AS id FROM server_member WHERE user_id = ?"),
    dropRoles: db.prepare("DELETE FROM member_role WHERE server_id = ? AND user_id = ?"),
    giveRole: db.prepare("INSERT INTO member_role(server_id, user_id, role_id) VALUES (?, ?, ?)"),
    addInvite: db.prepare("INSERT INTO invite(code_hash, server_id, uses_left) VALUES (?, ?, ?)"),
    useInvite: db.prepare(
      "UPDATE invite SET uses_left = uses_left - 1 WHERE code_hash = ? AND uses_left > 0 RETURNING server_id AS id",
    ),
    addUser: db.prepare("INSERT INTO user(username, password, created_at) VALUES (?, ?, ?)"),
    addApp: db.prepare(
      "INSERT INTO app(server_id, kind, name, token_hash, channel_id, user_id) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    addWidget: db.prepare("INSERT INTO widget(app_id) VALUES (?)"),
    show: db.prepare("UPDATE app SET visible = ? WHERE id = ?"),
    addToken: db.prepare("INSERT INTO integration_token(token_hash, app_id, scopes) VALUES (?, ?, ?)"),
    app: db.prepare("SELECT id, server_id, kind FROM app WHERE id = ?"),
    appByToken: db.prepare(
      "SELECT id, server_id, name, channel_id, user_id, visible FROM app WHERE id = ? AND kind = ? AND token_hash = ?",
    ),
    integration: db.prepare(
      "SELECT a.server_id, t.scopes FROM integration_token t JOIN app a ON a.id = t.app_id WHERE t.token_hash = ?",
    ),
    member: db.prepare(
      `SELECT u.id, u.username, m.nickname, m.timed_out_until, m.joined_at, s.owner_id
       FROM server_member m JOIN user u ON u.id = m.user_id JOIN server s ON s.id = m.server_id
       WHERE m.server_id = ? AND m.user_id = ?`,
    ),
    rolesOf: db.prepare(
      `SELECT r.id, r.name, r.position FROM member_role m JOIN role r ON r.id = m.role_id
       WHERE m.server_id = ? AND m.user_id = ? ORDER BY r.position DESC`,
    ),
    postWidget: db.prepare(
      "UPDATE widget SET version = version + 1, rows = ?, updated_at = ? WHERE app_id = ? RETURNING version",
    ),
    widget: db.prepare(`${WIDGET} AND w.app_id = ?`),
    widgetsOf: db.prepare(`${WIDGET} AND a.server_id = ?`),
  };
  const token = (prefix) => prefix + randomBytes(24).toString("hex");

  return {
    sql,

    addServer: db.transaction((name, owner) => {
      const server = sql.addServer.run(name, owner, now()).lastInsertRowid;
      sql.addChannel.run(sql.addConversation.run(owner).lastInsertRowid, server);
      sql.addMember.run(server, owner, now());
      return server;
    }),

    addInvite(server, uses) {
      const code = token("");
      sql.addInvite.run(hashToken(code), server, uses);
      return code;
    },

    accept: db.transaction((code, user) => {
      const server = sql.useInvite.get(hashToken(code));
      if (server) sql.addMember.run(server.id, user, now());
      return server?.id;
    }),

    setRoles: db.transaction((server, user, roles) => {
      sql.dropRoles.run(server, user);
      for (const role of roles) sql.giveRole.run(server, user, role);
    }),

    addApp: db.transaction((server, kind, name, channel) => {
      const secret = token(kind === "webhook" ? "chtw_" : "chtd_");
      const nobody = `AAAA.${randomBytes(32).toString("base64url")}`;
      const user = kind === "webhook" ? sql.addUser.run(token("webhook-"), nobody, now()).lastInsertRowid : null;
      const id = sql.addApp.run(server, kind, name, hashToken(secret), channel, user).lastInsertRowid;
      if (kind === "widget") sql.addWidget.run(id);
      return { id, secret };
    }),

    addToken(app, scopes) {
      const secret = token("chti_");
      sql.addToken.run(hashToken(secret), app, JSON.stringify(scopes));
      return secret;
    },
  };
}
