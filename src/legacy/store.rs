//! What is written here: one transaction on this server's database.

use std::collections::{HashMap, HashSet};

use anyhow::Context;
use entity::{
    ConversationId, MessageId, Timestamp, UserId, conversation, conversation_member, gdm, imported,
    user,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QuerySelect, Set, Statement, Value, sea_query::OnConflict,
};

use crate::{
    account::Bans,
    kernel::{Db, Tx},
};

/// Rows of one statement that binds few values a row.
const ROWS: usize = 500;

/// The tables whose ids are kept where they are free.
const TABLES_WITH_IDS: [&str; 4] = ["user", "conversation", "message", "doc"];

/// This server's database, as the import changes it.
pub(super) struct Target {
    pub(super) tx: Tx,
    pub(super) now: Timestamp,
    pub(super) bans: Bans,
}

/// What a row of the old server is: the names in the table `imported`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    User,
    Public,
    Dm,
    Gdm,
    Group,
    GroupMember,
    Doc,
    DocMember,
    Reaction,
    Report,
    Ban,
    Admin,
    File,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Public => "public",
            Self::Dm => "dm",
            Self::Gdm => "gdm",
            Self::Group => "group",
            Self::GroupMember => "group_member",
            Self::Doc => "doc",
            Self::DocMember => "doc_member",
            Self::Reaction => "reaction",
            Self::Report => "report",
            Self::Ban => "ban",
            Self::Admin => "admin",
            Self::File => "file",
        }
    }
}

/// Which row of the old server it is: its key, and when it was made as it is written there.
pub(super) type OldKey = (String, String);

impl Target {
    /// Begins. On PostgreSQL everybody else who would write waits from here on; on SQLite a
    /// transaction is alone anyway.
    pub(super) async fn begin(db: &Db, now: Timestamp) -> anyhow::Result<Self> {
        let bans = Bans::load(db.clone()).await?;
        let tx = db.begin().await?;
        if tx.get_database_backend() == DatabaseBackend::Postgres {
            let sql = "LOCK TABLE conversation, conversation_member, message, \"user\", doc, \
                       imported IN SHARE ROW EXCLUSIVE MODE";
            tx.execute_unprepared(sql).await?;
        }
        Ok(Self { tx, now, bans })
    }

    /// Ends with everything that was done, or with nothing of it.
    pub(super) async fn end(self, keep: bool) -> anyhow::Result<()> {
        if keep {
            self.step_ids().await?;
            self.tx.commit().await?;
        } else {
            self.tx.rollback().await?;
        }
        Ok(())
    }

    /// The next id that nobody has had in `table`.
    pub(super) async fn next_id(&self, table: &str) -> anyhow::Result<i64> {
        let largest: i64 = self
            .number(&format!("SELECT coalesce(max(id), 0) FROM \"{table}\""), [])
            .await?;
        let given = if self.is_sqlite() {
            let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = $1";
            self.number(sql, [table.into()]).await?
        } else {
            let sequence = self.sequence(table).await?;
            self.number(&format!("SELECT last_value FROM {sequence}"), [])
                .await?
        };
        Ok(largest.max(given) + 1)
    }

    /// Has PostgreSQL give out ids behind those that were given by hand; SQLite does by itself.
    async fn step_ids(&self) -> anyhow::Result<()> {
        if self.is_sqlite() {
            return Ok(());
        }
        for table in TABLES_WITH_IDS {
            let sequence = self.sequence(table).await?;
            let sql = format!(
                "SELECT setval('{sequence}', greatest((SELECT last_value FROM {sequence}), \
                 (SELECT coalesce(max(id), 1) FROM \"{table}\")))"
            );
            self.tx.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn sequence(&self, table: &str) -> anyhow::Result<String> {
        let sql = format!("SELECT pg_get_serial_sequence('\"{table}\"', 'id') AS name");
        let statement = Statement::from_string(DatabaseBackend::Postgres, sql);
        let row = self.tx.query_one_raw(statement).await?;
        Ok(row.context("no sequence")?.try_get("", "name")?)
    }

    pub(super) fn is_sqlite(&self) -> bool {
        self.tx.get_database_backend() == DatabaseBackend::Sqlite
    }

    pub(super) async fn number(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> anyhow::Result<i64> {
        let statement = Statement::from_sql_and_values(self.tx.get_database_backend(), sql, values);
        let row = self.tx.query_one_raw(statement).await?;
        Ok(row.with_context(|| sql.to_owned())?.try_get_by_index(0)?)
    }

    pub(super) async fn run(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> anyhow::Result<()> {
        let statement = Statement::from_sql_and_values(self.tx.get_database_backend(), sql, values);
        self.tx.execute_raw(statement).await?;
        Ok(())
    }

    /// Which of these rows were brought over before, and what they became.
    pub(super) async fn known(
        &self,
        kind: Kind,
        keys: &[OldKey],
    ) -> anyhow::Result<HashMap<OldKey, i64>> {
        let mut known = HashMap::new();
        for keys in keys.chunks(ROWS) {
            let rows = imported::Entity::find()
                .filter(imported::Column::Kind.eq(kind.name()))
                .filter(imported::Column::OldKey.is_in(keys.iter().map(|(key, _)| key.as_str())))
                .all(&self.tx)
                .await?;
            known.extend(
                rows.into_iter()
                    .map(|row| ((row.old_key, row.mark), row.new_id)),
            );
        }
        Ok(known)
    }

    /// Notes that rows were brought over.
    pub(super) async fn remember(
        &self,
        kind: Kind,
        rows: Vec<(OldKey, i64)>,
    ) -> anyhow::Result<()> {
        for rows in rows.chunks(ROWS) {
            let rows = rows.iter().map(|((key, mark), new)| imported::ActiveModel {
                kind: Set(kind.name().to_owned()),
                old_key: Set(key.clone()),
                mark: Set(mark.clone()),
                new_id: Set(*new),
            });
            let again = OnConflict::new().do_nothing().to_owned();
            imported::Entity::insert_many(rows)
                .on_conflict(again)
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// All accounts: id, and name as it is compared.
    pub(super) async fn accounts(&self) -> anyhow::Result<Vec<(UserId, String)>> {
        Ok(user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .column(user::Column::UsernameFolded)
            .into_tuple()
            .all(&self.tx)
            .await?)
    }

    /// Makes an account, and gives it its place in the public chat.
    pub(super) async fn insert_user(&self, account: user::Model) -> anyhow::Result<()> {
        let (id, since) = (account.id, account.created_at);
        user::Entity::insert(account.into_active_model())
            .exec_without_returning(&self.tx)
            .await?;
        let sql = "INSERT INTO conversation_member (conversation_id, user_id, read_seq, joined_at) \
                   SELECT id, $1, last_seq, $2 FROM conversation WHERE kind = 'public'";
        self.run(sql, [id.into(), since.into()]).await
    }

    pub(super) async fn set_avatar(&self, id: UserId, name: String) -> anyhow::Result<()> {
        let sql = "UPDATE \"user\" SET avatar = $2 WHERE id = $1";
        self.run(sql, [id.into(), name.into()]).await
    }

    /// Makes an admin of who is none; a superadmin stays one.
    pub(super) async fn make_admin(&self, id: UserId) -> anyhow::Result<()> {
        let sql = "UPDATE \"user\" SET role = 'admin' WHERE id = $1 AND role = 'user'";
        self.run(sql, [id.into()]).await
    }

    /// The ids of a table, which has few rows.
    pub(super) async fn ids(&self, table: &str) -> anyhow::Result<HashSet<i64>> {
        let sql = format!("SELECT id FROM \"{table}\"");
        let statement = Statement::from_string(self.tx.get_database_backend(), sql);
        let rows = self.tx.query_all_raw(statement).await?;
        let ids = rows.iter().map(|row| row.try_get_by_index(0));
        Ok(ids.collect::<Result<_, _>>()?)
    }

    pub(super) async fn public_chat(&self) -> anyhow::Result<ConversationId> {
        let sql = "SELECT id FROM conversation WHERE kind = 'public'";
        Ok(ConversationId(self.number(sql, []).await?))
    }

    pub(super) async fn find_conversation(
        &self,
        id: ConversationId,
    ) -> anyhow::Result<Option<conversation::Model>> {
        Ok(conversation::Entity::find_by_id(id).one(&self.tx).await?)
    }

    /// The DM of two people, the one with the lower id first.
    pub(super) async fn find_dm(
        &self,
        (low, high): (UserId, UserId),
    ) -> anyhow::Result<Option<ConversationId>> {
        Ok(conversation::Entity::find()
            .filter(conversation::Column::Kind.eq(conversation::Kind::Dm))
            .filter(conversation::Column::DmLow.eq(low))
            .filter(conversation::Column::DmHigh.eq(high))
            .one(&self.tx)
            .await?
            .map(|found| found.id))
    }

    /// Makes a conversation without messages.
    pub(super) async fn insert_conversation(
        &self,
        id: ConversationId,
        kind: conversation::Kind,
        pair: Option<(UserId, UserId)>,
        since: Timestamp,
    ) -> anyhow::Result<()> {
        let (dm_low, dm_high) = pair.unzip();
        let row = conversation::ActiveModel {
            id: Set(id),
            kind: Set(kind),
            dm_low: Set(dm_low),
            dm_high: Set(dm_high),
            last_seq: Set(0),
            last_rev: Set(0),
            created_at: Set(since),
        };
        conversation::Entity::insert(row)
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    pub(super) async fn insert_group(&self, group: gdm::Model) -> anyhow::Result<()> {
        gdm::Entity::insert(group.into_active_model())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// The group of a conversation, unless it was deleted here.
    pub(super) async fn find_group(
        &self,
        id: ConversationId,
    ) -> anyhow::Result<Option<gdm::Model>> {
        Ok(gdm::Entity::find_by_id(id)
            .filter(gdm::Column::DeletedAt.is_null())
            .one(&self.tx)
            .await?)
    }

    /// Puts somebody into a conversation; who is in it stays as they are.
    pub(super) async fn join(
        &self,
        conversation: ConversationId,
        user: UserId,
        since: Timestamp,
    ) -> anyhow::Result<()> {
        let row = conversation_member::ActiveModel {
            conversation_id: Set(conversation),
            user_id: Set(user),
            read_seq: Set(0),
            joined_at: Set(since),
            cleared_seq: Set(0),
        };
        let again = OnConflict::new().do_nothing().to_owned();
        conversation_member::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// The stored name of a file; none when it is not there any more.
    pub(super) async fn stored_name(&self, file: i64) -> anyhow::Result<Option<String>> {
        let row = entity::file::Entity::find_by_id(entity::FileId(file))
            .one(&self.tx)
            .await?;
        Ok(row.map(|row| row.stored_name))
    }

    /// What messages that were brought over became, by their keys there.
    pub(super) async fn messages_of(
        &self,
        kind: Kind,
        keys: &[String],
    ) -> anyhow::Result<HashMap<String, Answered>> {
        let mut found = HashMap::new();
        for keys in keys.chunks(ROWS) {
            let marks: Vec<String> = (2..keys.len() + 2).map(|n| format!("${n}")).collect();
            // Of several that had the key, the last one that was brought over.
            let sql = format!(
                "SELECT i.old_key, m.id, m.conversation_id, m.sender_id, m.source, m.text, \
                 m.deleted_at FROM imported i JOIN message m ON m.id = i.new_id \
                 WHERE i.kind = $1 AND i.old_key IN ({}) ORDER BY m.id",
                marks.join(", ")
            );
            let values = std::iter::once(Value::from(kind.name()))
                .chain(keys.iter().map(|key| key.as_str().into()));
            let statement =
                Statement::from_sql_and_values(self.tx.get_database_backend(), sql, values);
            for row in self.tx.query_all_raw(statement).await? {
                let key: String = row.try_get("", "old_key")?;
                found.insert(key, Answered::from_query_result(&row, "")?);
            }
        }
        Ok(found)
    }
}

/// A message that another one may answer.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Answered {
    pub(super) id: MessageId,
    pub(super) conversation_id: ConversationId,
    pub(super) sender_id: Option<UserId>,
    pub(super) source: String,
    pub(super) text: String,
    pub(super) deleted_at: Option<Timestamp>,
}
