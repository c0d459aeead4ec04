//! The search's queries and its entries.

use entity::{ConversationId, MessageId, UserId, conversation, search_entry};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseConnection, EntityTrait,
    FromQueryResult, QueryFilter, Set, Statement, Value, sea_query::OnConflict,
};

use super::{
    Scope,
    fold::{Content, grams},
    query::Query,
};
use crate::kernel::{Db, Result, Tx};

/// Messages that are looked through for words that the index knows nothing about.
const WINDOW: i64 = 50_000;
/// Messages that get their entries later at a time.
const EARLIER: i64 = 500;
/// The most messages that are looked through before the indexer has come to them.
const TAIL: i64 = 5_000;

/// A message as the indexer reads it.
#[derive(FromQueryResult)]
struct New {
    id: MessageId,
    conversation_id: ConversationId,
    sender_id: Option<UserId>,
    source: String,
    attachment: Option<String>,
    card: Option<String>,
}

impl New {
    fn content(&self) -> Content<'_> {
        Content {
            source: &self.source,
            attachment: self.attachment.as_deref(),
            card: self.card.as_deref(),
        }
    }
}

const COLUMNS: &str = "m.id, m.conversation_id, m.sender_id, m.source, m.attachment, m.card";
/// How far the indexer has come.
const INDEXED: &str = "(SELECT coalesce(max(message_id), 0) FROM search_entry)";

/// Writes the entries of the oldest `limit` messages that have none. Answers how many there were.
pub(super) async fn index(db: &Db, limit: u64) -> Result<u64> {
    // A look costs nothing; a transaction would make messages wait.
    if unindexed(db.reader(), "", limit).await?.is_empty() {
        return Ok(0);
    }
    let tx = db.begin().await?;
    // Locked, a message cannot get another text between here and its entry.
    let lock = match tx.get_database_backend() {
        DatabaseBackend::Sqlite => "",
        _ => "FOR SHARE",
    };
    let new = unindexed(&tx, lock, limit).await?;
    insert(&tx, &new).await?;
    tx.commit().await?;
    Ok(new.len() as u64)
}

/// Writes the entries of messages that have none although newer ones do: those that came with the ids
/// that they had elsewhere.
pub async fn index_earlier(tx: &Tx) -> Result<()> {
    let mut last = 0;
    loop {
        let sql = format!(
            "SELECT {COLUMNS} FROM message m WHERE m.id > $1 AND m.id < {INDEXED} \
             AND m.deleted_at IS NULL \
             AND NOT EXISTS (SELECT 1 FROM search_entry s WHERE s.message_id = m.id) \
             ORDER BY m.id LIMIT {EARLIER}"
        );
        let statement =
            Statement::from_sql_and_values(tx.get_database_backend(), sql, [last.into()]);
        let earlier = New::find_by_statement(statement).all(tx).await?;
        let Some(end) = earlier.last() else {
            return Ok(());
        };
        last = end.id.0;
        insert(tx, &earlier).await?;
    }
}

async fn insert(tx: &Tx, new: &[New]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let entries = new.iter().map(|message| {
        let content = message.content();
        search_entry::ActiveModel {
            message_id: Set(message.id),
            conversation_id: Set(message.conversation_id),
            sender_id: Set(message.sender_id),
            has: Set(content.has()),
            folded: Set(content.folded()),
        }
    });
    search_entry::Entity::insert_many(entries)
        .on_conflict(
            OnConflict::column(search_entry::Column::MessageId)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn unindexed(db: &impl ConnectionTrait, lock: &str, limit: u64) -> Result<Vec<New>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message m WHERE m.id > {INDEXED} AND m.deleted_at IS NULL \
         ORDER BY m.id LIMIT {limit} {lock}"
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    Ok(New::find_by_statement(statement).all(db).await?)
}

/// Has the entry of an edited message say what it says now. One without an entry gets it later.
pub(in crate::chat) async fn renew(tx: &Tx, message: MessageId) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM message m WHERE m.id = $1");
    let statement =
        Statement::from_sql_and_values(tx.get_database_backend(), sql, [message.into()]);
    let Some(edited) = New::find_by_statement(statement).one(tx).await? else {
        return Ok(());
    };
    let content = edited.content();
    search_entry::Entity::update_many()
        .col_expr(search_entry::Column::Has, content.has().into())
        .col_expr(search_entry::Column::Folded, content.folded().into())
        .filter(search_entry::Column::MessageId.eq(message))
        .exec(tx)
        .await?;
    Ok(())
}

/// Has messages that are deleted not be found any more.
pub(in crate::chat) async fn forget(tx: &Tx, messages: &[MessageId]) -> Result<()> {
    search_entry::Entity::delete_many()
        .filter(search_entry::Column::MessageId.is_in(messages.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Says what to do where PostgreSQL has no index of trigrams.
pub(in crate::chat) async fn warn_without_index(db: &DatabaseConnection) -> Result<()> {
    if db.get_database_backend() == DatabaseBackend::Sqlite {
        return Ok(());
    }
    let sql = "SELECT 1 FROM pg_indexes WHERE indexname = 'search_entry_trigrams'";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    if db.query_one_raw(statement).await?.is_none() {
        tracing::warn!(
            "searching is slow without the PostgreSQL extension pg_trgm. As a superuser run: \
             CREATE EXTENSION pg_trgm; and then: CREATE INDEX search_entry_trigrams ON \
             search_entry USING gin (folded gin_trgm_ops);"
        );
    }
    Ok(())
}

/// The conversations that `user` is in, channels that they may not read among them.
pub(super) async fn conversations(
    db: &DatabaseConnection,
    user: UserId,
) -> Result<Vec<conversation::Model>> {
    let sql = "SELECT c.* FROM conversation_member m \
               JOIN conversation c ON c.id = m.conversation_id \
               LEFT JOIN gdm g ON g.conversation_id = c.id \
               WHERE m.user_id = $1 AND c.last_seq > 0 AND g.deleted_at IS NULL";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [user.into()]);
    Ok(conversation::Model::find_by_statement(statement)
        .all(db)
        .await?)
}

/// The newest `limit` messages within `scope` that `query` describes, the newest first.
pub(super) async fn search(
    db: &DatabaseConnection,
    query: &Query,
    scope: &Scope,
    limit: usize,
) -> Result<Vec<MessageId>> {
    // What has no entry yet is newer than all that has.
    let mut found = search_tail(db, query, scope).await?;
    found.truncate(limit);
    let missing = i64::try_from(limit - found.len()).unwrap_or(i64::MAX);
    if missing > 0 {
        found.extend(search_entries(db, query, scope, missing).await?);
    }
    // A message whose entry came between the two is in both.
    found.dedup();
    Ok(found)
}

#[derive(FromQueryResult)]
struct Id {
    id: MessageId,
}

/// A statement that grows.
struct Sql {
    backend: DatabaseBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// A place for `value`.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// `scope` as conditions on a message `m` and the viewer's membership `mine`.
    fn within(&mut self, scope: &Scope) -> String {
        let mut conditions = vec![
            "m.deleted_at IS NULL AND m.seq > mine.cleared_seq \
             AND (m.shadow = 0 OR m.sender_id = mine.user_id)"
                .to_owned(),
        ];
        if let Some(from) = scope.from {
            let from = self.bind(from);
            // System is nobody's id in the column.
            conditions.push(format!(
                "coalesce(m.sender_id, 0) = {from} AND m.app_id IS NULL"
            ));
        }
        for (bound, operator) in [(scope.since, ">="), (scope.until, "<")] {
            if let Some(bound) = bound {
                let bound = self.bind(bound);
                conditions.push(format!("m.created_at {operator} {bound}"));
            }
        }
        conditions.join(" AND ")
    }

    /// The condition that `column` is one of the conversations of `scope`.
    fn in_places(&mut self, column: &str, scope: &Scope) -> String {
        // Ids are integers of our own, and a list of them cannot fail to encode.
        let places = serde_json::to_string(&scope.places).unwrap_or_default();
        let places = self.bind(places);
        match self.backend {
            DatabaseBackend::Sqlite => {
                format!("{column} IN (SELECT value FROM json_each({places}))")
            }
            _ => format!(
                "{column} IN (SELECT v::bigint FROM jsonb_array_elements_text({places}::jsonb) v)"
            ),
        }
    }

    fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}

async fn search_entries(
    db: &DatabaseConnection,
    query: &Query,
    scope: &Scope,
    limit: i64,
) -> Result<Vec<MessageId>> {
    let backend = db.get_database_backend();
    let mut sql = Sql {
        backend,
        text: String::new(),
        values: Vec::new(),
    };
    let is_sqlite = backend == DatabaseBackend::Sqlite;
    let (source, order) = if query.is_indexed() && is_sqlite {
        let wanted = sql.bind(match_of(query));
        let before = sql.bind(scope.before.map_or(i64::MAX, |before| before.0));
        (
            format!(
                "(SELECT rowid AS at FROM search_index WHERE search_index MATCH {wanted} \
                 AND rowid < {before} ORDER BY rowid DESC) i \
                 JOIN search_entry e ON e.message_id = i.at"
            ),
            "i.at",
        )
    } else {
        let mut conditions = vec!["TRUE".to_owned()];
        if let Some(before) = scope.before {
            let before = sql.bind(before);
            conditions.push(format!("e.message_id < {before}"));
        }
        if let Some(from) = scope.from.filter(|from| *from != UserId::SYSTEM) {
            let from = sql.bind(from);
            conditions.push(format!("e.sender_id = {from}"));
        }
        if scope.named {
            conditions.push(sql.in_places("e.conversation_id", scope));
        }
        let conditions = conditions.join(" AND ");
        let window = if query.is_indexed() {
            String::new()
        } else {
            format!("ORDER BY e.message_id DESC LIMIT {WINDOW}")
        };
        (
            format!("(SELECT e.* FROM search_entry e WHERE {conditions} {window}) e"),
            "e.message_id",
        )
    };
    let viewer = sql.bind(scope.viewer);
    let mut conditions = vec![sql.in_places("e.conversation_id", scope), sql.within(scope)];
    for word in &query.words {
        conditions.push(if is_sqlite {
            format!("instr(e.folded, {}) > 0", sql.bind(word.as_str()))
        } else {
            format!("e.folded LIKE {}", sql.bind(pattern_of(word)))
        });
    }
    if query.has != 0 {
        let has = sql.bind(query.has);
        conditions.push(format!("(e.has & {has}) = {has}"));
    }
    let limit = sql.bind(limit);
    let conditions = conditions.join(" AND ");
    sql.text = format!(
        "SELECT e.message_id AS id FROM {source} \
         JOIN message m ON m.id = e.message_id \
         JOIN conversation_member mine ON mine.conversation_id = e.conversation_id \
            AND mine.user_id = {viewer} \
         WHERE {conditions} ORDER BY {order} DESC LIMIT ({limit} + 0)"
    );
    let rows = Id::find_by_statement(sql.statement()).all(db).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Looks through what the indexer has not come to.
async fn search_tail(
    db: &DatabaseConnection,
    query: &Query,
    scope: &Scope,
) -> Result<Vec<MessageId>> {
    let mut sql = Sql {
        backend: db.get_database_backend(),
        text: String::new(),
        values: Vec::new(),
    };
    let viewer = sql.bind(scope.viewer);
    let before = sql.bind(scope.before.map_or(i64::MAX, |before| before.0));
    let places = sql.in_places("m.conversation_id", scope);
    let within = sql.within(scope);
    sql.text = format!(
        "SELECT {COLUMNS} FROM message m \
         JOIN conversation_member mine ON mine.conversation_id = m.conversation_id \
            AND mine.user_id = {viewer} \
         WHERE m.id > {INDEXED} AND m.id < {before} AND {places} AND {within} \
         ORDER BY m.id DESC LIMIT {TAIL}"
    );
    let new = New::find_by_statement(sql.statement()).all(db).await?;
    let wanted = |message: &&New| {
        let content = message.content();
        if content.has() & query.has != query.has {
            return false;
        }
        let folded = content.folded();
        query.words.iter().all(|word| folded.contains(word))
    };
    Ok(new
        .iter()
        .filter(wanted)
        .map(|message| message.id)
        .collect())
}

/// What the index is asked: all trigrams of all words, each as a string of its own.
fn match_of(query: &Query) -> String {
    let grams = query.words.iter().flat_map(|word| grams(word));
    let quoted = grams.map(|gram| format!("\"{}\"", gram.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" ")
}

/// A pattern that `word` is part of, nothing in it a wildcard.
fn pattern_of(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
