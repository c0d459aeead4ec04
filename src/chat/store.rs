//! The chat feature's queries, apart from the write path's.

use std::collections::HashSet;

use entity::{
    AppId, ConversationId, MessageId, Timestamp, UserId, app,
    conversation::{self, Kind},
    message,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect, Statement, Value,
};
use serde::Deserialize;

use super::model::Stored;
use crate::kernel::Result;

/// A stored message, its fields in the order of [`COLUMNS`].
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Row {
    pub(super) id: MessageId,
    pub(super) conversation_id: ConversationId,
    pub(super) seq: i64,
    pub(super) rev: i64,
    pub(super) sender_id: Option<UserId>,
    pub(super) source: String,
    pub(super) text: String,
    pub(super) attachment: Option<String>,
    pub(super) reply_to: Option<MessageId>,
    pub(super) reply_user_id: Option<UserId>,
    pub(super) reply_snippet: Option<String>,
    pub(super) mentions: Option<String>,
    pub(super) role_mentions: Option<String>,
    pub(super) nonce: Option<String>,
    created_at: i64,
    edited_at: Option<i64>,
    pub(super) edited_by: Option<UserId>,
    deleted_at: Option<i64>,
    pub(super) app_id: Option<AppId>,
    pub(super) card: Option<String>,
    shadow: i16,
    /// How many reactions it has.
    pub(super) reactions: i64,
}

/// The column `shadow` of what its author withdrew from others: see [`message::Model::shadow`].
pub(super) const WITHDRAWN: i16 = 2;

impl Row {
    /// When it was sent.
    pub(super) const fn created_at(&self) -> Timestamp {
        Timestamp(self.created_at)
    }

    /// When it was last edited.
    pub(super) fn edited_at(&self) -> Option<Timestamp> {
        self.edited_at.map(Timestamp)
    }

    /// Whether it is a tombstone.
    pub(super) const fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// Whose eyes it is for alone, if it is not for everybody there.
    pub(super) fn hidden_for(&self) -> Option<UserId> {
        self.sender_id.filter(|_| self.shadow != 0)
    }

    /// Whether `viewer`, who reads its conversation, is shown it.
    pub(super) fn is_shown_to(&self, viewer: UserId) -> bool {
        self.hidden_for().is_none_or(|author| author == viewer)
    }

    /// The message as `viewer` has it: what was withdrawn from them is a tombstone.
    pub(super) fn shown_to(mut self, viewer: UserId) -> Self {
        if !self.is_shown_to(viewer) {
            self.deleted_at = self.deleted_at.or(self.edited_at).or(Some(self.created_at));
            (self.edited_at, self.edited_by) = (None, None);
            for text in [&mut self.source, &mut self.text] {
                text.clear();
            }
            (self.attachment, self.card, self.mentions) = (None, None, None);
            (self.reply_to, self.reply_user_id, self.reply_snippet) = (None, None, None);
        }
        self
    }
}

const COLUMNS: &str = "id, conversation_id, seq, rev, sender_id, source, text, attachment, \
    reply_to, reply_user_id, reply_snippet, mentions, role_mentions, nonce, created_at, edited_at, \
    edited_by, deleted_at, app_id, card, shadow, reactions";

/// Runs `select`, which selects from `message`, and returns its rows.
///
/// The database makes one JSON text of the whole page: the driver hands rows over one by one, each
/// with a wake-up and a copy of every value, and that costs several times the query itself.
async fn rows(
    db: &impl ConnectionTrait,
    select: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<Row>> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DatabaseBackend::Sqlite => {
            format!("SELECT json_group_array(json_array({COLUMNS})) AS page FROM ({select}) m")
        }
        _ => format!(
            "SELECT coalesce(json_agg(json_build_array({COLUMNS})), '[]')::text AS page \
             FROM ({select}) m"
        ),
    };
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let Some(row) = db.query_one_raw(statement).await? else {
        return Ok(Vec::new());
    };
    let page: String = row.try_get("", "page")?;
    Ok(serde_json::from_str(&page)?)
}

/// Which part of a conversation's history is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Span {
    /// The newest.
    Newest,
    /// The newest of those older than this message.
    Before(MessageId),
    /// The oldest of those newer than this message.
    After(MessageId),
}

pub(super) async fn public_conversation(db: &impl ConnectionTrait) -> Result<ConversationId> {
    let found = conversation::Entity::find()
        .filter(conversation::Column::Kind.eq(Kind::Public))
        .one(db)
        .await?;
    found
        .map(|conversation| conversation.id)
        .ok_or_else(|| crate::kernel::Error::internal(anyhow::anyhow!("no public conversation")))
}

/// The DM of two people, if they have one.
pub(super) async fn find_dm(
    db: &impl ConnectionTrait,
    (low, high): (UserId, UserId),
) -> Result<Option<ConversationId>> {
    Ok(conversation::Entity::find()
        .select_only()
        .column(conversation::Column::Id)
        .filter(conversation::Column::Kind.eq(Kind::Dm))
        .filter(conversation::Column::DmLow.eq(low))
        .filter(conversation::Column::DmHigh.eq(high))
        .into_tuple()
        .one(db)
        .await?)
}

/// The DM of two people, made if they have none.
pub(super) async fn open_dm(
    tx: &impl ConnectionTrait,
    pair: (UserId, UserId),
    now: Timestamp,
) -> Result<ConversationId> {
    let (low, high) = pair;
    let backend = tx.get_database_backend();
    let made = "INSERT INTO conversation (kind, dm_low, dm_high, created_at) \
                VALUES ('dm', $1, $2, $3) ON CONFLICT DO NOTHING";
    let values: [Value; 3] = [low.into(), high.into(), now.into()];
    tx.execute_raw(Statement::from_sql_and_values(backend, made, values))
        .await?;
    let id = find_dm(tx, pair)
        .await?
        .ok_or_else(crate::kernel::Error::not_found)?;
    let joined = "INSERT INTO conversation_member (conversation_id, user_id, joined_at) \
                  VALUES ($1, $2, $4), ($1, $3, $4) ON CONFLICT DO NOTHING";
    // System keeps no place of its own in a conversation.
    let (low, high) = if low == UserId::SYSTEM {
        (high, high)
    } else {
        pair
    };
    let joined = if low == high {
        joined.replace(", ($1, $3, $4)", "").replace("$4", "$3")
    } else {
        joined.to_owned()
    };
    let mut values: Vec<Value> = vec![id.into(), low.into()];
    if low != high {
        values.push(high.into());
    }
    values.push(now.into());
    tx.execute_raw(Statement::from_sql_and_values(backend, joined, values))
        .await?;
    Ok(id)
}

pub(super) async fn find_message(
    db: &impl ConnectionTrait,
    id: MessageId,
) -> Result<Option<(Row, conversation::Model)>> {
    let Some(row) = find_messages(db, vec![id]).await?.pop() else {
        return Ok(None);
    };
    let conversation = conversation::Entity::find_by_id(row.conversation_id)
        .one(db)
        .await?;
    Ok(conversation.map(|conversation| (row, conversation)))
}

/// Up to `limit` messages that `viewer` is shown and that come after `seq` `cleared`, oldest first,
/// and whether there are more beyond.
///
/// By key, never by offset: a page costs the same wherever it is.
pub(super) async fn history(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    viewer: UserId,
    (span, cleared): (Span, i64),
    limit: u64,
) -> Result<(Vec<Row>, bool)> {
    let fetch = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let (select, id) = match span {
        Span::Newest => (BEFORE_SEQ, None),
        Span::Before(id) => (BEFORE_MESSAGE, Some(id)),
        Span::After(id) => (AFTER_MESSAGE, Some(id)),
    };
    let bound = id.map_or(i64::MAX, |id| id.0);
    let values = |bound: i64| -> [Value; 5] {
        [
            conversation.into(),
            bound.into(),
            fetch.into(),
            viewer.into(),
            cleared.into(),
        ]
    };
    let mut found = rows(db, select, values(bound)).await?;
    if let Some(id) = id
        && found.is_empty()
        && !is_in(db, conversation, id).await?
    {
        let (select, bound) = match span {
            Span::After(_) => (FROM_SEQ, seq_before(db, conversation, id).await? + 1),
            _ => (BEFORE_SEQ, seq_before(db, conversation, id).await? + 1),
        };
        found = rows(db, select, values(bound)).await?;
    }
    found.sort_unstable_by_key(|row| row.seq);
    let surplus = found
        .len()
        .saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
    if matches!(span, Span::After(_)) {
        found.truncate(found.len() - surplus);
    } else {
        found.drain(..surplus);
    }
    Ok((found, surplus > 0))
}

// SQLite looks at a bare bound LIMIT while it plans, and so prepares the statement anew at every
// execution; `+ 0` keeps it from looking, and a page costs a fifth less.
const BEFORE_SEQ: &str = "SELECT * FROM message WHERE conversation_id = $1 AND seq < $2 \
    AND seq > $5 AND deleted_at IS NULL AND (shadow = 0 OR sender_id = $4) ORDER BY seq DESC LIMIT ($3 + 0)";
const FROM_SEQ: &str = "SELECT * FROM message WHERE conversation_id = $1 AND seq >= $2 \
    AND seq > $5 AND deleted_at IS NULL AND (shadow = 0 OR sender_id = $4) ORDER BY seq LIMIT ($3 + 0)";
const BEFORE_MESSAGE: &str = "SELECT * FROM message WHERE conversation_id = $1 \
    AND seq < (SELECT seq FROM message WHERE id = $2 AND conversation_id = $1) \
    AND seq > $5 AND deleted_at IS NULL AND (shadow = 0 OR sender_id = $4) ORDER BY seq DESC LIMIT ($3 + 0)";
const AFTER_MESSAGE: &str = "SELECT * FROM message WHERE conversation_id = $1 \
    AND seq > (SELECT seq FROM message WHERE id = $2 AND conversation_id = $1) \
    AND seq > $5 AND deleted_at IS NULL AND (shadow = 0 OR sender_id = $4) ORDER BY seq LIMIT ($3 + 0)";

async fn is_in(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    id: MessageId,
) -> Result<bool> {
    let found = message::Entity::find_by_id(id)
        .filter(message::Column::ConversationId.eq(conversation))
        .count(db)
        .await?;
    Ok(found > 0)
}

/// `seq` of the last message whose id is below `id`, which is of another conversation or of none; 0
/// when there is none. Ids rise with `seq`, so halving finds it in a few look-ups by key, where a
/// comparison of ids would walk the whole conversation.
async fn seq_before(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    id: MessageId,
) -> Result<i64> {
    let last = conversation::Entity::find_by_id(conversation)
        .one(db)
        .await?
        .map_or(0, |conversation| conversation.last_seq);
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let at_middle: Option<MessageId> = message::Entity::find()
            .select_only()
            .column(message::Column::Id)
            .filter(message::Column::ConversationId.eq(conversation))
            .filter(message::Column::Seq.eq(middle))
            .into_tuple()
            .one(db)
            .await?;
        if at_middle.is_some_and(|found| found < id) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(low)
}

/// Messages changed after `since` as `viewer` has them, tombstones included, by ascending `rev`.
///
/// What only its author was ever shown is left out, so that others find nothing where the counter
/// jumped.
pub(super) async fn changed_since(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    viewer: UserId,
    since: i64,
    limit: u64,
) -> Result<Vec<Row>> {
    let select = "SELECT * FROM message WHERE conversation_id = $1 AND rev > $2 \
                  AND (shadow <> 1 OR sender_id = $4) ORDER BY rev LIMIT ($3 + 0)";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: [Value; 4] = [
        conversation.into(),
        since.into(),
        limit.into(),
        viewer.into(),
    ];
    let mut rows = rows(db, select, values).await?;
    rows.sort_unstable_by_key(|row| row.rev);
    Ok(rows.into_iter().map(|row| row.shown_to(viewer)).collect())
}

pub(super) async fn find_messages(
    db: &impl ConnectionTrait,
    ids: Vec<MessageId>,
) -> Result<Vec<Row>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Ids are integers of our own: there is nothing to escape.
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let select = format!("SELECT * FROM message WHERE id IN ({})", ids.join(","));
    rows(db, &select, []).await
}

/// Those of `ids` that are tombstones.
pub(super) async fn tombstones(
    db: &impl ConnectionTrait,
    ids: Vec<MessageId>,
) -> Result<HashSet<MessageId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<MessageId> = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::Id.is_in(ids))
        .filter(message::Column::DeletedAt.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Who made an app.
pub(super) async fn owner_of_app(db: &impl ConnectionTrait, id: AppId) -> Result<Option<UserId>> {
    let app = app::Entity::find_by_id(id).one(db).await?;
    Ok(app.map(|app| app.owner_id))
}

/// The people with whom `user` has exchanged messages, as far as `user` is shown any that they have
/// not cleared.
pub(super) async fn dm_peers(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<UserId>> {
    let sql = "SELECT CASE WHEN c.dm_low = $1 THEN c.dm_high ELSE c.dm_low END AS peer \
        FROM conversation_member m JOIN conversation c ON c.id = m.conversation_id \
        WHERE m.user_id = $1 AND c.kind = 'dm' \
        AND EXISTS (SELECT 1 FROM message v WHERE v.conversation_id = c.id \
            AND v.seq > m.cleared_seq AND (v.shadow = 0 OR v.sender_id = $1))";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [user.into()]);
    let rows = db.query_all_raw(statement).await?;
    let peers = rows.iter().map(|row| row.try_get("", "peer"));
    Ok(peers.collect::<Result<_, _>>()?)
}

/// The message that `user` has sent under this nonce, and where.
pub(super) async fn find_by_nonce(
    db: &impl ConnectionTrait,
    user: UserId,
    nonce: &str,
) -> Result<Option<(ConversationId, Stored)>> {
    let select = "SELECT * FROM message WHERE nonce = $1 AND sender_id = $2";
    let found = rows(db, select, [nonce.into(), user.into()]).await?.pop();
    Ok(found.map(|row| {
        let stored = Stored {
            id: row.id,
            seq: row.seq,
            rev: row.rev,
            at: row.created_at(),
        };
        (row.conversation_id, stored)
    }))
}

/// The message that an app stored under this key.
pub(super) async fn find_by_app_nonce(
    db: &impl ConnectionTrait,
    app: AppId,
    nonce: &str,
) -> Result<Option<Row>> {
    let select = "SELECT * FROM message WHERE nonce = $1 AND app_id = $2";
    Ok(rows(db, select, [nonce.into(), app.into()]).await?.pop())
}

/// Forgets the keys of what apps sent before `before`.
pub(super) async fn forget_app_nonces(db: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    message::Entity::update_many()
        .col_expr(message::Column::Nonce, Option::<String>::None.into())
        .filter(message::Column::AppId.is_not_null())
        .filter(message::Column::Nonce.is_not_null())
        .filter(message::Column::CreatedAt.lt(before))
        .exec(db)
        .await?;
    Ok(())
}

/// Whether a message that is not deleted has the file with this stored name, alone or among others.
pub(super) async fn is_attached(db: &impl ConnectionTrait, stored_name: &str) -> Result<bool> {
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT 1 FROM message WHERE attachment IS NOT NULL AND deleted_at IS NULL \
         AND (attachment = $1 OR (attachment LIKE '[%' AND attachment LIKE $2)) LIMIT 1",
        [stored_name.into(), format!("%\"{stored_name}\"%").into()],
    );
    Ok(db.query_one_raw(statement).await?.is_some())
}
