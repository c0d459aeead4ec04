// Storage of the reference server: better-sqlite3, one transaction and one commit per message.

import { createHash, randomBytes } from "node:crypto";
import Database from "better-sqlite3";

const SCHEMA = `
CREATE TABLE IF NOT EXISTS user (
  id INTEGER PRIMARY KEY,
  username TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS session (
  token_hash TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user(id),
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conversation (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  -- A DM is found by its two people, smaller id first; a group by its own id.
  user_a INTEGER REFERENCES user(id),
  user_b INTEGER REFERENCES user(id),
  name TEXT,
  created_by INTEGER REFERENCES user(id),
  last_seq INTEGER NOT NULL DEFAULT 0,
  last_rev INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS conversation_dm ON conversation(user_a, user_b) WHERE kind = 'dm';
CREATE TABLE IF NOT EXISTS member (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  user_id INTEGER NOT NULL REFERENCES user(id),
  PRIMARY KEY (conversation_id, user_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS member_user ON member(user_id);
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  seq INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  sender_id INTEGER NOT NULL REFERENCES user(id),
  source TEXT NOT NULL,
  html TEXT NOT NULL,
  attachment TEXT,
  reply_to INTEGER,
  nonce TEXT,
  mentions TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  edited_by TEXT,
  deleted INTEGER NOT NULL DEFAULT 0
);
-- Every index ends with the row id, so this one serves pages by id; seq is counted in the same transaction and needs none.
CREATE INDEX IF NOT EXISTS message_page ON message(conversation_id);
CREATE UNIQUE INDEX IF NOT EXISTS message_nonce ON message(sender_id, nonce) WHERE nonce IS NOT NULL;
`;

const PAGE_COLUMNS = `m.id, m.seq, m.rev, m.sender_id, u.username, m.source, m.html, m.attachment, m.reply_to,
  m.nonce, m.mentions, m.created_at, m.edited_at, m.edited_by`;

export const hashToken = (token) => createHash("sha256").update(token).digest("base64url");
export const now = () => Math.floor(Date.now() / 1000);

export function open(path, synchronous) {
  const db = new Database(path);
  db.pragma("journal_mode = WAL");
  db.pragma(`synchronous = ${synchronous}`);
  db.pragma("foreign_keys = ON");
  db.exec(SCHEMA);

  const sql = {
    addUser: db.prepare("INSERT INTO user(username, password, created_at) VALUES (?, ?, ?)"),
    userByName: db.prepare("SELECT id, username, password FROM user WHERE username = ?"),
    addSession: db.prepare("INSERT INTO session(token_hash, user_id, expires_at) VALUES (?, ?, ?)"),
    session: db.prepare(
      `SELECT u.id, u.username FROM session s JOIN user u ON u.id = s.user_id
       WHERE s.token_hash = ? AND s.expires_at > ?`,
    ),
    dm: db.prepare("SELECT id FROM conversation WHERE kind = 'dm' AND user_a = ? AND user_b = ?"),
    addDm: db.prepare("INSERT INTO conversation(kind, user_a, user_b) VALUES ('dm', ?, ?)"),
    addGroup: db.prepare("INSERT INTO conversation(kind, name, created_by) VALUES ('gdm', ?, ?)"),
    group: db.prepare("SELECT id, name FROM conversation WHERE kind = 'gdm' AND id = ?"),
    addMember: db.prepare("INSERT OR IGNORE INTO member(conversation_id, user_id) VALUES (?, ?)"),
    isMember: db.prepare("SELECT 1 FROM member WHERE conversation_id = ? AND user_id = ?"),
    groupsOf: db.prepare("SELECT conversation_id AS id FROM member WHERE user_id = ?"),
    bump: db.prepare(
      `UPDATE conversation SET last_seq = last_seq + 1, last_rev = last_rev + 1
       WHERE id = ? RETURNING last_seq AS seq, last_rev AS rev`,
    ),
    addMessage: db.prepare(
      `INSERT INTO message(conversation_id, seq, rev, sender_id, source, html, attachment, reply_to, nonce, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    byNonce: db.prepare("SELECT id, seq, rev, created_at FROM message WHERE sender_id = ? AND nonce = ?"),
    reply: db.prepare(
      `SELECT u.username, m.source FROM message m JOIN user u ON u.id = m.sender_id
       WHERE m.id = ? AND m.conversation_id = ? AND m.deleted = 0`,
    ),
    newest: db.prepare(
      `SELECT ${PAGE_COLUMNS} FROM message m JOIN user u ON u.id = m.sender_id
       WHERE m.conversation_id = ? AND m.id < ? AND m.deleted = 0 ORDER BY m.id DESC LIMIT ?`,
    ),
    oldest: db.prepare(
      `SELECT ${PAGE_COLUMNS} FROM message m JOIN user u ON u.id = m.sender_id
       WHERE m.conversation_id = ? AND m.id > ? AND m.deleted = 0 ORDER BY m.id ASC LIMIT ?`,
    ),
  };

  const insert = db.transaction((conversation, senderId, message) => {
    const { seq, rev } = sql.bump.get(conversation);
    const { lastInsertRowid } = sql.addMessage.run(
      conversation,
      seq,
      rev,
      senderId,
      message.source,
      message.html,
      message.attachment,
      message.replyTo,
      message.nonce,
      message.createdAt,
    );
    return { id: lastInsertRowid, seq, rev, createdAt: message.createdAt, repeated: false };
  });

  // Ids never change once given out, so both look-ups are remembered.
  const people = new Map();
  const dms = new Map();

  return {
    sql,
    connection: db,
    close: () => db.close(),

    person(name) {
      let person = people.get(name);
      if (!person) {
        person = sql.userByName.get(name);
        if (person) people.set(name, person);
      }
      return person;
    },

    addSession(userId, lifetime) {
      const token = randomBytes(32).toString("base64url");
      sql.addSession.run(hashToken(token), userId, now() + lifetime);
      return token;
    },

    session: (token) => sql.session.get(hashToken(token), now()),

    dmOf(a, b, create) {
      const low = Math.min(a, b);
      const high = Math.max(a, b);
      const key = `${low}:${high}`;
      let id = dms.get(key);
      if (id === undefined) {
        id = sql.dm.get(low, high)?.id ?? (create ? sql.addDm.run(low, high).lastInsertRowid : undefined);
        if (id !== undefined) dms.set(key, id);
      }
      return id;
    },

    addGroup: db.transaction((name, creator, members) => {
      const id = sql.addGroup.run(name, creator).lastInsertRowid;
      for (const member of members) sql.addMember.run(id, member);
      return id;
    }),

    // The same nonce again answers the stored message; the unique index decides, not a look-up before each insert.
    store(conversation, senderId, message) {
      try {
        return insert.immediate(conversation, senderId, message);
      } catch (error) {
        if (error.code === "SQLITE_CONSTRAINT_UNIQUE" && message.nonce !== null) {
          const first = sql.byNonce.get(senderId, message.nonce);
          if (first) return { id: first.id, seq: first.seq, rev: first.rev, createdAt: first.created_at, repeated: true };
        }
        throw error;
      }
    },

    page(conversation, limit, before, after) {
      if (after !== undefined) return sql.oldest.all(conversation, after, limit);
      return sql.newest.all(conversation, before ?? Number.MAX_SAFE_INTEGER, limit).reverse();
    },
  };
}
