//! The statements of the write path: one commit stores a whole batch of messages.
//!
//! Raw SQL through sea-orm, for this one path. Cost: one commit a batch and one round trip for each
//! piece of it; on SQLite the row's companions (counters, the sender's `read_seq`, mentions, the DM
//! log) are written by a trigger, on PostgreSQL by CTEs of the same statement. The statement itself
//! checks once more what may have changed since the sender was authorised: membership, the lock
//! of a group, and whether a server is still as it was when the message was authorised.

use std::{collections::HashMap, sync::LazyLock};

use entity::{AppId, ConversationId, MessageId, ServerId, Timestamp, UserId};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, FromQueryResult, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use serde::Serialize;

use super::{
    change_store::ids_json,
    model::{Author, NewMessage, Stored},
};

/// One message as the statements take it.
#[derive(Serialize)]
struct Row<'a> {
    i: i64,
    conv: ConversationId,
    sender: Option<UserId>,
    source: &'a str,
    html: &'a str,
    attachment: Option<&'a str>,
    reply_to: Option<MessageId>,
    reply_user: Option<UserId>,
    reply_snippet: Option<&'a str>,
    mentions: Option<String>,
    role_mentions: Option<String>,
    nonce: Option<&'a str>,
    logged: bool,
    bypass: bool,
    at: i64,
    app: Option<AppId>,
    card: Option<String>,
    server: Option<ServerId>,
    version: Option<i64>,
}

#[derive(FromQueryResult)]
struct Inserted {
    id: MessageId,
    conversation_id: ConversationId,
    seq: i64,
    rev: i64,
    sender_id: Option<UserId>,
}

/// Inserts `messages` in order, in one commit. For each of them: what it got, or none when its
/// author may not (or no longer) write there, or was authorised under an old version of the server.
pub(super) async fn insert(
    db: &DatabaseConnection,
    messages: &[NewMessage],
    now: Timestamp,
) -> Result<Vec<Option<Stored>>, DbErr> {
    let newest = newest_versions(messages);
    let rows: Vec<Row<'_>> = (0..)
        .zip(messages)
        .filter(|(_, message)| !is_outdated(message, &newest))
        .map(|(i, message)| Row::new(i, message, now))
        .collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Ok(vec![None; messages.len()]);
    }
    let inserted = match db.get_database_backend() {
        DatabaseBackend::Sqlite => insert_sqlite(db, rows).await?,
        backend => {
            let batch =
                serde_json::to_string(&rows).map_err(|error| DbErr::Custom(error.to_string()))?;
            let statement =
                Statement::from_sql_and_values(backend, POSTGRES_INSERT, [batch.into()]);
            db.query_all_raw(statement).await?
        }
    };
    // Whether a row passes depends only on where it goes and who sends it, since rows of an older
    // version of a server than others were left out. So the rows of one sender in one conversation
    // come back all or not at all, in order of `seq`.
    let mut by_place: HashMap<_, Vec<Inserted>> = HashMap::new();
    for row in inserted {
        let row = Inserted::from_query_result(&row, "")?;
        by_place
            .entry((row.conversation_id, row.sender_id))
            .or_default()
            .push(row);
    }
    for rows in by_place.values_mut() {
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.seq));
    }
    Ok(messages
        .iter()
        .map(|message| {
            if is_outdated(message, &newest) {
                return None;
            }
            let sender = message.author.user_id();
            let row = by_place.get_mut(&(message.place.id, sender))?.pop()?;
            Some(Stored {
                id: row.id,
                seq: row.seq,
                rev: row.rev,
                at: now,
            })
        })
        .collect())
}

/// The newest version of each server that a message was authorised under.
fn newest_versions(messages: &[NewMessage]) -> HashMap<ServerId, i64> {
    let mut newest = HashMap::new();
    for channel in messages.iter().filter_map(|m| m.place.audience.channel()) {
        let version = newest
            .entry(channel.server.id)
            .or_insert(channel.server.version);
        *version = channel.server.version.max(*version);
    }
    newest
}

/// Whether somebody has seen a newer version of the server than the message was authorised under.
fn is_outdated(message: &NewMessage, newest: &HashMap<ServerId, i64>) -> bool {
    let channel = message.place.audience.channel();
    channel.is_some_and(|channel| {
        newest
            .get(&channel.server.id)
            .is_some_and(|version| channel.server.version < *version)
    })
}

/// SQLite takes bound values, cut into pieces of 2^k rows: nine texts that stay prepared, where a
/// text for each size of a batch would not, and binding costs half of parsing JSON. One piece
/// commits by itself.
async fn insert_sqlite(
    db: &DatabaseConnection,
    mut rows: Vec<Row<'_>>,
) -> Result<Vec<QueryResult>, DbErr> {
    let piece = |rows: Vec<Row<'_>>| {
        let sql = SQLITE_INSERTS[rows.len().ilog2() as usize].as_str();
        let values = rows.into_iter().flat_map(Row::into_values);
        Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, values)
    };
    if rows.len().is_power_of_two() && rows.len() <= LARGEST_PIECE {
        return db.query_all_raw(piece(rows)).await;
    }
    let tx = db
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await?;
    let mut inserted = Vec::with_capacity(rows.len());
    while !rows.is_empty() {
        let size = (1 << rows.len().ilog2()).min(LARGEST_PIECE);
        let rest = rows.split_off(size);
        inserted.extend(tx.query_all_raw(piece(rows)).await?);
        rows = rest;
    }
    tx.commit().await?;
    Ok(inserted)
}

impl<'a> Row<'a> {
    fn new(i: i64, message: &'a NewMessage, at: Timestamp) -> Result<Self, DbErr> {
        let reply = message.reply.as_ref();
        let channel = message.place.audience.channel();
        let card = message
            .card
            .as_deref()
            .map(serde_json::to_string)
            .transpose();
        Ok(Self {
            i,
            conv: message.place.id,
            sender: message.author.user_id(),
            source: &message.body.source,
            html: &message.body.text,
            attachment: message.attachment.as_deref(),
            reply_to: reply.map(|reply| reply.id),
            reply_user: reply.and_then(|reply| reply.user),
            reply_snippet: reply.map(|reply| reply.snippet.as_str()),
            mentions: ids_json(&message.body.people()),
            role_mentions: ids_json(&message.body.roles),
            nonce: message.nonce.as_ref().map(super::model::Nonce::as_str),
            logged: message.logged,
            bypass: match &message.author {
                Author::User(sender) => sender.role.is_superadmin(),
                Author::App(_) => false,
                Author::System => true,
            },
            // As the column has it; on the wire a time is text.
            at: at.0,
            app: message.author.app().map(|app| app.app),
            card: card.map_err(|error| DbErr::Custom(error.to_string()))?,
            server: channel.map(|channel| channel.server.id),
            version: channel.map(|channel| channel.server.version),
        })
    }
}

impl Row<'_> {
    fn into_values(self) -> [Value; COLUMNS] {
        [
            self.i.into(),
            self.conv.into(),
            self.sender.into(),
            self.source.into(),
            self.html.into(),
            self.attachment.map(str::to_owned).into(),
            self.reply_to.into(),
            self.reply_user.into(),
            self.reply_snippet.map(str::to_owned).into(),
            self.mentions.into(),
            self.role_mentions.into(),
            self.nonce.map(str::to_owned).into(),
            self.logged.into(),
            self.bypass.into(),
            self.at.into(),
            self.app.into(),
            self.card.into(),
            self.server.into(),
            self.version.into(),
        ]
    }
}

/// Moves `read_seq` forward for several people and conversations at once, never beyond what is
/// there and never back.
pub(super) async fn mark_read(
    db: &DatabaseConnection,
    marks: &[(ConversationId, UserId, i64)],
) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let marks = serde_json::to_string(marks).map_err(|error| DbErr::Custom(error.to_string()))?;
    let sql = match backend {
        DatabaseBackend::Sqlite => {
            "UPDATE conversation_member SET read_seq = min(v.value->>2, c.last_seq) \
             FROM json_each(?1) v JOIN conversation c ON c.id = v.value->>0 \
             WHERE conversation_member.conversation_id = c.id \
             AND conversation_member.user_id = v.value->>1 \
             AND conversation_member.read_seq < min(v.value->>2, c.last_seq)"
        }
        _ => {
            // Conversations before members, as everywhere else.
            "WITH c AS MATERIALIZED (SELECT id, last_seq FROM conversation WHERE id IN \
                (SELECT (v->>0)::bigint FROM jsonb_array_elements($1::jsonb) v) \
                ORDER BY id FOR KEY SHARE) \
             UPDATE conversation_member SET read_seq = least((v->>2)::bigint, c.last_seq) \
             FROM jsonb_array_elements($1::jsonb) v JOIN c ON c.id = (v->>0)::bigint \
             WHERE conversation_member.conversation_id = c.id \
             AND conversation_member.user_id = (v->>1)::bigint \
             AND conversation_member.read_seq < least((v->>2)::bigint, c.last_seq) \
             AND (SELECT count(*) FROM c) > 0"
        }
    };
    db.execute_raw(Statement::from_sql_and_values(backend, sql, [marks.into()]))
        .await?;
    Ok(())
}

/// Values of one row.
const COLUMNS: usize = 19;
/// The most rows of one piece.
const LARGEST_PIECE: usize = 256;

/// The statement for 1, 2, 4 ... rows.
static SQLITE_INSERTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    (0..=LARGEST_PIECE.ilog2())
        .map(|k| sqlite_insert(1 << k))
        .collect()
});

/// `seq` and `rev` follow from the conversation's counters and the row's rank among the rows of its
/// conversation that pass; the trigger `message_sent` moves the counters. SQLite stores the result
/// of the SELECT before it inserts, because there is a trigger, so the counters hold still.
fn sqlite_insert(rows: usize) -> String {
    let row = format!("({})", vec!["?"; COLUMNS].join(","));
    let values = vec![row; rows].join(",");
    // A single row needs no rank.
    let rank = if rows == 1 {
        "1"
    } else {
        "row_number() OVER (PARTITION BY v.conv ORDER BY v.i)"
    };
    format!(
        "WITH v(i, conv, sender, source, html, attachment, reply_to, reply_user, reply_snippet, \
            mentions, role_mentions, nonce, logged, bypass, at, app, card, server, version) \
            AS (VALUES {values}) \
        INSERT INTO message (conversation_id, seq, rev, sender_id, source, text, attachment, \
            reply_to, reply_user_id, reply_snippet, mentions, role_mentions, nonce, logged, \
            created_at, app_id, card) \
        SELECT c.id, c.last_seq + r.k, c.last_rev + r.k, r.sender, r.source, r.html, \
            r.attachment, r.reply_to, r.reply_user, r.reply_snippet, r.mentions, \
            r.role_mentions, r.nonce, r.logged, r.at, r.app, r.card \
        FROM (SELECT {rank} AS k, v.* FROM v \
            WHERE (v.sender IS NULL OR EXISTS (SELECT 1 FROM conversation_member m \
                    WHERE m.conversation_id = v.conv AND m.user_id = v.sender)) \
                AND (v.bypass OR NOT EXISTS (SELECT 1 FROM gdm g \
                    WHERE g.conversation_id = v.conv AND g.locked \
                    AND g.owner_id IS NOT v.sender)) \
                AND (v.server IS NULL OR EXISTS (SELECT 1 FROM server s \
                    WHERE s.id = v.server AND s.version = v.version))) r \
        JOIN conversation c ON c.id = r.conv \
        ORDER BY r.i \
        RETURNING id, conversation_id, seq, rev, sender_id"
    )
}

/// The same for PostgreSQL. The conversations' rows are locked in order of id, so that two nodes
/// cannot wait for each other; the rows of members and groups are locked so that a removal or a lock
/// that commits meanwhile is seen. Counting `locked` makes sure that all conversations are locked
/// before any of those, which is the order in which groups are changed too.
const POSTGRES_INSERT: &str = "\
WITH v AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS v(i int, conv bigint, sender bigint, \
        source text, html text, attachment text, reply_to bigint, reply_user bigint, \
        reply_snippet text, mentions text, role_mentions text, nonce text, logged boolean, \
        bypass boolean, at bigint, app bigint, card text, server bigint, version bigint)), \
locked AS MATERIALIZED (SELECT id, last_seq, last_rev FROM conversation \
    WHERE id IN (SELECT conv FROM v) ORDER BY id FOR NO KEY UPDATE), \
current AS MATERIALIZED (SELECT id, version FROM server \
    WHERE id IN (SELECT server FROM v WHERE server IS NOT NULL) \
    AND (SELECT count(*) FROM locked) > 0 ORDER BY id FOR SHARE), \
member AS MATERIALIZED (SELECT conversation_id, user_id FROM conversation_member \
    WHERE (conversation_id, user_id) IN (SELECT conv, sender FROM v) \
    AND (SELECT count(*) FROM locked) > 0 AND (SELECT count(*) FROM current) >= 0 \
    FOR KEY SHARE), \
closed AS MATERIALIZED (SELECT conversation_id, owner_id, locked FROM gdm \
    WHERE conversation_id IN (SELECT conv FROM v) \
    AND (SELECT count(*) FROM locked) > 0 FOR SHARE), \
passed AS (SELECT v.*, row_number() OVER (PARTITION BY v.conv ORDER BY v.i) AS k FROM v \
    WHERE (v.sender IS NULL OR EXISTS (SELECT 1 FROM member m \
            WHERE m.conversation_id = v.conv AND m.user_id = v.sender)) \
        AND (v.bypass OR NOT EXISTS (SELECT 1 FROM closed g WHERE g.conversation_id = v.conv \
            AND g.locked AND g.owner_id IS DISTINCT FROM v.sender)) \
        AND (v.server IS NULL OR EXISTS (SELECT 1 FROM current s \
            WHERE s.id = v.server AND s.version = v.version))), \
ins AS (INSERT INTO message (conversation_id, seq, rev, sender_id, source, text, attachment, \
        reply_to, reply_user_id, reply_snippet, mentions, role_mentions, nonce, logged, \
        created_at, app_id, card) \
    SELECT l.id, l.last_seq + p.k, l.last_rev + p.k, p.sender, p.source, p.html, p.attachment, \
        p.reply_to, p.reply_user, p.reply_snippet, p.mentions, p.role_mentions, p.nonce, \
        p.logged, p.at, p.app, p.card \
    FROM passed p JOIN locked l ON l.id = p.conv ORDER BY p.i \
    RETURNING id, conversation_id, seq, rev, sender_id, text, mentions, role_mentions, logged, \
        created_at), \
counted AS (UPDATE conversation c SET last_seq = x.seq, last_rev = x.rev \
    FROM (SELECT conversation_id, max(seq) AS seq, max(rev) AS rev FROM ins GROUP BY 1) x \
    WHERE c.id = x.conversation_id), \
seen AS (UPDATE conversation_member m SET read_seq = x.seq \
    FROM (SELECT conversation_id, sender_id, max(seq) AS seq FROM ins GROUP BY 1, 2) x \
    WHERE m.conversation_id = x.conversation_id AND m.user_id = x.sender_id), \
mentioned AS (INSERT INTO mention (message_id, user_id, conversation_id, seq) \
    SELECT ins.id, u.id::bigint, ins.conversation_id, ins.seq \
    FROM ins, jsonb_array_elements_text(ins.mentions::jsonb) AS u(id)), \
called AS (INSERT INTO role_mention (message_id, role_id, conversation_id, seq) \
    SELECT ins.id, r.id::bigint, ins.conversation_id, ins.seq \
    FROM ins, jsonb_array_elements_text(ins.role_mentions::jsonb) AS r(id)), \
logged AS (INSERT INTO dm_log (message_id, conversation_id, sender_id, text, created_at) \
    SELECT id, conversation_id, sender_id, text, created_at FROM ins WHERE logged) \
SELECT id, conversation_id, seq, rev, sender_id FROM ins";
