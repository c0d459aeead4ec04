//! The chat feature's queries, apart from the write path's.

use entity::{
    ConversationId, MessageId, Timestamp, UserId,
    conversation::{self, Kind},
    message,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement, Value,
};

use crate::kernel::Result;

/// A stored message.
pub(super) type Row = message::Model;

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

/// A conversation as one person has it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Standing {
    pub(super) id: ConversationId,
    pub(super) kind: Kind,
    pub(super) dm_low: Option<UserId>,
    pub(super) dm_high: Option<UserId>,
    pub(super) last_seq: i64,
    pub(super) last_rev: i64,
    pub(super) read_seq: i64,
    /// Tombstones after `read_seq`.
    pub(super) deleted_unread: i64,
    pub(super) mentions: i64,
    /// The newest message that is not deleted.
    pub(super) last_message_id: Option<MessageId>,
}

impl Standing {
    /// Messages that are not read, tombstones left out.
    pub(super) fn unread(&self) -> i64 {
        (self.last_seq - self.read_seq - self.deleted_unread).max(0)
    }
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
    let Some(row) = message::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    let conversation = conversation::Entity::find_by_id(row.conversation_id)
        .one(db)
        .await?;
    Ok(conversation.map(|conversation| (row, conversation)))
}

/// Up to `limit` messages that are not deleted, oldest first, and whether there are more beyond.
///
/// By key, never by offset: a page costs the same wherever it is.
pub(super) async fn history(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    span: Span,
    limit: u64,
) -> Result<(Vec<Row>, bool)> {
    let mut query = message::Entity::find()
        .filter(message::Column::ConversationId.eq(conversation))
        .filter(message::Column::DeletedAt.is_null())
        .limit(limit + 1);
    let ascending = matches!(span, Span::After(_));
    query = match span {
        Span::Newest => query,
        Span::Before(id) => match seq_of(db, conversation, id).await? {
            Some(seq) => query.filter(message::Column::Seq.lt(seq)),
            None => query.filter(message::Column::Id.lt(id)),
        },
        Span::After(id) => match seq_of(db, conversation, id).await? {
            Some(seq) => query.filter(message::Column::Seq.gt(seq)),
            None => query.filter(message::Column::Id.gt(id)),
        },
    };
    query = if ascending {
        query.order_by_asc(message::Column::Seq)
    } else {
        query.order_by_desc(message::Column::Seq)
    };
    let mut rows = query.all(db).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    if !ascending {
        rows.reverse();
    }
    Ok((rows, more))
}

async fn seq_of(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Option<i64>> {
    Ok(message::Entity::find_by_id(id)
        .select_only()
        .column(message::Column::Seq)
        .filter(message::Column::ConversationId.eq(conversation))
        .into_tuple()
        .one(db)
        .await?)
}

/// Messages changed after `since`, tombstones included, by ascending `rev`.
pub(super) async fn changed_since(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
    since: i64,
    limit: u64,
) -> Result<Vec<Row>> {
    Ok(message::Entity::find()
        .filter(message::Column::ConversationId.eq(conversation))
        .filter(message::Column::Rev.gt(since))
        .order_by_asc(message::Column::Rev)
        .limit(limit)
        .all(db)
        .await?)
}

pub(super) async fn find_messages(
    db: &impl ConnectionTrait,
    ids: Vec<MessageId>,
) -> Result<Vec<Row>> {
    Ok(message::Entity::find()
        .filter(message::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// The conversations of `user`, the one with the newest message first; of those `only`, where they
/// are given.
pub(super) async fn standings(
    db: &impl ConnectionTrait,
    user: UserId,
    only: Option<&[ConversationId]>,
) -> Result<Vec<Standing>> {
    let mut sql = STANDINGS.to_owned();
    if let Some(only) = only {
        // Ids are integers of our own: there is nothing to escape.
        let ids: Vec<String> = only.iter().map(ToString::to_string).collect();
        sql = format!("{sql} AND c.id IN ({})", ids.join(","));
    }
    sql.push_str(" ORDER BY last_message_id DESC, c.id DESC");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [user.into()]);
    Ok(Standing::find_by_statement(statement).all(db).await?)
}

const STANDINGS: &str = "\
SELECT c.id, c.kind, c.dm_low, c.dm_high, c.last_seq, c.last_rev, m.read_seq, \
    (SELECT count(*) FROM message t WHERE t.conversation_id = c.id \
        AND t.deleted_at IS NOT NULL AND t.seq > m.read_seq) AS deleted_unread, \
    (SELECT count(*) FROM mention n WHERE n.user_id = m.user_id \
        AND n.conversation_id = c.id AND n.seq > m.read_seq) AS mentions, \
    (SELECT l.id FROM message l WHERE l.conversation_id = c.id AND l.deleted_at IS NULL \
        ORDER BY l.seq DESC LIMIT 1) AS last_message_id \
FROM conversation_member m JOIN conversation c ON c.id = m.conversation_id \
WHERE m.user_id = $1 AND (c.kind <> 'dm' OR c.last_seq > 0)";

/// The people with whom `user` has exchanged messages.
pub(super) async fn dm_peers(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<UserId>> {
    let dms = conversation::Entity::find()
        .filter(conversation::Column::Kind.eq(Kind::Dm))
        .filter(conversation::Column::LastSeq.gt(0))
        .filter(
            Condition::any()
                .add(conversation::Column::DmLow.eq(user))
                .add(conversation::Column::DmHigh.eq(user)),
        )
        .all(db)
        .await?;
    Ok(dms
        .into_iter()
        .filter_map(|dm| {
            if dm.dm_low == Some(user) {
                dm.dm_high
            } else {
                dm.dm_low
            }
        })
        .collect())
}

/// Whether `user` has sent a message under this nonce.
pub(super) async fn has_nonce(
    db: &impl ConnectionTrait,
    user: UserId,
    nonce: &str,
) -> Result<bool> {
    use sea_orm::PaginatorTrait;
    let found = message::Entity::find()
        .filter(message::Column::Nonce.eq(nonce))
        .filter(message::Column::SenderId.eq(user))
        .count(db)
        .await?;
    Ok(found > 0)
}
