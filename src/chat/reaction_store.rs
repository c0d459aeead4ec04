//! The queries of reactions.

use entity::{MessageId, Timestamp, UserId, message, reaction};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, Set, Statement,
};

use crate::kernel::Tx;

/// How many people chose an emoji under a message, and whether the one who asks did.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Tally {
    pub(super) emoji: String,
    pub(super) people: i64,
    own: i64,
}

impl Tally {
    /// Whether the one who asks is among them.
    pub(super) const fn is_own(&self) -> bool {
        self.own > 0
    }
}

/// One person who is shown with an emoji under a message.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Shown {
    pub(super) message_id: MessageId,
    pub(super) emoji: String,
    pub(super) user_id: UserId,
    /// How many chose it altogether.
    pub(super) people: i64,
}

/// What there is under a message.
pub(super) async fn tallies(
    tx: &Tx,
    message: MessageId,
    user: UserId,
) -> Result<Vec<Tally>, DbErr> {
    let sql = "SELECT emoji, count(*) AS people, \
               CAST(max(CASE WHEN user_id = $2 THEN 1 ELSE 0 END) AS BIGINT) AS own \
               FROM reaction WHERE message_id = $1 GROUP BY emoji";
    let values = [message.into(), user.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Tally::find_by_statement(statement).all(tx).await
}

pub(super) async fn insert(
    tx: &Tx,
    message: MessageId,
    emoji: &str,
    user: UserId,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = reaction::ActiveModel {
        message_id: Set(message),
        emoji: Set(emoji.to_owned()),
        user_id: Set(user),
        reacted_at: Set(now),
    };
    reaction::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map(drop)
}

pub(super) async fn remove(
    tx: &Tx,
    message: MessageId,
    emoji: &str,
    user: UserId,
) -> Result<(), DbErr> {
    reaction::Entity::delete_many()
        .filter(reaction::Column::MessageId.eq(message))
        .filter(reaction::Column::Emoji.eq(emoji))
        .filter(reaction::Column::UserId.eq(user))
        .exec(tx)
        .await
        .map(drop)
}

/// Has the message be changed by `rev` and have `more` reactions. Answers whether it is there.
pub(super) async fn count(tx: &Tx, message: MessageId, rev: i64, more: i64) -> Result<bool, DbErr> {
    use sea_orm::sea_query::{Expr, ExprTrait};
    let updated = message::Entity::update_many()
        .col_expr(message::Column::Rev, rev.into())
        .col_expr(
            message::Column::Reactions,
            Expr::col(message::Column::Reactions).add(more),
        )
        .filter(message::Column::Id.eq(message))
        .filter(message::Column::DeletedAt.is_null())
        .exec(tx)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Leaves nothing under messages that are deleted.
pub(super) async fn forget(tx: &Tx, messages: &[MessageId]) -> Result<(), DbErr> {
    reaction::Entity::delete_many()
        .filter(reaction::Column::MessageId.is_in(messages.iter().copied()))
        .exec(tx)
        .await
        .map(drop)
}

/// What is under `messages`: for each emoji, the one that was first chosen first, its first
/// `most` people and, if they are among the others, `viewer`.
pub(super) async fn of_messages(
    db: &impl ConnectionTrait,
    messages: &[MessageId],
    viewer: UserId,
    most: i64,
) -> Result<Vec<Shown>, DbErr> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    // Ids are integers of our own: there is nothing to escape.
    let ids: Vec<String> = messages.iter().map(ToString::to_string).collect();
    let sql = format!(
        "SELECT message_id, emoji, user_id, people FROM ( \
            SELECT message_id, emoji, user_id, \
                count(*) OVER (PARTITION BY message_id, emoji) AS people, \
                min(reacted_at) OVER (PARTITION BY message_id, emoji) AS began, \
                row_number() OVER (PARTITION BY message_id, emoji \
                    ORDER BY reacted_at, user_id) AS place \
            FROM reaction WHERE message_id IN ({})) r \
         WHERE place <= $1 OR user_id = $2 \
         ORDER BY message_id, began, emoji, place",
        ids.join(",")
    );
    let values = [most.into(), viewer.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Shown::find_by_statement(statement).all(db).await
}
