// Fills the database of a stopped server with stored messages, for measuring history among many of them.
//
//   node seed.mjs DATABASE MESSAGES CONVERSATIONS
//
// Works on an empty database of either server, Chatter's or the reference's. The accounts bench00000, bench00001 ... must
// be there. Message i (its id, from 1) goes to the conversation of bench00000 with account number 1 + i % CONVERSATIONS,
// its seq is its place there, and the two people write in turn.

import Database from "better-sqlite3";

const [path, messages, conversations] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
if (!path || !(messages > 0) || !(conversations > 0)) throw new Error("usage: seed.mjs DATABASE MESSAGES CONVERSATIONS");

const db = new Database(path, { fileMustExist: true });
db.pragma("synchronous = OFF");
const columns = (table) => new Set(db.pragma(`table_info("${table}")`).map((column) => column.name));
const chatter = columns("conversation").has("dm_low");
if (db.prepare("SELECT count(*) AS n FROM message").get().n !== 0) throw new Error("the database holds messages already");

const user = db.prepare('SELECT id FROM "user" WHERE username = ?');
const people = Array.from({ length: conversations + 1 }, (_, i) => user.get(`bench${String(i).padStart(5, "0")}`)?.id);
if (people.includes(undefined)) throw new Error("too few accounts");
const now = Math.floor(Date.now() / 1000);

const schemas = {
  chatter: {
    conversation: "INSERT INTO conversation(kind, dm_low, dm_high, created_at) VALUES ('dm', ?, ?, ?)",
    member: "INSERT INTO conversation_member(conversation_id, user_id, joined_at) VALUES (?, ?, ?)",
    text: "text",
    // Times are kept in milliseconds.
    ticks: 1000,
  },
  reference: {
    conversation: "INSERT INTO conversation(kind, user_a, user_b) VALUES ('dm', ?, ?)",
    text: "html",
    ticks: 1,
  },
};
const schema = chatter ? schemas.chatter : schemas.reference;

db.transaction(() => {
  // The work of the triggers is done below for all messages at once.
  const triggers = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'message'").all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`);

  db.exec("CREATE TEMP TABLE pair(number INTEGER PRIMARY KEY, conversation INTEGER, first INTEGER, second INTEGER)");
  const [first, ...others] = people;
  others.forEach((second, number) => {
    const ends = [Math.min(first, second), Math.max(first, second)];
    if (chatter) ends.push(now * schema.ticks);
    const conversation = db.prepare(schema.conversation).run(...ends).lastInsertRowid;
    if (schema.member) for (const person of [first, second]) db.prepare(schema.member).run(conversation, person, now * schema.ticks);
    db.prepare("INSERT INTO pair VALUES (?, ?, ?, ?)").run(number, conversation, first, second);
  });

  const sentence = "'Message ' || i || ' of many: the quick brown fox jumps over the lazy dog, and the dog sleeps on.'";
  db.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $messages)
     INSERT INTO message(id, conversation_id, seq, rev, sender_id, source, ${schema.text}, nonce, created_at)
     SELECT i, conversation, seq, seq, CASE seq % 2 WHEN 0 THEN first ELSE second END, ${sentence}, ${sentence},
            printf('%08x-%04x-7000-8000-%012x', i >> 16, i & 65535, i), ($now - $messages + i) * ${schema.ticks}
     FROM (SELECT i, 1 + (i - 1) / $conversations AS seq, i % $conversations AS number FROM n) JOIN pair USING (number)
     ORDER BY i`,
    // Plain numbers would be bound as floating point, and division would leave fractions.
  ).run({ messages: BigInt(messages), conversations: BigInt(conversations), now: BigInt(now) });

  db.exec(`UPDATE conversation SET (last_seq, last_rev) =
             (SELECT max(seq), max(rev) FROM message WHERE conversation_id = conversation.id)
           WHERE id IN (SELECT conversation FROM pair)`);
  for (const { sql } of triggers) db.exec(sql);
})();

db.pragma("wal_checkpoint(TRUNCATE)");
db.close();
