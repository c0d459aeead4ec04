//! Conversations as one person has them: how far they have read, and what waits for them there.

use entity::{ConversationId, MessageId, UserId, conversation::Kind};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::kernel::Result;

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
    /// `seq` up to which this person has cleared it for themselves.
    pub(super) cleared_seq: i64,
    /// Tombstones after `read_seq`, and what is not shown to this person.
    pub(super) deleted_unread: i64,
    pub(super) mentions: i64,
    /// The newest message that this person is shown.
    pub(super) last_message_id: Option<MessageId>,
}

impl Standing {
    /// Messages that are not read, tombstones left out.
    pub(super) fn unread(&self) -> i64 {
        (self.last_seq - self.read_seq - self.deleted_unread).max(0)
    }
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
    sql.push_str(" ORDER BY last_message_id DESC NULLS LAST, c.id DESC");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [user.into()]);
    Ok(Standing::find_by_statement(statement).all(db).await?)
}

/// A message that mentions somebody by name and by a role counts once. Of roles only channels are
/// asked, and only from where they are read: nobody mentions roles elsewhere. Who may not view a
/// channel is not shown its row.
const STANDINGS: &str = "\
SELECT c.id, c.kind, c.dm_low, c.dm_high, c.last_seq, c.last_rev, m.read_seq, m.cleared_seq, \
    (SELECT count(*) FROM message t WHERE t.conversation_id = c.id \
        AND t.deleted_at IS NOT NULL AND t.seq > m.read_seq) + \
    (SELECT count(*) FROM message h WHERE h.conversation_id = c.id AND h.shadow <> 0 \
        AND h.sender_id <> m.user_id AND h.deleted_at IS NULL AND h.seq > m.read_seq) \
        AS deleted_unread, \
    (SELECT count(*) FROM mention n WHERE n.user_id = m.user_id \
        AND n.conversation_id = c.id AND n.seq > m.read_seq) + \
    CASE WHEN c.kind <> 'channel' THEN 0 ELSE \
        (SELECT count(DISTINCT r.message_id) FROM role_mention r \
            JOIN server_role k ON k.id = r.role_id \
            WHERE r.conversation_id = c.id AND r.seq > m.read_seq \
            AND (k.is_default OR EXISTS (SELECT 1 FROM server_member_role h \
                WHERE h.server_id = k.server_id AND h.user_id = m.user_id AND h.role_id = k.id)) \
            AND NOT EXISTS (SELECT 1 FROM mention p \
                WHERE p.message_id = r.message_id AND p.user_id = m.user_id)) END AS mentions, \
    (SELECT l.id FROM message l WHERE l.conversation_id = c.id AND l.deleted_at IS NULL \
        AND (l.shadow = 0 OR l.sender_id = m.user_id) AND l.seq > m.cleared_seq \
        ORDER BY l.seq DESC LIMIT 1) AS last_message_id \
FROM conversation_member m JOIN conversation c ON c.id = m.conversation_id \
WHERE m.user_id = $1 AND (c.kind <> 'dm' OR EXISTS (SELECT 1 FROM message v \
    WHERE v.conversation_id = c.id AND v.seq > m.cleared_seq \
        AND (v.shadow = 0 OR v.sender_id = m.user_id)))";
