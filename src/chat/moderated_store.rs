//! Walking through the messages, for what removes some of them.

use entity::{MessageId, Timestamp, UserId, conversation::Kind};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use crate::kernel::Result;

/// What it depends on whether a message is to go.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Candidate {
    pub(super) id: MessageId,
    pub(super) sender_id: Option<UserId>,
    pub(super) created_at: Timestamp,
    pub(super) kind: Kind,
}

/// The next `limit` messages behind `after` that are not deleted, by id.
pub(super) async fn window(
    db: &impl ConnectionTrait,
    after: MessageId,
    limit: u64,
) -> Result<Vec<Candidate>> {
    let sql = "SELECT m.id, m.sender_id, m.created_at, c.kind FROM message m \
        JOIN conversation c ON c.id = m.conversation_id \
        WHERE m.id > $1 AND m.deleted_at IS NULL ORDER BY m.id LIMIT ($2 + 0)";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: [Value; 2] = [after.into(), limit.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(Candidate::find_by_statement(statement).all(db).await?)
}
