//! What else is written: documents, reactions, reports, settings and bans.

use entity::{
    DocId, MessageId, Timestamp, UserId, app_setting, doc, doc_member, doc_update, imported,
    report, user,
};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::OnConflict,
};

use super::store::{Kind, Target};
use crate::account::BanChange;

/// A report that is to be stored.
pub(super) struct NewReport {
    pub(super) kind: report::Kind,
    pub(super) message: Option<MessageId>,
    pub(super) excerpt: Option<String>,
    pub(super) target: UserId,
    pub(super) reporter: UserId,
    pub(super) reason: String,
    pub(super) details: String,
    pub(super) created_at: Timestamp,
    pub(super) status: report::Status,
    pub(super) admin_notes: String,
    pub(super) resolved_at: Option<Timestamp>,
    pub(super) resolved_by: Option<UserId>,
}

impl Target {
    /// Makes a document with its text, which `update` makes of an empty one.
    pub(super) async fn insert_doc(
        &self,
        row: doc::Model,
        update: Option<Vec<u8>>,
    ) -> anyhow::Result<()> {
        let author = row.last_edited_by.unwrap_or(row.created_by);
        let at = row.last_edited_at.unwrap_or(row.created_at);
        let id = row.id;
        self.insert_creator(&row).await?;
        if let Some(data) = update {
            let first = doc_update::ActiveModel {
                doc_id: Set(id),
                version: Set(1),
                user_id: Set(author),
                data: Set(data),
                created_at: Set(at),
            };
            doc_update::Entity::insert(first)
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    async fn insert_creator(&self, row: &doc::Model) -> anyhow::Result<()> {
        doc::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&self.tx)
            .await?;
        self.insert_doc_member(doc_member::Model {
            doc_id: row.id,
            user_id: row.created_by,
            role: doc_member::Role::Creator,
            added_at: row.created_at,
        })
        .await
    }

    /// Puts somebody into a document; who is in it stays as they are.
    pub(super) async fn insert_doc_member(&self, row: doc_member::Model) -> anyhow::Result<()> {
        let again = OnConflict::new().do_nothing().to_owned();
        doc_member::Entity::insert(row.into_active_model())
            .on_conflict(again)
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// What a document there became, if it is here; of several that had the key, the last.
    pub(super) async fn doc_of(&self, key: &str) -> anyhow::Result<Option<DocId>> {
        let ids: Vec<i64> = imported::Entity::find()
            .select_only()
            .column(imported::Column::NewId)
            .filter(imported::Column::Kind.eq(Kind::Doc.name()))
            .filter(imported::Column::OldKey.eq(key))
            .into_tuple()
            .all(&self.tx)
            .await?;
        let ids = ids.into_iter().map(DocId);
        let found = doc::Entity::find().filter(doc::Column::Id.is_in(ids));
        let found = found.order_by_desc(doc::Column::Id).one(&self.tx).await?;
        Ok(found.map(|found| found.id))
    }

    /// Puts a reaction under a message, which takes its conversation's next `rev`; whether it was
    /// not there yet.
    pub(super) async fn react(
        &self,
        (message, user): (MessageId, UserId),
        emoji: &str,
        at: Timestamp,
    ) -> anyhow::Result<bool> {
        let row = entity::reaction::ActiveModel {
            message_id: Set(message),
            emoji: Set(emoji.to_owned()),
            user_id: Set(user),
            reacted_at: Set(at),
        };
        let again = OnConflict::new().do_nothing().to_owned();
        let added = entity::reaction::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(&self.tx)
            .await?;
        if added == 0 {
            return Ok(false);
        }
        let step = "UPDATE conversation SET last_rev = last_rev + 1 WHERE id = \
                    (SELECT conversation_id FROM message WHERE id = $1)";
        self.run(step, [message.into()]).await?;
        let count = "UPDATE message SET reactions = reactions + 1, rev = (SELECT c.last_rev \
                     FROM conversation c WHERE c.id = message.conversation_id) WHERE id = $1";
        self.run(count, [message.into()]).await?;
        Ok(true)
    }

    pub(super) async fn insert_report(&self, new: NewReport) -> anyhow::Result<()> {
        let row = report::ActiveModel {
            kind: Set(new.kind),
            message_id: Set(new.message),
            excerpt: Set(new.excerpt),
            target_id: Set(new.target),
            reporter_id: Set(new.reporter),
            reason: Set(new.reason),
            details: Set(new.details),
            created_at: Set(new.created_at),
            status: Set(new.status),
            admin_notes: Set(new.admin_notes),
            resolved_at: Set(new.resolved_at),
            resolved_by: Set(new.resolved_by),
            ..Default::default()
        };
        report::Entity::insert(row)
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Sets what nobody has set yet; whether that is so.
    pub(super) async fn set_once(&self, key: &str, value: &str) -> anyhow::Result<bool> {
        let row = app_setting::ActiveModel {
            key: Set(key.to_owned()),
            value: Set(value.to_owned()),
        };
        let again = OnConflict::new().do_nothing().to_owned();
        let added = app_setting::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(&self.tx)
            .await?;
        Ok(added > 0)
    }

    /// Bans an account, for everybody to see or for itself not to; whether it can be banned.
    pub(super) async fn ban(
        &self,
        id: UserId,
        is_shadow: bool,
        at: Timestamp,
    ) -> anyhow::Result<bool> {
        let column = if is_shadow {
            user::Column::ShadowBannedAt
        } else {
            user::Column::BannedAt
        };
        let banned = user::Entity::update_many()
            .col_expr(column, at.into())
            .filter(user::Column::Id.eq(id))
            .filter(user::Column::Role.ne(user::Role::Superadmin))
            .exec(&self.tx)
            .await?;
        Ok(banned.rows_affected == 1)
    }

    /// Who is shadow-banned here.
    pub(super) async fn shadow_banned(&self) -> anyhow::Result<Vec<UserId>> {
        Ok(user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .filter(user::Column::ShadowBannedAt.is_not_null())
            .into_tuple()
            .all(&self.tx)
            .await?)
    }

    /// Bans an address or a device.
    pub(super) async fn bar(&self, change: BanChange, at: Timestamp) -> anyhow::Result<()> {
        self.bans.write(&self.tx, &[change], at).await?;
        Ok(())
    }
}
