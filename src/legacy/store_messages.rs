//! Messages are written a page at a time, with what the write path writes beside them.

use std::collections::{HashMap, HashSet};

use entity::{ConversationId, UserId, message};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use super::store::Target;

/// Rows of one statement: some twenty values each, within SQLite's limit of 32,766.
const ROWS: usize = 500;

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// Those of its newest message and change.
    pub(super) seq: i64,
    pub(super) rev: i64,
    /// The highest id of its messages.
    pub(super) id: i64,
}

impl Target {
    /// Which of these ids messages have.
    pub(super) async fn taken(&self, ids: &[i64]) -> anyhow::Result<HashSet<i64>> {
        let mut taken = HashSet::new();
        for ids in ids.chunks(ROWS) {
            let found: Vec<i64> = message::Entity::find()
                .select_only()
                .column(message::Column::Id)
                .filter(message::Column::Id.is_in(ids.iter().copied()))
                .into_tuple()
                .all(&self.tx)
                .await?;
            taken.extend(found);
        }
        Ok(taken)
    }

    /// How far a conversation has come.
    pub(super) async fn standing(&self, id: ConversationId) -> anyhow::Result<Standing> {
        let conversation = self.find_conversation(id).await?;
        let (seq, rev) = conversation.map_or((0, 0), |c| (c.last_seq, c.last_rev));
        let sql = "SELECT coalesce(max(id), 0) FROM message WHERE conversation_id = $1 \
                   AND seq = (SELECT max(seq) FROM message WHERE conversation_id = $1)";
        Ok(Standing {
            seq,
            rev,
            id: self.number(sql, [id.into()]).await?,
        })
    }

    /// Stores messages, each with its place in its conversation already, and whom they mention. The
    /// conversations' counters follow; on SQLite triggers do most of it.
    pub(super) async fn insert_messages(
        &self,
        messages: Vec<message::Model>,
        mentions: Vec<entity::mention::Model>,
    ) -> anyhow::Result<()> {
        let mut last: HashMap<ConversationId, (i64, i64)> = HashMap::new();
        for message in &messages {
            last.insert(message.conversation_id, (message.seq, message.rev));
        }
        for chunk in messages.chunks(ROWS) {
            let rows = chunk
                .iter()
                .cloned()
                .map(IntoActiveModel::into_active_model);
            message::Entity::insert_many(rows)
                .exec_without_returning(&self.tx)
                .await?;
        }
        for (id, (seq, rev)) in last {
            let sql = "UPDATE conversation SET last_seq = $2, last_rev = $3 WHERE id = $1";
            self.run(sql, [id.into(), seq.into(), rev.into()]).await?;
        }
        for chunk in mentions.chunks(ROWS) {
            let rows = chunk
                .iter()
                .cloned()
                .map(IntoActiveModel::into_active_model);
            let again = OnConflict::new().do_nothing().to_owned();
            entity::mention::Entity::insert_many(rows)
                .on_conflict(again)
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// Everybody has read what is in these conversations.
    pub(super) async fn mark_read(
        &self,
        conversations: impl IntoIterator<Item = ConversationId>,
    ) -> anyhow::Result<()> {
        for id in conversations {
            let sql = "UPDATE conversation_member SET read_seq = (SELECT last_seq \
                       FROM conversation WHERE id = $1) WHERE conversation_id = $1";
            self.run(sql, [id.into()]).await?;
        }
        Ok(())
    }

    /// Who is in a conversation.
    pub(super) async fn members(&self, id: ConversationId) -> anyhow::Result<HashSet<UserId>> {
        use entity::conversation_member::{Column, Entity};
        let members: Vec<UserId> = Entity::find()
            .select_only()
            .column(Column::UserId)
            .filter(Column::ConversationId.eq(id))
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(members.into_iter().collect())
    }
}
